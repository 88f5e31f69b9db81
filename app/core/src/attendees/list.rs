//! The list of an event's attendees, by name, a page at a time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{Attendee, Filter, Last, Reach, Rsvp, last_text, meant, reaches};
use crate::error::Error;
use crate::ids::{AttendeeId, ContactId, EventId, MessageId, OrgId};
use crate::messages::{Outcome, Purpose, Status};
use crate::store::{Store, Tx, cut, on_store, on_tx};

/// How many people a page of the list shows.
pub const PAGE: i64 = 200;
/// Above this many people, a page is found by walking the names of the organization instead of sorting the
/// event's, and what each filter would find is not counted.
const MANY: i64 = 5_000;

/// An attendee in the list of an event, with the last text they got of it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// The attendee.
    #[sqlx(flatten)]
    pub attendee: Attendee,
    /// Whether texts reach them.
    pub reach: Reach,
    /// The last text that counts.
    pub last_id: Option<MessageId>,
    /// Why it was sent.
    pub last_purpose: Option<Purpose>,
    /// What became of it.
    pub last_status: Option<Status>,
    /// Twilio's code for it.
    pub last_error_code: Option<i64>,
    /// When it was made.
    pub last_at: Option<DateTime<Utc>>,
}

/// One page of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// The people of this page, by name.
    pub people: Vec<Listed>,
    /// How many the filter finds on all pages.
    pub found: i64,
    /// How many there are, whatever the filter.
    pub all: i64,
    /// More people come after this one.
    pub next: Option<AttendeeId>,
    /// How many of all there are for each choice of a filter; `None` where there are too many to count.
    pub counts: Option<Counts>,
}

/// How many people there are for each choice of a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    rsvp: HashMap<&'static str, i64>,
    reach: HashMap<&'static str, i64>,
    last: HashMap<&'static str, i64>,
}

impl Counts {
    /// With this answer.
    #[must_use]
    pub fn with_rsvp(&self, rsvp: Rsvp) -> i64 {
        self.rsvp.get(rsvp.as_str()).copied().unwrap_or_default()
    }

    /// With such a number.
    #[must_use]
    pub fn with_reach(&self, reach: Reach) -> i64 {
        self.reach.get(reach.as_str()).copied().unwrap_or_default()
    }

    /// Whose last text ended so.
    #[must_use]
    pub fn with_last(&self, last: Last) -> i64 {
        self.last.get(last.as_str()).copied().unwrap_or_default()
    }
}

macro_rules! page {
    ($from:literal) => {
        concat!(
            "select a.id, a.contact_id, c.name, c.phone, c.email, c.timezone,
               c.updated_at as changed_at, a.rsvp, a.rsvp_at,
               exists (select 1 from suppressions s where s.org_id = a.org_id and s.phone = c.phone
                 and s.lifted_at is null) as suppressed, ",
            reaches!(),
            " as reach, m.id as last_id, m.purpose as last_purpose, m.status as last_status,
               m.error_code as last_error_code, m.created_at as last_at ",
            $from,
            "left join messages m on m.id = ",
            last_text!("id"),
            " where ",
            meant!(),
            " and ($8 is null or c.by_name > $8 or (c.by_name = $8 and c.phone > $9)) order by c.by_name, c.phone limit $10"
        )
    };
}

// SQLite joins in the order in which `cross join` names the tables; PostgreSQL has statistics and chooses itself.
const SORTED: &str = page!("from attendees a cross join contacts c ");
const WALKED: &str = page!("from contacts c cross join attendees a ");

/// Whether texts reach a contact, as far as their texts of all events tell.
///
/// # Errors
/// [`Error::NotFound`] for a strange contact.
pub async fn reach(store: &Store, org: OrgId, contact: ContactId) -> Result<Reach, Error> {
    const SQL: &str = concat!(
        "select ",
        reaches!(),
        " from (select org_id, id as contact_id from contacts) a join contacts c on c.id = a.contact_id
         left join messages m on m.id = (select l.id from messages l where l.org_id = $1 and l.contact_id = $2
           and l.counts and l.direction = 'out' order by l.id desc limit 1)
         where c.org_id = $1 and c.id = $2 and a.contact_id = $2"
    );
    on_store!(read store, |ex| sqlx::query_scalar(SQL).bind(org).bind(contact).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}

/// One page of an event's attendees, by name, those after `after`; what the filter finds and what each
/// choice would find are counted from the same rows.
///
/// # Errors
/// If the database fails. A strange event has none.
pub async fn list(
    store: &Store,
    org: OrgId,
    event: EventId,
    filter: &Filter,
    after: Option<AttendeeId>,
) -> Result<List, Error> {
    let mut tx = store.begin_read().await?;
    let all = super::headcount_in(&mut tx, org, event).await?.people;
    let mut people = page(&mut tx, org, event, filter, after, all > MANY).await?;
    let found = if filter.is_any() { found(&mut tx, org, event, filter).await? } else { all };
    let counts = if all > MANY { None } else { Some(counts(&mut tx, org, event).await?) };
    tx.commit().await?;
    let next = cut(&mut people, PAGE, |last| last.attendee.id);
    Ok(List { people, found, all, next, counts })
}

async fn page(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    filter: &Filter,
    after: Option<AttendeeId>,
    walk: bool,
) -> Result<Vec<Listed>, sqlx::Error> {
    let (name, phone) = match after {
        Some(after) => place(tx, org, event, after).await?.unzip(),
        None => (None, None),
    };
    let sql = if walk { WALKED } else { SORTED };
    on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(event)
        .bind(filter.rsvp)
        .bind(filter.pattern())
        .bind(filter.reach)
        .bind(filter.last.map(Last::as_str))
        .bind(filter.without)
        .bind(name)
        .bind(phone)
        .bind(PAGE + 1)
        .fetch_all(ex)
        .await)
}

/// Where somebody stands in the order of names; nowhere once they are off the list.
async fn place(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    id: AttendeeId,
) -> Result<Option<(String, String)>, sqlx::Error> {
    let sql = "select c.by_name, c.phone from attendees a join contacts c on c.id = a.contact_id
         where a.org_id = $1 and a.event_id = $2 and a.id = $3 and c.by_name is not null";
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(event).bind(id).fetch_optional(ex).await)
}

/// How many attendees of an event a filter finds.
pub(crate) async fn found(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    filter: &Filter,
) -> Result<i64, sqlx::Error> {
    const SQL: &str =
        concat!("select count(*) from attendees a join contacts c on c.id = a.contact_id where ", meant!());
    on_tx!(tx, |ex| sqlx::query_scalar(SQL)
        .bind(org)
        .bind(event)
        .bind(filter.rsvp)
        .bind(filter.pattern())
        .bind(filter.reach)
        .bind(filter.last.map(Last::as_str))
        .bind(filter.without)
        .fetch_one(ex)
        .await)
}

async fn counts(tx: &mut Tx, org: OrgId, event: EventId) -> Result<Counts, sqlx::Error> {
    const SQL: &str = concat!(
        "select rsvp, reach, outcome, count(*) from (select a.rsvp, ",
        reaches!(),
        " as reach, m.outcome from attendees a join contacts c on c.id = a.contact_id
         left join messages m on m.id = ",
        last_text!("id"),
        " where a.org_id = $1 and a.event_id = $2) people group by rsvp, reach, outcome"
    );
    let groups: Vec<(Rsvp, Reach, Option<String>, i64)> =
        on_tx!(tx, |ex| sqlx::query_as(SQL).bind(org).bind(event).fetch_all(ex).await)?;
    let mut counts = Counts::default();
    for (rsvp, reach, outcome, people) in groups {
        let outcome = outcome.and_then(|word| Outcome::ALL.into_iter().find(|one| one.as_str() == word));
        let last = outcome.map_or(Last::NoText, Last::Ended);
        *counts.rsvp.entry(rsvp.as_str()).or_default() += people;
        *counts.reach.entry(reach.as_str()).or_default() += people;
        *counts.last.entry(last.as_str()).or_default() += people;
    }
    Ok(counts)
}
