//! Which texts a run is about, and reading those that did not arrive, in pieces, newest first: of the same
//! words only the newest are sent again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::first_id_of;
use crate::events;
use crate::ids::{ContactId, EventId, MessageId, OrgId, RetryRunId, SendId};
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
    /// Also those of events that are over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub past: bool,
    /// Those recorded at or after this.
    pub since: Option<DateTime<Utc>>,
    /// Those recorded before this.
    pub until: Option<DateTime<Utc>>,
}

/// A text that did not arrive.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Candidate {
    pub id: MessageId,
    pub contact_id: ContactId,
    pub event_id: Option<EventId>,
    pub event_name: Option<String>,
    pub event_starts_at: Option<DateTime<Utc>>,
    pub event_ends_at: Option<DateTime<Utc>>,
    pub purpose: Purpose,
    pub body: String,
    pub status: Status,
    pub error_code: Option<i64>,
    pub reason: Option<String>,
    pub chain_position: i64,
    pub expires_at: Option<DateTime<Utc>>,
    pub suppressed: bool,
    pub dismissed: bool,
    /// Its event sends nothing new.
    pub archived: bool,
    /// A newer text of its event with the same words is on its way to the person, arrived, or is of this run.
    pub same_words: bool,
}

impl Candidate {
    /// Its event's name, if that event is over and the text is not about looking back at it.
    pub(super) fn past_event(&self, now: DateTime<Utc>) -> Option<(EventId, &str)> {
        let over_at = events::over_at(self.event_starts_at?, self.event_ends_at);
        let is_over = over_at <= now && !self.purpose.looks_back();
        self.event_id.zip(self.event_name.as_deref()).filter(|_| is_over)
    }
}

impl TryFrom<String> for Filter {
    type Error = serde_json::Error;

    fn try_from(written: String) -> Result<Self, Self::Error> {
        serde_json::from_str(&written)
    }
}

impl Filter {
    /// The next texts of the organization that did not arrive and that this finds, up to `newest` and
    /// before `before`, newest first. `run` is the run that retries them, if there is one yet.
    pub(super) async fn candidates(
        &self,
        tx: &mut Tx,
        org: OrgId,
        before: Option<MessageId>,
        newest: MessageId,
        run: Option<RetryRunId>,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        let (low, high) = self.ids(before, newest);
        on_tx!(tx, |ex| sqlx::query_as(CANDIDATES)
            .bind(org)
            .bind(low)
            .bind(high)
            .bind(self.event_id)
            .bind(self.send_id)
            .bind(self.purpose)
            .bind(self.error_code)
            .bind(i64::try_from(PIECE).unwrap_or(i64::MAX))
            .bind(&self.reason)
            .bind(run)
            .fetch_all(ex)
            .await)
    }

    /// Between which ids its texts are, from the first on, before the second. One bound each: of two, SQLite leads to
    /// the texts by either, and would walk through all that was looked at before for each piece.
    fn ids(&self, before: Option<MessageId>, newest: MessageId) -> (Uuid, Uuid) {
        let low = self.since.map_or(Uuid::nil(), first_id_of);
        let after_newest = Uuid::from_u128(newest.0.as_u128().saturating_add(1));
        let others = before.map(|before| before.0).into_iter().chain(self.until.map(first_id_of));
        (low, others.fold(after_newest, Uuid::min))
    }
}

const CANDIDATES: &str = "select m.id, m.contact_id, m.event_id, e.name as event_name, e.starts_at as event_starts_at,
       e.ends_at as event_ends_at, m.purpose, m.body, m.status, m.error_code, m.reason, m.chain_position, m.expires_at,
       exists (select 1 from contacts c join suppressions s on s.org_id = c.org_id and s.phone = c.phone
         where c.id = m.contact_id and s.lifted_at is null) as suppressed,
       exists (select 1 from dismissals d where d.message_id = m.id) as dismissed,
       e.archived_at is not null as archived,
       exists (select 1 from messages n where n.org_id = m.org_id and n.contact_id = m.contact_id and n.id > m.id
         and n.direction = 'out' and n.body = m.body and n.event_id is not distinct from m.event_id
         and (n.outcome in ('delivered', 'in_progress')
           or exists (select 1 from retry_run_texts t where t.run_id = $10 and t.message_id = n.id))) as same_words
     from messages m left join events e on e.id = m.event_id
     where m.org_id = $1 and m.counts and m.outcome in ('failed', 'unconfirmed', 'not_sent')
       and m.id >= $2 and m.id < $3
       and ($4 is null or m.event_id = $4) and ($5 is null or m.send_id = $5)
       and ($6 is null or m.purpose = $6) and ($7 is null or m.error_code = $7
         or ($7 = 0 and m.error_code is null and m.outcome = 'failed'))
       and ($9 is null or m.reason = $9)
     order by m.id desc limit $8";
