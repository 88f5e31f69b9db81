//! Attendees: contacts at an event, one per phone and event.

mod put;

pub use put::{Put, Rejected, Row, Taken, put};

use serde::{Deserialize, Serialize};

use crate::contacts;
use crate::error::{Error, Problems};
use crate::ids::{AttendeeId, ContactId, EventId, OrgId};
use crate::messages::{Purpose, Status};
use crate::phones::Phone;
use crate::service::Service;
use crate::store::{Store, on_store, on_tx};

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
}

/// An attendee in the list of an event, with the last text they got.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// The attendee.
    #[sqlx(flatten)]
    pub attendee: Attendee,
    /// Why the last text was sent.
    pub last_purpose: Option<Purpose>,
    /// What became of it.
    pub last_status: Option<Status>,
    /// Twilio's code for it.
    pub last_error_code: Option<i64>,
    /// When it was made.
    pub last_at: Option<chrono::DateTime<chrono::Utc>>,
}

/// A new attendee, as typed.
#[derive(Clone, Debug, Default)]
pub struct NewAttendee {
    /// May be empty.
    pub name: String,
    /// In any usual form, with its country code.
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
    org: OrgId,
    event: EventId,
    new: &NewAttendee,
) -> Result<AttendeeId, Error> {
    crate::events::find(&service.store, org, event).await?;
    let mut problems = Problems::default();
    let name = problems.text("name", &new.name, 200);
    let phone = problems.take("phone", Phone::parse(&new.phone, None));
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
    tx.commit().await?;
    service.hub.tell(crate::live::Changed { ids: [event.0].into(), ..Default::default() });
    Ok(id)
}

macro_rules! attendee {
    ($($rest:literal)*) => {
        concat!(
            "select a.id, a.contact_id, c.name, c.phone, c.email, c.timezone, a.rsvp, a.rsvp_at, exists (select 1 from suppressions s
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
    // Whose event it is, is asked once, so that people are counted in the index alone.
    let sql = "select coalesce(cast(sum(people) as bigint), 0) as people,
           coalesce(cast(sum(case when rsvp = 'confirmed' then people else 0 end) as bigint), 0) as confirmed
         from (select rsvp, count(*) as people from attendees
           where event_id = $2 and (select org_id from events where id = $2) = $1 group by rsvp) answers";
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(event).fetch_one(ex).await)?)
}

/// How many people a list shows at most.
pub const LONGEST_LIST: i64 = 500;

/// The first [`LONGEST_LIST`] attendees of an event by name, each with the last text that counts of this
/// event; those whose name or number has these words in it, or all for none.
///
/// # Errors
/// If the database fails.
pub async fn list(store: &Store, org: OrgId, event: EventId, search: &str) -> Result<Vec<Listed>, Error> {
    let sql = attendee!(
        ", m.purpose as last_purpose, m.status as last_status, m.error_code as last_error_code,
           m.created_at as last_at
         from attendees a join contacts c on c.id = a.contact_id
         left join messages m on m.id = (select l.id from messages l where l.contact_id = a.contact_id
           and l.event_id = a.event_id and l.counts order by l.id desc limit 1)
         where a.org_id = $1 and a.event_id = $2
           and ($3 = '' or lower(c.name) like $4 escape '!' or c.phone like $4 escape '!')
         order by lower(c.name), a.id limit $5"
    );
    // What people type of a number has spaces and dashes; the stored one has none.
    let digits: String = search.chars().filter(char::is_ascii_digit).collect();
    let is_number = !digits.is_empty() && search.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    let wanted = if is_number { digits } else { search.trim().to_lowercase() };
    let wanted = wanted.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    Ok(on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org).bind(event).bind(search.trim()).bind(format!("%{wanted}%")).bind(LONGEST_LIST)
        .fetch_all(ex).await)?)
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
