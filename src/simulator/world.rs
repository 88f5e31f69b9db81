//! What all parts of one simulator share.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::sync::watch;
use usher_core::clock::Clock;

use super::{
    Options, SimulatorError,
    accounts::Accounts,
    book::Book,
    faults::{Chance, Faults},
    pace::{Dice, Pace},
    poster::Poster,
};

/// How often the simulator was asked what, and how it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Creates with a right login.
    pub create: u64,
    /// Messages created.
    pub created: u64,
    /// Creates refused with a code, 429 included.
    pub refused: u64,
    /// Requests answered 429.
    pub rate_limited: u64,
    /// Requests answered 500 with an HTML page.
    pub server_errors: u64,
    /// Creates that never got their answer.
    pub unanswered: u64,
    /// Requests with a wrong login.
    pub unauthorized: u64,
    /// Fetches of one message.
    pub fetch: u64,
    /// Pages of the list.
    pub list: u64,
    /// Cancels and redactions.
    pub update: u64,
    /// Deletions.
    pub delete: u64,
    /// Fetches of the account.
    pub account: u64,
    /// Lists of the account's numbers.
    pub numbers: u64,
    /// Posts of callbacks, repeats included.
    pub callback_posts: u64,
    /// Callbacks that got a 2xx.
    pub callbacks_taken: u64,
    /// Callbacks that got another answer, or none.
    pub callbacks_failed: u64,
    /// Callbacks lost by a fault.
    pub callbacks_lost: u64,
    /// Inbound texts posted.
    pub inbound: u64,
}

/// The shared state.
pub(super) struct World {
    pub(super) accounts: Accounts,
    pub(super) poster: Poster,
    pub(super) dice: Dice,
    clock: Clock,
    book: Mutex<Book>,
    faults: Mutex<Faults>,
    pace: Mutex<Pace>,
    counts: Mutex<Counts>,
    stopped: watch::Receiver<bool>,
    under_way: watch::Sender<usize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(super) fn new(
        options: Options,
        clock: Clock,
        stopped: watch::Receiver<bool>,
    ) -> Result<Self, SimulatorError> {
        Ok(Self {
            accounts: Accounts::new(options.accounts)?,
            poster: Poster::default(),
            dice: Dice::new(options.seed),
            clock,
            book: Mutex::default(),
            faults: Mutex::new(options.faults),
            pace: Mutex::new(options.pace),
            counts: Mutex::default(),
            stopped,
            under_way: watch::Sender::new(0),
        })
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        lock(&self.book)
    }

    pub(super) fn faults(&self) -> Faults {
        *lock(&self.faults)
    }

    pub(super) fn set_faults(&self, faults: Faults) {
        *lock(&self.faults) = faults;
    }

    pub(super) fn pace(&self) -> Pace {
        *lock(&self.pace)
    }

    pub(super) fn set_pace(&self, pace: Pace) {
        *lock(&self.pace) = pace;
    }

    pub(super) fn counts(&self) -> Counts {
        *lock(&self.counts)
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut lock(&self.counts));
    }

    /// Whether a fault happens to the `nth` event of `whom`; uses up one of a count.
    pub(super) fn strikes(
        &self,
        fault: &str,
        chance: impl FnOnce(&mut Faults) -> &mut Chance,
        whom: &str,
        nth: u64,
    ) -> bool {
        chance(&mut lock(&self.faults)).happens(|| self.dice.roll(fault, whom, nth))
    }

    /// The code the next create is refused with, if a fault says so.
    pub(super) fn take_refusal(&self) -> Option<u32> {
        lock(&self.faults).take_refusal()
    }

    /// Waits, but not longer than the simulator runs.
    pub(super) async fn pause(&self, time: Duration) {
        if !time.is_zero() {
            tokio::select! {
                () = tokio::time::sleep(time) => {}
                () = self.stopping() => {}
            }
        }
    }

    /// Waits for the end of the simulator.
    pub(super) async fn stopping(&self) {
        let mut stopped = self.stopped.clone();
        // A vanished sender means a dropped simulator, which is stopped as well.
        if stopped.wait_for(|stopped| *stopped).await.is_err() {
            tracing::debug!("the Twilio simulator was dropped");
        }
    }

    /// Runs work in the background until it is done or the simulator stops.
    pub(super) fn spawn(self: &Arc<Self>, work: impl Future<Output = ()> + Send + 'static) {
        self.under_way.send_modify(|count| *count += 1);
        let world = self.clone();
        tokio::spawn(async move {
            let _done = UnderWay(&world.under_way);
            tokio::select! {
                () = work => {}
                () = world.stopping() => {}
            }
        });
    }

    /// Waits until no background work is left.
    pub(super) async fn settled(&self) {
        let mut under_way = self.under_way.subscribe();
        if under_way.wait_for(|count| *count == 0).await.is_err() {
            tracing::debug!("the Twilio simulator was dropped");
        }
    }
}

/// Counts work down when it ends, in whatever way.
struct UnderWay<'a>(&'a watch::Sender<usize>);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}
