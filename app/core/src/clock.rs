//! Time and ids come in as a parameter, so that a test can hold them still.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Datelike, SubsecRound, TimeDelta, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

/// What is said of a time that [`is_of_our_time`] refuses.
pub const NOT_OF_OUR_TIME: &str = "Choose a time between the years 2000 and 2199.";

/// Whether anything can be planned then. Other years are slips of the pen, and PostgreSQL stores
/// only some of those that a `DateTime` can hold.
#[must_use]
pub fn is_of_our_time(time: DateTime<Utc>) -> bool {
    (2000..2200).contains(&time.year())
}

/// Where the time comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands still until a test moves it.
    Fixed(Arc<Held<DateTime<Utc>>>),
    /// The machine's clock, moved by so much: for living through past days in the demo.
    Shifted(Arc<Held<TimeDelta>>),
}

/// What a clock that is not the machine's goes by, and the order of the ids made by it.
#[derive(Debug)]
pub struct Held<T> {
    by: Mutex<T>,
    order: Mutex<ContextV7>,
}

impl<T> Held<T> {
    fn new(by: T) -> Arc<Self> {
        Arc::new(Self { by: Mutex::new(by), order: Mutex::new(ContextV7::new()) })
    }
}

/// When an id was made, to the millisecond: ids begin with their time (RFC 9562, UUIDv7).
#[must_use]
pub(crate) fn made_at(id: Uuid) -> DateTime<Utc> {
    let milliseconds = i64::try_from(id.as_u128() >> 80).unwrap_or_default();
    DateTime::from_timestamp_millis(milliseconds).unwrap_or_default()
}

/// The first id that can have been made at this time.
#[must_use]
pub(crate) fn first_id_of(time: DateTime<Utc>) -> Uuid {
    Uuid::from_u128(u128::try_from(time.timestamp_millis()).unwrap_or_default() << 80)
}

impl Clock {
    /// A clock that stands at this moment.
    #[must_use]
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self::Fixed(Held::new(at))
    }

    /// The machine's clock, moved by so much.
    #[must_use]
    pub fn shifted(by: TimeDelta) -> Self {
        Self::Shifted(Held::new(by))
    }

    /// Now, cut to the microsecond: PostgreSQL keeps no more, and both engines must agree.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        let now = match self {
            Self::System => Utc::now(),
            Self::Fixed(at) => *at.by.lock().unwrap_or_else(PoisonError::into_inner),
            Self::Shifted(by) => Utc::now() + *by.by.lock().unwrap_or_else(PoisonError::into_inner),
        };
        now.trunc_subsecs(6)
    }

    /// Moves a fixed or shifted clock on; the machine's clock moves by itself.
    pub fn advance(&self, by: TimeDelta) {
        match self {
            Self::System => {}
            Self::Fixed(at) => *at.by.lock().unwrap_or_else(PoisonError::into_inner) += by,
            Self::Shifted(shift) => *shift.by.lock().unwrap_or_else(PoisonError::into_inner) += by,
        }
    }

    /// A new id (`UUIDv7`): ids made later sort later, within one process.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        static ORDER: Mutex<ContextV7> = Mutex::new(ContextV7::new());
        let order = match self {
            Self::System => &ORDER,
            Self::Fixed(at) => &at.order,
            Self::Shifted(by) => &by.order,
        };
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let order = order.lock().unwrap_or_else(PoisonError::into_inner);
        Uuid::new_v7(Timestamp::from_unix(&*order, seconds, now.timestamp_subsec_nanos()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_they_were_made() {
        let clock = Clock::System;
        let ids: Vec<Uuid> = (0..2_000).map(|_| clock.new_id()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn an_id_tells_when_it_was_made() {
        let clock = Clock::fixed(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let later = Clock::fixed(clock.now() + TimeDelta::days(1));
        for clock in [&later, &clock] {
            let id = clock.new_id();
            assert_eq!(made_at(id), clock.now(), "whatever other clocks say");
            assert!(
                first_id_of(clock.now()) <= id && id < first_id_of(clock.now() + TimeDelta::milliseconds(1))
            );
        }
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = Clock::fixed(DateTime::UNIX_EPOCH);
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH);
        clock.advance(TimeDelta::minutes(5));
        assert_eq!(clock.now().timestamp(), 300);
    }
}
