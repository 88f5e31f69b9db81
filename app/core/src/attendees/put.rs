//! Bringing an event's list up to date with somebody else's: a few statements per thousand people,
//! and one word for every row that could not be taken.

use std::collections::HashMap;

use chrono_tz::Tz;
use serde::Serialize;
use uuid::Uuid;

use super::Rsvp;
use crate::error::Error;
use crate::ids::{AttendeeId, ContactId, EventId, OrgId};
use crate::live::Changed;
use crate::people::email;
use crate::phones::Phone;
use crate::service::Service;
use crate::store::{Tx, as_parameter, hex, on_tx, rows};

/// How many rows one statement takes.
const PIECE: usize = 1_000;
const LONGEST_NAME: usize = 200;

/// A row of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// In any usual form, with its country code.
    pub phone: String,
    /// May be empty, and then changes nothing.
    pub name: String,
    /// Changes nothing if it is not given.
    pub email: Option<String>,
    /// Changes nothing if it is not given; a new attendee is then invited.
    pub rsvp: Option<Rsvp>,
    /// IANA name; changes nothing if it is not given.
    pub timezone: Option<String>,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Which, from 0.
    pub index: usize,
    /// As it was given.
    pub phone: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// Somebody on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The attendee.
    pub id: AttendeeId,
    /// The person.
    pub contact_id: ContactId,
    /// E.164.
    pub phone: String,
}

/// What became of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Put {
    /// How many came onto the event's list.
    pub created: usize,
    /// How many were on it already.
    pub updated: usize,
    /// Rows that were not taken.
    pub rejected: Vec<Rejected>,
    /// Everybody who was taken, each once, in the order of the rows.
    pub attendees: Vec<Taken>,
}

/// A row that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Checked {
    index: usize,
    phone: String,
    name: String,
    email: Option<String>,
    rsvp: Option<Rsvp>,
    timezone: Option<String>,
}

/// Takes everybody in `rows` onto an event's list, all in one transaction; nobody is taken off it.
/// The same person twice is fine; a number that two people share is not.
///
/// # Errors
/// [`Error::NotFound`] for a strange event; else if the database fails.
pub async fn put(service: &Service, org: OrgId, event: EventId, rows: &[Row]) -> Result<Put, Error> {
    let (checked, rejected) = check(rows);
    let mut tx = service.store.begin().await?;
    lock(&mut tx, org, event).await?;
    let mut by_phone: Vec<&Checked> = checked.iter().collect();
    // Always in the same order, so that two lists with the same people do not wait for each other in a circle.
    by_phone.sort_unstable_by(|a, b| a.phone.cmp(&b.phone));
    let mut taken: HashMap<String, (AttendeeId, ContactId)> = HashMap::with_capacity(checked.len());
    let mut created = 0;
    for piece in by_phone.chunks(PIECE) {
        let contacts = write_contacts(&mut tx, service, org, piece).await?;
        created += write_attendees(&mut tx, service, org, event, piece, &contacts, &mut taken).await?;
    }
    tx.commit().await?;
    service.hub.tell(Changed { ids: [event.0, org.0].into(), ..Changed::default() });
    let attendees: Vec<Taken> = checked
        .into_iter()
        .filter_map(|row| {
            let (id, contact_id) = *taken.get(&row.phone)?;
            Some(Taken { id, contact_id, phone: row.phone })
        })
        .collect();
    Ok(Put { created, updated: attendees.len() - created, rejected, attendees })
}

/// Rows that can be taken, each number once, and why the others cannot.
fn check(rows: &[Row]) -> (Vec<Checked>, Vec<Rejected>) {
    let mut checked: Vec<Checked> = Vec::with_capacity(rows.len());
    let mut rejected = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let judged = row.check(index).and_then(|new| match seen.get(&new.phone) {
            None => Ok(Some(new)),
            Some(place) => new.beside(&checked[*place]).map(|()| None),
        });
        match judged {
            Ok(Some(new)) => {
                seen.insert(new.phone.clone(), checked.len());
                checked.push(new);
            }
            Ok(None) => {}
            Err(reason) => rejected.push(Rejected { index, phone: row.phone.clone(), reason }),
        }
    }
    (checked, rejected)
}

impl Row {
    fn check(&self, index: usize) -> Result<Checked, String> {
        let phone = Phone::parse(&self.phone, None).map_err(|error| error.to_string())?;
        let name = self.name.trim();
        if name.chars().count() > LONGEST_NAME {
            return Err(format!("Use at most {LONGEST_NAME} characters for the name."));
        }
        let email = self.email.as_deref().filter(|text| !text.trim().is_empty()).map(email).transpose();
        let zone = self.timezone.as_deref().map(|name| name.trim().parse::<Tz>()).transpose();
        let zone =
            zone.map_err(|_| "There is no such time zone. Use an IANA name such as America/New_York.")?;
        Ok(Checked {
            index,
            phone: phone.as_str().to_owned(),
            name: name.to_owned(),
            email: email?,
            rsvp: self.rsvp,
            timezone: zone.map(|zone| zone.name().to_owned()),
        })
    }
}

impl Checked {
    /// Whether this row says the same as an earlier one with the same number.
    fn beside(&self, earlier: &Self) -> Result<(), String> {
        let Self { index, name, .. } = earlier;
        if self.name.to_lowercase() != name.to_lowercase() {
            let whose = if name.is_empty() { "which has no name" } else { name };
            return Err(format!("Same number as row {index}, {whose}."));
        }
        if (&self.email, self.rsvp, &self.timezone) == (&earlier.email, earlier.rsvp, &earlier.timezone) {
            Ok(())
        } else {
            Err(format!("Row {index} says something else about the same person."))
        }
    }
}

/// Lists of one event are taken one after the other.
async fn lock(tx: &mut Tx, org: OrgId, event: EventId) -> Result<(), Error> {
    // SQLite holds the whole database for this transaction already.
    let sql = match tx {
        Tx::Sqlite(_) => "select id from events where org_id = $1 and id = $2",
        Tx::Postgres(_) => "select id from events where org_id = $1 and id = $2 for no key update",
    };
    let found: Option<EventId> =
        on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(event).fetch_optional(ex).await)?;
    found.map(drop).ok_or(Error::NotFound)
}

async fn write_contacts(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    piece: &[&Checked],
) -> Result<HashMap<String, ContactId>, Error> {
    #[derive(Serialize)]
    struct New<'a> {
        id: ContactId,
        phone: &'a str,
        name: &'a str,
        email: Option<&'a str>,
        timezone: Option<&'a str>,
    }
    let new: Vec<New<'_>> = piece
        .iter()
        .map(|row| New {
            id: ContactId(service.clock.new_id()),
            phone: &row.phone,
            name: &row.name,
            email: row.email.as_deref(),
            timezone: row.timezone.as_deref(),
        })
        .collect();
    let sql = rows!(id uuid, phone text, name text, email text, timezone text =>
        "insert into contacts (id, org_id, phone, name, email, timezone, created_at, updated_at)
         select id, $2, phone, name, email, timezone, $3, $3 from input where true order by phone
         on conflict (org_id, phone) do update set
           name = case when excluded.name = '' then contacts.name else excluded.name end,
           email = coalesce(excluded.email, contacts.email),
           timezone = coalesce(excluded.timezone, contacts.timezone),
           updated_at = excluded.updated_at
         returning phone, id")
    .text(tx);
    let written: Vec<(String, ContactId)> = on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(as_parameter(&new)?)
        .bind(org)
        .bind(service.clock.now())
        .fetch_all(ex)
        .await)?;
    Ok(written.into_iter().collect())
}

/// Returns how many of them are new to the event.
async fn write_attendees(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    event: EventId,
    piece: &[&Checked],
    contacts: &HashMap<String, ContactId>,
    taken: &mut HashMap<String, (AttendeeId, ContactId)>,
) -> Result<usize, Error> {
    #[derive(Serialize)]
    struct New {
        #[serde(serialize_with = "hex")]
        id: Uuid,
        contact_id: ContactId,
        rsvp: Rsvp,
    }
    // What is not given must not change: two statements, the second of which leaves an RSVP alone.
    let given = rows!(id uuid, contact_id uuid, rsvp text =>
        "insert into attendees (id, org_id, event_id, contact_id, rsvp, rsvp_at, created_at)
         select id, $2, $3, contact_id, rsvp, $4, $4 from input where true
         on conflict (event_id, contact_id) do update set rsvp = excluded.rsvp,
           rsvp_at = case when attendees.rsvp = excluded.rsvp then attendees.rsvp_at else excluded.rsvp_at end
         returning contact_id, id");
    let kept = rows!(id uuid, contact_id uuid, rsvp text =>
        "insert into attendees (id, org_id, event_id, contact_id, rsvp, rsvp_at, created_at)
         select id, $2, $3, contact_id, rsvp, $4, $4 from input where true
         on conflict (event_id, contact_id) do update set rsvp = attendees.rsvp
         returning contact_id, id");
    let mut created = 0;
    let mut ids: HashMap<ContactId, AttendeeId> = HashMap::with_capacity(piece.len());
    for (sql, has_rsvp) in [(given, true), (kept, false)] {
        let new: Vec<New> = piece
            .iter()
            .filter(|row| row.rsvp.is_some() == has_rsvp)
            .filter_map(|row| {
                let contact_id = *contacts.get(&row.phone)?;
                let rsvp = row.rsvp.unwrap_or(Rsvp::Invited);
                Some(New { id: service.clock.new_id(), contact_id, rsvp })
            })
            .collect();
        if new.is_empty() {
            continue;
        }
        let sql = sql.text(tx);
        let written: Vec<(ContactId, AttendeeId)> = on_tx!(tx, |ex| sqlx::query_as(sql)
            .bind(as_parameter(&new)?)
            .bind(org)
            .bind(event)
            .bind(service.clock.now())
            .fetch_all(ex)
            .await)?;
        let fresh: HashMap<ContactId, Uuid> = new.iter().map(|row| (row.contact_id, row.id)).collect();
        created += written.iter().filter(|(contact, id)| fresh.get(contact) == Some(&id.0)).count();
        ids.extend(written);
    }
    for row in piece {
        let contact = contacts.get(&row.phone).copied();
        let pair = contact.and_then(|contact| Some((*ids.get(&contact)?, contact)));
        let pair = pair.ok_or_else(|| Error::Broken("somebody on a list was not written".into()))?;
        taken.insert(row.phone.clone(), pair);
    }
    Ok(created)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(phone: &str, name: &str) -> Row {
        Row { phone: phone.into(), name: name.into(), ..Row::default() }
    }

    #[test]
    fn one_number_is_one_person() {
        let rows = [
            row("+15552340500", "Ana Lopez"),
            row("+1 555 234 0500", "ana lopez"),
            row("+15552340500", "Bob"),
            row("555", "Nobody"),
            Row { rsvp: Some(Rsvp::Declined), ..row("+15552340500", "Ana Lopez") },
        ];
        let (checked, rejected) = check(&rows);
        assert_eq!(checked.len(), 1);
        let told: Vec<(usize, &str)> =
            rejected.iter().map(|rejected| (rejected.index, rejected.reason.as_str())).collect();
        assert_eq!(told[0], (2, "Same number as row 0, Ana Lopez."));
        assert_eq!(told[1].0, 3);
        assert_eq!(told[2], (4, "Row 0 says something else about the same person."));
    }

    #[test]
    fn what_a_row_says_is_checked_before_anything_is_written() {
        let wrong = [
            Row { email: Some("nobody".into()), ..row("+15552340500", "Ana") },
            Row { timezone: Some("Mars/Base".into()), ..row("+15552340501", "Ana") },
            row("+15552340502", &"a".repeat(201)),
        ];
        assert_eq!(check(&wrong).1.len(), 3);
    }
}
