//! Giving somebody another number: their own new one, or that of an entry that turns out to be the same person.

use super::change::{self, Known};
use super::{Contact, find_in, lock_both, merge, with_phone};
use crate::audit;
use crate::error::{Error, Problems};
use crate::ids::{ContactId, MessageId, OrgId};
use crate::messages::waiting::{self, Change};
use crate::messages::{Author, Effects, retry_one};
use crate::people::Person;
use crate::phones::{self, Phone, Region};
use crate::seen::{self, Seen};
use crate::service::Service;
use crate::store::{Tx, on_tx, repeated};

/// Somebody's number, as typed.
#[derive(Clone, Debug, Default)]
pub struct NewNumber {
    /// In any usual form; without its country code it is read as one of the same country as before.
    pub phone: String,
    /// Whoever has the number already, where somebody has said that the two are one person.
    pub same_as: Option<ContactId>,
    /// A text that is to be sent again, to the new number.
    pub retry: Option<MessageId>,
    /// What the form showed, as [`Seen`] writes it; may be empty.
    pub seen: String,
}

/// What came of a new number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbered {
    /// They have it.
    Moved(Moved),
    /// Nothing is done yet: this contact has the number, and it must be said whether the two are one person.
    Taken(Contact),
}

/// What a change of number brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Who has it; another contact than before after a merge.
    pub contact: ContactId,
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

/// Somebody else was at the same people at the same time.
pub(crate) const MEANWHILE: &str = "Somebody changed this person just now. Look at them and try again.";

/// What a form for a contact's number shows.
#[must_use]
pub fn number_seen(contact: &Contact) -> Seen {
    Seen::new([("phone", phones::shown(&contact.phone))])
}

/// Gives a contact another number, whatever events they attend; also staff may.
///
/// # Errors
/// [`Error::Invalid`] for what was typed, [`Error::NotFound`] for a strange contact or text.
pub async fn fix_number(
    service: &Service,
    person: &Person,
    id: ContactId,
    typed: &NewNumber,
) -> Result<Numbered, Error> {
    // A retry holds its text before its contact, a change the contact first.
    repeated(|| fix_once(service, person, id, typed)).await
}

async fn fix_once(
    service: &Service,
    person: &Person,
    id: ContactId,
    typed: &NewNumber,
) -> Result<Numbered, Error> {
    let org = person.org_id;
    let author = person.author();
    let change = Change { org, author: &author, now: service.clock.now() };
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    let there = find_in(&mut tx, org, id).await?;
    let phone = typed.check(&mut tx, person, &there).await?;
    let other = hold(&mut tx, org, id, &phone).await?;
    let there = find_in(&mut tx, org, id).await?;
    let phone = typed.check(&mut tx, person, &there).await?;
    let known = Known { name: there.name, phone, email: there.email, timezone: there.timezone };
    let mut moved =
        match give(&mut tx, service, &change, (id, other), known, typed.same_as, &mut effects).await? {
            Numbered::Moved(moved) => moved,
            taken @ Numbered::Taken(_) => return Ok(taken),
        };
    if let Some(message) = typed.retry {
        moved.retried =
            Some(send_again(&mut tx, service, &author, moved.contact, message, &mut effects).await?);
    }
    let action = if moved.merged { "merge contacts" } else { "change a number" };
    let subject = format!("contact {}", moved.contact);
    audit::note(&mut tx, service, org, &author, action, &subject).await?;
    effects.changed.merge(&change::shown_in(&mut tx, org, moved.contact).await?);
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(Numbered::Moved(moved))
}

impl NewNumber {
    async fn check(&self, tx: &mut Tx, person: &Person, there: &Contact) -> Result<Phone, Error> {
        let sql = "select updated_at from contacts where org_id = $1 and id = $2";
        let at = on_tx!(tx, |ex| sqlx::query_scalar(sql)
            .bind(person.org_id)
            .bind(there.id)
            .fetch_optional(ex)
            .await)?;
        let at = at.ok_or(Error::NotFound)?;
        let region = Region::of_number(&there.phone).or_else(|| Region::of_zone(&person.org_timezone));
        let mut problems = Problems::default();
        let phone = problems.take("phone", Phone::retyped(&self.phone, &there.phone, region));
        let typed = phone.as_ref().map_or_else(|| self.phone.clone(), |phone| phones::shown(phone.as_str()));
        let field = seen::Field { name: "phone", now: phones::shown(&there.phone), typed: &typed, at };
        Seen::read(&self.seen).note(&[field], crate::events::zone(&person.org_timezone), &mut problems);
        problems.none()?;
        phone.ok_or_else(|| Error::Broken("a change without number passed its check".into()))
    }
}

/// Holds a contact and whoever else has a number until the transaction ends; returns the latter.
///
/// # Errors
/// [`Error::Refused`] if the number came to somebody else while we waited.
pub(crate) async fn hold(
    tx: &mut Tx,
    org: OrgId,
    contact: ContactId,
    phone: &Phone,
) -> Result<Option<Contact>, Error> {
    let other = with_phone(tx, org, phone).await?.filter(|other| other.id != contact);
    let held = other.map(|other| other.id);
    lock_both(tx, org, contact, held).await?;
    // Read again, since what we waited for may have changed both.
    let other = with_phone(tx, org, phone).await?.filter(|other| other.id != contact);
    match other.as_ref().map(|other| other.id) == held {
        true => Ok(other),
        false => Err(Error::Refused(MEANWHILE.into())),
    }
}

/// Writes what is known of a contact whom the caller holds together with whoever else has the number: the two
/// become one if somebody has said so.
pub(crate) async fn give(
    tx: &mut Tx,
    service: &Service,
    change: &Change<'_>,
    (contact, other): (ContactId, Option<Contact>),
    known: Known,
    same_as: Option<ContactId>,
    effects: &mut Effects,
) -> Result<Numbered, Error> {
    let mut moved = Moved {
        contact,
        name: known.name.clone(),
        phone: known.phone.to_string(),
        merged: false,
        readdressed: 0,
        canceled: 0,
        retried: None,
    };
    match other {
        Some(other) if same_as != Some(other.id) => return Ok(Numbered::Taken(other)),
        Some(other) => {
            let known = known.or_of(&other);
            let merged = merge::merge(tx, service, change, (contact, other.id), &known, effects).await?;
            (moved.merged, moved.contact, moved.name) = (true, other.id, known.name);
            (moved.readdressed, moved.canceled) = (merged.readdressed, merged.canceled);
        }
        None => {
            change::write(tx, service, change.org, contact, &known).await?;
            moved.readdressed = waiting::readdress(tx, change, contact, &known.phone, effects).await?;
        }
    }
    Ok(Numbered::Moved(moved))
}

/// Sends a text of theirs again. A refusal keeps nothing else from being saved.
pub(crate) async fn send_again(
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
