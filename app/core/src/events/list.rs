//! The list of events: what comes, what was, and what is out of the way, a page at a time.

use chrono::{DateTime, Utc};

use super::{Event, LASTS};
use crate::counters::{self, Totals};
use crate::error::Error;
use crate::ids::{EventId, OrgId};
use crate::search::Wanted;
use crate::store::{Store, Tx, cut, on_tx};

/// How many events a page shows.
pub(super) const PAGE: i64 = 50;
/// How many events there are to choose from.
const LATEST: i64 = 200;
/// 2300-01-01: no event is planned so far ahead.
const END_OF_TIME: i64 = 10_413_792_000;

/// An event in the list of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The event.
    pub event: Event,
    /// How many attend, whatever their RSVP.
    pub attendees: i64,
    /// What became of its texts.
    pub totals: Totals,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    event: Event,
    attendees: i64,
}

/// Which events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Those to come, the next first.
    Upcoming,
    /// Those that were, the latest first.
    Past,
    /// Those out of the way, the latest first.
    Archived,
}

/// One page of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The events.
    pub events: Vec<Listed>,
    /// There are more after this one.
    pub more: Option<EventId>,
}

/// One page of the events of an organization: those after `after`, with these words in their name,
/// place or host. A strange `after` is none.
///
/// # Errors
/// If the database fails.
pub async fn list(
    store: &Store,
    org: OrgId,
    now: DateTime<Utc>,
    show: Show,
    search: &str,
    after: Option<EventId>,
) -> Result<Listing, Error> {
    let mut tx = store.begin_read().await?;
    let rows = rows(&mut tx, org, now, show, search, after, PAGE + 1).await?;
    let listing = listing(&mut tx, org, rows, PAGE).await?;
    tx.commit().await?;
    Ok(listing)
}

/// The next few events.
///
/// # Errors
/// If the database fails.
pub async fn upcoming(store: &Store, org: OrgId, now: DateTime<Utc>, few: i64) -> Result<Listing, Error> {
    let mut tx = store.begin_read().await?;
    let rows = rows(&mut tx, org, now, Show::Upcoming, "", None, few + 1).await?;
    let listing = listing(&mut tx, org, rows, few).await?;
    tx.commit().await?;
    Ok(listing)
}

/// The latest events that are not archived, latest start first: to choose one from.
///
/// # Errors
/// If the database fails.
pub async fn latest(store: &Store, org: OrgId) -> Result<Vec<Listed>, Error> {
    let mut tx = store.begin_read().await?;
    // Past by then is every event there can be.
    let end_of_time = DateTime::from_timestamp(END_OF_TIME, 0).unwrap_or_default();
    let rows = rows(&mut tx, org, end_of_time, Show::Past, "", None, LATEST).await?;
    let listing = listing(&mut tx, org, rows, LATEST).await?;
    tx.commit().await?;
    Ok(listing.events)
}

async fn listing(tx: &mut Tx, org: OrgId, mut rows: Vec<Row>, page: i64) -> Result<Listing, Error> {
    let more = cut(&mut rows, page, |row| row.event.id);
    let mut totals = counters::totals_of(tx, org, rows.iter().map(|row| row.event.id.0)).await?;
    let events = rows.into_iter().map(|Row { event, attendees }| {
        let totals = totals.remove(&event.id.0).unwrap_or_default();
        Listed { event, attendees, totals }
    });
    Ok(Listing { events: events.collect(), more })
}

macro_rules! listed {
    ($($rest:literal)*) => {
        concat!(
            "select e.id, e.name, e.kind, e.starts_at, e.ends_at, e.timezone, e.location, e.host_name, e.created_at,
               e.updated_at, e.archived_at, (select count(*) from attendees a where a.event_id = e.id) as attendees
             from events e left join events l on l.org_id = $1 and l.id = $2
             where e.org_id = $1 and ($3 is null or e.search like $3 escape '!') and ",
            $($rest),*
        )
    };
}

async fn rows(
    tx: &mut Tx,
    org: OrgId,
    now: DateTime<Utc>,
    show: Show,
    search: &str,
    after: Option<EventId>,
    limit: i64,
) -> Result<Vec<Row>, Error> {
    // The last parameter divides what comes from what was; of archived ones it excludes none.
    let sql = match show {
        Show::Upcoming => listed!(
            "e.archived_at is null and e.starts_at >= $4
             and (l.id is null or e.starts_at > l.starts_at or (e.starts_at = l.starts_at and e.id > l.id))
             order by e.starts_at, e.id limit $5"
        ),
        Show::Past => listed!(
            "e.archived_at is null and e.starts_at < $4
             and (l.id is null or e.starts_at < l.starts_at or (e.starts_at = l.starts_at and e.id < l.id))
             order by e.starts_at desc, e.id desc limit $5"
        ),
        Show::Archived => listed!(
            "e.archived_at is not null and $4 is not null
             and (l.id is null or e.starts_at < l.starts_at or (e.starts_at = l.starts_at and e.id < l.id))
             order by e.starts_at desc, e.id desc limit $5"
        ),
    };
    Ok(on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(after)
        .bind(Wanted::words(search).map(|wanted| wanted.pattern()))
        .bind(now - LASTS)
        .bind(limit)
        .fetch_all(ex)
        .await)?)
}
