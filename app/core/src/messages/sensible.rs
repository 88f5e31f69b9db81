//! When trying again makes sense: the next morning of the person, outside quiet hours.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::error::Error;
use crate::holds::{self, QuietHours};
use crate::orgs;
use crate::people::Person;
use crate::service::Service;
use crate::twilio::codes::{self, Retry};

/// A phone that is off now is more likely on by then.
const SOONEST: TimeDelta = TimeDelta::hours(3);
const MORNING_HOUR: i64 = 9;

/// A time at which a text is likely to arrive that did not, and the zone in which the person reads it.
///
/// # Errors
/// If the database fails or a setting cannot be read.
pub async fn sensible_time(
    service: &Service,
    person: &Person,
    contact_zone: Option<&str>,
    event_zone: Option<&str>,
) -> Result<(DateTime<Utc>, Tz), Error> {
    let settings = orgs::settings(&service.store, person.org_id).await?;
    let zone = holds::zone_of(contact_zone, event_zone, &person.org_timezone);
    Ok((next_morning(service.clock.now(), zone, settings.quiet_hours), zone))
}

/// Whether time may help a text that ended with this code: its phone was off, its carrier was busy.
#[must_use]
pub fn may_pass_with_time(error_code: Option<i64>) -> bool {
    let code = error_code.and_then(|code| u32::try_from(code).ok()).filter(|code| *code > 0);
    code.is_some_and(|code| codes::describe(code).retry == Retry::Later)
}

fn next_morning(now: DateTime<Utc>, zone: Tz, quiet: Option<QuietHours>) -> DateTime<Utc> {
    let soonest = now + SOONEST;
    let today = soonest.with_timezone(&zone).date_naive();
    let nine = NaiveTime::MIN + TimeDelta::hours(MORNING_HOUR);
    let mornings = (0..3).filter_map(|day| {
        let morning = today.checked_add_days(Days::new(day))?.and_time(nine);
        Some(zone.from_local_datetime(&morning).earliest()?.with_timezone(&Utc))
    });
    let morning = mornings.into_iter().find(|morning| *morning >= soonest).unwrap_or(soonest);
    quiet.and_then(|quiet| quiet.end_after(morning, zone)).unwrap_or(morning)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YORK: Tz = chrono_tz::America::New_York;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn an_afternoons_text_is_tried_again_the_next_morning() {
        let tried = next_morning(at("2026-06-01T20:00:00Z"), NEW_YORK, Some(QuietHours::usual()));
        assert_eq!(tried, at("2026-06-02T13:00:00Z"), "9:00 AM in New York");
    }

    #[test]
    fn a_nights_text_is_tried_again_the_same_morning_and_a_mornings_the_next() {
        assert_eq!(next_morning(at("2026-06-02T06:00:00Z"), NEW_YORK, None), at("2026-06-02T13:00:00Z"));
        assert_eq!(next_morning(at("2026-06-02T12:30:00Z"), NEW_YORK, None), at("2026-06-03T13:00:00Z"));
    }

    #[test]
    fn quiet_hours_that_last_longer_are_waited_for() {
        let time = |text| NaiveTime::parse_from_str(text, "%H:%M").expect("a time");
        let late = QuietHours::between(time("20:00"), time("11:00"));
        assert_eq!(next_morning(at("2026-06-01T20:00:00Z"), NEW_YORK, late), at("2026-06-02T15:00:00Z"));
    }

    #[test]
    fn time_helps_a_phone_that_is_off_and_no_landline() {
        assert!(may_pass_with_time(Some(30003)));
        assert!(!may_pass_with_time(Some(30006)) && !may_pass_with_time(None));
    }
}
