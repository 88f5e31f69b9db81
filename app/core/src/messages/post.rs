//! A text that a program asks for: to a number, an attendee or a contact, in its own words or a
//! template's.

use chrono::{DateTime, TimeDelta, Utc};

use super::at_once::refuse_over_limit;
use super::enqueue::{Effects, NewText};
use super::text::{Text, find_in};
use super::unfilled::Unfilled;
use super::wording::{Known, Rendered, Words, read_at_least, rendered, words};
use super::{Purpose, enqueue};
use crate::api_keys::ApiKey;
use crate::contacts;
use crate::error::{Error, Problems};
use crate::events::{self, Event};
use crate::idempotency::{self, Answer, Answered, Ticket};
use crate::ids::{AttendeeId, ContactId, EventId, OrgId};
use crate::phones::Phone;
use crate::sends::OfEvent;
use crate::service::Service;
use crate::store::{Tx, on_tx};

/// How long a one-time code may be of use.
const LONGEST_CODE: TimeDelta = TimeDelta::minutes(15);
/// A text may be planned so far ahead.
const FURTHEST: TimeDelta = TimeDelta::days(366);

/// Who gets it.
#[derive(Clone, Debug)]
pub enum Recipient {
    /// Whoever has this number; one that nobody knows becomes a contact.
    Phone(Phone),
    /// Somebody at an event.
    Attendee(AttendeeId),
    /// Somebody we know.
    Contact(ContactId),
}

/// A text that a program asks for. What is always there is `None` where it could not be read.
#[derive(Clone, Debug)]
pub struct Post {
    /// Who gets it.
    pub to: Option<Recipient>,
    /// What it says.
    pub words: Option<Words>,
    /// What the variables in its words stand for.
    pub variables: Vec<(String, String)>,
    /// Why.
    pub purpose: Option<Purpose>,
    /// The event it belongs to; an attendee's own if not given.
    pub event_id: Option<EventId>,
    /// Not before; at most a year ahead.
    pub send_at: Option<DateTime<Utc>>,
    /// Of no use from then on.
    pub expires_at: Option<DateTime<Utc>>,
    /// What it is about in the program that sends it: type and id.
    pub related: Option<(String, String)>,
}

/// Records a text that a program asks for; under a ticket it happens once. `answer` makes what is
/// answered out of the text. `problems` may already hold what the caller could not read.
///
/// # Errors
/// [`Error::Invalid`] with a message per field, strange ids included; [`Error::Refused`] if the
/// ticket's key was used for another request; [`Error::TooOften`] for a text that answers somebody
/// while a limit is reached.
pub async fn post(
    service: &Service,
    key: &ApiKey,
    post: Post,
    problems: Problems,
    ticket: Option<&Ticket>,
    answer: impl FnOnce(&Text) -> Answer,
) -> Result<Answered, Error> {
    let org = key.org_id;
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    // Before anything that time can change: a repeated request is answered even if it came too
    // late to be made now.
    if let Some(before) = idempotency::open(&mut tx, service, org, ticket).await? {
        return Ok(before);
    }
    let (text, unfilled) = check(&mut tx, service, org, post, problems).await?;
    refuse_over_limit(&mut tx, service, org, text.contact_id, text.purpose).await?;
    let ids = enqueue(&mut tx, service, org, &key.author(), vec![text], &mut effects).await?;
    let id = ids.first().copied().ok_or_else(|| Error::Broken("a recorded text has no id".into()))?;
    if let Some(unfilled) = unfilled {
        unfilled.keep_if_open(&mut tx, org, id).await?;
    }
    let text = find_in(&mut tx, org, id).await?;
    let answered = idempotency::close(&mut tx, org, ticket, answer(&text)).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(answered)
}

/// Turns a wish into a text, telling everything that is wrong with it at once; with its words before what they
/// say of the event is filled in, where it has one and they hold no secret.
async fn check(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    post: Post,
    mut problems: Problems,
) -> Result<(NewText, Option<Unfilled>), Error> {
    check_times(&post, service.clock.now(), &mut problems);
    let contact = match &post.to {
        Some(to) => recipient(tx, service, org, to, post.event_id, &mut problems).await?,
        None => None,
    };
    let event = post.event_id.or(contact.as_ref().and_then(|contact| contact.event_id));
    let event = event_in(tx, org, event, &mut problems).await?;
    let words = match &post.words {
        Some(wanted) => words(tx, org, wanted, &mut problems).await?,
        None => None,
    };
    let (Some(contact), Some(words), Some(purpose), true) =
        (contact, &words, post.purpose, problems.is_empty())
    else {
        // Whom and what it is about decides the values of its variables, and may be what is wrong.
        if let Some(words) = &words {
            read_at_least(words, &post.variables, &mut problems);
        }
        return Err(problems.none().err().unwrap_or(Error::NotFound));
    };
    let known = Known { name: &contact.name, event: event.as_ref().map(OfEvent::new) };
    let rendered = rendered(words, &post.variables, &known, &mut problems);
    problems.none()?;
    let Rendered { text, masked } =
        rendered.ok_or_else(|| Error::Broken("a text without words passed its check".into()))?;
    let unfilled = if purpose.holds_secret() { None } else { words.unfilled(&post.variables, &known, &text) };
    let (body, secret_body) = if purpose.holds_secret() { (masked, Some(text)) } else { (text, None) };
    let text = NewText {
        event_id: event.map(|event| event.id),
        secret_body,
        template: words.template,
        related: post.related,
        send_at: post.send_at,
        expires_at: post.expires_at,
        ..NewText::new(contact.id, purpose, body)
    };
    Ok((text, unfilled))
}

fn check_times(post: &Post, now: DateTime<Utc>, problems: &mut Problems) {
    if post.send_at.is_some_and(|send_at| send_at > now + FURTHEST) {
        problems.add("send_at", "Choose a time within a year.");
    }
    match post.expires_at {
        Some(expires_at) if expires_at <= now => problems.add("expires_at", "This time has passed."),
        Some(expires_at) if post.send_at.is_some_and(|send_at| send_at >= expires_at) => {
            problems.add("expires_at", "A text expires after it is sent: choose a time after send_at.");
        }
        Some(expires_at) if post.purpose == Some(Purpose::Otp) && expires_at > now + LONGEST_CODE => {
            problems.add("expires_at", "A one-time code expires within 15 minutes.");
        }
        Some(expires_at) if expires_at > now + FURTHEST * 2 => {
            problems.add("expires_at", "Choose a time within two years.");
        }
        None if post.purpose == Some(Purpose::Otp) => {
            problems.add("expires_at", "A one-time code needs a time within 15 minutes.");
        }
        _ => {}
    }
}

/// Somebody who may be texted.
#[derive(sqlx::FromRow)]
struct Found {
    id: ContactId,
    name: String,
    event_id: Option<EventId>,
}

async fn recipient(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    to: &Recipient,
    event: Option<EventId>,
    problems: &mut Problems,
) -> Result<Option<Found>, Error> {
    let by_contact = "select id, name, null as event_id from contacts where org_id = $1 and id = $2";
    let (field, found) = match to {
        Recipient::Phone(phone) => {
            let id = contacts::ensure(tx, &service.clock, org, phone, "").await?;
            ("to", contact(tx, by_contact, org, id.0).await?)
        }
        Recipient::Contact(id) => ("contact_id", contact(tx, by_contact, org, id.0).await?),
        Recipient::Attendee(id) => {
            let sql =
                "select c.id, c.name, a.event_id from attendees a join contacts c on c.id = a.contact_id
                 where a.org_id = $1 and a.id = $2";
            ("attendee_id", contact(tx, sql, org, id.0).await?)
        }
    };
    match &found {
        None => problems.add(field, "There is nobody with this id."),
        Some(found) if event.is_some() && found.event_id.is_some_and(|own| Some(own) != event) => {
            problems
                .add("event_id", "This attendee is of another event. Leave event_id out, or use contact_id.");
        }
        Some(_) => {}
    }
    Ok(found)
}

/// The event that the text belongs to.
async fn event_in(
    tx: &mut Tx,
    org: OrgId,
    event: Option<EventId>,
    problems: &mut Problems,
) -> Result<Option<Event>, Error> {
    let Some(id) = event else { return Ok(None) };
    match events::find_in(tx, org, id).await {
        Ok(event) if event.archived_at.is_some() => {
            problems.add("event_id", events::ARCHIVED);
            Ok(None)
        }
        Ok(event) => Ok(Some(event)),
        Err(Error::NotFound) => {
            problems.add("event_id", "There is no event with this id.");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn contact(
    tx: &mut Tx,
    sql: &'static str,
    org: OrgId,
    id: uuid::Uuid,
) -> Result<Option<Found>, sqlx::Error> {
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)
}
