//! One message as this Twilio knows it: the truth that a test compares with.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// Twilio's words for where a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Taken in, sender not chosen yet.
    Accepted,
    /// Waits for its time.
    Scheduled,
    /// Waits for its sender's turn.
    Queued,
    /// Being handed to the carrier.
    Sending,
    /// The carrier has it.
    Sent,
    /// The phone has it.
    Delivered,
    /// The carrier says no.
    Undelivered,
    /// Never left Twilio.
    Failed,
    /// Canceled before its time.
    Canceled,
    /// Read, where the channel tells.
    Read,
    /// An inbound text that arrived.
    Received,
}

impl Status {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Read => "read",
            Self::Received => "received",
        }
    }

    /// Whether Twilio regards the text as finished.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::Delivered | Self::Undelivered | Self::Failed | Self::Canceled | Self::Read | Self::Received
        )
    }

    /// Whether a carrier gave a receipt, good or bad.
    pub(super) fn has_receipt(self) -> bool {
        matches!(self, Self::Delivered | Self::Undelivered | Self::Read)
    }
}

/// Which way a text went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To a person.
    OutboundApi,
    /// From a person.
    Inbound,
}

/// What became of one callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackOutcome {
    /// The webhook answered with this HTTP status.
    Answered(u16),
    /// Nothing was listening.
    NoConnection,
    /// Connected, but no answer in time.
    NoAnswer,
    /// Never posted, by a fault.
    Lost,
}

/// One callback that was posted, or should have been.
#[derive(Clone, Debug, Serialize)]
pub struct CallbackRecord {
    /// The status it told.
    pub status: Status,
    /// How it ended.
    pub outcome: CallbackOutcome,
    /// How often it was posted.
    pub tries: u32,
}

/// A message with all that is known about it.
#[derive(Clone, Debug, Serialize)]
pub struct Sent {
    /// `SM…`, or `MM…` with pictures.
    pub sid: String,
    /// The account that owns it.
    pub account_sid: String,
    /// Which way it went.
    pub direction: Direction,
    /// The recipient.
    pub to: String,
    /// The sender; `None` with a Messaging Service that has not chosen yet.
    pub from: Option<String>,
    /// The Messaging Service, if one was named.
    pub messaging_service_sid: Option<String>,
    /// The text as the request had it.
    pub body_received: String,
    /// The text as stored and sent; empty once redacted.
    pub body: String,
    /// Where it is now.
    pub status: Status,
    /// Why it failed.
    pub error_code: Option<u32>,
    /// Where its callbacks go, as given, with the fragment.
    pub status_callback: Option<String>,
    /// Seconds after which Twilio gives up, if the request said.
    pub validity_period: Option<u32>,
    /// Segments it costs.
    pub segments: u32,
    /// Pictures it carries.
    pub num_media: usize,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// When anything last changed.
    pub updated_at: DateTime<Utc>,
    /// When the carrier got it.
    pub sent_at: Option<DateTime<Utc>>,
    /// Every status it had, in order.
    pub trail: Vec<(Status, DateTime<Utc>)>,
    /// Every callback, in the order in which they ended.
    pub callbacks: Vec<CallbackRecord>,
    /// Deleted over the API; kept here.
    pub deleted: bool,
    /// The sender that a Messaging Service will choose.
    #[serde(skip)]
    pub(super) sender: String,
    /// Which create for this number it came from, from 0.
    #[serde(skip)]
    pub(super) nth: u64,
    /// When it was accepted, on the clock that delays run by.
    #[serde(skip)]
    pub(super) born: Instant,
    /// When it was sent, on that clock.
    #[serde(skip)]
    pub(super) left: Option<Instant>,
}

impl Sent {
    /// Moves to a status, as Twilio's own record would: the last word counts.
    pub(super) fn become_status(&mut self, status: Status, code: Option<u32>, now: DateTime<Utc>) {
        self.status = status;
        self.error_code = code;
        self.updated_at = now;
        self.trail.push((status, now));
        if !matches!(status, Status::Accepted | Status::Scheduled | Status::Canceled) {
            self.from.get_or_insert_with(|| self.sender.clone());
        }
        if status == Status::Sent && self.sent_at.is_none() {
            self.sent_at = Some(now);
            self.left = Some(Instant::now());
        }
    }
}
