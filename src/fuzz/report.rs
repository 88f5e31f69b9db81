//! What was thrown, what was answered, and what was found.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::target::Target;

/// Findings that are shown.
const SHOWN: usize = 5;

/// An input that was answered as none should be.
pub(crate) struct Finding {
    input: u64,
    target: Target,
    fault: String,
    shown: String,
}

/// What came of one request.
pub(crate) struct Tried {
    /// `None` for no answer.
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<String>,
    pub(crate) shown: String,
}

/// The fuzzing of one engine.
pub(crate) struct Report {
    engine: &'static str,
    seed: u64,
    /// How often each target answered each status; `None` for no answer.
    answers: BTreeMap<(Target, Option<u16>), u64>,
    pub(crate) findings: Vec<Finding>,
    /// Panics in any task.
    pub(crate) panics: usize,
    /// Counters that disagree with the rows they count.
    pub(crate) drifted: i64,
    pub(crate) took: Duration,
}

impl Report {
    /// Nothing was thrown yet.
    pub(crate) fn new(engine: &'static str, seed: u64) -> Self {
        Self {
            engine,
            seed,
            answers: BTreeMap::new(),
            findings: Vec::new(),
            panics: 0,
            drifted: 0,
            took: Duration::ZERO,
        }
    }

    /// One more answer.
    pub(crate) fn count(&mut self, target: Target, status: Option<u16>) {
        *self.answers.entry((target, status)).or_default() += 1;
    }

    /// Notes what is wrong with an answer, if anything is.
    pub(crate) fn found(&mut self, input: u64, target: Target, tried: Tried) {
        let Tried { fault, shown, .. } = tried;
        self.findings.extend(fault.map(|fault| Finding { input, target, fault, shown }));
    }

    /// Whether nothing was found. Nothing thrown proves nothing.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.panics == 0 && self.drifted == 0 && !self.answers.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inputs: u64 = self.answers.values().sum();
        let seconds = self.took.as_secs_f64();
        let rate = inputs as f64 / seconds.max(0.001);
        writeln!(
            f,
            "{}, seed {}: {inputs} inputs in {seconds:.1} s, {rate:.0} a second",
            self.engine, self.seed
        )?;
        for ((target, status), times) in &self.answers {
            let status = status.map_or("no answer".into(), |status| status.to_string());
            writeln!(f, "  {:<18} {status:>9} {times:>9}", target.as_str())?;
        }
        writeln!(f, "  panics {}, counters that drifted {}", self.panics, self.drifted)?;
        for finding in self.findings.iter().take(SHOWN) {
            let Finding { input, target, fault, shown } = finding;
            writeln!(f, "  --seed {} --input {input}, {}: {fault}\n{shown}\n", self.seed, target.as_str())?;
        }
        let verdict = if self.is_clean() { "nothing was found" } else { "FAILED" };
        write!(f, "  {} findings: {verdict}", self.findings.len())
    }
}
