//! An event as typed into a form, with its times in local time.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::write::change_seeing;
use super::{Draft, Event, make};
use crate::error::{Error, Problems};
use crate::ids::EventId;
use crate::people::Person;
use crate::seen::{Field, Seen};
use crate::service::Service;

/// An event, as typed.
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
    /// One of [`super::KINDS`]' words; empty for a gathering.
    pub kind: String,
    /// Local time as its start; empty if that is not known.
    pub ends_at: String,
    /// Who hosts it; may be empty.
    pub host_name: String,
    /// What the form showed, as [`Seen`] writes it; may be empty.
    pub seen: String,
}

/// What a form for an event shows.
#[must_use]
pub fn seen(event: &Event) -> Seen {
    let zone = event.zone();
    Seen::new([
        ("name", event.name.clone()),
        ("kind", event.kind.clone()),
        ("starts_at", local_field(event.starts_at, zone)),
        ("ends_at", event.ends_at.map(|at| local_field(at, zone)).unwrap_or_default()),
        ("timezone", event.timezone.clone()),
        ("location", event.location.clone()),
        ("host_name", event.host_name.clone()),
    ])
}

/// Makes an event.
///
/// # Errors
/// [`Error::Invalid`] for what was typed; else if the database fails.
pub async fn create(service: &Service, person: &Person, new: &NewEvent) -> Result<EventId, Error> {
    let mut problems = Problems::default();
    let draft = new.read(&mut problems);
    Ok(make(service, person.org_id, &person.author(), draft, problems).await?.id)
}

/// Changes an event to what a form says, and returns what it was and what it is.
///
/// # Errors
/// [`Error::Invalid`] for what was typed, and for what somebody else has changed since the form was opened;
/// [`Error::NotFound`] for a strange event.
pub async fn save(
    service: &Service,
    person: &Person,
    id: EventId,
    new: &NewEvent,
) -> Result<(Event, Event), Error> {
    let mut problems = Problems::default();
    let draft = new.read(&mut problems);
    change_seeing(service, person.org_id, &person.author(), id, problems, |before, event, problems| {
        new.note_changes(before, problems);
        *event = draft;
    })
    .await
}

impl NewEvent {
    /// Notes what somebody else has changed since the form was opened.
    fn note_changes(&self, there: &Event, problems: &mut Problems) {
        let now = seen(there);
        let typed: [(&'static str, &str); 7] = [
            ("name", &self.name),
            ("kind", &self.kind),
            ("starts_at", &self.starts_at),
            ("ends_at", &self.ends_at),
            ("timezone", &self.timezone),
            ("location", &self.location),
            ("host_name", &self.host_name),
        ];
        let field =
            |(name, typed)| Field { name, now: now.value(name).to_owned(), typed, at: there.updated_at };
        Seen::read(&self.seen).note(&typed.map(field), there.zone(), problems);
    }

    fn read(&self, problems: &mut Problems) -> Draft {
        // Without a zone no time can be read; it is not to blame for that.
        let zone = self.timezone.trim().parse::<Tz>().unwrap_or(Tz::UTC);
        let ends_at = Some(self.ends_at.trim()).filter(|text| !text.is_empty());
        Draft {
            name: self.name.clone(),
            kind: self.kind.clone(),
            starts_at: problems.take("starts_at", local_time(&self.starts_at, zone)),
            ends_at: ends_at.and_then(|text| problems.take("ends_at", local_time(text, zone))),
            timezone: self.timezone.clone(),
            location: self.location.clone(),
            host_name: self.host_name.clone(),
        }
    }
}

/// A time as a form's field has it: local, `2026-02-26T19:00`.
#[must_use]
pub fn local_field(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string()
}

/// A local time that a person typed. One that a clock change skips is refused; of one that comes
/// twice, the earlier is meant.
pub(crate) fn local_time(text: &str, zone: Tz) -> Result<DateTime<Utc>, &'static str> {
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
