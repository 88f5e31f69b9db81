//! Contacts: a person with one phone number, unique in an organization.

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::error::Error;
use crate::ids::{ContactId, OrgId};
use crate::phones::Phone;
use crate::store::{Store, Tx, on_store, on_tx};

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
/// empty one and otherwise changes nothing.
pub(crate) async fn ensure(
    tx: &mut Tx,
    clock: &Clock,
    org: OrgId,
    phone: &Phone,
    name: &str,
) -> Result<ContactId, Error> {
    let sql = "insert into contacts (id, org_id, phone, name, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)
         on conflict (org_id, phone) do update set
           name = case when contacts.name = '' then excluded.name else contacts.name end,
           updated_at = excluded.updated_at
         returning id";
    Ok(on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(clock.new_id())
        .bind(org)
        .bind(phone.as_str())
        .bind(name)
        .bind(clock.now())
        .fetch_one(ex)
        .await)?)
}

/// One contact of an organization.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub async fn find(store: &Store, org: OrgId, id: ContactId) -> Result<Contact, Error> {
    let sql =
        "select id, phone, name, email, timezone, created_at from contacts where org_id = $1 and id = $2";
    on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}
