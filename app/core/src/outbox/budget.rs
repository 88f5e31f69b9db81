//! How many requests Twilio is sent at once: halved when it asks us to slow down (429), and
//! raised again by one for every so many that it takes.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use chrono::{DateTime, Utc};

/// Requests that must succeed before one more is sent at once.
const PATIENCE: usize = 20;

/// The concurrency that Twilio puts up with right now, as far as this process knows.
#[derive(Debug)]
pub struct Budget {
    most: usize,
    now: AtomicUsize,
    good: AtomicUsize,
    /// When it was last halved, in microseconds.
    halved_at: AtomicI64,
}

impl Budget {
    /// At most so many at once.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            now: AtomicUsize::new(most.max(1)),
            good: AtomicUsize::new(0),
            halved_at: AtomicI64::new(i64::MIN),
        }
    }

    /// Requests that may be in flight now.
    #[must_use]
    pub fn now(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }

    /// Twilio asked us to slow down. Of the calls that were under way together only the first
    /// counts: the others began before we did slow down.
    pub fn slow_down(&self, call_began: DateTime<Utc>, now: DateTime<Utc>) {
        let halved_at = self.halved_at.load(Ordering::Relaxed);
        if call_began.timestamp_micros() <= halved_at {
            return;
        }
        self.halved_at.store(now.timestamp_micros(), Ordering::Relaxed);
        self.good.store(0, Ordering::Relaxed);
        self.now.store((self.now() / 2).max(1), Ordering::Relaxed);
    }

    /// Twilio took a request.
    pub fn went_well(&self) {
        if self.good.fetch_add(1, Ordering::Relaxed) + 1 >= PATIENCE {
            self.good.store(0, Ordering::Relaxed);
            self.now.store((self.now() + 1).min(self.most), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_halves_at_once_and_recovers_slowly() {
        let budget = Budget::new(20);
        let at = |second| DateTime::from_timestamp(second, 0).expect("a time");
        budget.slow_down(at(0), at(1));
        budget.slow_down(at(1), at(2));
        assert_eq!(budget.now(), 10, "a call that began before the first halving says nothing new");
        budget.slow_down(at(2), at(3));
        assert_eq!(budget.now(), 5);
        for _ in 0..PATIENCE {
            budget.went_well();
        }
        assert_eq!(budget.now(), 6);
        for _ in 0..100 * PATIENCE {
            budget.went_well();
        }
        assert_eq!(budget.now(), 20);
        for second in 0..10 {
            budget.slow_down(at(10 + 2 * second), at(11 + 2 * second));
        }
        assert_eq!(budget.now(), 1, "one request always goes on");
    }
}
