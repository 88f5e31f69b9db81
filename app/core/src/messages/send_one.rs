//! A text that an organizer writes to one attendee.

use super::enqueue::{Effects, NewText};
use super::{LONGEST_BODY, Purpose, enqueue};
use crate::attendees;
use crate::error::{Error, Problems};
use crate::events;
use crate::ids::{AttendeeId, EventId, MessageId};
use crate::people::Person;
use crate::service::Service;

/// A text to one attendee, as typed.
#[derive(Clone, Debug, Default)]
pub struct TextToOne {
    /// One of [`Purpose`]'s words.
    pub purpose: String,
    /// What the phone will show.
    pub body: String,
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
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role can look and retry, but not send. Ask an organizer."));
    }
    events::find_open(&service.store, person.org_id, event).await?;
    let attendee = attendees::find(&service.store, person.org_id, event, attendee).await?;
    let mut problems = Problems::default();
    let chosen = Purpose::parse(text.purpose.trim()).filter(|purpose| !purpose.holds_secret());
    let purpose = problems.take("purpose", chosen.ok_or("Choose what this text is about."));
    let body = problems.required("body", &text.body, LONGEST_BODY, "Write the text.");
    problems.none()?;
    let purpose = purpose.ok_or_else(|| Error::Broken("a text without purpose passed its check".into()))?;
    let new = NewText { event_id: Some(event), ..NewText::new(attendee.contact_id, purpose, body) };
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    let ids = enqueue(&mut tx, service, person.org_id, &person.author(), vec![new], &mut effects).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    ids.first().copied().ok_or_else(|| Error::Broken("a recorded text has no id".into()))
}
