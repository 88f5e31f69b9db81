//! How many requests Twilio is sent at once: halved when it asks us to slow down (429), and
//! raised again by one for every so many that it takes. Sending goes first; look-ups have what it
//! leaves, and never less than one.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Requests that must succeed before one more is sent at once.
const PATIENCE: usize = 20;
/// Twilio answers within a second; after so long without a word a request gives its turn back. Else
/// one that hangs would, with one at a time, stop all others until its deadline.
const SILENCE: Duration = Duration::from_secs(2);
/// Twilio does not document `Retry-After`; whoever sends a longer one is not believed.
const LONGEST_REST: TimeDelta = TimeDelta::minutes(10);

/// The concurrency that Twilio puts up with right now, as far as this process knows.
#[derive(Debug)]
pub struct Budget {
    most: usize,
    now: AtomicUsize,
    good: AtomicUsize,
    /// When it was last halved, in microseconds.
    halved_at: AtomicI64,
    /// Texts being handed over.
    sending: AtomicUsize,
    /// Of those under way, the texts that Twilio is silent about; they are not in `sending`.
    silent: AtomicUsize,
    /// Look-ups under way.
    looking: AtomicUsize,
    /// Until when look-ups rest, in microseconds.
    rest_until: AtomicI64,
}

/// A request under way, until it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Turn<'a> {
    counted: &'a AtomicUsize,
    /// Where it counts once Twilio is silent, if anywhere.
    silent: Option<&'a AtomicUsize>,
}

impl<'a> Turn<'a> {
    fn take(counted: &'a AtomicUsize, silent: Option<&'a AtomicUsize>) -> Self {
        counted.fetch_add(1, Ordering::Relaxed);
        Self { counted, silent }
    }

    /// Makes the request; the turn ends with it, or sooner if Twilio is silent.
    pub async fn make<T>(self, request: impl Future<Output = T>) -> T {
        let mut request = std::pin::pin!(request);
        if let Ok(answer) = tokio::time::timeout(SILENCE, &mut request).await {
            return answer;
        }
        let _silent = self.fall_silent();
        request.await
    }

    fn fall_silent(self) -> Option<Turn<'a>> {
        self.silent.map(|silent| Turn::take(silent, None))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.counted.fetch_sub(1, Ordering::Relaxed);
    }
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
            sending: AtomicUsize::new(0),
            silent: AtomicUsize::new(0),
            looking: AtomicUsize::new(0),
            rest_until: AtomicI64::new(i64::MIN),
        }
    }

    /// Requests that may be in flight now.
    #[must_use]
    pub fn now(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }

    /// A text is being handed over.
    pub fn send(&self) -> Turn<'_> {
        Turn::take(&self.sending, Some(&self.silent))
    }

    /// A look-up is under way.
    pub fn look_up(&self) -> Turn<'_> {
        Turn::take(&self.looking, None)
    }

    /// Texts that may be handed over beside those that are. One look-up goes on whatever is sent,
    /// so it takes nothing from sending; nor does a text that Twilio is silent about, but even with
    /// those there are never more than at most.
    #[must_use]
    pub fn room_to_send(&self, under_way: usize) -> usize {
        let looking = self.looking.load(Ordering::Relaxed).saturating_sub(1);
        let heard = under_way.saturating_sub(self.silent.load(Ordering::Relaxed));
        self.now().saturating_sub(heard + looking).min(self.most.saturating_sub(under_way))
    }

    /// Look-ups that may begin: what sending leaves, at least one at a time, none while they rest.
    #[must_use]
    pub fn room_to_look_up(&self, now: DateTime<Utc>) -> usize {
        if self.rests_until(now).is_some() {
            return 0;
        }
        let looking = self.looking.load(Ordering::Relaxed);
        let left = self.now().saturating_sub(self.sending.load(Ordering::Relaxed) + looking);
        left.max(usize::from(looking == 0))
    }

    /// Until when look-ups rest, if they do: Twilio said how long it wants to be left alone. (A
    /// text that it said this of waits so long by itself.)
    #[must_use]
    pub fn rests_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = DateTime::from_timestamp_micros(self.rest_until.load(Ordering::Relaxed))?;
        // Of a clock that was set back only the longest rest is believed.
        (until > now && until <= now + LONGEST_REST).then_some(until)
    }

    /// Lets look-ups rest for as long as Twilio asked.
    pub fn rest(&self, now: DateTime<Utc>, pause: TimeDelta) {
        let until = now + pause.min(LONGEST_REST);
        self.rest_until.fetch_max(until.timestamp_micros(), Ordering::Relaxed);
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

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).expect("a time")
    }

    #[test]
    fn it_halves_at_once_and_recovers_slowly() {
        let budget = Budget::new(20);
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

    #[test]
    fn sending_goes_first_and_one_look_up_always_goes_on() {
        let budget = Budget::new(3);
        let sends = [budget.send(), budget.send()];
        assert_eq!(budget.room_to_look_up(at(0)), 1, "what sending leaves");
        let first = budget.look_up();
        assert_eq!((budget.room_to_look_up(at(0)), budget.room_to_send(2)), (0, 1));
        drop(first);
        let third = budget.send();
        assert_eq!(budget.room_to_look_up(at(0)), 1, "sending leaves nothing, and one goes on");
        drop((sends, third));
        let looks = [budget.look_up(), budget.look_up()];
        assert_eq!(budget.room_to_send(0), 2, "one of the two is beside sending");
        drop(looks);
        assert_eq!((budget.room_to_send(0), budget.room_to_look_up(at(0))), (3, 3));
    }

    #[test]
    fn what_twilio_is_silent_about_holds_up_nothing_until_it_is_too_much() {
        let budget = Budget::new(3);
        budget.slow_down(at(0), at(1));
        assert_eq!(budget.room_to_send(1), 0, "one at a time");
        let silent = budget.send().fall_silent();
        assert_eq!((budget.room_to_send(1), budget.room_to_look_up(at(0))), (1, 1));
        let second = budget.send().fall_silent();
        assert_eq!(budget.room_to_send(2), 1);
        let third = budget.send().fall_silent();
        assert_eq!(budget.room_to_send(3), 0, "three are too many, whatever is heard of them");
        drop((silent, second, third));
        assert_eq!((budget.room_to_send(1), budget.room_to_send(0)), (0, 1), "they ended");
    }

    #[test]
    fn look_ups_rest_as_long_as_they_were_asked_to() {
        let budget = Budget::new(3);
        budget.rest(at(0), TimeDelta::seconds(5));
        budget.rest(at(0), TimeDelta::seconds(2));
        assert_eq!((budget.room_to_look_up(at(4)), budget.room_to_send(0)), (0, 3));
        assert_eq!(budget.rests_until(at(4)), Some(at(5)));
        assert_eq!(budget.room_to_look_up(at(5)), 3);
        budget.rest(at(5), TimeDelta::days(5));
        assert_eq!(budget.rests_until(at(6)), Some(at(5) + LONGEST_REST));
    }
}
