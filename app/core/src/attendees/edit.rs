//! Changing an attendee: who they are, their number, their answer; and taking them off the list.

use chrono_tz::Tz;

use super::{Attendee, Rsvp, find, find_in, subject};
use crate::audit;
use crate::contacts::number::{self, MEANWHILE};
use crate::contacts::{Contact, Known, LONGEST_NAME, Moved, Numbered, change, merge};
use crate::error::{Error, Problems};
use crate::events::{self, Event};
use crate::ids::{AttendeeId, ContactId, EventId, MessageId};
use crate::messages::Effects;
use crate::messages::waiting::{self, Change};
use crate::people::{Person, email};
use crate::phones::{self, Phone, Region};
use crate::seen::{Field, Seen};
use crate::service::Service;
use crate::store::{Tx, on_tx, repeated};

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
    /// What the form showed, as [`Seen`] writes it; may be empty.
    pub seen: String,
}

/// What a form for an attendee shows.
#[must_use]
pub fn seen(attendee: &Attendee) -> Seen {
    Seen::new([
        ("name", attendee.name.clone()),
        ("phone", phones::shown(&attendee.phone)),
        ("email", attendee.email.clone().unwrap_or_default()),
        ("timezone", attendee.timezone.clone().unwrap_or_default()),
        ("rsvp", attendee.rsvp.as_str().to_owned()),
    ])
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
    /// What became of the person.
    pub moved: Moved,
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
    repeated(|| edit_once(service, person, event, id, typed)).await
}

async fn edit_once(
    service: &Service,
    person: &Person,
    event: EventId,
    id: AttendeeId,
    typed: &Edit,
) -> Result<Edited, Error> {
    let org = person.org_id;
    let of = events::find(&service.store, org, event).await?;
    let author = person.author();
    let change = Change { org, author: &author, now: service.clock.now() };
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    let there = find_in(&mut tx, org, event, id).await?;
    let contact = there.contact_id;
    let Checked { known, .. } = typed.check(person, &there, &of)?;
    let other = number::hold(&mut tx, org, contact, &known.phone).await?;
    // Only now nobody changes them beside us.
    let there = find_in(&mut tx, org, event, id).await?;
    if there.contact_id != contact {
        return Err(Error::Refused(MEANWHILE.into()));
    }
    let Checked { known, rsvp } = typed.check(person, &there, &of)?;
    let changed = changed(&there, &known, rsvp);
    let given =
        number::give(&mut tx, service, &change, (contact, other), known, typed.same_as, &mut effects).await?;
    let moved = match given {
        Numbered::Moved(moved) => moved,
        Numbered::Taken(other) => return Ok(Edited::Taken(other)),
    };
    let contact = moved.contact;
    let mut saved = Saved { attendee: id, moved };
    if saved.moved.merged {
        saved.attendee = merge::attendee_of(&mut tx, org, event, contact).await?;
    }
    if rsvp != there.rsvp {
        saved.moved.canceled += answer(&mut tx, &change, (event, contact), rsvp, &mut effects).await?;
    }
    if let Some(message) = typed.retry {
        let made = number::send_again(&mut tx, service, &author, contact, message, &mut effects).await?;
        saved.moved.retried = Some(made);
    }
    if !changed.is_empty() {
        let action = if saved.moved.merged { "merge contacts" } else { "change an attendee" };
        let subject = format!("{}, {}", subject(&of.name, contact), changed.join(", "));
        audit::note(&mut tx, service, org, &author, action, &subject).await?;
    }
    effects.changed.merge(&change::shown_in(&mut tx, org, contact).await?);
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(Edited::Saved(saved))
}

/// What is not as it was, in a word each; two become one only where the number changes.
fn changed(there: &Attendee, known: &Known, rsvp: Rsvp) -> Vec<String> {
    let parts = [
        ("name", there.name != known.name),
        ("number", there.phone != known.phone.as_str()),
        ("email", there.email != known.email),
        ("time zone", there.timezone != known.timezone),
    ];
    let parts = parts.into_iter().filter(|(_, differs)| *differs).map(|(word, _)| word.to_owned());
    let rsvp = (there.rsvp != rsvp).then(|| format!("RSVP {}", rsvp.as_str()));
    parts.chain(rsvp).collect()
}

impl Edit {
    fn check(&self, person: &Person, there: &Attendee, event: &Event) -> Result<Checked, Error> {
        let region = Region::of_number(&there.phone).or_else(|| Region::of_zone(&event.timezone));
        let mut problems = Problems::default();
        let phone = problems.take("phone", Phone::retyped(&self.phone, &there.phone, region));
        let may_send = person.role.may_send();
        let ((name, email, timezone), rsvp) = if may_send {
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
            (known, problems.take("rsvp", rsvp).unwrap_or(there.rsvp))
        } else {
            ((there.name.clone(), there.email.clone(), there.timezone.clone()), there.rsvp)
        };
        let number = phone.as_ref().map_or_else(|| self.phone.clone(), |phone| phones::shown(phone.as_str()));
        let typed: &[(&'static str, &str)] = &[
            ("phone", &number),
            ("name", &self.name),
            ("email", &self.email),
            ("timezone", &self.timezone),
            ("rsvp", &self.rsvp),
        ];
        // Of whoever may fix the number alone, the rest is not taken.
        self.note_changes(there, &typed[..if may_send { typed.len() } else { 1 }], event, &mut problems);
        problems.none()?;
        let phone = phone.ok_or_else(|| Error::Broken("a change without number passed its check".into()))?;
        Ok(Checked { known: Known { name, phone, email, timezone }, rsvp })
    }

    /// Notes what somebody else has changed since the form was opened.
    fn note_changes(
        &self,
        there: &Attendee,
        typed: &[(&'static str, &str)],
        event: &Event,
        problems: &mut Problems,
    ) {
        let now = seen(there);
        let fields: Vec<Field<'_>> = typed
            .iter()
            .map(|(name, typed)| Field {
                name,
                now: now.value(name).to_owned(),
                typed,
                at: if *name == "rsvp" { there.rsvp_at } else { there.changed_at },
            })
            .collect();
        Seen::read(&self.seen).note(&fields, event.zone(), problems);
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
    Ok(waiting::cancel_of_event(tx, change, &[contact], event, effects).await?)
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
    let of = events::find(&service.store, org, event).await?;
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
        waiting::cancel_of_event(&mut tx, &change, &[attendee.contact_id], event, &mut effects).await?;
    let subject = subject(&of.name, attendee.contact_id);
    audit::note(&mut tx, service, org, &author, "take off the list", &subject).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok((attendee, canceled))
}
