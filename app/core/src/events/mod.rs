//! Events: anything people come to.

mod form;
mod write;

pub(crate) use form::local_time;
pub use form::{NewEvent, create};
pub use write::{Draft, change, make};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::error::Error;
use crate::ids::{EventId, OrgId};
use crate::store::{Store, Tx, on_store, on_tx};

/// An event of an organization.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// What organizers and attendees call it.
    pub name: String,
    /// A gathering, a session, a table, …
    pub kind: String,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// When it ends, if that is known.
    pub ends_at: Option<DateTime<Utc>>,
    /// IANA name; all its times are shown in it.
    pub timezone: String,
    /// Where it is; may be empty.
    pub location: String,
    /// Who hosts it; may be empty.
    pub host_name: String,
    /// Since when we know it.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// An event in the list of events.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// The event.
    #[sqlx(flatten)]
    pub event: Event,
    /// How many attend, whatever their RSVP.
    pub attendees: i64,
    /// Those who confirmed.
    pub confirmed: i64,
}

impl Event {
    /// Its zone; UTC if the stored name is no longer one.
    #[must_use]
    pub fn zone(&self) -> Tz {
        zone(&self.timezone)
    }
}

/// A zone by its IANA name; UTC for a name that is none.
#[must_use]
pub fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

macro_rules! event {
    ($($rest:literal)*) => {
        concat!(
            "select id, name, kind, starts_at, ends_at, timezone, location, host_name, created_at, updated_at from events ",
            $($rest),*
        )
    };
}
use event;

/// One event of an organization.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub async fn find(store: &Store, org: OrgId, id: EventId) -> Result<Event, Error> {
    let sql = event!("where org_id = $1 and id = $2");
    on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}

/// As [`find`], read in the caller's transaction.
///
/// # Errors
/// As [`find`].
pub(crate) async fn find_in(tx: &mut Tx, org: OrgId, id: EventId) -> Result<Event, Error> {
    let sql = event!("where org_id = $1 and id = $2");
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?.ok_or(Error::NotFound)
}

/// The events of an organization, latest start first.
///
/// # Errors
/// If the database fails.
pub async fn list(store: &Store, org: OrgId) -> Result<Vec<Listed>, Error> {
    let sql = "select e.id, e.name, e.kind, e.starts_at, e.ends_at, e.timezone, e.location, e.host_name,
           e.created_at, e.updated_at, count(a.id) as attendees, count(a.id) filter (where a.rsvp = 'confirmed') as confirmed
         from events e left join attendees a on a.event_id = e.id
         where e.org_id = $1 and e.archived_at is null
         group by e.id, e.name, e.kind, e.starts_at, e.ends_at, e.timezone, e.location, e.host_name,
           e.created_at, e.updated_at
         order by e.starts_at desc, e.id desc limit 200";
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(org).fetch_all(ex).await)?)
}

/// Where a page of [`page`] ends: the start and id of its last event.
pub type Place = (DateTime<Utc>, EventId);

/// At most `limit` events of an organization, latest start first, those after `after`.
///
/// # Errors
/// If the database fails.
pub async fn page(store: &Store, org: OrgId, after: Option<Place>, limit: i64) -> Result<Vec<Event>, Error> {
    let (starts_at, id) = after.unzip();
    let sql = event!(
        "where org_id = $1 and archived_at is null
           and ($2 is null or starts_at < $2 or (starts_at = $2 and id < $3))
         order by starts_at desc, id desc limit $4"
    );
    Ok(on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org).bind(starts_at).bind(id).bind(limit).fetch_all(ex).await)?)
}
