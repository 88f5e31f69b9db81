//! A person's SMS history: every text of one contact in one organization, in and out, newest
//! first, each with its trail.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{KnownBy, Purpose, Status, Step};
use crate::counters::Totals;
use crate::error::Error;
use crate::ids::{ContactId, EventId, MessageId, OrgId};
use crate::store::{Store, Tx, as_ids, on_tx, rows};

/// How many texts a page of a history shows.
const PAGE: i64 = 50;

/// One text as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Text {
    /// Its id.
    pub id: MessageId,
    /// `out` or `in`.
    pub direction: String,
    /// The event it belongs to, if any.
    pub event_id: Option<EventId>,
    /// That event's name.
    pub event_name: Option<String>,
    /// Why it was sent.
    pub purpose: Purpose,
    /// What the phone shows; secrets masked.
    pub body: String,
    /// What became of it.
    pub status: Status,
    /// Why it waits.
    pub hold: Option<String>,
    /// Why it was blocked or canceled.
    pub reason: Option<String>,
    /// Twilio's code.
    pub error_code: Option<i64>,
    /// How we know a final status.
    pub final_by: Option<KnownBy>,
    /// The number it came from, once known.
    pub from_phone: Option<String>,
    /// The number it went to.
    pub to_phone: String,
    /// Segments it was billed, or will probably be.
    pub segments: i64,
    /// When it is due, while it waits.
    pub due_at: DateTime<Utc>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When Twilio first told of it.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the phone confirmed it.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When its outcome was known.
    pub final_at: Option<DateTime<Utc>>,
    /// The text that this one repeats.
    pub retry_of: Option<MessageId>,
    /// Its place in the chain, from 0.
    pub chain_position: i64,
    /// True for the text of its chain that counts.
    pub counts: bool,
    /// The text that repeats this one.
    pub retried_by: Option<MessageId>,
}

/// A text and everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The text.
    pub text: Text,
    /// Its trail, in order.
    pub trail: Vec<Step>,
}

/// One page of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The texts of this page, newest first.
    pub entries: Vec<Entry>,
    /// What became of all texts that count, on every page.
    pub totals: Totals,
    /// Older texts exist before this one.
    pub older: Option<MessageId>,
}

macro_rules! text {
    ($($rest:literal)*) => {
        concat!(
            "select m.id, m.direction, m.event_id, e.name as event_name, m.purpose, m.body, m.status, m.hold, m.reason,
               m.error_code, m.final_by, m.from_phone, m.to_phone, m.segments, m.due_at, m.created_at, m.sent_at,
               m.delivered_at, m.final_at, m.retry_of, m.chain_position, m.counts,
               (select r.id from messages r where r.retry_of = m.id) as retried_by
             from messages m left join events e on e.id = m.event_id ",
            $($rest),*
        )
    };
}

/// One page of a contact's history, the newest or those before `before`.
///
/// # Errors
/// If the database fails. A strange contact has an empty history.
pub async fn history(
    store: &Store,
    org: OrgId,
    contact: ContactId,
    before: Option<MessageId>,
) -> Result<History, Error> {
    let mut tx = store.begin_read().await?;
    let totals = totals(&mut tx, org, contact).await?;
    let sql = text!(
        "where m.org_id = $1 and m.contact_id = $2 and ($3 is null or m.id < $3) order by m.id desc limit $4"
    );
    let mut texts: Vec<Text> = on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(contact)
        .bind(before)
        .bind(PAGE + 1)
        .fetch_all(ex)
        .await)?;
    let full = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = texts.len() > full;
    texts.truncate(full);
    let older = texts.last().filter(|_| more).map(|text| text.id);
    let mut trails = trails(&mut tx, org, &texts).await?;
    tx.commit().await?;
    let entries = texts
        .into_iter()
        .map(|text| Entry { trail: trails.remove(&text.id).unwrap_or_default(), text })
        .collect();
    Ok(History { entries, totals, older })
}

/// A contact has few texts, so their outcomes are counted from the rows.
async fn totals(tx: &mut Tx, org: OrgId, contact: ContactId) -> Result<Totals, Error> {
    let sql = "select status, count(*) from messages
         where org_id = $1 and contact_id = $2 and counts and direction = 'out' group by status";
    let counted: Vec<(Status, i64)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(contact).fetch_all(ex).await)?;
    let mut totals = Totals::default();
    for (status, texts) in counted {
        totals.add(status, texts);
    }
    Ok(totals)
}

async fn trails(tx: &mut Tx, org: OrgId, texts: &[Text]) -> Result<HashMap<MessageId, Vec<Step>>, Error> {
    let ids = as_ids(texts.iter().map(|text| text.id))?;
    let sql = rows!(id uuid =>
        "select t.message_id, t.seq, t.at, t.kind, t.status, t.error_code, t.actor, t.note, t.payload
         from input i join trail t on t.message_id = i.id where t.org_id = $2 order by t.message_id, t.seq")
    .text(tx);
    let steps: Vec<Step> = on_tx!(tx, |ex| sqlx::query_as(sql).bind(ids).bind(org).fetch_all(ex).await)?;
    let mut trails: HashMap<MessageId, Vec<Step>> = HashMap::new();
    for step in steps {
        trails.entry(step.message_id).or_default().push(step);
    }
    Ok(trails)
}
