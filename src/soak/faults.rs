//! The weather: what goes wrong at Twilio, and when. Some of it always a little, some in gusts.

use std::time::{Duration, Instant};

use usher::simulator::{Chance, Faults, LateAnswer, RefuseNext, Simulator};

use super::books::Books;
use super::error::SoakError;

/// A refusal of one text for good.
pub(crate) const FOR_GOOD: u32 = 21_612;
/// A refusal of one text that may pass; it is handed over again after two minutes.
const MAY_PASS: u32 = 21_611;
/// How long the backlog may take at least.
const OVERTIME: Duration = Duration::from_secs(25);
/// How often the weather is looked at.
const TICK: Duration = Duration::from_millis(200);
/// How long until the gusts come again.
const CYCLE: u64 = 45;

/// How the weather was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gusts {
    /// How many times the account was suspended for a while.
    pub(crate) suspensions: u64,
    /// How many times every login was refused for a while.
    pub(crate) wrong_logins: u64,
    /// How many single texts were to be refused.
    pub(crate) refusals: u64,
}

/// The texts that wait for their turn.
pub(crate) struct Backlog<'a> {
    pub(crate) books: &'a Books,
    /// Of so many.
    pub(crate) texts: u64,
}

impl Backlog<'_> {
    async fn is_nearly_gone(&self) -> Result<bool, SoakError> {
        Ok(self.books.waiting().await? * 20 < self.texts)
    }
}

/// Lets things go wrong for so long, and without gusts until the backlog that they left is nearly
/// gone, so that every text meets the weather. Then it clears up.
pub(crate) async fn storm(
    twilio: &Simulator,
    length: Duration,
    backlog: Backlog<'_>,
) -> Result<Gusts, SoakError> {
    let (began, mut gusts, mut before) = (Instant::now(), Gusts::default(), Faults::default());
    let mut refused = None;
    let longest = length.mul_f64(1.5) + OVERTIME;
    while began.elapsed() < length || (began.elapsed() < longest && !backlog.is_nearly_gone().await?) {
        let second = began.elapsed().as_secs();
        let mut now = at(second);
        if began.elapsed() >= length {
            (now.account_suspended, now.wrong_login) = (false, false);
        }
        // Refusals are ordered once a cycle; what is left of them stays.
        now.refuse_next = twilio.faults().refuse_next;
        if second % CYCLE >= 2 && refused != Some(second / CYCLE) {
            refused = Some(second / CYCLE);
            let refusal = refusal(second / CYCLE);
            gusts.refusals += u64::from(refusal.times);
            now.refuse_next = Some(refusal);
        }
        gusts.suspensions += u64::from(now.account_suspended && !before.account_suspended);
        gusts.wrong_logins += u64::from(now.wrong_login && !before.wrong_login);
        twilio.set_faults(now);
        before = now;
        tokio::time::sleep(TICK).await;
    }
    twilio.set_faults(Faults::default());
    Ok(gusts)
}

fn refusal(cycle: u64) -> RefuseNext {
    // What may pass costs two minutes, so it comes early.
    RefuseNext { code: if cycle == 0 { MAY_PASS } else { FOR_GOOD }, times: 2 }
}

/// What goes wrong in this second.
fn at(second: u64) -> Faults {
    let gust = second % CYCLE;
    Faults {
        refuse_next: None,
        rate_limit: Chance::Rate(0.006),
        retry_after_s: u32::from(second.is_multiple_of(3)),
        server_error: Chance::Rate(0.012),
        accept_then_hang: Chance::Rate(0.001),
        accept_then_reset: Chance::Rate(0.015),
        // Acceptance and lag together stay well below RESEND_AFTER: what comes later than that
        // cannot be told from what never comes.
        late_acceptance: Chance::Rate(0.012),
        late_acceptance_answer: late_answer(second),
        late_acceptance_ms: 1_200,
        slow_answers: Chance::Rate(0.02),
        slow_answer_ms: 1_500,
        list_lag_ms: 1_500,
        lookup_rate_limit: Chance::Rate(0.05),
        lookup_server_error: Chance::Rate(0.05),
        trial_prefix: (second / 5) % 2 == 1,
        lost_callbacks: Chance::Rate(0.12),
        duplicate_callbacks: Chance::Rate(0.1),
        reordered_callbacks: Chance::Rate(0.2),
        reorder_ms: 800,
        account_suspended: (5..6).contains(&gust),
        wrong_login: (14..15).contains(&gust),
        public_only: false,
    }
}

/// Silence is rare: each costs the caller its whole deadline.
fn late_answer(second: u64) -> LateAnswer {
    match second % 7 {
        0 if second.is_multiple_of(3) => LateAnswer::Hang,
        1..=3 => LateAnswer::Reset,
        _ => LateAnswer::ServerError,
    }
}
