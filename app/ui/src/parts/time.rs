//! Times in the event's zone, with the zone named, and the exact one at hand.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;

use crate::visit::ui;

/// `Feb 13, 3:45 PM EST`; with the year where it is not this year's.
pub(crate) fn short(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let local = at.with_timezone(&zone);
    let form = if local.year() == now.with_timezone(&zone).year() {
        "%b %-d, %-I:%M %p %Z"
    } else {
        "%b %-d, %Y, %-I:%M %p %Z"
    };
    local.format(form).to_string()
}

/// Day and time of day apart, for lists: `Feb 13` and `3:45 PM EST`.
fn apart(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> (String, String) {
    let local = at.with_timezone(&zone);
    let day = if local.year() == now.with_timezone(&zone).year() { "%b %-d" } else { "%b %-d, %Y" };
    (local.format(day).to_string(), local.format("%-I:%M %p %Z").to_string())
}

/// `9:00 AM EST`.
pub(crate) fn clock_time(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%-I:%M %p %Z").to_string()
}

/// `Thu 26 Feb 2026, 7:00 PM EST`.
pub(crate) fn long(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %-d %b %Y, %-I:%M %p %Z").to_string()
}

/// `11:00:02.114`, for the trail; with the day where it is another than the one before.
pub(crate) fn exact(at: DateTime<Utc>, before: DateTime<Utc>, zone: Tz) -> String {
    let (local, before) = (at.with_timezone(&zone), before.with_timezone(&zone));
    let form =
        if local.date_naive() == before.date_naive() { "%H:%M:%S%.3f" } else { "%b %-d, %H:%M:%S%.3f" };
    local.format(form).to_string()
}

/// `2.9 s`, `4 min`, `3 h`, `2 days`.
pub(crate) fn span(seconds: f64) -> String {
    match seconds.max(0.0) {
        s if s < 0.05 => "under 0.1 s".into(),
        s if s < 10.0 => format!("{s:.1} s"),
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5_400.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.0} h", s / 3_600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}

/// `12 min ago`, of what has just been; `public/live.js` goes on counting in the same words.
fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> Option<String> {
    match (now - at).num_minutes() {
        _ if now < at => None,
        0 => Some("just now".into()),
        minutes @ 1..60 => Some(format!("{minutes} min ago")),
        minutes @ 60..720 => Some(format!("{} h ago", minutes / 60)),
        _ => None,
    }
}

/// A moment; the machine-readable and the exact one are in its attributes.
#[component]
pub fn Moment(at: DateTime<Utc>, zone: Tz, #[prop(optional)] class: Option<&'static str>) -> AnyView {
    let now = ui().service.clock.now();
    let shown = match ago(at, now) {
        Some(ago) => view! { <span data-ago="">{ago}</span>", "{clock_time(at, zone)} }.into_any(),
        None => short(at, zone, now).into_any(),
    };
    view! {
        <time class=class datetime=at.to_rfc3339_opts(SecondsFormat::Millis, true) title=long(at, zone)>{shown}</time>
    }
    .into_any()
}

/// A moment in a list: the day above the time of day where there is room for neither beside the other.
#[component]
pub fn Stacked(at: DateTime<Utc>, zone: Tz) -> AnyView {
    let now = ui().service.clock.now();
    let (day, time) = apart(at, zone, now);
    let day = match ago(at, now) {
        Some(ago) => view! { <span data-ago="">{ago}</span> }.into_any(),
        None => view! { <span>{day}</span> }.into_any(),
    };
    view! {
        <time class="stacked soft" datetime=at.to_rfc3339_opts(SecondsFormat::Millis, true) title=long(at, zone)>
            {day}" "<span>{time}</span>
        </time>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_name_their_zone_and_another_year() {
        let at = DateTime::from_timestamp(1_770_929_100, 0).expect("a time");
        let new_york = chrono_tz::America::New_York;
        assert_eq!(short(at, new_york, at), "Feb 12, 3:45 PM EST");
        assert_eq!(short(at, new_york, at + chrono::TimeDelta::days(400)), "Feb 12, 2026, 3:45 PM EST");
        assert_eq!(long(at, new_york), "Thu 12 Feb 2026, 3:45 PM EST");
    }

    #[test]
    fn what_has_just_been_is_so_long_ago() {
        let at = DateTime::from_timestamp(1_770_929_100, 0).expect("a time");
        let after = |minutes| ago(at, at + chrono::TimeDelta::minutes(minutes));
        assert_eq!(after(0).as_deref(), Some("just now"));
        assert_eq!(after(59).as_deref(), Some("59 min ago"));
        assert_eq!(after(119).as_deref(), Some("1 h ago"));
        assert_eq!((after(720), after(-1)), (None, None));
    }

    #[test]
    fn a_trail_names_the_day_when_it_changes() {
        let at = DateTime::from_timestamp(1_770_929_100, 250_000_000).expect("a time");
        let new_york = chrono_tz::America::New_York;
        assert_eq!(exact(at, at, new_york), "15:45:00.250");
        let later = at + chrono::TimeDelta::hours(10);
        assert_eq!(exact(later, at, new_york), "Feb 13, 01:45:00.250");
    }

    #[test]
    fn spans_have_one_unit() {
        assert_eq!(span(2.94), "2.9 s");
        assert_eq!(span(41.0), "41 s");
        assert_eq!(span(600.0), "10 min");
        assert_eq!(span(90_000.0), "25 h");
        assert_eq!(span(0.05), "0.1 s");
        assert_eq!(span(-1.0), "under 0.1 s");
    }
}
