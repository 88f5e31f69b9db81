//! What we learn about attempts: Twilio's answers, callbacks and look-ups, and how our own calls
//! ended. All of it reaches the store through one writer per process, many at a time.

mod desk;
mod silence;
mod text;
mod writer;

pub(crate) use desk::{Desk, Heard};
pub use silence::{Silence, silence_of};
pub use writer::{NotRecorded, ReceiptWriter};

use chrono::{DateTime, Utc};

use crate::error::clean;
use crate::ids::{AccountId, AttemptId, MessageId};
use crate::messages::KnownBy;
use crate::outbox::Fault;
use crate::service::Service;
use crate::store::on_store;
use crate::twilio::client::Message;

/// Something we learned about one attempt.
#[derive(Clone, Debug)]
pub enum Fact {
    /// Twilio told us a status.
    Receipt(Receipt),
    /// Our call ended without one.
    CallEnded(CallEnded),
}

/// Twilio's word about one of its messages.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The account that the word came through.
    pub account_id: AccountId,
    /// Twilio's name for the message.
    pub sid: String,
    /// The attempt that it says it is about (`a` in the callback's address).
    pub attempt: Option<AttemptId>,
    /// The text that it says it is about (`m` in the callback's address).
    pub message: Option<MessageId>,
    /// Twilio's status word, as it came.
    pub word: String,
    /// Twilio's error code, if one came.
    pub error_code: Option<i64>,
    /// The sender's number, once it is chosen.
    pub from: Option<String>,
    /// What Twilio counted.
    pub segments: Option<i64>,
    /// Negative, in `price_unit`.
    pub price: Option<String>,
    /// ISO 4217.
    pub price_unit: Option<String>,
    /// How it came.
    pub known_by: KnownBy,
    /// When it came.
    pub at: DateTime<Utc>,
    /// What came, as JSON text.
    pub payload: String,
}

/// How a call to Twilio ended that brought no receipt.
#[derive(Clone, Debug)]
pub struct CallEnded {
    /// The attempt that made it.
    pub attempt: AttemptId,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// What that proves.
    pub end: End,
    /// What came, as JSON text or in words.
    pub payload: Option<String>,
}

/// What the end of a call proves.
#[derive(Clone, Debug)]
pub enum End {
    /// Twilio refused it for good.
    Refused {
        /// The HTTP status.
        http_status: i64,
        /// Twilio's code, if one came.
        error_code: Option<i64>,
    },
    /// The request surely was not accepted; the text goes back to waiting.
    NotSent {
        /// What went wrong, for the trail.
        why: String,
        /// Why it waits: `backoff` or `sending_paused`.
        hold: &'static str,
        /// When it is due again.
        due_at: DateTime<Utc>,
        /// Whether this was one of the few tries a text has.
        consumes_try: bool,
        /// What stops every text of this account, if this is not about the text alone.
        fault: Option<Fault>,
    },
    /// Nobody knows whether Twilio has it: it is looked up, never blindly repeated.
    Unknown {
        /// What went wrong, for the trail.
        why: String,
    },
    /// A complete look-up, late enough, found nothing: Twilio never took it.
    Lost {
        /// False once its time is over: then it is not sent again.
        again: bool,
    },
    /// Twilio has it, and no final receipt came in time.
    NoReceipt,
}

/// What became of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is stored: on its text, or kept until its text turns up.
    Stored,
    /// It names an attempt of another account; nothing was stored.
    OtherAccount,
}

impl Receipt {
    /// Twilio's own record of a message, from an answer or a look-up.
    #[must_use]
    pub fn from_record(
        account_id: AccountId,
        record: Message,
        payload: String,
        known_by: KnownBy,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            account_id,
            sid: clean(&record.sid),
            attempt: None,
            message: None,
            word: clean(&record.status),
            error_code: record.error_code,
            from: record.from.map(|from| clean(&from)),
            // "0" at first with a Messaging Service: not counted yet.
            segments: record.num_segments.and_then(|count| count.parse().ok()).filter(|count| *count > 0),
            price: record.price.map(|price| clean(&price)),
            price_unit: record.price_unit.map(|unit| clean(&unit)),
            known_by,
            at,
            payload,
        }
    }
}

/// The account of an attempt, if there is such an attempt.
///
/// # Errors
/// If the database fails.
pub async fn account_of(service: &Service, attempt: AttemptId) -> Result<Option<AccountId>, sqlx::Error> {
    let sql = "select account_id from attempts where id = $1";
    on_store!(read & service.store, |ex| sqlx::query_scalar(sql).bind(attempt).fetch_optional(ex).await)
}
