//! How many requests Twilio is sent at once: halved when it asks us to slow down (429), and
//! raised again by one for every so many that it takes.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Requests that must succeed before one more is sent at once.
const PATIENCE: usize = 20;

/// The concurrency that Twilio puts up with right now, as far as this process knows.
#[derive(Debug)]
pub struct Budget {
    most: usize,
    now: AtomicUsize,
    good: AtomicUsize,
}

impl Budget {
    /// At most so many at once.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), now: AtomicUsize::new(most.max(1)), good: AtomicUsize::new(0) }
    }

    /// Requests that may be in flight now.
    #[must_use]
    pub fn now(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }

    /// Twilio asked us to slow down.
    pub fn slow_down(&self) {
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
        budget.slow_down();
        budget.slow_down();
        assert_eq!(budget.now(), 5);
        for _ in 0..PATIENCE {
            budget.went_well();
        }
        assert_eq!(budget.now(), 6);
        for _ in 0..100 * PATIENCE {
            budget.went_well();
        }
        assert_eq!(budget.now(), 20);
        for _ in 0..10 {
            budget.slow_down();
        }
        assert_eq!(budget.now(), 1, "one request always goes on");
    }
}
