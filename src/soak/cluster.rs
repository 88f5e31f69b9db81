//! A private PostgreSQL: a fresh server on a free port, gone at the end.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use usher_core::random::Random;

use super::error::{Doing, SoakError};
use super::serving::free_port;

/// What the server is set to. Commits reach the system before they are answered, so that a crash
/// of the server loses none; a crash of the machine is not tested.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
fsync = off
full_page_writes = off
";

/// A running server; dropping it stops it and removes its data.
pub(crate) struct Cluster {
    /// Where its database is.
    pub(crate) url: String,
    /// Where its programs are.
    programs: PathBuf,
    user: Unprivileged,
    home: PathBuf,
    port: u16,
}

/// PostgreSQL refuses to run as root.
#[derive(Clone, Debug)]
struct Unprivileged(Option<Account>);

/// A user and its group.
#[derive(Clone, Debug)]
struct Account {
    user: &'static str,
    group: String,
}

impl Cluster {
    /// Makes and starts one in this folder.
    pub(crate) fn start(home: PathBuf, random: &Random) -> Result<Self, SoakError> {
        let user = Unprivileged::find()?;
        let programs = programs(&user)?;
        fs::create_dir_all(&home).doing("making a folder for PostgreSQL")?;
        let password = random.token().doing("making a password")?;
        let file = home.join("password");
        fs::write(&file, &password).doing("writing a password")?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).doing("writing a password")?;
        user.give(&home)?;
        let port = free_port(random)?;
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        let cluster = Self { url, programs, user, home, port };
        cluster.make(&file)?;
        cluster.control(&["start"])?;
        Ok(cluster)
    }

    fn make(&self, password: &Path) -> Result<(), SoakError> {
        let mut initdb = self.user.command(&self.programs.join("initdb"), &self.home);
        initdb.arg("-D").arg(self.data()).args(["-U", "postgres", "-A", "password", "--no-sync"]);
        initdb.args(["--encoding=UTF8", "--locale=C.UTF-8"]).arg(format!("--pwfile={}", password.display()));
        finish(initdb, "initdb")?;
        let settings = self.data().join("postgresql.auto.conf");
        fs::write(&settings, SETTINGS).doing("writing PostgreSQL's settings")
    }

    /// Lets it crash, and starts it again.
    pub(crate) fn restart(&self) -> Result<(), SoakError> {
        self.control(&["stop", "-m", "immediate"])?;
        self.control(&["start"])
    }

    fn control(&self, what: &[&str]) -> Result<(), SoakError> {
        let mut control = self.user.command(&self.programs.join("pg_ctl"), &self.home);
        control.args(what).args(["-w", "-s", "-t", "60", "-D"]).arg(self.data());
        if what.first() == Some(&"start") {
            control.arg("-o").arg(format!("-p {}", self.port)).arg("-l").arg(self.home.join("server.log"));
        }
        finish(control, "pg_ctl")
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.control(&["stop", "-m", "immediate"]) {
            tracing::warn!(%error, "PostgreSQL may be left running");
        }
    }
}

impl Unprivileged {
    fn find() -> Result<Self, SoakError> {
        if id("-u", None)?.as_deref() != Some("0") {
            return Ok(Self(None));
        }
        for user in ["postgres", "nobody"] {
            if let Some(group) = id("-g", Some(user))? {
                return Ok(Self(Some(Account { user, group })));
            }
        }
        Err(SoakError::new("looking for an unprivileged user", "there is neither postgres nor nobody"))
    }

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = match &self.0 {
            None => Command::new(program),
            Some(Account { user, group }) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", group, "--clear-groups", "--"]).arg(program);
                command
            }
        };
        command.current_dir(folder).stdin(Stdio::null());
        command
    }

    fn give(&self, folder: &Path) -> Result<(), SoakError> {
        let Some(Account { user, .. }) = &self.0 else { return Ok(()) };
        let mut chown = Command::new("chown");
        chown.arg("-R").arg(user).arg(folder);
        finish(chown, "chown")
    }
}

/// What `id` says; `None` for a user that does not exist.
fn id(what: &str, user: Option<&str>) -> Result<Option<String>, SoakError> {
    let output =
        Command::new("id").arg(what).args(user).stderr(Stdio::null()).output().doing("running id")?;
    let word = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(output.status.success().then_some(word))
}

/// The newest folder whose server programs start.
fn programs(user: &Unprivileged) -> Result<PathBuf, SoakError> {
    let mut folders: Vec<PathBuf> = Vec::new();
    let elsewhere = ["", "/usr/local/bin", "/usr/bin"].map(PathBuf::from);
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    folders.sort();
    folders.reverse();
    folders.extend(elsewhere);
    let works = |folder: &PathBuf| {
        ["postgres", "initdb", "pg_ctl"].iter().all(|program| {
            let mut command = user.command(&folder.join(program), Path::new("/"));
            command.arg("--version");
            finish(command, program).is_ok()
        })
    };
    let missing = "there is none that starts; install it, or name one with --database-url";
    folders.into_iter().find(works).ok_or_else(|| SoakError::new("looking for PostgreSQL", missing))
}

/// Runs a command to its end. Its output goes nowhere: a server that it leaves behind would hold a
/// pipe open.
fn finish(mut command: Command, name: &str) -> Result<(), SoakError> {
    let what = format!("running {name}");
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().doing(&what)?;
    if status.success() { Ok(()) } else { Err(SoakError::new(what, status)) }
}
