//! Everything that can be made to go wrong, switchable while it runs.

use serde::{Deserialize, Serialize};

use super::SimulatorError;

/// How often a fault happens: `0.05` is one time in twenty, `{"next": 3}` the next three times.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Chance {
    /// With this probability, 0 to 1.
    Rate(f64),
    /// The next times, and then no more.
    Next {
        /// How many times are left.
        next: u32,
    },
}

impl Default for Chance {
    fn default() -> Self {
        Self::NEVER
    }
}

impl Chance {
    /// Does not happen.
    pub const NEVER: Self = Self::Rate(0.0);
    /// Happens each time.
    pub const ALWAYS: Self = Self::Rate(1.0);

    /// Happens the next `times`.
    #[must_use]
    pub fn next(times: u32) -> Self {
        Self::Next { next: times }
    }

    /// Whether it happens now; uses up one of a count.
    pub(super) fn happens(&mut self, roll: impl FnOnce() -> f64) -> bool {
        match self {
            Self::Rate(rate) => *rate > 0.0 && roll() < *rate,
            Self::Next { next } => {
                let happens = *next > 0;
                *next = next.saturating_sub(1);
                happens
            }
        }
    }

    fn is_sound(self) -> bool {
        match self {
            Self::Rate(rate) => (0.0..=1.0).contains(&rate),
            Self::Next { .. } => true,
        }
    }
}

/// The next creates are refused with this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseNext {
    /// Twilio's error code.
    pub code: u32,
    /// How many creates are left to refuse.
    pub times: u32,
}

/// What the caller sees of a text that is created after all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateAnswer {
    /// A 500 with an HTML page.
    #[default]
    ServerError,
    /// Silence until the caller gives up.
    Hang,
    /// The connection is reset.
    Reset,
}

/// What goes wrong. The default is nothing; times in milliseconds only matter with their fault.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// Creates refused with a code of choice.
    pub refuse_next: Option<RefuseNext>,
    /// Creates answered 429 + 20429; nothing is created.
    pub rate_limit: Chance,
    /// Seconds in the `Retry-After` of every 429; 0 for none, as Twilio documents none.
    pub retry_after_s: u32,
    /// Creates answered 500 with an HTML page; nothing is created.
    pub server_error: Chance,
    /// Created, but the answer never comes.
    pub accept_then_hang: Chance,
    /// Created, but the connection is reset before the answer.
    pub accept_then_reset: Chance,
    /// Not created at first; see the two fields below.
    pub late_acceptance: Chance,
    /// What the caller sees meanwhile.
    pub late_acceptance_answer: LateAnswer,
    /// How long after the request it is created.
    pub late_acceptance_ms: u64,
    /// Creates answered late.
    pub slow_answers: Chance,
    /// How late.
    pub slow_answer_ms: u64,
    /// How long a new message is missing from the list; a fetch by SID finds it at once.
    pub list_lag_ms: u64,
    /// Fetches and lists answered 429 + 20429.
    pub lookup_rate_limit: Chance,
    /// Fetches and lists answered 500 with an HTML page.
    pub lookup_server_error: Chance,
    /// "Sent from your Twilio trial account - " before every body.
    pub trial_prefix: bool,
    /// Callbacks that are never posted.
    pub lost_callbacks: Chance,
    /// Callbacks that are posted twice.
    pub duplicate_callbacks: Chance,
    /// Callbacks held back while later ones overtake them.
    pub reordered_callbacks: Chance,
    /// For how long at most.
    pub reorder_ms: u64,
    /// The account cannot send, and its status says so.
    pub account_suspended: bool,
    /// Every login is refused.
    pub wrong_login: bool,
    /// Refuses callback addresses that Twilio could not reach, such as localhost (21609).
    pub public_only: bool,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            refuse_next: None,
            rate_limit: Chance::NEVER,
            retry_after_s: 0,
            server_error: Chance::NEVER,
            accept_then_hang: Chance::NEVER,
            accept_then_reset: Chance::NEVER,
            late_acceptance: Chance::NEVER,
            late_acceptance_answer: LateAnswer::ServerError,
            late_acceptance_ms: 3_000,
            slow_answers: Chance::NEVER,
            slow_answer_ms: 5_000,
            list_lag_ms: 0,
            lookup_rate_limit: Chance::NEVER,
            lookup_server_error: Chance::NEVER,
            trial_prefix: false,
            lost_callbacks: Chance::NEVER,
            duplicate_callbacks: Chance::NEVER,
            reordered_callbacks: Chance::NEVER,
            reorder_ms: 500,
            account_suspended: false,
            wrong_login: false,
            public_only: false,
        }
    }
}

impl Faults {
    /// Refuses probabilities that are none.
    pub(super) fn check(&self) -> Result<(), SimulatorError> {
        let chances = [
            ("rate_limit", self.rate_limit),
            ("server_error", self.server_error),
            ("accept_then_hang", self.accept_then_hang),
            ("accept_then_reset", self.accept_then_reset),
            ("late_acceptance", self.late_acceptance),
            ("slow_answers", self.slow_answers),
            ("lookup_rate_limit", self.lookup_rate_limit),
            ("lookup_server_error", self.lookup_server_error),
            ("lost_callbacks", self.lost_callbacks),
            ("duplicate_callbacks", self.duplicate_callbacks),
            ("reordered_callbacks", self.reordered_callbacks),
        ];
        match chances.into_iter().find(|(_, chance)| !chance.is_sound()) {
            None => Ok(()),
            Some((name, _)) => Err(SimulatorError::Fault {
                name,
                needs: "a probability from 0 to 1, or {\"next\": how many times}",
            }),
        }
    }

    /// The code that the next create is refused with, if one is set; uses up one time.
    pub(super) fn take_refusal(&mut self) -> Option<u32> {
        let refusal = self.refuse_next.as_mut().filter(|refusal| refusal.times > 0)?;
        refusal.times -= 1;
        Some(refusal.code)
    }
}
