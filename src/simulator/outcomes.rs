//! What a number does: Twilio's own magic numbers, and ours.
//!
//! Ours go by the last five digits of the recipient. A code that Twilio knows happens to that
//! text: 20xxx, 21xxx, 14xxx and 6xxxx at create, 3xxxx after it. `00001` never gets a receipt,
//! `00002` never leaves the queue, `00003` is undelivered and then delivered after all. With a 9 for
//! its first digit the code of an undelivered text (`93003` for 30003) happens once: the same words
//! arrive when they are sent again. Every other number is a phone that works.

use std::time::Duration;

use super::{
    life::Hop,
    pace::Pace,
    refusal::code_name,
    sent::Status::{Delivered, Failed, Queued, Sent, Undelivered},
};

/// The fate of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Refused at create, with this code.
    Refused(u32),
    /// Reaches the phone.
    Arrives,
    /// The carrier takes it and never says more.
    NoReceipt,
    /// Waits in the queue for ever.
    Stuck,
    /// Undelivered first, delivered in the end.
    Contradicts,
    /// Reaches the carrier, which says no.
    Undelivered(u32),
    /// As that, but only the first time that these words are sent.
    UndeliveredOnce(u32),
    /// Queued, and then given up by Twilio.
    Fails(u32),
    /// Accepted by a Messaging Service, then found impossible.
    FailsAtOnce(u32),
}

/// The fate of a text to this number. A Messaging Service takes opted-out and unroutable
/// recipients first and fails them later; with a sender they are refused at create.
pub(super) fn of(to: &str, with_service: bool) -> Outcome {
    let fate = magic(to).map_or_else(|| by_last_digits(to), Outcome::Refused);
    match fate {
        Outcome::Refused(code @ (21610 | 21612)) if with_service => Outcome::FailsAtOnce(code),
        other => other,
    }
}

/// Twilio's test recipients.
fn magic(to: &str) -> Option<u32> {
    match to {
        "+15005550001" => Some(21211),
        "+15005550002" => Some(21612),
        "+15005550003" => Some(21408),
        "+15005550004" => Some(21610),
        "+15005550009" => Some(21614),
        _ => None,
    }
}

/// Twilio's test senders: `Some(Ok)` may send for anybody, `Some(Err)` is refused with a code.
pub(super) fn magic_sender(from: &str) -> Option<Result<(), u32>> {
    match from {
        "+15005550006" => Some(Ok(())),
        "+15005550001" => Some(Err(21212)),
        "+15005550007" => Some(Err(21606)),
        "+15005550008" => Some(Err(21611)),
        _ => None,
    }
}

fn by_last_digits(to: &str) -> Outcome {
    let digits = to.get(to.len().saturating_sub(5)..).unwrap_or_default();
    match digits {
        "00001" => return Outcome::NoReceipt,
        "00002" => return Outcome::Stuck,
        "00003" => return Outcome::Contradicts,
        _ => {}
    }
    match digits.parse::<u32>() {
        Ok(code) if code_name(code).is_some() => by_code(code),
        Ok(once @ 93_003..=93_009) => Outcome::UndeliveredOnce(once - 63_000),
        _ => Outcome::Arrives,
    }
}

fn by_code(code: u32) -> Outcome {
    match code {
        30003..=30009 => Outcome::Undelivered(code),
        30000..=39999 => Outcome::Fails(code),
        20000..=21999 | 14000..=14999 | 60000..=69999 => Outcome::Refused(code),
        _ => Outcome::Arrives,
    }
}

impl Outcome {
    /// The statuses that follow the first one, and when.
    pub(super) fn hops(self, with_service: bool, pace: &Pace) -> Vec<Hop> {
        let queued = Hop { status: Queued, error_code: None, wait: pace.queued() };
        let sent = Hop { status: Sent, error_code: None, wait: pace.sent() };
        let hop = |status, error_code| Hop { status, error_code, wait: pace.delivered() };
        let fails = |code, wait: Duration| Hop { status: Failed, error_code: Some(code), wait };
        let mut hops = Vec::new();
        if with_service && !matches!(self, Self::FailsAtOnce(_)) {
            hops.push(queued);
        }
        match self {
            Self::Refused(_) | Self::Stuck => {}
            Self::Arrives => hops.extend([sent, hop(Delivered, None)]),
            Self::NoReceipt => hops.push(sent),
            Self::Contradicts => {
                hops.extend([sent, hop(Undelivered, Some(30003)), hop(Delivered, None)]);
            }
            Self::Undelivered(code) | Self::UndeliveredOnce(code) => {
                hops.extend([sent, hop(Undelivered, Some(code))])
            }
            Self::Fails(code) => hops.push(fails(code, pace.sent())),
            Self::FailsAtOnce(code) => hops.push(fails(code, pace.queued())),
        }
        hops
    }
}
