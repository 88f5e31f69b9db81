//! The bars of a picture over time: how long each is, and where it begins on the clocks of a zone.

use chrono::{DateTime, NaiveTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use crate::local::in_zone;

/// No more bars than this.
const MOST: i64 = 60;
/// No fewer, so that a single send does not fill the whole picture.
const FEWEST: usize = 24;
/// How long a bar may be, in minutes: each at most 2.5 times the one before, so that between
/// [`FEWEST`] and [`MOST`] bars always fit.
const STEPS: [i64; 16] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 5_760, 10_080, 20_160];
const DAY: i64 = 1_440;

/// Where bars from `first` to `last` begin, and how long each is, in minutes.
pub(super) fn bars(first: DateTime<Utc>, last: DateTime<Utc>, zone: Tz) -> (Vec<DateTime<Utc>>, i64) {
    let step = step((last - first).num_minutes());
    (begins(first, last, step, zone), step)
}

/// How long a bar is, in minutes, for so many minutes.
fn step(span: i64) -> i64 {
    let fits = |step: &&i64| span / **step + 2 <= MOST;
    // Longer than any: whole weeks.
    STEPS.iter().find(fits).copied().unwrap_or_else(|| (span / (MOST - 2) / (7 * DAY) + 1) * 7 * DAY)
}

/// When the bars begin: at round times of day in this zone, whatever its clocks do.
fn begins(first: DateTime<Utc>, last: DateTime<Utc>, step: i64, zone: Tz) -> Vec<DateTime<Utc>> {
    let (first, end) = (first.with_timezone(&zone).naive_local(), last.with_timezone(&zone).naive_local());
    let of_day = i64::from(first.num_seconds_from_midnight()) / 60;
    let into = if step < DAY { of_day / step * step } else { 0 };
    let mut begin = first.date().and_time(NaiveTime::MIN) + TimeDelta::minutes(into);
    let mut local = Vec::new();
    while begin <= end {
        local.push(begin);
        begin += TimeDelta::minutes(step);
    }
    while local.len() < FEWEST {
        local.insert(0, local[0] - TimeDelta::minutes(step));
    }
    let mut begins: Vec<DateTime<Utc>> = local.into_iter().filter_map(|local| in_zone(local, zone)).collect();
    // Where clocks go back, two local times are one.
    begins.sort_unstable();
    begins.dedup();
    begins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_a_minute_to_a_century_there_are_enough_bars_and_not_too_many() {
        let first: DateTime<Utc> = "2026-03-07T23:50:00Z".parse().expect("a time");
        let mut span = 0;
        while span < 60 * 24 * 365 * 100 {
            let last = first + TimeDelta::minutes(span);
            let step = step(span);
            for zone in [
                chrono_tz::UTC,
                chrono_tz::America::New_York,
                chrono_tz::Asia::Kathmandu,
                chrono_tz::Africa::Cairo,
            ] {
                let begins = begins(first, last, step, zone);
                assert!(
                    (FEWEST - 1..=60).contains(&begins.len()),
                    "{} bars of {step} for {span}",
                    begins.len()
                );
                assert!(begins.is_sorted() && begins[0] <= first, "{span}");
            }
            span = span * 5 / 4 + 1;
        }
    }

    #[test]
    fn a_day_on_which_clocks_go_forward_is_one_bar() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        let zone = chrono_tz::America::New_York;
        let (begins, step) = bars(at("2026-03-08T04:59:59Z"), at("2026-04-20T12:00:00Z"), zone);
        assert_eq!(step, DAY);
        let day = begins.iter().position(|begin| *begin == at("2026-03-08T05:00:00Z")).expect("its bar");
        assert_eq!(begins[day + 1], at("2026-03-09T04:00:00Z"));
    }
}
