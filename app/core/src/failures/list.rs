//! The texts that failed of one reason, newest first.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Key, failure};
use crate::clock::first_id_of;
use crate::error::Error;
use crate::ids::{AttendeeId, ContactId, EventId, MessageId, OrgId};
use crate::messages::{Purpose, Status};
use crate::store::{Store, cut, on_store};

/// How many texts a page shows.
const PAGE: i64 = 50;

/// A text that did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Failed {
    /// Its id.
    pub id: MessageId,
    /// Who should have got it.
    pub contact_id: ContactId,
    /// That person as an attendee of its event, if they are one.
    pub attendee_id: Option<AttendeeId>,
    /// The event it belongs to, if any.
    pub event_id: Option<EventId>,
    /// That event's name.
    pub event_name: Option<String>,
    /// The person's name; empty until somebody gives it.
    pub name: String,
    /// The number it was for.
    pub to_phone: String,
    /// Why it was sent.
    pub purpose: Purpose,
    /// What it says; secrets masked.
    pub body: String,
    /// What became of it.
    pub status: Status,
    /// Twilio's code.
    pub error_code: Option<i64>,
    /// Why we did not send it.
    pub reason: Option<String>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Newest first.
    pub rows: Vec<T>,
    /// Older ones exist before this one.
    pub older: Option<MessageId>,
}

impl<T> Page<T> {
    /// Out of one row more than a page has.
    pub(super) fn of(mut rows: Vec<T>, size: i64, id: impl Fn(&T) -> MessageId) -> Self {
        let older = cut(&mut rows, size, id);
        Self { rows, older }
    }
}

macro_rules! failed {
    ($($rest:expr),*) => {
        concat!(
            "select m.id, m.contact_id, a.id as attendee_id, m.event_id, e.name as event_name, c.name, m.to_phone,
               m.purpose, m.body, m.status, m.error_code, m.reason, m.created_at
             from messages m join contacts c on c.id = m.contact_id left join events e on e.id = m.event_id
             left join attendees a on a.event_id = m.event_id and a.contact_id = m.contact_id
             where ",
            $($rest),*
        )
    };
}

/// One text that failed and was not dismissed; `None` if it is no such text.
///
/// # Errors
/// If the database fails.
pub async fn find(store: &Store, org: OrgId, id: MessageId) -> Result<Option<Failed>, Error> {
    // From its own id on: however old it is.
    const SQL: &str = failed!(failure!(), " and m.id = $2");
    Ok(on_store!(read store, |ex| sqlx::query_as(SQL).bind(org).bind(id).fetch_optional(ex).await)?)
}

/// One page of the texts that failed of this, recorded since then.
///
/// # Errors
/// If the database fails.
pub async fn list(
    store: &Store,
    org: OrgId,
    key: Key,
    since: DateTime<Utc>,
    before: Option<MessageId>,
) -> Result<Page<Failed>, Error> {
    const SQL: &str = failed!(
        failure!(),
        " and m.id < $3 and m.outcome = $4 and ($5 is null or coalesce(m.error_code, 0) = $5)
           and ($6 is null or m.reason = $6)
         order by m.id desc limit $7"
    );
    let rows = on_store!(read store, |ex| sqlx::query_as(SQL)
        .bind(org)
        .bind(first_id_of(since))
        .bind(before.map_or(Uuid::max(), |before| before.0))
        .bind(key.outcome().as_str())
        .bind(key.code())
        .bind(key.reason())
        .bind(PAGE + 1)
        .fetch_all(ex)
        .await)?;
    Ok(Page::of(rows, PAGE, |text: &Failed| text.id))
}
