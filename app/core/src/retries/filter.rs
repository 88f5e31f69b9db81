//! Which texts a run is about, and reading those that did not arrive, in pieces.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{EventId, MessageId, OrgId, SendId};
use crate::messages::{Purpose, Status};
use crate::store::{Tx, on_tx};

/// How many texts are looked at in one transaction.
pub(super) const PIECE: usize = 1_000;

/// Which texts a run is about; a part that is not given narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Those of this event.
    pub event_id: Option<EventId>,
    /// Those of this send.
    pub send_id: Option<SendId>,
    /// Those sent for this purpose.
    pub purpose: Option<Purpose>,
    /// Those that failed with this code of Twilio's; 0 for those that failed without one.
    pub error_code: Option<i64>,
    /// Those that we did not send for this reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Only those that need nothing but another try; not those that need other words or an administrator
    /// first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ready: bool,
    /// Those recorded at or after this.
    pub since: Option<DateTime<Utc>>,
    /// Those recorded before this.
    pub until: Option<DateTime<Utc>>,
}

/// A text that did not arrive.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Candidate {
    pub id: MessageId,
    pub purpose: Purpose,
    pub status: Status,
    pub error_code: Option<i64>,
    pub reason: Option<String>,
    pub chain_position: i64,
    pub expires_at: Option<DateTime<Utc>>,
    pub suppressed: bool,
    pub dismissed: bool,
    /// Its event sends nothing new.
    pub archived: bool,
}

impl TryFrom<String> for Filter {
    type Error = serde_json::Error;

    fn try_from(written: String) -> Result<Self, Self::Error> {
        serde_json::from_str(&written)
    }
}

impl Filter {
    /// The next texts of the organization that did not arrive and that this finds, after `after` and
    /// up to `newest`, oldest first.
    pub(super) async fn candidates(
        &self,
        tx: &mut Tx,
        org: OrgId,
        after: Option<MessageId>,
        newest: MessageId,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        let sql = "select id, purpose, status, error_code, reason, chain_position, expires_at,
               exists (select 1 from contacts c join suppressions s on s.org_id = c.org_id and s.phone = c.phone
                 where c.id = messages.contact_id and s.lifted_at is null) as suppressed,
               exists (select 1 from dismissals d where d.message_id = messages.id) as dismissed,
               exists (select 1 from events e where e.id = messages.event_id and e.archived_at is not null) as archived
             from messages where org_id = $1 and counts and outcome in ('failed', 'unconfirmed', 'not_sent') and direction = 'out'
               and id <= $2 and id > $3
               and ($4 is null or event_id = $4) and ($5 is null or send_id = $5)
               and ($6 is null or purpose = $6) and ($7 is null or error_code = $7
                 or ($7 = 0 and error_code is null and outcome = 'failed'))
               and ($8 is null or created_at >= $8) and ($9 is null or created_at < $9)
               and ($11 is null or reason = $11)
             order by id limit $10";
        on_tx!(tx, |ex| sqlx::query_as(sql)
            .bind(org)
            .bind(newest)
            .bind(after.unwrap_or(MessageId(uuid::Uuid::nil())))
            .bind(self.event_id)
            .bind(self.send_id)
            .bind(self.purpose)
            .bind(self.error_code)
            .bind(self.since)
            .bind(self.until)
            .bind(i64::try_from(PIECE).unwrap_or(i64::MAX))
            .bind(&self.reason)
            .fetch_all(ex)
            .await)
    }
}
