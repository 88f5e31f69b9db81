//! The inbox: what people write back, by person, newest first. A text from a person asks for
//! attention until somebody reads it, and for an answer until it has one or somebody says that none
//! is needed; both hold for the organization as a whole.

mod answer;
mod list;
mod thread;

pub use answer::{Answered, Written, answer, handled, opt_out};
pub use list::{Listed, Page, Show, list, unread};
pub use thread::{Thread, open};

use crate::error::Error;
use crate::ids::{ContactId, MessageId, OrgId};
use crate::store::{Tx, on_tx};

/// What a text from a person means, where it is more than a reply; stored as its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// They opted out.
    Stop,
    /// They opted out, with a word by which they may have meant their seat.
    MayMeanSeat,
    /// It has an opt-out word in it: a person has to read it.
    MayOptOut,
    /// They want texts again.
    Start,
    /// They asked for help, and Twilio answered.
    Help,
}

impl Meaning {
    /// The stored word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::MayMeanSeat => "may_mean_seat",
            Self::MayOptOut => "may_opt_out",
            Self::Start => "start",
            Self::Help => "help",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Stop, Self::MayMeanSeat, Self::MayOptOut, Self::Start, Self::Help]
            .into_iter()
            .find(|meaning| meaning.as_str() == word)
    }
}

/// Nothing of this person up to that text asks for an answer any more; false if nothing did.
pub(super) async fn settle(
    tx: &mut Tx,
    org: OrgId,
    contact: ContactId,
    seen: Option<MessageId>,
) -> Result<bool, Error> {
    let sql = "update messages set attention = null
         where org_id = $1 and contact_id = $2 and direction = 'in' and attention is not null
           and ($3 is null or id <= $3)";
    let settled = on_tx!(tx, |ex| sqlx::query(sql)
        .bind(org)
        .bind(contact)
        .bind(seen)
        .execute(ex)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(settled > 0)
}
