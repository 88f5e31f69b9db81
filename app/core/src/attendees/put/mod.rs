//! Bringing an event's list up to date with somebody else's: a few statements per thousand people,
//! and one word for every row that could not be taken.

mod check;
mod write;

use std::collections::HashMap;

use super::Rsvp;
use crate::error::Error;
use crate::ids::{AttendeeId, ContactId, EventId, OrgId};
use crate::live::Changed;
use crate::service::Service;
use crate::store::{Tx, on_tx};
use check::{Checked, check};
use write::{write_attendees, write_contacts};

/// How many rows one statement takes.
const PIECE: usize = 1_000;

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

/// Takes everybody in `rows` onto an event's list, all in one transaction; nobody is taken off it.
/// The same person twice is fine; a number that two people share is not.
///
/// # Errors
/// [`Error::NotFound`] for a strange event; else if the database fails.
pub async fn put(service: &Service, org: OrgId, event: EventId, rows: &[Row]) -> Result<Put, Error> {
    let mut tx = service.store.begin().await?;
    let (put, changed) = put_in(&mut tx, service, org, event, rows).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(put)
}

/// As [`put`], in the caller's transaction; also what to tell after its commit.
///
/// # Errors
/// As [`put`].
pub(crate) async fn put_in(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    event: EventId,
    rows: &[Row],
) -> Result<(Put, Changed), Error> {
    let (checked, rejected) = check(rows);
    lock(tx, org, event).await?;
    let mut by_phone: Vec<&Checked> = checked.iter().collect();
    // Always in the same order, so that two lists with the same people do not wait for each other in a circle.
    by_phone.sort_unstable_by(|a, b| a.phone.cmp(&b.phone));
    let mut taken: HashMap<String, (AttendeeId, ContactId)> = HashMap::with_capacity(checked.len());
    let mut created = 0;
    for piece in by_phone.chunks(PIECE) {
        let contacts = write_contacts(tx, service, org, piece).await?;
        created += write_attendees(tx, service, org, event, piece, &contacts, &mut taken).await?;
    }
    let changed = Changed { ids: [event.0, org.0].into(), ..Changed::default() };
    let attendees: Vec<Taken> = checked
        .into_iter()
        .filter_map(|row| {
            let (id, contact_id) = *taken.get(&row.phone)?;
            Some(Taken { id, contact_id, phone: row.phone })
        })
        .collect();
    Ok((Put { created, updated: attendees.len() - created, rejected, attendees }, changed))
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
