//! Status words and reasons, written for an organizer. One map each, so that no two pages call
//! the same thing by two names.

use usher_core::messages::{KnownBy, Status};
use usher_core::twilio::codes;

/// The word on the badge.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Scheduled => "Scheduled",
        Status::Queued | Status::Sending | Status::Accepted => "Sending…",
        Status::Sent => "Sent",
        Status::Unconfirmed => "No receipt",
        Status::Delivered => "Delivered",
        Status::Undelivered => "Undelivered",
        Status::Failed => "Failed",
        Status::Blocked => "Not sent",
        Status::Canceled => "Canceled",
        Status::Received => "Received",
    }
}

/// The tone of the badge, as the style sheet knows it.
pub(crate) fn tone(status: Status) -> &'static str {
    match status {
        Status::Scheduled | Status::Queued | Status::Sending | Status::Accepted => "waiting",
        other => other.as_str(),
    }
}

/// Why a text did not arrive or waits: a title and what to do.
pub(crate) struct Why {
    pub title: String,
    pub advice: String,
    /// Twilio's code, always shown where there is one.
    pub code: Option<i64>,
}

/// Why a text failed, by Twilio's code.
pub(crate) fn why_failed(error_code: Option<i64>) -> Why {
    let known =
        error_code.and_then(|code| u32::try_from(code).ok()).filter(|code| *code > 0).map(codes::describe);
    match known {
        Some(code) => {
            Why { title: code.title.into_owned(), advice: code.advice.to_owned(), code: error_code }
        }
        None => Why {
            title: "No reason given".into(),
            advice:
                "Twilio refused it without a code. Try again, and tell an administrator if it keeps failing."
                    .into(),
            code: None,
        },
    }
}

/// Why we did not send a text, or stopped it.
pub(crate) fn why_not_sent(reason: Option<&str>) -> Why {
    let (title, advice) = match reason {
        Some("opted_out") => {
            ("Opted out", "They asked not to be texted. Only they can undo it, by texting START.")
        }
        Some("dead_number") => ("Number cannot receive texts", "Ask for another number."),
        Some("expired") => ("Too late", "Its time had passed before it could be sent."),
        Some("no_time_left") => ("No permitted time left", "Quiet hours left no time to send it."),
        Some("not_configured") => (
            "No Twilio account",
            "Texting is not set up yet. An administrator must add an account and a number; then send it again.",
        ),
        Some("switched_off") => ("Switched off", "Your organization has switched texting off."),
        Some("delivered_after_all") => {
            ("Delivered after all", "The first text reached the phone before this one was sent.")
        }
        Some("unreadable_secret") => (
            "Code lost",
            "The key that sealed this code is no longer configured. Ask for a new code, and tell an administrator.",
        ),
        Some("declined") => ("Not coming", "They declined or were taken off before this text had left."),
        Some("merged") => ("One person", "Two entries were one person, who gets this text once."),
        Some("send_canceled") => ("Canceled", "Somebody canceled the send before this text had left."),
        _ => ("Stopped", "Somebody stopped it before it was sent."),
    };
    Why { title: title.into(), advice: advice.into(), code: None }
}

/// Why a text waits.
pub(crate) fn why_waiting(hold: Option<&str>) -> Option<&'static str> {
    match hold? {
        "chosen_time" => Some("Waits for the time that was chosen."),
        "quiet_hours" => Some("Waits for the end of quiet hours."),
        "limit" => Some("Waits because of a limit."),
        "backoff" => Some("Twilio could not take it yet. It is tried again by itself."),
        "sending_paused" => {
            Some("Twilio does not accept our texts right now. It is sent as soon as it does.")
        }
        "send_paused" => Some("Somebody paused this send."),
        _ => None,
    }
}

/// How we know a final status.
pub(crate) fn known_by(known_by: KnownBy) -> &'static str {
    match known_by {
        KnownBy::Callback => "Twilio told us",
        KnownBy::LookUp => "we asked Twilio",
        KnownBy::ApiAnswer => "Twilio’s answer to our request",
        KnownBy::Timeout => "nothing came in time",
    }
}

/// `1 text`, `1,234 texts`.
pub(crate) fn count(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A number with separators.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if number < 0 { format!("−{grouped}") } else { grouped }
}

/// At most `max` characters of a text, for lists.
pub(crate) fn excerpt(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234), "1,234");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(count(1, "text", "texts"), "1 text");
    }

    #[test]
    fn an_excerpt_ends_at_a_character() {
        assert_eq!(excerpt("Grüße\naus Köln", 8), "Grüße au…");
        assert_eq!(excerpt("👩‍👩‍👧 short", 40), "👩‍👩‍👧 short");
    }

    #[test]
    fn every_status_has_a_word_and_a_tone() {
        for each in Status::ALL {
            assert!(!status(each).is_empty() && !tone(each).is_empty());
        }
    }
}
