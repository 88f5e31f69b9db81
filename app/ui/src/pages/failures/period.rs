//! How far back the page looks.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::pages::query;
use crate::paths;
use crate::visit::{ui, zone};
use usher_core::local::begin_of;

/// Days that can be chosen.
pub(super) const CHOICES: [u64; 5] = [1, 7, 30, 90, 365];
const USUAL: u64 = 30;

/// So many days back, from the beginning of that day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) struct Period {
    pub days: u64,
}

impl Period {
    /// What the address says, or the usual one.
    pub fn chosen() -> Self {
        Self::parse(query("days").as_deref().unwrap_or_default())
    }

    pub fn parse(days: &str) -> Self {
        Self { days: days.parse().ok().filter(|days| CHOICES.contains(days)).unwrap_or(USUAL) }
    }

    /// The first day, in the organization's zone.
    pub fn first_day(self) -> NaiveDate {
        let today = ui().service.clock.now().with_timezone(&zone()).date_naive();
        today.checked_sub_days(Days::new(self.days)).unwrap_or(today)
    }

    pub fn since(self) -> DateTime<Utc> {
        let day = self.first_day();
        begin_of(day, zone()).unwrap_or_else(|| day.and_time(NaiveTime::MIN).and_utc())
    }

    pub fn words(self) -> String {
        match self.days {
            1 => "since yesterday".into(),
            days => format!("of the last {days} days"),
        }
    }

    /// The page with these further parts of the query.
    pub fn page(self, rest: &str) -> String {
        let days = if self.days == USUAL { String::new() } else { format!("days={}", self.days) };
        let parts: Vec<&str> = [days.as_str(), rest].into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            paths::FAILURES.to_owned()
        } else {
            format!("{}?{}", paths::FAILURES, parts.join("&"))
        }
    }

    /// What a retry of these texts would do.
    pub fn retry(self, rest: &str) -> String {
        let and = if rest.is_empty() { "" } else { "&" };
        format!("{}?since={}{and}{rest}", paths::RETRY_CHECK, self.first_day())
    }
}

/// A moment in an address: a day in the organization's zone, from its beginning or to its end, or an
/// exact time with its offset.
pub(in crate::pages) fn moment(text: &str, zone: Tz, to_its_end: bool) -> Option<DateTime<Utc>> {
    if let Ok(exact) = DateTime::parse_from_rfc3339(text) {
        return Some(exact.to_utc());
    }
    let day: NaiveDate = text.parse().ok()?;
    let day = if to_its_end { day.checked_add_days(Days::new(1))? } else { day };
    begin_of(day, zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_meant_in_the_zone_and_an_exact_time_as_it_is() {
        let zone = chrono_tz::America::New_York;
        let at = |text, end| moment(text, zone, end).map(|at| at.to_rfc3339());
        assert_eq!(at("2026-02-12", false).as_deref(), Some("2026-02-12T05:00:00+00:00"));
        assert_eq!(at("2026-02-12", true).as_deref(), Some("2026-02-13T05:00:00+00:00"));
        assert_eq!(at("2026-02-12T10:00:00+01:00", false).as_deref(), Some("2026-02-12T09:00:00+00:00"));
        assert_eq!(at("yesterday", false), None);
        assert_eq!(at("-999999-01-01", false), None);
    }
}
