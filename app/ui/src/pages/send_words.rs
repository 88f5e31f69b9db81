//! Words that the pages of sends have in common.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use usher_core::holds::QuietHours;
use usher_core::sends::{Hold, Money, Send, State};

use crate::parts::time::span;

/// Why people get no text, in a word or two.
pub(super) fn skipped_heading(reason: &str) -> String {
    match reason {
        "opted_out" => "Opted out".into(),
        "dead_number" => "Number cannot receive texts".into(),
        "same_number" => "Named more than once".into(),
        "not_attending" => "Left the event".into(),
        "same_words" => "Were sent these words lately".into(),
        "too_long" => "Text too long for them".into(),
        other => match other.strip_prefix("missing:") {
            Some(variable) => format!("No {{{{{variable}}}}}"),
            None => "Skipped".into(),
        },
    }
}

/// Why people get no text, and what can be done.
pub(super) fn skipped(reason: &str) -> &'static str {
    match reason {
        "opted_out" => {
            "They asked not to be texted. Only they can undo it, by texting START. Recorded as not sent."
        }
        "dead_number" => "The number cannot receive texts. Ask for another. Recorded as not sent.",
        "same_number" => "They are in it more than once and get one text.",
        "not_attending" => "They were taken off the list before their text was written.",
        "same_words" => "You left out who was sent these same words in the last 24 hours.",
        "too_long" => "With their values the text is longer than a text can be.",
        _ => {
            "The words use something that we do not know of them. Add it on the Attendees page, or use other words."
        }
    }
}

/// An amount as people write it.
pub(super) fn money(money: &Money) -> String {
    match money.currency.as_str() {
        "USD" => format!("${}", money.amount),
        other => format!("{} {other}", money.amount),
    }
}

/// The place that a zone is named for.
pub(super) fn place(zone: Tz) -> String {
    let name = zone.name();
    name.rsplit('/').next().unwrap_or(name).replace('_', " ")
}

/// `9:00 PM and 8:00 AM`.
pub(super) fn between(hours: QuietHours) -> String {
    let time = |time: chrono::NaiveTime| time.format("%-I:%M %p").to_string();
    format!("{} and {}", time(hours.from()), time(hours.to()))
}

/// Where a send stands: a word and the tone of its badge.
pub(super) fn state(send: &Send) -> (&'static str, &'static str) {
    match send.state {
        State::Preparing => ("Preparing…", "waiting"),
        State::Ready if send.left() == 0 => ("Waiting", "waiting"),
        State::Ready if send.waiting == 0 => ("Waiting for receipts", "sent"),
        State::Ready => ("Sending…", "sent"),
        State::Paused => ("Paused", "paused"),
        State::Canceled => ("Canceled", "canceled"),
        State::Done => ("Done", "delivered"),
    }
}

/// About how long the texts take that wait for nothing but their turn; `None` where there is nothing to
/// tell by.
pub(super) fn remaining(send: &Send, holds: &[Hold], now: DateTime<Utc>) -> Option<String> {
    let held: i64 = holds.iter().filter(|hold| hold.hold != "limit").map(|hold| hold.texts).sum();
    let waiting = send.waiting - held;
    let since = send.running_since.unwrap_or(send.send_at.unwrap_or(send.created_at).max(send.created_at));
    let seconds = (now - since).num_milliseconds() as f64 / 1_000.0;
    let left = send.left() - send.left_before;
    let can_tell = send.state == State::Ready && waiting > 0 && left >= 5 && seconds >= 2.0;
    can_tell.then(|| span(waiting as f64 * seconds / left as f64))
}
