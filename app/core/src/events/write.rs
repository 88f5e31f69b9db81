//! Making and changing events, whoever does it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Event, event};
use crate::audit;
use crate::clock::{NOT_OF_OUR_TIME, is_of_our_time};
use crate::error::{Error, Problems, clean};
use crate::ids::{EventId, OrgId};
use crate::live::Changed;
use crate::messages::Author;
use crate::search;
use crate::service::Service;
use crate::store::{Store, Tx, on_tx};

/// What an event is if nobody says so.
const USUAL_KIND: &str = "gathering";

/// An event as somebody wants it to be, not checked yet.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What organizers and attendees call it.
    pub name: String,
    /// A gathering, a session, a table, …; empty for a gathering.
    pub kind: String,
    /// When it starts.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends, if that is known.
    pub ends_at: Option<DateTime<Utc>>,
    /// IANA name.
    pub timezone: String,
    /// Where it is; may be empty.
    pub location: String,
    /// Who hosts it; may be empty.
    pub host_name: String,
}

impl From<Event> for Draft {
    fn from(event: Event) -> Self {
        Self {
            name: event.name,
            kind: event.kind,
            starts_at: Some(event.starts_at),
            ends_at: event.ends_at,
            timezone: event.timezone,
            location: event.location,
            host_name: event.host_name,
        }
    }
}

/// A draft that may become an event.
pub(super) struct Checked {
    name: String,
    kind: String,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    zone: Tz,
    location: String,
    host_name: String,
}

impl Draft {
    /// Checks it; `problems` may already hold what the caller could not read.
    pub(super) fn check(self, mut problems: Problems) -> Result<Checked, Error> {
        let name = problems.required("name", &self.name, 200, "Give the event a name.");
        let kind = problems.text("kind", &self.kind, 50);
        let location = problems.text("location", &self.location, 200);
        let host_name = problems.text("host_name", &self.host_name, 200);
        let zone = clean(&self.timezone).parse::<Tz>();
        let zone =
            problems.take("timezone", zone.map_err(|_| "Choose a time zone such as America/New_York."));
        let starts_at = problems.take("starts_at", self.starts_at.ok_or("Say when the event starts."));
        for (field, time) in [("starts_at", starts_at), ("ends_at", self.ends_at)] {
            if time.is_some_and(|time| !is_of_our_time(time)) {
                problems.add(field, NOT_OF_OUR_TIME);
            }
        }
        if let (Some(starts_at), Some(ends_at)) = (starts_at, self.ends_at)
            && ends_at <= starts_at
        {
            problems.add("ends_at", "An event ends after it starts.");
        }
        problems.none()?;
        let (Some(zone), Some(starts_at)) = (zone, starts_at) else {
            return Err(Error::Broken("an event without zone or start passed its check".into()));
        };
        let kind = if kind.is_empty() { USUAL_KIND.to_owned() } else { kind };
        Ok(Checked { name, kind, starts_at, ends_at: self.ends_at, zone, location, host_name })
    }
}

/// Makes an event. `problems` may already hold what the caller could not read.
///
/// # Errors
/// [`Error::Invalid`] with those and its own; else if the database fails.
pub async fn make(
    service: &Service,
    org: OrgId,
    author: &Author,
    draft: Draft,
    problems: Problems,
) -> Result<Event, Error> {
    let new = draft.check(problems)?;
    let mut tx = service.store.begin().await?;
    let event = insert(&mut tx, service, org, &new).await?;
    audit::note(&mut tx, service, org, author, "make event", &event.name).await?;
    tx.commit().await?;
    service.hub.tell(Changed { ids: [org.0].into(), ..Changed::default() });
    Ok(event)
}

/// Writes an event in the caller's transaction, who notes and tells it.
pub(super) async fn insert(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    new: &Checked,
) -> Result<Event, Error> {
    let sql = "insert into events (id, org_id, name, kind, starts_at, ends_at, timezone, location, host_name,
           created_at, updated_at, search)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)
         returning id, name, kind, starts_at, ends_at, timezone, location, host_name, created_at, updated_at, archived_at";
    Ok(on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(service.clock.new_id())
        .bind(org)
        .bind(&new.name)
        .bind(&new.kind)
        .bind(new.starts_at)
        .bind(new.ends_at)
        .bind(new.zone.name())
        .bind(&new.location)
        .bind(&new.host_name)
        .bind(service.clock.now())
        .bind(search::of_event(&new.name, &new.location, &new.host_name))
        .fetch_one(ex)
        .await)?)
}

/// Changes an event as `edit` says. `problems` may already hold what the caller could not read.
///
/// # Errors
/// [`Error::NotFound`] for a strange event, [`Error::Invalid`] for what it would become.
pub async fn change(
    service: &Service,
    org: OrgId,
    author: &Author,
    id: EventId,
    problems: Problems,
    edit: impl FnOnce(&mut Draft),
) -> Result<Event, Error> {
    let (_, after) = change_seeing(service, org, author, id, problems, |_, draft, _| edit(draft)).await?;
    Ok(after)
}

/// As [`change`], by somebody who looks at what it is and may find fault; returns what it was and what it is.
///
/// # Errors
/// As [`change`].
pub(super) async fn change_seeing(
    service: &Service,
    org: OrgId,
    author: &Author,
    id: EventId,
    mut problems: Problems,
    edit: impl FnOnce(&Event, &mut Draft, &mut Problems),
) -> Result<(Event, Event), Error> {
    let mut tx = service.store.begin().await?;
    // SQLite holds the whole database for this transaction already.
    let sql = match &service.store {
        Store::Sqlite(_) => event!("where org_id = $1 and id = $2"),
        Store::Postgres(_) => event!("where org_id = $1 and id = $2 for update"),
    };
    let before: Option<Event> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?;
    let before = before.ok_or(Error::NotFound)?;
    let mut draft = Draft::from(before.clone());
    edit(&before, &mut draft, &mut problems);
    let new = draft.check(problems)?;
    let sql =
        "update events set name = $3, kind = $4, starts_at = $5, ends_at = $6, timezone = $7, location = $8,
           host_name = $9, updated_at = $10, search = $11 where org_id = $1 and id = $2
         returning id, name, kind, starts_at, ends_at, timezone, location, host_name, created_at, updated_at, archived_at";
    let event: Event = on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(id)
        .bind(&new.name)
        .bind(&new.kind)
        .bind(new.starts_at)
        .bind(new.ends_at)
        .bind(new.zone.name())
        .bind(&new.location)
        .bind(&new.host_name)
        .bind(service.clock.now())
        .bind(search::of_event(&new.name, &new.location, &new.host_name))
        .fetch_one(ex)
        .await)?;
    let changed = changed(&before, &event);
    if !changed.is_empty() {
        let subject = format!("{}: {}", before.name, changed.join(", "));
        audit::note(&mut tx, service, org, author, "change event", &subject).await?;
    }
    tx.commit().await?;
    service.hub.tell(Changed { ids: [id.0, org.0].into(), ..Changed::default() });
    Ok((before, event))
}

/// What of an event is not what it was, in a word each.
fn changed(before: &Event, after: &Event) -> Vec<String> {
    let name = (before.name != after.name).then(|| format!("name (now {})", after.name));
    let others = [
        ("kind", before.kind != after.kind),
        ("start", before.starts_at != after.starts_at),
        ("end", before.ends_at != after.ends_at),
        ("time zone", before.timezone != after.timezone),
        ("place", before.location != after.location),
        ("host", before.host_name != after.host_name),
    ];
    let others = others.into_iter().filter(|(_, differs)| *differs).map(|(word, _)| word.to_owned());
    name.into_iter().chain(others).collect()
}
