//! Events: anything people come to.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::error::{Error, Problems};
use crate::ids::{EventId, OrgId};
use crate::service::Service;
use crate::store::{Store, on_store};

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

/// A new event, as typed.
#[derive(Clone, Debug, Default)]
pub struct NewEvent {
    /// What organizers and attendees call it.
    pub name: String,
    /// Local time in `timezone`: `2026-02-26T19:00`.
    pub starts_at: String,
    /// IANA name.
    pub timezone: String,
    /// Where it is; may be empty.
    pub location: String,
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

/// Makes an event.
///
/// # Errors
/// [`Error::Invalid`] for what was typed; else if the database fails.
pub async fn create(service: &Service, org: OrgId, new: &NewEvent) -> Result<EventId, Error> {
    let mut problems = Problems::default();
    let name = problems.required("name", &new.name, 200, "Give the event a name.");
    let location = problems.text("location", &new.location, 200);
    let zone = new.timezone.trim().parse::<Tz>();
    let zone = problems.take("timezone", zone.map_err(|_| "Choose a time zone such as America/New_York."));
    let starts_at = zone.and_then(|zone| problems.take("starts_at", local_time(&new.starts_at, zone)));
    problems.none()?;
    let (Some(zone), Some(starts_at)) = (zone, starts_at) else {
        return Err(Error::Broken("an event without zone or start passed its check".into()));
    };
    let id = EventId(service.clock.new_id());
    let sql = "insert into events (id, org_id, name, kind, starts_at, timezone, location, host_name, created_at, updated_at)
         values ($1, $2, $3, 'gathering', $4, $5, $6, '', $7, $7)";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(id)
        .bind(org)
        .bind(name)
        .bind(starts_at)
        .bind(zone.name())
        .bind(location)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))?;
    Ok(id)
}

/// A local time that a person typed. One that a clock change skips is refused; of one that comes
/// twice, the earlier is meant.
fn local_time(text: &str, zone: Tz) -> Result<DateTime<Utc>, &'static str> {
    let text = text.trim();
    let parsed = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .ok_or("Enter a date and time such as 2026-02-26 19:00.")?;
    zone.from_local_datetime(&parsed)
        .earliest()
        .map(|time| time.with_timezone(&Utc))
        .ok_or("Clocks skip that time in this zone. Choose another.")
}

const COLUMNS: &str = "select id, name, kind, starts_at, ends_at, timezone, location, host_name from events
    where org_id = $1 and id = $2";

/// One event of an organization.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub async fn find(store: &Store, org: OrgId, id: EventId) -> Result<Event, Error> {
    on_store!(read store, |ex| sqlx::query_as(COLUMNS).bind(org).bind(id).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}

/// The events of an organization, latest start first.
///
/// # Errors
/// If the database fails.
pub async fn list(store: &Store, org: OrgId) -> Result<Vec<Listed>, Error> {
    let sql = "select e.id, e.name, e.kind, e.starts_at, e.ends_at, e.timezone, e.location, e.host_name,
           count(a.id) as attendees, count(a.id) filter (where a.rsvp = 'confirmed') as confirmed
         from events e left join attendees a on a.event_id = e.id
         where e.org_id = $1 and e.archived_at is null
         group by e.id, e.name, e.kind, e.starts_at, e.ends_at, e.timezone, e.location, e.host_name
         order by e.starts_at desc, e.id desc limit 200";
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(org).fetch_all(ex).await)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skipped_local_time_is_refused_and_a_doubled_one_is_the_earlier() {
        let new_york = chrono_tz::America::New_York;
        assert!(local_time("2026-03-08T02:30", new_york).is_err());
        let doubled = local_time("2026-11-01T01:30", new_york).expect("a time");
        assert_eq!(doubled.to_rfc3339(), "2026-11-01T05:30:00+00:00");
        assert!(local_time("tomorrow", new_york).is_err());
    }
}
