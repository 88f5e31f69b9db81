//! How fast things happen, and the dice that decide what happens.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Serialize};

/// How long a text stays in each status.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pace {
    /// Accepted to queued, with a Messaging Service.
    pub queued_ms: u64,
    /// Queued to sent.
    pub sent_ms: u64,
    /// Sent to delivered or undelivered.
    pub delivered_ms: u64,
    /// How much each of these varies, 0 to 1.
    pub jitter: f64,
    /// How long a create takes to answer.
    pub response_delay_ms: u64,
    /// How long after it was sent a text has a price.
    pub price_ms: u64,
    /// Nothing moves by itself: only `Simulator::progress` does.
    pub held: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self::demo()
    }
}

impl Pace {
    /// To watch: delivered within about 0.6 to 1.2 s.
    #[must_use]
    pub fn demo() -> Self {
        Self {
            queued_ms: 60,
            sent_ms: 300,
            delivered_ms: 550,
            jitter: 0.33,
            response_delay_ms: 40,
            price_ms: 2_000,
            held: false,
        }
    }

    /// For tests: every status a few milliseconds after the one before.
    #[must_use]
    pub fn fast() -> Self {
        Self { queued_ms: 3, sent_ms: 3, delivered_ms: 3, ..Self::instant() }
    }

    /// No waiting at all: callbacks race the answer to the create.
    #[must_use]
    pub fn instant() -> Self {
        Self {
            queued_ms: 0,
            sent_ms: 0,
            delivered_ms: 0,
            jitter: 0.0,
            response_delay_ms: 0,
            price_ms: 0,
            held: false,
        }
    }

    /// Texts stay at their first status until a test moves them.
    #[must_use]
    pub fn held() -> Self {
        Self { held: true, ..Self::instant() }
    }

    pub(super) fn queued(&self) -> Duration {
        Duration::from_millis(self.queued_ms)
    }

    pub(super) fn sent(&self) -> Duration {
        Duration::from_millis(self.sent_ms)
    }

    pub(super) fn delivered(&self) -> Duration {
        Duration::from_millis(self.delivered_ms)
    }

    pub(super) fn response_delay(&self) -> Duration {
        Duration::from_millis(self.response_delay_ms)
    }

    pub(super) fn price(&self) -> Duration {
        Duration::from_millis(self.price_ms)
    }

    /// A wait, made longer or shorter by the jitter; `roll` is between 0 and 1.
    pub(super) fn vary(&self, wait: Duration, roll: f64) -> Duration {
        wait.mul_f64((1.0 + self.jitter.clamp(0.0, 1.0) * (2.0 * roll - 1.0)).max(0.0))
    }
}

/// Chance without order: a roll depends on the seed and on what it is for, not on which request
/// came first.
pub(super) struct Dice {
    seed: u64,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// A number from 0 to 1 for the `nth` event of this kind.
    pub(super) fn roll(&self, what: &str, whom: &str, nth: u64) -> f64 {
        let mut hasher = DefaultHasher::new();
        (self.seed, what, whom, nth).hash(&mut hasher);
        StdRng::seed_from_u64(hasher.finish()).random()
    }
}
