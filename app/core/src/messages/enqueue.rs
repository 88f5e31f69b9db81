//! Recording texts that should be sent.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::trail::{Kind, NewStep};
use super::{LONGEST_BODY, Purpose, Status};
use crate::counters::{Changes, Counted};
use crate::error::{Error, Problems};
use crate::ids::{AttendeeId, ContactId, EventId, MessageId, OrgId, UserId};
use crate::live::Changed;
use crate::people::Person;
use crate::service::Service;
use crate::store::{Tx, as_parameter, on_tx, optional_time, rows, time};
use crate::suppressions::{self, Source};
use crate::twilio::segments;
use crate::{accounts, attendees};

/// Who wants a text sent, and through what.
#[derive(Clone, Debug)]
pub(crate) struct Author {
    /// The person, if it was one.
    pub user: Option<UserId>,
    /// What the trail calls them.
    pub name: String,
    /// `page`, `api`, `reminder`, …
    pub via: &'static str,
}

/// A text that should reach one phone.
#[derive(Clone, Debug)]
pub(crate) struct NewText {
    pub contact_id: ContactId,
    pub to_phone: String,
    pub event_id: Option<EventId>,
    pub purpose: Purpose,
    pub body: String,
    /// The text it repeats, with that one's chain and place in it.
    pub retry_of: Option<RetryOf>,
}

/// Where in its chain a retry stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryOf {
    pub message_id: MessageId,
    pub chain_id: Uuid,
    pub position: i64,
}

#[derive(Serialize)]
struct Row {
    id: MessageId,
    contact_id: ContactId,
    event_id: Option<EventId>,
    purpose: Purpose,
    to_phone: String,
    body: String,
    status: Status,
    reason: Option<&'static str>,
    retry_of: Option<MessageId>,
    chain_id: String,
    chain_position: i64,
    priority: i64,
    segments: i64,
    encoding: &'static str,
    #[serde(serialize_with = "optional_time")]
    final_at: Option<DateTime<Utc>>,
    org_id: OrgId,
    created_by: Option<UserId>,
    created_via: &'static str,
    #[serde(serialize_with = "time")]
    created_at: DateTime<Utc>,
}

/// Records texts in the caller's transaction and returns their ids, in order. Texts that we must
/// not or cannot send are recorded too, as `blocked`.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    author: &Author,
    texts: Vec<NewText>,
    changes: &mut Changes,
) -> Result<Vec<MessageId>, Error> {
    let sendable = can_send(tx, service, org).await?;
    let now = service.clock.now();
    let mut new = Vec::with_capacity(texts.len());
    let mut steps = Vec::with_capacity(texts.len());
    for text in texts {
        let suppressed = suppressions::in_force(tx, org, &text.to_phone).await?;
        let reason = suppressed.map(reason_of).or((!sendable).then_some("not_configured"));
        let row = row(service, org, author, text, reason, now);
        changes.add(Counted {
            org_id: org,
            event_id: row.event_id,
            purpose: row.purpose,
            status: row.status,
            error_code: None,
        });
        let mut step = NewStep::new(org, row.id, 1, Kind::Created, now);
        step.status = Some(row.status);
        step.actor = Some(author.name.clone());
        step.note = reason.map(str::to_owned);
        steps.push(step);
        new.push(row);
    }
    insert(tx, &new).await?;
    super::write_trail(tx, &steps).await?;
    Ok(new.into_iter().map(|row| row.id).collect())
}

fn reason_of(source: Source) -> &'static str {
    match source {
        Source::Stop | Source::TwilioOptOut | Source::Staff => "opted_out",
        Source::Dead => "dead_number",
    }
}

fn row(
    service: &Service,
    org: OrgId,
    author: &Author,
    text: NewText,
    reason: Option<&'static str>,
    now: DateTime<Utc>,
) -> Row {
    let id = MessageId(service.clock.new_id());
    let body = segments::normalize(&text.body);
    let count = segments::count(&body);
    Row {
        id,
        contact_id: text.contact_id,
        event_id: text.event_id,
        purpose: text.purpose,
        to_phone: text.to_phone,
        body,
        status: if reason.is_some() { Status::Blocked } else { Status::Queued },
        reason,
        retry_of: text.retry_of.map(|retry| retry.message_id),
        chain_id: text.retry_of.map_or(id.0, |retry| retry.chain_id).simple().to_string(),
        chain_position: text.retry_of.map_or(0, |retry| retry.position),
        priority: text.purpose.priority(),
        segments: i64::from(count.segments),
        encoding: count.encoding.as_str(),
        final_at: reason.map(|_| now),
        org_id: org,
        created_by: author.user,
        created_via: author.via,
        created_at: now,
    }
}

async fn insert(tx: &mut Tx, new: &[Row]) -> Result<(), Error> {
    let sql = rows!(id uuid, contact_id uuid, event_id uuid, purpose text, to_phone text, body text, status text,
        reason text, retry_of uuid, chain_id uuid, chain_position bigint, priority bigint, segments bigint, encoding text,
        final_at timestamptz, org_id uuid, created_by uuid, created_via text, created_at timestamptz =>
        "insert into messages (id, org_id, direction, contact_id, event_id, purpose, to_phone, body, status, reason,
           counts, retry_of, chain_id, chain_position, priority, due_at, tries, segments, encoding, created_by,
           created_via, created_at, final_at)
         select id, org_id, 'out', contact_id, event_id, purpose, to_phone, body, status, reason,
           $2, retry_of, chain_id, chain_position, priority, created_at, 0, segments, encoding, created_by,
           created_via, created_at, final_at from input");
    let sql = sql.text(tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(new)?).bind(true).execute(ex).await.map(drop))?;
    Ok(())
}

/// Whether this organization has an account and a sender, its own or the configured ones.
async fn can_send(tx: &mut Tx, service: &Service, org: OrgId) -> Result<bool, Error> {
    let sql = "select account_id, sender from organizations where id = $1";
    let own = on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).fetch_one(ex).await)?;
    Ok(accounts::sender_for(service, own).is_some())
}

/// A text to one attendee, as typed.
#[derive(Clone, Debug, Default)]
pub struct TextToOne {
    /// One of [`Purpose`]'s words.
    pub purpose: String,
    /// What the phone will show.
    pub body: String,
}

/// Records a text to one attendee of an event; the outbox sends it at once.
///
/// # Errors
/// [`Error::Invalid`] for what was typed, [`Error::NotFound`] for a strange attendee,
/// [`Error::NotAllowed`] for a role that may not send.
pub async fn send_one(
    service: &Service,
    person: &Person,
    event: EventId,
    attendee: AttendeeId,
    text: &TextToOne,
) -> Result<MessageId, Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role can look and retry, but not send. Ask an organizer."));
    }
    let attendee = attendees::find(&service.store, person.org_id, event, attendee).await?;
    let mut problems = Problems::default();
    let chosen = Purpose::parse(text.purpose.trim()).filter(|purpose| !purpose.holds_secret());
    let purpose = problems.take("purpose", chosen.ok_or("Choose what this text is about."));
    let body = problems.required("body", &text.body, LONGEST_BODY, "Write the text.");
    problems.none()?;
    let purpose = purpose.ok_or_else(|| Error::Broken("a text without purpose passed its check".into()))?;
    let new = NewText {
        contact_id: attendee.contact_id,
        to_phone: attendee.phone,
        event_id: Some(event),
        purpose,
        body,
        retry_of: None,
    };
    let contact = new.contact_id;
    let mut changes = Changes::default();
    let mut tx = service.store.begin().await?;
    let ids = enqueue(&mut tx, service, person.org_id, &person.author(), vec![new], &mut changes).await?;
    changes.write(&mut tx, service.shard()).await?;
    tx.commit().await?;
    service.hub.tell(Changed {
        ids: [event.0, contact.0, person.org_id.0].into(),
        outbox: true,
        anything: false,
    });
    ids.first().copied().ok_or_else(|| Error::Broken("a recorded text has no id".into()))
}
