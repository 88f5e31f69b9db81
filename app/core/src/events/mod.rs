//! Events: anything people come to.

mod form;
mod life;
mod list;
mod waiting;
mod write;

pub(crate) use form::local_time;
pub use form::{NewEvent, create, local_field, save, seen};
pub use life::{archive, bring_back, duplicate};
pub use list::{Listed, Listing, Show, latest, list, upcoming};
pub use waiting::{Waiting, cancel_waiting, waiting};
pub use write::{Draft, change, make};

use chrono::{DateTime, TimeDelta, Utc};
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
    /// Since when it is out of the way, and sends nothing new.
    pub archived_at: Option<DateTime<Utc>>,
}

/// Kinds of events that organizers choose from: the stored and public word, and what they read. A
/// program may use others.
pub const KINDS: [(&str, &str); 5] = [
    ("gathering", "Gathering"),
    ("coaching_session", "Coaching session"),
    ("table", "Table"),
    ("private_booking", "Private booking"),
    ("parking_slot", "Parking slot"),
];

/// So long after its start people are at an event whose end nobody knows.
const LASTS: TimeDelta = TimeDelta::hours(12);

impl Event {
    /// When it is over.
    #[must_use]
    pub fn over_at(&self) -> DateTime<Utc> {
        over_at(self.starts_at, self.ends_at)
    }

    /// Its zone; UTC if the stored name is no longer one.
    #[must_use]
    pub fn zone(&self) -> Tz {
        zone(&self.timezone)
    }
}

/// When an event is over: at its end, or half a day after its start where nobody knows the end.
#[must_use]
pub fn over_at(starts_at: DateTime<Utc>, ends_at: Option<DateTime<Utc>>) -> DateTime<Utc> {
    ends_at.unwrap_or(starts_at + LASTS)
}

/// A zone by its IANA name; UTC for a name that is none.
#[must_use]
pub fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

macro_rules! event {
    ($($rest:literal)*) => {
        concat!(
            "select id, name, kind, starts_at, ends_at, timezone, location, host_name, created_at, updated_at, archived_at from events ",
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

/// As [`find`], of an event that may still send.
///
/// # Errors
/// As [`find`]; [`Error::Refused`] for one that is archived.
pub(crate) async fn find_open(store: &Store, org: OrgId, id: EventId) -> Result<Event, Error> {
    let event = find(store, org, id).await?;
    match event.archived_at {
        None => Ok(event),
        Some(_) => Err(Error::Refused(ARCHIVED.into())),
    }
}

/// Why an archived event sends nothing.
pub(crate) const ARCHIVED: &str = "This event is archived and sends nothing new. Bring it back first.";

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
