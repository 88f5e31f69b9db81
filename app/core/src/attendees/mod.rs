//! Attendees: contacts at an event, one per phone and event.

mod edit;
mod filter;
mod list;
mod put;

pub use edit::{Edit, Edited, Saved, edit, remove, seen};
pub use filter::{Filter, Last, Reach};
pub(crate) use filter::{last_text, meant, reaches};
pub(crate) use list::found;
pub use list::{Counts, List, Listed, PAGE, list, reach};
pub(crate) use put::put_in;
pub use put::{Known, Put, Rejected, Row, Taken, faults, put};

use serde::{Deserialize, Serialize};

use crate::audit;
use crate::contacts::{self, LONGEST_NAME};
use crate::error::{Error, Problems};
use crate::ids::{AttendeeId, ContactId, EventId, OrgId};
use crate::people::Person;
use crate::phones::{Phone, Region};
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};

/// Whether somebody comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, Serialize, Deserialize)]
#[sqlx(rename_all = "lowercase", type_name = "text")]
#[serde(rename_all = "lowercase")]
pub enum Rsvp {
    /// Asked, no answer yet.
    Invited,
    /// Comes.
    Confirmed,
    /// Does not come.
    Declined,
    /// Comes if a place becomes free.
    Waitlisted,
    /// Came off the list.
    Canceled,
}

impl Rsvp {
    /// Every answer, from "comes" on the further ones first: two attendees who turn out to be one person keep
    /// the further.
    const BY_HOW_FAR: [Self; 5] =
        [Self::Confirmed, Self::Waitlisted, Self::Invited, Self::Declined, Self::Canceled];

    /// Every answer.
    pub const ALL: [Self; 5] =
        [Self::Invited, Self::Confirmed, Self::Declined, Self::Waitlisted, Self::Canceled];

    /// The stored and public word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Confirmed => "confirmed",
            Self::Declined => "declined",
            Self::Waitlisted => "waitlisted",
            Self::Canceled => "canceled",
        }
    }

    /// Reads the stored or public word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rsvp| rsvp.as_str() == word)
    }

    /// The further of two: confirmed, else waitlisted, else invited, else declined.
    #[must_use]
    pub fn further(self, other: Self) -> Self {
        Self::BY_HOW_FAR.into_iter().find(|rsvp| [self, other].contains(rsvp)).unwrap_or(self)
    }

    /// Whether they have said that they do not come, or were taken off.
    #[must_use]
    pub fn stays_away(self) -> bool {
        matches!(self, Self::Declined | Self::Canceled)
    }
}

/// A contact at an event.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Attendee {
    /// Its id.
    pub id: AttendeeId,
    /// The person.
    pub contact_id: ContactId,
    /// Empty until somebody gives it.
    pub name: String,
    /// E.164.
    pub phone: String,
    /// If somebody gave it.
    pub email: Option<String>,
    /// Their own zone, an IANA name, if somebody gave it.
    pub timezone: Option<String>,
    /// Whether they come.
    pub rsvp: Rsvp,
    /// When they said so.
    pub rsvp_at: chrono::DateTime<chrono::Utc>,
    /// True while a suppression is in force.
    pub suppressed: bool,
    /// When what is known of the person was written last.
    pub changed_at: chrono::DateTime<chrono::Utc>,
}

/// A new attendee, as typed.
#[derive(Clone, Debug, Default)]
pub struct NewAttendee {
    /// May be empty.
    pub name: String,
    /// In any usual form; without its country code it is read as one of the event's country.
    pub phone: String,
    /// One of [`Rsvp`]'s words.
    pub rsvp: String,
}

/// Adds somebody to an event; a number that nobody knows becomes a contact.
///
/// # Errors
/// [`Error::Invalid`] for what was typed, [`Error::NotFound`] for a strange event.
pub async fn add(
    service: &Service,
    person: &Person,
    event: EventId,
    new: &NewAttendee,
) -> Result<AttendeeId, Error> {
    let org = person.org_id;
    let of = crate::events::find(&service.store, org, event).await?;
    let here = Region::of_zone(&of.timezone);
    let mut problems = Problems::default();
    let name = problems.text("name", &new.name, LONGEST_NAME);
    let phone = problems.take("phone", Phone::typed(&new.phone, here));
    let rsvp = problems.take("rsvp", Rsvp::parse(new.rsvp.trim()).ok_or("Choose an RSVP from the list."));
    problems.none()?;
    let (Some(phone), Some(rsvp)) = (phone, rsvp) else {
        return Err(Error::Broken("an attendee without phone or RSVP passed its check".into()));
    };
    let mut tx = service.store.begin().await?;
    let contact = contacts::ensure(&mut tx, &service.clock, org, &phone, &name).await?;
    let now = service.clock.now();
    let sql = "insert into attendees (id, org_id, event_id, contact_id, rsvp, rsvp_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (event_id, contact_id) do nothing returning id";
    let id: Option<AttendeeId> = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(service.clock.new_id())
        .bind(org)
        .bind(event)
        .bind(contact)
        .bind(rsvp)
        .bind(now)
        .fetch_optional(ex)
        .await)?;
    let id =
        id.ok_or_else(|| Error::invalid("phone", "Somebody with this number is already on the list."))?;
    let subject = subject(&of.name, contact);
    audit::note(&mut tx, service, org, &person.author(), "put on the list", &subject).await?;
    tx.commit().await?;
    service.hub.tell(crate::live::Changed { ids: [event.0].into(), ..Default::default() });
    Ok(id)
}

/// What the audit log calls somebody on an event's list: by the id, which is no name to be erased.
fn subject(event: &str, contact: ContactId) -> String {
    format!("{event}: contact {contact}")
}

macro_rules! attendee {
    ($($rest:literal)*) => {
        concat!(
            "select a.id, a.contact_id, c.name, c.phone, c.email, c.timezone, c.updated_at as changed_at, a.rsvp, a.rsvp_at, exists (select 1 from suppressions s
               where s.org_id = a.org_id and s.phone = c.phone and s.lifted_at is null) as suppressed ",
            $($rest),*
        )
    };
}

/// One attendee of an event.
///
/// # Errors
/// [`Error::NotFound`] if the attendee is not of this event and organization.
pub async fn find(store: &Store, org: OrgId, event: EventId, id: AttendeeId) -> Result<Attendee, Error> {
    let sql = attendee!(
        "from attendees a join contacts c on c.id = a.contact_id
         where a.org_id = $1 and a.event_id = $2 and a.id = $3"
    );
    on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(event).bind(id).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}

/// As [`find`], read in the caller's transaction.
///
/// # Errors
/// As [`find`].
async fn find_in(tx: &mut Tx, org: OrgId, event: EventId, id: AttendeeId) -> Result<Attendee, Error> {
    let sql = attendee!(
        "from attendees a join contacts c on c.id = a.contact_id
         where a.org_id = $1 and a.event_id = $2 and a.id = $3"
    );
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(event).bind(id).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}

/// How many attend an event, and how many of them have confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Headcount {
    /// Everybody on the list, whatever their RSVP.
    pub people: i64,
    /// Those who confirmed.
    pub confirmed: i64,
}

/// How many attend an event.
///
/// # Errors
/// If the database fails.
pub async fn headcount(store: &Store, org: OrgId, event: EventId) -> Result<Headcount, Error> {
    let mut tx = store.begin_read().await?;
    let headcount = headcount_in(&mut tx, org, event).await?;
    tx.commit().await?;
    Ok(headcount)
}

async fn headcount_in(tx: &mut Tx, org: OrgId, event: EventId) -> Result<Headcount, sqlx::Error> {
    // Whose event it is, is asked once, so that people are counted in the index alone.
    let sql = "select coalesce(cast(sum(people) as bigint), 0) as people,
           coalesce(cast(sum(case when rsvp = 'confirmed' then people else 0 end) as bigint), 0) as confirmed
         from (select rsvp, count(*) as people from attendees
           where event_id = $2 and (select org_id from events where id = $2) = $1 group by rsvp) answers";
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(event).fetch_one(ex).await)
}

/// At most `limit` attendees of an event in the order in which they came onto its list, those
/// after `after`.
///
/// # Errors
/// If the database fails. A strange event has none.
pub async fn page(
    store: &Store,
    org: OrgId,
    event: EventId,
    after: Option<AttendeeId>,
    limit: i64,
) -> Result<Vec<Attendee>, Error> {
    let sql = attendee!(
        "from attendees a join contacts c on c.id = a.contact_id
         where a.org_id = $1 and a.event_id = $2 and ($3 is null or a.id > $3) order by a.id limit $4"
    );
    Ok(on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org).bind(event).bind(after).bind(limit).fetch_all(ex).await)?)
}

/// Somebody on the list of an event.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Attendance {
    /// The event.
    pub event_id: EventId,
    /// Its name.
    pub event_name: String,
    /// Who they are there.
    pub attendee_id: AttendeeId,
    /// Whether they come.
    pub rsvp: Rsvp,
}

/// Events of one person that are shown at most.
const MOST_EVENTS: i64 = 50;

/// The events that a contact is on the list of, the latest first; fifty at most.
///
/// # Errors
/// If the database fails. A strange contact attends none.
pub async fn attended_by(store: &Store, org: OrgId, contact: ContactId) -> Result<Vec<Attendance>, Error> {
    let sql = "select a.event_id, e.name as event_name, a.id as attendee_id, a.rsvp
         from attendees a join events e on e.id = a.event_id
         where a.org_id = $1 and a.contact_id = $2 order by e.starts_at desc, e.id limit $3";
    Ok(on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org).bind(contact).bind(MOST_EVENTS).fetch_all(ex).await)?)
}
