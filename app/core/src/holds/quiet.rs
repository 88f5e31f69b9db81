//! Quiet hours: a span of the clock on the wall, in the recipient's zone, in which nobody is texted.

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Serialize, Serializer};

/// No zone's clocks skip more than this.
const LONGEST_GAP_MINUTES: i64 = 24 * 60;

/// From and to, on the wall's clock; `from` may be later than `to`, then they span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    from: NaiveTime,
    to: NaiveTime,
}

impl QuietHours {
    /// Quiet from the first time until the second; `None` if that leaves less than an hour of the day.
    #[must_use]
    pub fn between(from: NaiveTime, to: NaiveTime) -> Option<Self> {
        let open = (from - to).num_minutes().rem_euclid(24 * 60);
        (open >= 60).then_some(Self { from, to })
    }

    /// From nine in the evening to eight in the morning.
    #[must_use]
    pub fn usual() -> Self {
        let hour = |hour| NaiveTime::MIN + TimeDelta::hours(hour);
        Self { from: hour(21), to: hour(8) }
    }

    /// When they begin.
    #[must_use]
    pub fn from(&self) -> NaiveTime {
        self.from
    }

    /// When they end.
    #[must_use]
    pub fn to(&self) -> NaiveTime {
        self.to
    }

    /// Whether the wall's clock shows a quiet time there and then.
    #[must_use]
    pub fn cover(&self, at: DateTime<Utc>, zone: Tz) -> bool {
        let time = at.with_timezone(&zone).time();
        if self.from < self.to {
            (self.from..self.to).contains(&time)
        } else {
            time >= self.from || time < self.to
        }
    }

    /// When the quiet hours that cover this moment end; `None` if none do.
    #[must_use]
    pub fn end_after(&self, at: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        self.cover(at, zone).then(|| self.edge(at, zone, self.to, Which::Latest))
    }

    /// When the next quiet hours begin, at or after this moment, which itself is not quiet.
    #[must_use]
    pub fn start_after(&self, at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        self.edge(at, zone, self.from, Which::Earliest)
    }

    /// When the quiet hours that cover this moment began.
    #[must_use]
    pub fn start_before(&self, at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let today = at.with_timezone(&zone).date_naive();
        let days = [today, today.checked_sub_days(Days::new(1)).unwrap_or(today)];
        let starts = days.into_iter().filter_map(|day| moment(day, self.from, zone, Which::Earliest));
        starts.filter(|start| *start <= at).max().unwrap_or(at)
    }

    /// The next moment, at or after `at`, at which the wall's clock shows `time`.
    fn edge(&self, at: DateTime<Utc>, zone: Tz, time: NaiveTime, which: Which) -> DateTime<Utc> {
        let today = at.with_timezone(&zone).date_naive();
        let days = (0..3).filter_map(|day| today.checked_add_days(Days::new(day)));
        days.filter_map(|day| moment(day, time, zone, which)).find(|moment| *moment >= at).unwrap_or(at)
    }
}

/// Which of two moments is meant where clocks are set back and show a time twice: quiet hours begin
/// at the first and end at the last.
#[derive(Clone, Copy)]
enum Which {
    Earliest,
    Latest,
}

/// The moment at which clocks show this; where they skip it, the first moment after the gap.
fn moment(day: NaiveDate, time: NaiveTime, zone: Tz, which: Which) -> Option<DateTime<Utc>> {
    let wanted = day.and_time(time);
    let local = match zone.from_local_datetime(&wanted) {
        LocalResult::Single(local) => local,
        LocalResult::Ambiguous(first, second) => match which {
            Which::Earliest => first,
            Which::Latest => second,
        },
        LocalResult::None => (1..=LONGEST_GAP_MINUTES).find_map(|minutes| {
            zone.from_local_datetime(&(wanted + TimeDelta::minutes(minutes))).earliest()
        })?,
    };
    Some(local.with_timezone(&Utc))
}

impl std::fmt::Display for QuietHours {
    /// As settings keep it: `21:00-08:00`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.from.format("%H:%M"), self.to.format("%H:%M"))
    }
}

impl Serialize for QuietHours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Hours {
            from: String,
            to: String,
        }
        let text = |time: NaiveTime| time.format("%H:%M").to_string();
        Hours { from: text(self.from), to: text(self.to) }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NEW_YORK: Tz = chrono_tz::America::New_York;

    fn quiet(from: &str, to: &str) -> QuietHours {
        let time = |text| NaiveTime::parse_from_str(text, "%H:%M").expect("a time");
        QuietHours::between(time(from), time(to)).expect("hours")
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn the_evening_is_held_until_the_morning() {
        let usual = QuietHours::usual();
        assert_eq!(usual.end_after(at("2026-06-02T00:59:59Z"), NEW_YORK), None, "20:59:59 in New York");
        assert_eq!(usual.end_after(at("2026-06-02T01:00:00Z"), NEW_YORK), Some(at("2026-06-02T12:00:00Z")));
        assert_eq!(usual.end_after(at("2026-06-02T11:59:00Z"), NEW_YORK), Some(at("2026-06-02T12:00:00Z")));
        assert_eq!(usual.end_after(at("2026-06-02T12:00:00Z"), NEW_YORK), None);
    }

    #[test]
    fn hours_that_do_not_span_midnight_work_too() {
        let noon = quiet("12:00", "14:00");
        assert_eq!(noon.end_after(at("2026-06-02T16:30:00Z"), NEW_YORK), Some(at("2026-06-02T18:00:00Z")));
        assert_eq!(noon.end_after(at("2026-06-02T18:00:00Z"), NEW_YORK), None);
        assert_eq!(noon.start_after(at("2026-06-02T18:00:00Z"), NEW_YORK), at("2026-06-03T16:00:00Z"));
    }

    #[test]
    fn the_night_in_which_clocks_go_forward_is_an_hour_shorter() {
        // 2026-03-08 in New York: 02:00 becomes 03:00, so eight o'clock is at 12:00 UTC, not 13:00.
        let usual = QuietHours::usual();
        assert_eq!(usual.end_after(at("2026-03-08T03:00:00Z"), NEW_YORK), Some(at("2026-03-08T12:00:00Z")));
    }

    #[test]
    fn the_night_in_which_clocks_go_back_is_an_hour_longer() {
        // 2026-11-01 in New York: 02:00 becomes 01:00, so eight o'clock is at 13:00 UTC, not 12:00.
        let usual = QuietHours::usual();
        assert_eq!(usual.end_after(at("2026-11-01T03:00:00Z"), NEW_YORK), Some(at("2026-11-01T13:00:00Z")));
    }

    #[test]
    fn an_end_that_clocks_skip_is_the_first_moment_after_the_gap() {
        let held = quiet("21:00", "02:30").end_after(at("2026-03-08T05:00:00Z"), NEW_YORK);
        assert_eq!(held, Some(at("2026-03-08T07:00:00Z")), "03:00 in New York");
    }

    #[test]
    fn an_end_that_comes_twice_is_the_second() {
        let hours = quiet("21:00", "01:30");
        assert_eq!(hours.end_after(at("2026-11-01T04:00:00Z"), NEW_YORK), Some(at("2026-11-01T06:30:00Z")));
        assert!(hours.cover(at("2026-11-01T06:15:00Z"), NEW_YORK), "01:15 for the second time");
    }

    #[test]
    fn a_start_that_comes_twice_is_the_first() {
        let hours = quiet("01:30", "08:00");
        assert_eq!(hours.start_after(at("2026-11-01T04:00:00Z"), NEW_YORK), at("2026-11-01T05:30:00Z"));
    }

    #[test]
    fn a_day_must_have_an_hour_in_which_texts_may_go() {
        let time = |text| NaiveTime::parse_from_str(text, "%H:%M").expect("a time");
        for (from, to) in [("08:00", "08:00"), ("08:01", "08:00"), ("08:59", "08:00")] {
            assert_eq!(QuietHours::between(time(from), time(to)), None, "{from} to {to}");
        }
        assert!(QuietHours::between(time("09:00"), time("08:00")).is_some());
    }

    #[test]
    fn where_quiet_hours_began_is_found_across_midnight() {
        let usual = QuietHours::usual();
        assert_eq!(usual.start_before(at("2026-06-02T10:00:00Z"), NEW_YORK), at("2026-06-02T01:00:00Z"));
        assert_eq!(usual.start_before(at("2026-06-02T02:00:00Z"), NEW_YORK), at("2026-06-02T01:00:00Z"));
    }

    proptest! {
        #[test]
        fn what_is_held_goes_out_at_a_time_that_is_not_quiet(
            second in 1_700_000_000_i64..1_900_000_000,
            from in 0_u32..1_440,
            length in 1_u32..1_380,
            zone in proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
        ) {
            let time = |minutes: u32| NaiveTime::MIN + TimeDelta::minutes(i64::from(minutes % 1_440));
            let hours = QuietHours::between(time(from), time(from + length)).expect("hours");
            let at = DateTime::from_timestamp(second, 0).expect("a time");
            if let Some(end) = hours.end_after(at, zone) {
                prop_assert!(end > at && end - at <= TimeDelta::hours(49));
                prop_assert!(!hours.cover(end, zone), "{end} in {zone} is quiet");
                prop_assert!(hours.start_before(at, zone) <= at);
            } else {
                let start = hours.start_after(at, zone);
                prop_assert!(start >= at && start - at <= TimeDelta::hours(49));
            }
        }
    }
}
