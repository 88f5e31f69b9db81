//! One text and everything known of it, for its own page.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::text::{Entry, Text, find_in, trails};
use super::{KnownBy, Status};
use crate::error::Error;
use crate::ids::{AttemptId, MessageId, OrgId};
use crate::store::{Store, Tx, on_tx};

/// One try to hand a text to Twilio.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Which, from 1.
    pub number: i64,
    /// The account it went through.
    pub account_sid: String,
    /// The number it went to.
    pub to_phone: String,
    /// The number or Messaging Service that was asked to send it.
    pub sender: String,
    /// When the request started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// How: `accepted`, `refused`, `unknown` or `not_sent`; `None` while it runs.
    pub result: Option<String>,
    /// What Twilio answered with.
    pub http_status: Option<i64>,
    /// Twilio's id for it.
    pub sid: Option<String>,
    /// The highest of its receipts.
    pub status: Option<Status>,
    /// Twilio's code that came with it.
    pub error_code: Option<i64>,
    /// How we know.
    pub known_by: Option<KnownBy>,
    /// Since when.
    pub known_at: Option<DateTime<Utc>>,
    /// When Twilio is asked next, while news is awaited.
    pub next_lookup_at: Option<DateTime<Utc>>,
}

/// Around a text: its person, who asked for it, and from what.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Around {
    /// The person's name; empty until somebody gives it.
    pub name: String,
    /// The person's number of today.
    pub phone: String,
    /// True while a suppression is in force.
    pub suppressed: bool,
    /// The template's name, if it was made from one.
    pub template_name: Option<String>,
    /// The person's own zone, where one is known.
    pub contact_zone: Option<String>,
    /// The event's zone.
    pub event_zone: Option<String>,
    /// `page`, `api`, …
    pub created_via: String,
}

/// A text and everything known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The text and its trail.
    pub entry: Entry,
    /// Its person and what it was made from.
    pub around: Around,
    /// Every try to hand it over, in order.
    pub attempts: Vec<Attempt>,
    /// The text it repeats, that one's original, and everything that repeats it, itself included,
    /// oldest first; itself alone if nothing was retried.
    pub chain: Vec<Text>,
}

/// One text of an organization and everything known of it.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub async fn whole(store: &Store, org: OrgId, id: MessageId) -> Result<Whole, Error> {
    let mut tx = store.begin_read().await?;
    let text = find_in(&mut tx, org, id).await?;
    let around = around(&mut tx, org, id).await?;
    let attempts = attempts(&mut tx, org, id).await?;
    let chain = chain(&mut tx, org, id).await?;
    let mut trails = trails(&mut tx, org, std::slice::from_ref(&text)).await?;
    tx.commit().await?;
    let entry = Entry { trail: trails.remove(&id).unwrap_or_default(), text };
    Ok(Whole { entry, around, attempts, chain })
}

async fn around(tx: &mut Tx, org: OrgId, id: MessageId) -> Result<Around, Error> {
    let sql = "select c.name, c.phone, c.timezone as contact_zone, t.name as template_name, e.timezone as event_zone,
           m.created_via,
           exists (select 1 from suppressions s where s.org_id = m.org_id and s.phone = c.phone and s.lifted_at is null)
             as suppressed
         from messages m join contacts c on c.id = m.contact_id left join events e on e.id = m.event_id
         left join templates t on t.id = m.template_id where m.org_id = $1 and m.id = $2";
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?.ok_or(Error::NotFound)
}

async fn attempts(tx: &mut Tx, org: OrgId, id: MessageId) -> Result<Vec<Attempt>, Error> {
    let sql = "select a.id, a.number, w.sid as account_sid, a.to_phone, a.sender, a.started_at, a.ended_at, a.result,
           a.http_status, a.sid, a.status, a.error_code, a.known_by, a.known_at, a.next_lookup_at
         from attempts a join accounts w on w.id = a.account_id
         where a.org_id = $1 and a.message_id = $2 order by a.number";
    Ok(on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_all(ex).await)?)
}

/// The original, which has the chain's id, and everything that repeats it.
async fn chain(tx: &mut Tx, org: OrgId, id: MessageId) -> Result<Vec<Text>, Error> {
    let sql = "select chain_id from messages where org_id = $1 and id = $2";
    let chain: Uuid = on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(id).fetch_one(ex).await)?;
    // Whose chain it is, is asked of the original, so that the chain's index leads to the others.
    let sql = "select r.id from messages r where r.chain_id = $2 and r.retry_of is not null
           and (select o.org_id from messages o where o.id = $2) = $1 order by r.chain_position";
    let retries: Vec<MessageId> =
        on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(chain).fetch_all(ex).await)?;
    let mut texts = Vec::with_capacity(1 + retries.len());
    for id in std::iter::once(MessageId(chain)).chain(retries) {
        texts.push(find_in(tx, org, id).await?);
    }
    Ok(texts)
}
