//! Changing an attendee: who they are, their number, their answer; and taking them off the list.

use chrono_tz::Tz;

use super::{Attendee, LONGEST_NAME, Rsvp, find};
use crate::contacts::{self, Contact, Known, change, merge};
use crate::error::{Error, Problems};
use crate::events;
use crate::ids::{AttendeeId, ContactId, EventId, MessageId};
use crate::messages::waiting::{self, Change};
use crate::messages::{Author, Effects, retry_one};
use crate::people::{Person, email};
use crate::phones::{Phone, Region};
use crate::service::Service;
use crate::store::{Tries, Tx, on_tx};

/// An attendee, as typed. Whoever may not send may only fix the number: the rest is passed over.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// May be empty.
    pub name: String,
    /// In any usual form; without its country code it is read as one of the same country as before.
    pub phone: String,
    /// May be empty.
    pub email: String,
    /// IANA name, or empty for the event's zone.
    pub timezone: String,
    /// One of [`Rsvp`]'s words.
    pub rsvp: String,
    /// Whoever has the number already, where somebody has said that the two are one person.
    pub same_as: Option<ContactId>,
    /// A text that is to be sent again, to the number of now.
    pub retry: Option<MessageId>,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It is done.
    Saved(Saved),
    /// Nothing is done yet: this contact has the number, and it must be said whether the two are one person.
    Taken(Contact),
}

/// What a change brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The attendee; another one than before after a merge of two attendees of one event.
    pub attendee: AttendeeId,
    /// What they are called now.
    pub name: String,
    /// E.164.
    pub phone: String,
    /// Whether two contacts became one.
    pub merged: bool,
    /// Waiting texts that go to the new number.
    pub readdressed: i64,
    /// Waiting texts that were canceled.
    pub canceled: i64,
    /// The second text, or why there is none; `None` if none was wished for.
    pub retried: Option<Result<MessageId, String>>,
}

/// A change that passed its check.
struct Checked {
    known: Known,
    rsvp: Rsvp,
}

/// Changes an attendee.
///
/// # Errors
/// [`Error::Invalid`] for what was typed, [`Error::NotFound`] for a strange attendee.
pub async fn edit(
    service: &Service,
    person: &Person,
    event: EventId,
    id: AttendeeId,
    typed: &Edit,
) -> Result<Edited, Error> {
    // A retry holds its text before its contact, a change the contact first.
    let mut tries = Tries::default();
    loop {
        match edit_once(service, person, event, id, typed).await {
            Err(error) if tries.again(&error) => {}
            done => return done,
        }
    }
}

async fn edit_once(
    service: &Service,
    person: &Person,
    event: EventId,
    id: AttendeeId,
    typed: &Edit,
) -> Result<Edited, Error> {
    let org = person.org_id;
    let zone = events::find(&service.store, org, event).await?.timezone;
    let before = find(&service.store, org, event, id).await?;
    let Checked { known, rsvp } = typed.check(person, &before, &zone)?;
    let author = person.author();
    let change = Change { org, author: &author, now: service.clock.now() };
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    let other = contacts::with_phone(&mut tx, org, &known.phone).await?;
    let other = other.filter(|other| other.id != before.contact_id);
    contacts::lock_both(&mut tx, org, before.contact_id, other.as_ref().map(|other| other.id)).await?;
    let mut saved = Saved::new(id, &known);
    let contact = match other {
        Some(other) if typed.same_as != Some(other.id) => return Ok(Edited::Taken(other)),
        Some(other) => {
            let pair = (before.contact_id, other.id);
            let known = known.or_of(&other);
            let merged = merge::merge(&mut tx, service, &change, pair, &known, &mut effects).await?;
            (saved.merged, saved.readdressed, saved.canceled) = (true, merged.readdressed, merged.canceled);
            saved.attendee = merge::attendee_of(&mut tx, org, event, other.id).await?;
            saved.name = known.name;
            other.id
        }
        None => {
            let contact = before.contact_id;
            change::write(&mut tx, service, org, contact, &known).await?;
            saved.readdressed =
                waiting::readdress(&mut tx, &change, contact, &known.phone, &mut effects).await?;
            contact
        }
    };
    if rsvp != before.rsvp {
        saved.canceled += answer(&mut tx, &change, (event, contact), rsvp, &mut effects).await?;
    }
    if let Some(message) = typed.retry {
        saved.retried = Some(send_again(&mut tx, service, &author, contact, message, &mut effects).await?);
    }
    let action = if saved.merged { "merge contacts" } else { "change an attendee" };
    let subject = format!("attendee {}, contact {contact}", saved.attendee);
    change::note(&mut tx, service, org, &author, action, &subject).await?;
    effects.changed.merge(&change::shown_in(&mut tx, org, contact).await?);
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(Edited::Saved(saved))
}

impl Saved {
    fn new(attendee: AttendeeId, known: &Known) -> Self {
        Self {
            attendee,
            name: known.name.clone(),
            phone: known.phone.to_string(),
            merged: false,
            readdressed: 0,
            canceled: 0,
            retried: None,
        }
    }
}

impl Edit {
    fn check(&self, person: &Person, before: &Attendee, event_zone: &str) -> Result<Checked, Error> {
        let region = Region::of_number(&before.phone).or_else(|| Region::of_zone(event_zone));
        let mut problems = Problems::default();
        // A number that stays as it is need not be one that we would take today.
        let phone = match Phone::parse(&before.phone, None) {
            Ok(phone) if self.phone.trim() == before.phone => Some(phone),
            _ => problems.take("phone", Phone::typed(&self.phone, region)),
        };
        let before_known = (before.name.clone(), before.email.clone(), before.timezone.clone());
        let ((name, email, timezone), rsvp) = if person.role.may_send() {
            let name = problems.text("name", &self.name, LONGEST_NAME);
            let address = Some(self.email.trim()).filter(|address| !address.is_empty());
            let address = address.map(email).transpose();
            let zone = Some(self.timezone.trim()).filter(|zone| !zone.is_empty());
            let zone = zone.map(str::parse::<Tz>).transpose();
            let zone = zone.map_err(|_| "There is no such time zone. Use one such as America/New_York.");
            let rsvp = Rsvp::parse(self.rsvp.trim()).ok_or("Choose an RSVP from the list.");
            let known = (
                name,
                problems.take("email", address).flatten(),
                problems.take("timezone", zone).flatten().map(|zone| zone.name().to_owned()),
            );
            (known, problems.take("rsvp", rsvp).unwrap_or(before.rsvp))
        } else {
            (before_known, before.rsvp)
        };
        problems.none()?;
        let phone = phone.ok_or_else(|| Error::Broken("a change without number passed its check".into()))?;
        Ok(Checked { known: Known { name, phone, email, timezone }, rsvp })
    }
}

/// Notes what somebody answered; who stays away has what waits canceled, announcements excepted. Returns how
/// many texts that were.
async fn answer(
    tx: &mut Tx,
    change: &Change<'_>,
    (event, contact): (EventId, ContactId),
    rsvp: Rsvp,
    effects: &mut Effects,
) -> Result<i64, Error> {
    let sql = "update attendees set rsvp = $4, rsvp_at = $5 where org_id = $1 and event_id = $2 and contact_id = $3";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(change.org)
        .bind(event)
        .bind(contact)
        .bind(rsvp)
        .bind(change.now)
        .execute(ex)
        .await
        .map(drop))?;
    if !rsvp.stays_away() {
        return Ok(0);
    }
    Ok(waiting::cancel_of_event(tx, change, contact, event, effects).await?)
}

/// A refusal keeps nothing else from being saved.
async fn send_again(
    tx: &mut Tx,
    service: &Service,
    author: &Author,
    contact: ContactId,
    message: MessageId,
    effects: &mut Effects,
) -> Result<Result<MessageId, String>, Error> {
    let sql = "select org_id from messages where id = $1 and contact_id = $2";
    let org = on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(message).bind(contact).fetch_optional(ex).await)?;
    let org = org.ok_or(Error::NotFound)?;
    match retry_one(tx, service, org, author, message, None, effects).await {
        Ok(made) => Ok(Ok(made)),
        Err(Error::Refused(why)) => Ok(Err(why)),
        Err(error) => Err(error),
    }
}

/// Takes somebody off an event's list; what waits for them is canceled, announcements excepted, and what was
/// sent stays in their history. Returns how many texts were canceled.
///
/// # Errors
/// [`Error::NotFound`] for a strange attendee, [`Error::NotAllowed`] for a role that may not.
pub async fn remove(
    service: &Service,
    person: &Person,
    event: EventId,
    id: AttendeeId,
) -> Result<(Attendee, i64), Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role cannot take people off the list. Ask an organizer."));
    }
    let org = person.org_id;
    let attendee = find(&service.store, org, event, id).await?;
    let author = person.author();
    let change = Change { org, author: &author, now: service.clock.now() };
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    effects.changed.merge(&change::shown_in(&mut tx, org, attendee.contact_id).await?);
    let sql = "delete from attendees where org_id = $1 and event_id = $2 and id = $3";
    let gone = on_tx!(tx, |ex| sqlx::query(sql)
        .bind(org)
        .bind(event)
        .bind(id)
        .execute(ex)
        .await
        .map(|gone| gone.rows_affected()))?;
    if gone == 0 {
        return Err(Error::NotFound);
    }
    let canceled =
        waiting::cancel_of_event(&mut tx, &change, attendee.contact_id, event, &mut effects).await?;
    let subject = format!("contact {}, event {event}", attendee.contact_id);
    change::note(&mut tx, service, org, &author, "take off the list", &subject).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok((attendee, canceled))
}
