//! The real binary, running: started, killed, started again.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use usher_core::random::Random;

use super::error::{Doing, SoakError};

/// Everything that serves one database; dropping it kills it.
pub(crate) struct Fleet {
    processes: Vec<Process>,
    /// How many were killed.
    pub(crate) kills: u64,
    /// How many ended without being told to.
    pub(crate) fell: u64,
}

struct Process {
    binary: PathBuf,
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
    log: PathBuf,
    child: Option<Child>,
}

impl Fleet {
    /// Starts one process for each set of variables.
    pub(crate) fn start(
        folder: &Path,
        variables: Vec<Vec<(&'static str, String)>>,
    ) -> Result<Self, SoakError> {
        let binary = binary()?;
        let mut fleet = Self { processes: Vec::new(), kills: 0, fell: 0 };
        for (n, variables) in variables.into_iter().enumerate() {
            let log = folder.join(format!("serve-{n}.log"));
            let (binary, folder) = (binary.clone(), folder.to_owned());
            let mut process = Process { binary, folder, variables, log, child: None };
            process.start()?;
            fleet.processes.push(process);
        }
        Ok(fleet)
    }

    /// Kills one with SIGKILL and starts it again at once.
    pub(crate) fn kill_one(&mut self, random: &Random) -> Result<(), SoakError> {
        let index = pick(random, self.processes.len())?;
        if let Some(process) = self.processes.get_mut(index) {
            process.kill()?;
            self.kills += 1;
            process.start()?;
        }
        Ok(())
    }

    /// Starts again what ended by itself, as a supervisor would.
    pub(crate) fn revive(&mut self) -> Result<(), SoakError> {
        for process in &mut self.processes {
            if process.has_ended()? {
                self.fell += 1;
                process.start()?;
            }
        }
        Ok(())
    }
}

impl Process {
    fn start(&mut self) -> Result<(), SoakError> {
        let log = File::options().create(true).append(true).open(&self.log).doing("opening a log")?;
        let child = Command::new(&self.binary)
            .arg("serve")
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (*name, value.as_str())))
            // No .env of the developer's may be read.
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .doing("starting usher serve")?;
        self.child = Some(child);
        Ok(())
    }

    fn kill(&mut self) -> Result<(), SoakError> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        child.kill().doing("killing usher serve")?;
        child.wait().doing("killing usher serve").map(drop)
    }

    fn has_ended(&mut self) -> Result<bool, SoakError> {
        let Some(child) = &mut self.child else { return Ok(true) };
        Ok(child.try_wait().doing("watching usher serve")?.is_some())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            tracing::warn!(%error, "a process may be left behind");
        }
    }
}

/// `usher` beside this very program, so both are of one build.
fn binary() -> Result<PathBuf, SoakError> {
    let me = std::env::current_exe().doing("finding the usher binary")?;
    let binary = me.with_file_name("usher");
    if binary.is_file() {
        return Ok(binary);
    }
    Err(SoakError::new(
        "finding the usher binary",
        format!("there is no {}; run cargo build", binary.display()),
    ))
}

/// A port below the range that outgoing connections take theirs from, so that it stays free while
/// its process is down.
pub(crate) fn free_port(random: &Random) -> Result<u16, SoakError> {
    for _ in 0..100 {
        let port = 20_000 + u16::try_from(pick(random, 12_000)?).unwrap_or_default();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(SoakError::new("finding a free port", "a hundred were taken"))
}

fn pick(random: &Random, among: usize) -> Result<usize, SoakError> {
    let fraction = random.fraction().doing("throwing dice")?;
    Ok((fraction * among as f64) as usize)
}
