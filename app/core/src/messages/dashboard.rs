//! An event's dashboard: what became of its texts, and the list below, read in one transaction
//! so that the two never disagree.

use chrono::{DateTime, Utc};

use super::{Outcome, Purpose, Status};
use crate::counters::{self, Count, Totals};
use crate::error::Error;
use crate::ids::{AttendeeId, ContactId, EventId, MessageId, OrgId};
use crate::store::{Store, Tx, as_ids, on_tx, rows};

/// How many texts a page of the list shows.
const PAGE: i64 = 50;

/// Which texts of the event to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those with this outcome.
    pub outcome: Option<Outcome>,
    /// Only those before this one.
    pub before: Option<MessageId>,
}

/// One text in the list.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    /// Its id.
    pub id: MessageId,
    /// The person.
    pub contact_id: ContactId,
    /// The person as an attendee of this event, if they are one.
    pub attendee_id: Option<AttendeeId>,
    /// Empty until somebody gives it.
    pub name: String,
    /// The number it went to.
    pub to_phone: String,
    /// Why it was sent.
    pub purpose: Purpose,
    /// What the phone shows; secrets masked.
    pub body: String,
    /// What became of it.
    pub status: Status,
    /// Why it was blocked or canceled.
    pub reason: Option<String>,
    /// Twilio's code.
    pub error_code: Option<i64>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

/// Texts that failed for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Twilio's code; 0 where none came.
    pub error_code: i64,
    /// How many.
    pub texts: i64,
}

/// What an event's dashboard shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashboard {
    /// Of all texts that count, whatever the filter.
    pub totals: Totals,
    /// Why texts failed, most frequent first.
    pub reasons: Vec<Reason>,
    /// One page of the list, newest first.
    pub rows: Vec<Row>,
    /// Older texts exist before this one.
    pub older: Option<MessageId>,
    /// When the newest receipt of this page came.
    pub last_receipt: Option<DateTime<Utc>>,
}

/// The dashboard of an event.
///
/// # Errors
/// If the database fails.
pub async fn dashboard(
    store: &Store,
    org: OrgId,
    event: EventId,
    filter: &Filter,
) -> Result<Dashboard, Error> {
    let mut tx = store.begin_read().await?;
    let counts = counters::of_scope(&mut tx, org, event.0).await?;
    let sql =
        "select m.id, m.contact_id, a.id as attendee_id, c.name, m.to_phone, m.purpose, m.body, m.status,
           m.reason, m.error_code, m.created_at
         from messages m join contacts c on c.id = m.contact_id
         left join attendees a on a.event_id = m.event_id and a.contact_id = m.contact_id
         where m.org_id = $1 and m.event_id = $2 and m.counts and m.direction = 'out'
           and ($3 is null or m.id < $3)
           and ($4 is null or m.outcome = $4)
         order by m.id desc limit $5";
    let mut rows: Vec<Row> = on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(event)
        .bind(filter.before)
        .bind(filter.outcome.map(Outcome::as_str))
        .bind(PAGE + 1)
        .fetch_all(ex)
        .await)?;
    let last_receipt = last_receipt(&mut tx, &rows).await?;
    tx.commit().await?;
    let full = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > full;
    rows.truncate(full);
    let older = rows.last().filter(|_| more).map(|row| row.id);
    Ok(Dashboard { totals: Totals::of(&counts), reasons: reasons(&counts), rows, older, last_receipt })
}

/// When the newest receipt of the texts on this page came.
async fn last_receipt(tx: &mut Tx, rows: &[Row]) -> Result<Option<DateTime<Utc>>, Error> {
    let ids = as_ids(rows.iter().map(|row| row.id))?;
    let sql = rows!(id uuid => "select max(a.known_at) from input i join attempts a on a.message_id = i.id")
        .text(tx);
    Ok(on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(ids).fetch_one(ex).await)?)
}

pub(super) fn reasons(counts: &[Count]) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for count in counts.iter().filter(|count| count.status.outcome() == Some(Outcome::Failed)) {
        match reasons.iter_mut().find(|reason| reason.error_code == count.error_code) {
            Some(reason) => reason.texts += count.texts,
            None => reasons.push(Reason { error_code: count.error_code, texts: count.texts }),
        }
    }
    reasons.sort_by_key(|reason| (-reason.texts, reason.error_code));
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_grouped_across_purposes_and_sorted_by_how_many() {
        let count = |purpose, status, error_code, texts| Count { purpose, status, error_code, texts };
        let counts = [
            count(Purpose::Invitation, Status::Undelivered, 30006, 1),
            count(Purpose::Invitation, Status::Undelivered, 30003, 1),
            count(Purpose::MatchReveal, Status::Failed, 30003, 2),
            count(Purpose::MatchReveal, Status::Delivered, 0, 40),
        ];
        let reasons: Vec<(i64, i64)> =
            reasons(&counts).into_iter().map(|reason| (reason.error_code, reason.texts)).collect();
        assert_eq!(reasons, [(30003, 3), (30006, 1)]);
    }
}
