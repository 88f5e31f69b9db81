//! One text as pages and programs see it, and how it is read.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{KnownBy, Outcome, Purpose, Status, Step};
use crate::clock::first_id_of;
use crate::error::Error;
use crate::events;
use crate::ids::{AttendeeId, ContactId, EventId, MessageId, OrgId, SendId, TemplateId};
use crate::store::{Store, Tx, as_ids, on_store, on_tx, rows};

/// One text as pages and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Text {
    /// Its id.
    pub id: MessageId,
    /// `out` or `in`.
    pub direction: String,
    /// Who got it, or wrote it.
    pub contact_id: ContactId,
    /// The person as an attendee of its event, if they are one by now.
    pub attendee_id: Option<AttendeeId>,
    /// The event it belongs to, if any.
    pub event_id: Option<EventId>,
    /// That event's name.
    pub event_name: Option<String>,
    /// When that event starts.
    pub event_starts_at: Option<DateTime<Utc>>,
    /// When that event ends, if that is known.
    pub event_ends_at: Option<DateTime<Utc>>,
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
    /// What Twilio billed, negative as Twilio has it; known hours later.
    pub price: Option<String>,
    /// Its currency.
    pub price_unit: Option<String>,
    /// The template it was made from, and its version.
    pub template_id: Option<TemplateId>,
    /// That version.
    pub template_version: Option<i64>,
    /// The organizer action it is part of.
    pub send_id: Option<SendId>,
    /// What it is about in the program that sent it: a type of its own choosing.
    pub related_type: Option<String>,
    /// And an id.
    pub related_id: Option<String>,
    /// Not before.
    pub send_at: Option<DateTime<Utc>>,
    /// Of no use from then on.
    pub expires_at: Option<DateTime<Utc>>,
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

impl Text {
    /// Since when its event is over, unless it is about looking back at it.
    #[must_use]
    pub fn past_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let over_at = events::over_at(self.event_starts_at?, self.event_ends_at);
        (over_at <= now && !self.purpose.looks_back()).then_some(over_at)
    }
}

/// A text and everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The text.
    pub text: Text,
    /// Its trail, in order.
    pub trail: Vec<Step>,
}

macro_rules! text {
    ($($rest:literal)*) => {
        concat!(
            "select m.id, m.direction, m.contact_id, a.id as attendee_id, m.event_id, e.name as event_name, e.starts_at as event_starts_at,
               e.ends_at as event_ends_at, m.purpose,
               m.body, m.status, m.hold, m.reason, m.error_code, m.final_by, m.from_phone, m.to_phone, m.segments,
               m.price, m.price_unit, m.template_id, m.template_version, m.send_id, m.related_type, m.related_id,
               m.send_at, m.expires_at, m.due_at, m.created_at, m.sent_at, m.delivered_at, m.final_at, m.retry_of,
               m.chain_position, m.counts, (select r.id from messages r where r.retry_of = m.id) as retried_by
             from messages m left join events e on e.id = m.event_id
             left join attendees a on a.event_id = m.event_id and a.contact_id = m.contact_id ",
            $($rest),*
        )
    };
}
pub(super) use text;

/// One text of an organization, read in the caller's transaction.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub(crate) async fn find_in(tx: &mut Tx, org: OrgId, id: MessageId) -> Result<Text, Error> {
    let sql = text!("where m.org_id = $1 and m.id = $2");
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?.ok_or(Error::NotFound)
}

/// One text of an organization, with its trail.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub async fn find(store: &Store, org: OrgId, id: MessageId) -> Result<Entry, Error> {
    let mut tx = store.begin_read().await?;
    let text = find_in(&mut tx, org, id).await?;
    let mut trails = trails(&mut tx, org, std::slice::from_ref(&text)).await?;
    tx.commit().await?;
    Ok(Entry { trail: trails.remove(&id).unwrap_or_default(), text })
}

/// The trails of these texts.
pub(super) async fn trails(
    tx: &mut Tx,
    org: OrgId,
    texts: &[Text],
) -> Result<HashMap<MessageId, Vec<Step>>, Error> {
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

/// Which texts to list.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only those of this event.
    pub event_id: Option<EventId>,
    /// Only those sent for this.
    pub purpose: Option<Purpose>,
    /// Only those that stand there.
    pub status: Option<Status>,
    /// Only those with this outcome.
    pub outcome: Option<Outcome>,
    /// Only those recorded then or later.
    pub since: Option<DateTime<Utc>>,
    /// Only those recorded before.
    pub until: Option<DateTime<Utc>>,
    /// Only those before this one.
    pub before: Option<MessageId>,
}

/// The texts of [`list`], whose index `$which` chooses.
macro_rules! listed {
    ($which:literal) => {
        text!(
            "where m.org_id = $1 and m.counts and m.direction = 'out' and m.id < $3 and m.id >= $4
               and ($5 is null or m.created_at < $5) and ($6 is null or m.created_at >= $6)
               and ($8 is null or m.status = $8) and ($9 is null or m.purpose = $9) and "
            $which
            " order by m.id desc limit $10"
        )
    };
}

/// At most `limit` outbound texts that no retry has replaced, newest first.
///
/// # Errors
/// If the database fails.
pub async fn list(store: &Store, org: OrgId, wanted: &Wanted, limit: i64) -> Result<Vec<Text>, Error> {
    let outcome = wanted.outcome.or(wanted.status.and_then(Status::outcome));
    let sql = match (wanted.event_id, outcome) {
        (Some(_), Some(_)) => listed!("m.event_id = $2 and m.outcome = $7"),
        (Some(_), None) => listed!("m.event_id = $2 and $7 is null"),
        // As the index of what did not arrive has it, or it is not used.
        (None, Some(Outcome::Failed | Outcome::Unconfirmed | Outcome::NotSent)) => {
            listed!("$2 is null and m.outcome in ('failed', 'unconfirmed', 'not_sent') and m.outcome = $7")
        }
        (None, _) => listed!("$2 is null and ($7 is null or m.outcome = $7)"),
    };
    Ok(on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(wanted.event_id)
        .bind(wanted.before.map_or(Uuid::max(), |before| before.0))
        .bind(wanted.since.map_or(Uuid::nil(), first_id_of))
        .bind(wanted.until)
        .bind(wanted.since)
        .bind(outcome.map(Outcome::as_str))
        .bind(wanted.status)
        .bind(wanted.purpose)
        .bind(limit)
        .fetch_all(ex)
        .await)?)
}
