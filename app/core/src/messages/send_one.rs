//! A text that an organizer writes to one attendee: a new one, or one that takes the place of a text that
//! did not arrive.

use std::borrow::Cow;

use super::enqueue::{Effects, NewText};
use super::render::{Missing, Words};
use super::retry::retry_in_other_words;
use super::same_words::{SameWords, just_sent};
use super::unfilled::Unfilled;
use super::{LONGEST_BODY, Purpose, enqueue};
use crate::attendees;
use crate::error::{Error, Problems, clean};
use crate::events;
use crate::idempotency::{self, Ticket};
use crate::ids::{AttendeeId, EventId, MessageId};
use crate::people::Person;
use crate::phones;
use crate::sends::{OfEvent, of_person, unknown_variable};
use crate::service::Service;
use crate::store::repeated;
use crate::templates;

/// A text to one attendee, as typed.
#[derive(Clone, Debug, Default)]
pub struct TextToOne {
    /// One of [`Purpose`]'s words.
    pub purpose: String,
    /// What the phone will show, with variables.
    pub body: String,
}

/// What the form of a text holds beside the text.
#[derive(Clone, Debug, Default)]
pub struct OfForm {
    /// The key of this showing of the form; empty for none. The same text under it is recorded once.
    pub once: String,
    /// The text that this one takes the place of.
    pub retry: Option<MessageId>,
    /// The template and version that the words came from: `id:3`.
    pub linked: String,
    /// Also if they were sent the same words a moment ago.
    pub again: bool,
}

/// A text that is on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its id.
    pub id: MessageId,
    /// True if it was recorded before, and nothing was done now.
    pub before: bool,
}

/// What became of a text from a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is on record.
    Recorded(Recorded),
    /// They were sent the same words a moment ago; nothing was done, and somebody is to be asked.
    Asked(SameWords),
}

/// Records a text to one attendee of an event; the outbox sends it at once, or when quiet hours
/// end.
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
    let form = OfForm { again: true, ..OfForm::default() };
    match send_from_form(service, person, (event, attendee), text, &form).await? {
        Made::Recorded(recorded) => Ok(recorded.id),
        Made::Asked(_) => Err(Error::Broken("a text was asked about that was not to be".into())),
    }
}

/// As [`send_one`], from a form that may be sent twice.
///
/// # Errors
/// As [`send_one`]; [`Error::Refused`] where the text whose place it would take cannot be retried.
pub async fn send_from_form(
    service: &Service,
    person: &Person,
    (event, attendee): (EventId, AttendeeId),
    text: &TextToOne,
    form: &OfForm,
) -> Result<Made, Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role can look and retry, but not send. Ask an organizer."));
    }
    let org = person.org_id;
    let event = events::find_open(&service.store, org, event).await?;
    let attendee = attendees::find(&service.store, org, event.id, attendee).await?;
    let of_event = OfEvent::new(&event);
    let (purpose, body) = read(text, &of_event, &attendee.name)?;
    let value = |variable: &str| of_person(&attendee.name, variable).map(Cow::Borrowed);
    let unfilled = Unfilled::new(&clean(&text.body), &of_event, value, &body);
    let request = format!("{} {:?} {} {body}", attendee.id, form.retry, purpose.as_str());
    let ticket = Ticket::of_form("form send-text", &form.once, &request)?;
    let template = templates::linked(&service.store, org, &form.linked, &text.body).await?;
    let new =
        NewText { event_id: Some(event.id), template, ..NewText::new(attendee.contact_id, purpose, body) };
    let made = repeated(|| record(service, person, new.clone(), &unfilled, form, ticket.as_ref())).await?;
    Ok(match made {
        Made::Asked(same) => {
            Made::Asked(SameWords { name: phones::or_number(&attendee.name, &attendee.phone), ..same })
        }
        made => made,
    })
}

async fn record(
    service: &Service,
    person: &Person,
    new: NewText,
    unfilled: &Unfilled,
    form: &OfForm,
    ticket: Option<&Ticket>,
) -> Result<Made, Error> {
    let (org, author) = (person.org_id, person.author());
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    if let Some(before) = idempotency::open(&mut tx, service, org, ticket).await? {
        return Ok(Made::Recorded(Recorded { id: before.text()?, before: true }));
    }
    if !form.again
        && let Some(since) = just_sent(&mut tx, service, org, new.contact_id, &new.body).await?
    {
        return Ok(Made::Asked(SameWords { name: String::new(), since }));
    }
    let id = match form.retry {
        Some(retry) => {
            let id = retry_in_other_words(&mut tx, service, org, &author, retry, new, &mut effects).await?;
            // Always: else it would be taken for a text of its send, in the send's words.
            unfilled.keep(&mut tx, org, id).await?;
            id
        }
        None => {
            let ids = enqueue(&mut tx, service, org, &author, vec![new], &mut effects).await?;
            let id = ids.first().copied().ok_or_else(|| Error::Broken("a recorded text has no id".into()))?;
            unfilled.keep_if_open(&mut tx, org, id).await?;
            id
        }
    };
    idempotency::close(&mut tx, org, ticket, idempotency::Answer::of_text(id)).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(Made::Recorded(Recorded { id, before: false }))
}

/// What it is about and says, once nothing is wrong with it.
fn read(text: &TextToOne, event: &OfEvent, name: &str) -> Result<(Purpose, String), Error> {
    let mut problems = Problems::default();
    let chosen = Purpose::parse(text.purpose.trim()).filter(|purpose| !purpose.holds_secret());
    let purpose = problems.take("purpose", chosen.ok_or("Choose what this text is about."));
    let body = problems.required("body", &text.body, LONGEST_BODY, "Write the text.");
    let body = problems.take("body", rendered(&body, event, name));
    problems.none()?;
    purpose.zip(body).ok_or_else(|| Error::Broken("a text without purpose passed its check".into()))
}

fn rendered(body: &str, event: &OfEvent, name: &str) -> Result<String, String> {
    let words = Words::parse(body).map_err(|bad| bad.to_string())?;
    if let Some(unknown) = words.variables().into_iter().find_map(unknown_variable) {
        return Err(unknown);
    }
    let text = words.render(|variable| event.value(name, variable)).map_err(|missing| lacking(&missing))?;
    match text.chars().count() {
        length if length > LONGEST_BODY => {
            Err(format!("The text would have {length} characters; {LONGEST_BODY} are the most."))
        }
        _ => Ok(text),
    }
}

fn lacking(Missing(variable): &Missing) -> String {
    let why = match variable.as_str() {
        "first_name" | "name" => "We do not know their name",
        "location" => "The event has no place",
        "host" => "The event has no host",
        _ => "It has no value",
    };
    format!("{why}, so nothing can stand for {{{{{variable}}}}}. Add it, or use other words.")
}
