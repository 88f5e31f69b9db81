//! Contacts: a person with one phone number, unique in an organization.

pub(crate) mod change;
pub(crate) mod merge;
pub(crate) mod number;
mod people;

pub(crate) use change::Known;
pub use change::rename;
pub use number::{Moved, NewNumber, Numbered, fix_number, number_seen};
pub use people::{Found, Listed, On, Page, look_up};

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::error::Error;
use crate::ids::{ContactId, OrgId};
use crate::phones::Phone;
use crate::search;
use crate::store::{Store, Tx, on_store, on_tx};

/// No name is longer.
pub(crate) const LONGEST_NAME: usize = 200;

/// A person with one phone number.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// E.164.
    pub phone: String,
    /// Empty until somebody gives it.
    pub name: String,
    /// For nothing but the organizer's eyes.
    pub email: Option<String>,
    /// Their own zone, where it differs from the event's.
    pub timezone: Option<String>,
    /// Since when we know the number.
    pub created_at: DateTime<Utc>,
}

/// The contact with this phone; made if nobody knows the number. A name that is given fills an
/// empty one and otherwise changes nothing. Where nothing changes, nothing is locked: a text to
/// somebody must not wait for a long list of people that is just being taken.
pub(crate) async fn ensure(
    tx: &mut Tx,
    clock: &Clock,
    org: OrgId,
    phone: &Phone,
    name: &str,
) -> Result<ContactId, Error> {
    let (id, known_as) = match by_phone(tx, org, phone).await? {
        Some(found) => found,
        None => match insert(tx, clock, org, phone, name).await? {
            Some(id) => return Ok(id),
            // Somebody else was first.
            None => by_phone(tx, org, phone)
                .await?
                .ok_or_else(|| Error::Broken("a contact is neither there nor new".into()))?,
        },
    };
    if known_as.is_empty() && !name.is_empty() {
        let sql = "update contacts set name = $3, search = $4, updated_at = $5 where org_id = $1 and id = $2 and name = ''";
        on_tx!(tx, |ex| sqlx::query(sql)
            .bind(org)
            .bind(id)
            .bind(name)
            .bind(search::of_contact(name, phone.as_str()))
            .bind(clock.now())
            .execute(ex)
            .await
            .map(drop))?;
    }
    Ok(id)
}

async fn by_phone(
    tx: &mut Tx,
    org: OrgId,
    phone: &Phone,
) -> Result<Option<(ContactId, String)>, sqlx::Error> {
    let sql = "select id, name from contacts where org_id = $1 and phone = $2";
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(phone.as_str()).fetch_optional(ex).await)
}

/// `None` if somebody has the number already.
async fn insert(
    tx: &mut Tx,
    clock: &Clock,
    org: OrgId,
    phone: &Phone,
    name: &str,
) -> Result<Option<ContactId>, sqlx::Error> {
    let sql = "insert into contacts (id, org_id, phone, name, search, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (org_id, phone) do nothing returning id";
    on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(clock.new_id())
        .bind(org)
        .bind(phone.as_str())
        .bind(name)
        .bind(search::of_contact(name, phone.as_str()))
        .bind(clock.now())
        .fetch_optional(ex)
        .await)
}

/// Holds a contact until the transaction ends, so that what is counted of it stays true.
pub(crate) async fn lock(tx: &mut Tx, org: OrgId, id: ContactId) -> Result<(), sqlx::Error> {
    // SQLite holds the whole database for this transaction already.
    if let Tx::Postgres(_) = tx {
        let sql = "select id from contacts where org_id = $1 and id = $2 for no key update";
        on_tx!(tx, |ex| sqlx::query(sql).bind(org).bind(id).fetch_optional(ex).await.map(drop))?;
    }
    Ok(())
}

/// Holds one or two contacts until the transaction ends, always in the same order.
pub(crate) async fn lock_both(
    tx: &mut Tx,
    org: OrgId,
    one: ContactId,
    other: Option<ContactId>,
) -> Result<(), sqlx::Error> {
    // SQLite holds the whole database for this transaction already.
    if let Tx::Postgres(_) = tx {
        let sql = "select id from contacts where org_id = $1 and id in ($2, $3) order by id for update";
        on_tx!(tx, |ex| sqlx::query(sql).bind(org).bind(one).bind(other).fetch_all(ex).await.map(drop))?;
    }
    Ok(())
}

macro_rules! contact {
    ($rest:literal) => {
        concat!(
            "select id, phone, name, email, timezone, created_at from contacts where org_id = $1 and ",
            $rest
        )
    };
}

/// Whoever has this phone.
pub(crate) async fn with_phone(
    tx: &mut Tx,
    org: OrgId,
    phone: &Phone,
) -> Result<Option<Contact>, sqlx::Error> {
    let sql = contact!("phone = $2");
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(phone.as_str()).fetch_optional(ex).await)
}

/// One contact of an organization, in the caller's transaction.
pub(crate) async fn find_in(tx: &mut Tx, org: OrgId, id: ContactId) -> Result<Contact, Error> {
    let sql = contact!("id = $2");
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?.ok_or(Error::NotFound)
}

/// One contact of an organization.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub async fn find(store: &Store, org: OrgId, id: ContactId) -> Result<Contact, Error> {
    let sql = contact!("id = $2");
    on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}
