//! Unlinked texts: sent to numbers of which nobody knows a name and which attend nothing.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::attendees::{self, NewAttendee};
use crate::contacts;
use crate::error::{Error, Problems};
use crate::events::{self, Event};
use crate::ids::{ContactId, EventId, OrgId};
use crate::messages::{Purpose, Status};
use crate::people::Person;
use crate::service::Service;
use crate::store::{Store, cut, on_store};

/// How many numbers a page shows.
const PAGE: i64 = 50;

/// A number of which nobody knows whose it is, and what it was texted.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Unlinked {
    /// The nameless contact.
    pub contact_id: ContactId,
    /// Its number.
    pub phone: String,
    /// How many texts it was sent.
    pub texts: i64,
    /// What the last one was about.
    pub purpose: Purpose,
    /// What it said; secrets masked.
    pub body: String,
    /// What became of it.
    pub status: Status,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

/// One page of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The newest numbers first.
    pub rows: Vec<Unlinked>,
    /// Older ones exist before this one.
    pub older: Option<ContactId>,
}

macro_rules! unlinked {
    ($rest:literal) => {
        concat!(
            "select c.id as contact_id, c.phone, m.purpose, m.body, m.status, m.created_at,
               (select count(*) from messages t where t.org_id = c.org_id and t.contact_id = c.id
                 and t.direction = 'out') as texts
             from contacts c join messages m on m.id = (select l.id from messages l
               where l.org_id = c.org_id and l.contact_id = c.id and l.direction = 'out' order by l.id desc limit 1)
             where c.org_id = $1 and c.name = '' and not exists (select 1 from attendees a where a.contact_id = c.id)
               and ",
            $rest
        )
    };
}

/// One of those numbers; `None` if it is none (any more).
///
/// # Errors
/// If the database fails.
pub async fn find(store: &Store, org: OrgId, id: ContactId) -> Result<Option<Unlinked>, Error> {
    let sql = unlinked!("c.id = $2");
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?)
}

/// One page of the numbers that were texted and that nobody has named or linked.
///
/// # Errors
/// If the database fails.
pub async fn list(store: &Store, org: OrgId, before: Option<ContactId>) -> Result<Page, Error> {
    let sql = unlinked!("c.id < $2 order by c.id desc limit $3");
    let mut rows: Vec<Unlinked> = on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(before.map_or(Uuid::max(), |before| before.0))
        .bind(PAGE + 1)
        .fetch_all(ex)
        .await)?;
    let older = cut(&mut rows, PAGE, |row| row.contact_id);
    Ok(Page { rows, older })
}

/// Says whose number it is, and at which event they are, as invited.
///
/// # Errors
/// [`Error::NotAllowed`] for a role that may not add people, [`Error::NotFound`] for a strange person,
/// [`Error::Invalid`] for a name that is missing or an event that is none.
pub async fn link(
    service: &Service,
    person: &Person,
    contact: ContactId,
    event: Option<EventId>,
    name: &str,
) -> Result<Event, Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role cannot add people. Ask an organizer."));
    }
    let org = person.org_id;
    let contact = contacts::find(&service.store, org, contact).await?;
    let mut problems = Problems::default();
    let name = problems.required("name", name, 200, "Say whose number it is.");
    let found = match event {
        Some(event) => {
            events::find(&service.store, org, event).await.map(Some).or_else(|error| match error {
                Error::NotFound => Ok(None),
                error => Err(error),
            })?
        }
        None => None,
    };
    let event = problems.take("event", found.ok_or("Choose an event from the list."));
    problems.none()?;
    let event = event.ok_or_else(|| Error::Broken("an event passed its check and is none".into()))?;
    let new = NewAttendee { name, phone: contact.phone, rsvp: "invited".into() };
    attendees::add(service, person, event.id, &new).await?;
    Ok(event)
}
