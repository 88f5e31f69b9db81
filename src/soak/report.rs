//! What a soak found, in words and figures.

use std::fmt;
use std::time::Duration;

use usher::simulator::{Counts, Sent};

use super::api::Traffic;
use super::faults::Gusts;
use super::plan::Engine;
use super::verdict::{Fault, Finding};

/// How many findings are told in full.
const TOLD: usize = 20;

/// The result for one engine.
pub(crate) struct Report {
    pub(crate) engine: Engine,
    pub(crate) seed: u64,
    pub(crate) texts: usize,
    /// Texts that were asked for one by one, each under a key, and what that took.
    pub(crate) keys: u64,
    pub(crate) traffic: Traffic,
    /// How many of each status.
    pub(crate) statuses: Vec<(String, usize)>,
    /// Handed to Twilio, once or again.
    pub(crate) attempts: usize,
    /// Attempts that Twilio surely never had, so their texts were handed over again.
    pub(crate) resent: usize,
    pub(crate) counts: Counts,
    pub(crate) gusts: Gusts,
    /// Callbacks that came twice, and that came out of order.
    pub(crate) disorder: (usize, usize),
    /// Bodies that Twilio changed.
    pub(crate) prefixed: usize,
    pub(crate) kills: u64,
    pub(crate) fell: u64,
    pub(crate) restarts: u64,
    pub(crate) drifted: u64,
    /// What was asked for in bulk, and the texts that runs of retries made.
    pub(crate) sends: usize,
    pub(crate) runs: usize,
    pub(crate) retries: u64,
    /// Sends and runs that lack texts or have not come to an end.
    pub(crate) unfinished: Vec<String>,
    pub(crate) findings: Vec<Finding>,
    /// The trails of the first findings.
    pub(crate) evidence: Vec<String>,
    /// Until the last text was written, and until nothing was on its way.
    pub(crate) storm: Duration,
    pub(crate) whole: Duration,
}

impl Report {
    /// Whether everything is as it should be.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.unfinished.is_empty() && self.drifted == 0
    }

    /// How many findings of this kind.
    fn count(&self, fault: Fault) -> usize {
        self.findings.iter().filter(|finding| finding.fault == fault).count()
    }
}

/// Callbacks posted twice, and statuses told after a later one.
pub(crate) fn disorder(log: &[Sent]) -> (usize, usize) {
    let (mut twice, mut late) = (0, 0);
    for sent in log {
        let place = |told| sent.trail.iter().position(|(status, _)| *status == told);
        let places: Vec<_> = sent.callbacks.iter().filter_map(|callback| place(callback.status)).collect();
        twice += (1..places.len()).filter(|n| places[..*n].contains(&places[*n])).count();
        late += (1..places.len()).filter(|n| places[..*n].iter().any(|before| *before > places[*n])).count();
    }
    (twice, late)
}

impl Report {
    fn deeds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let statuses: Vec<String> =
            self.statuses.iter().map(|(status, texts)| format!("{texts} {status}")).collect();
        writeln!(f, "{}, seed {}", self.engine.as_str(), self.seed)?;
        writeln!(f, "  texts      {}: {}", self.texts, statuses.join(", "))?;
        let Traffic { calls, broken, replayed } = self.traffic;
        writeln!(
            f,
            "  asked      {} texts under a key each, by {calls} calls: {broken} broken off, {replayed} answered as before",
            self.keys
        )?;
        writeln!(
            f,
            "  in bulk    {} sends to everybody, {} runs of retries made {} texts",
            self.sends, self.runs, self.retries
        )?;
        writeln!(
            f,
            "  attempts   {}, {} of them lost on the way and sent again",
            self.attempts, self.resent
        )?;
        writeln!(
            f,
            "  kills      {}, and {} restarts of PostgreSQL; {} processes ended by themselves",
            self.kills, self.restarts, self.fell
        )
    }

    fn faults(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { rate_limited, server_errors, unanswered, unauthorized, refused, .. } = self.counts;
        let Counts { callbacks_taken, callbacks_lost, callbacks_failed, fetch, list, .. } = self.counts;
        let Gusts { suspensions, wrong_logins, refusals } = self.gusts;
        let (twice, late) = self.disorder;
        writeln!(f, "  creates    {rate_limited} × 429, {server_errors} × 500, {unanswered} never answered")?;
        writeln!(
            f,
            "             {refused} refused ({refusals} by order), {} bodies changed",
            self.prefixed
        )?;
        writeln!(
            f,
            "  account    suspended {suspensions} times, login refused {wrong_logins} times ({unauthorized} requests)"
        )?;
        writeln!(f, "  look-ups   {fetch} of one text, {list} of the list")?;
        writeln!(
            f,
            "  callbacks  {callbacks_taken} taken, {callbacks_lost} lost, {callbacks_failed} failed, {twice} twice, {late} out of order"
        )
    }

    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [lost, doubled, wrong, stuck] =
            [Fault::Lost, Fault::Doubled, Fault::Wrong, Fault::Stuck].map(|fault| self.count(fault));
        let (storm, whole) = (self.storm.as_secs_f64(), self.whole.as_secs_f64());
        let rate = self.texts as f64 / storm;
        writeln!(f, "  time       {storm:.0} s of storm ({rate:.0} texts/s), {whole:.0} s in all")?;
        writeln!(
            f,
            "  verdict    lost {lost}, doubled {doubled}, wrong {wrong}, stuck {stuck}, drifted {}",
            self.drifted
        )?;
        self.unfinished.iter().try_for_each(|line| writeln!(f, "  Unfinished: {line}"))?;
        for finding in self.findings.iter().take(TOLD) {
            writeln!(f, "  {:?}: {} {}", finding.fault, finding.id, finding.why)?;
        }
        self.evidence.iter().try_for_each(|line| writeln!(f, "    {line}"))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deeds(f)?;
        self.faults(f)?;
        self.verdict(f)
    }
}
