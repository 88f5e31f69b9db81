//! Times as clocks on a wall show them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A local time, or the first after it that there is: where clocks go forward, some are left out.
#[must_use]
pub fn in_zone(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    (0..8)
        .filter_map(|half_hours| local.checked_add_signed(TimeDelta::minutes(30 * half_hours)))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map(|at| at.to_utc())
}

/// When a day begins: at midnight, or as soon as there is a time.
#[must_use]
pub fn begin_of(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    in_zone(day.and_time(NaiveTime::MIN), zone)
}
