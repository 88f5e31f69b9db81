//! Bringing an event's list up to date with somebody else's: a few statements per thousand people,
//! and one word for every row that could not be taken.

mod check;
mod write;

use std::collections::HashMap;

use super::Rsvp;
use crate::audit;
use crate::error::Error;
use crate::ids::{AttendeeId, ContactId, EventId, OrgId};
use crate::messages::waiting::{self, Change};
use crate::messages::{Author, Effects};
use crate::service::Service;
use crate::store::{Tx, on_tx, repeated};
pub use check::faults;
use check::{Checked, check};
use write::{count_changes, leaving, write_attendees, write_contacts};

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
    /// What the event is called.
    pub event_name: String,
    /// How many came onto the event's list.
    pub created: usize,
    /// How many were on it already.
    pub updated: usize,
    /// How many people who were known already are not known as before.
    pub changed: usize,
    /// Waiting texts that were canceled, of people who do not come any more.
    pub canceled: i64,
    /// Rows that were not taken.
    pub rejected: Vec<Rejected>,
    /// Everybody who was taken, each once, in the order of the rows.
    pub attendees: Vec<Taken>,
}

/// Whose word counts about somebody who is known already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Known {
    /// The list's: names, emails and zones that it gives take the place of others.
    #[default]
    Replace,
    /// Ours: the list fills in only what is missing.
    Keep,
}

/// Takes everybody in `rows` onto an event's list, all in one transaction; nobody is taken off it. Whoever does
/// not come any more has what waits canceled, announcements excepted. The same person twice is fine; a number
/// that two people share is not.
///
/// # Errors
/// [`Error::NotFound`] for a strange event; else if the database fails.
pub async fn put(
    service: &Service,
    org: OrgId,
    author: &Author,
    event: EventId,
    rows: &[Row],
) -> Result<Put, Error> {
    // Others may hold the same people and their texts in another order.
    repeated(|| put_once(service, org, author, event, rows)).await
}

async fn put_once(
    service: &Service,
    org: OrgId,
    author: &Author,
    event: EventId,
    rows: &[Row],
) -> Result<Put, Error> {
    let change = Change { org, author, now: service.clock.now() };
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    let put = put_in(&mut tx, service, &change, event, rows, Known::Replace, &mut effects).await?;
    // A program may bring the same list again and again.
    if put.created + put.changed > 0 || put.canceled > 0 {
        let subject = put.subject(put.rejected.len());
        audit::note(&mut tx, service, org, author, "put people on the list", &subject).await?;
    }
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(put)
}

/// As [`put`], in the caller's transaction.
///
/// # Errors
/// As [`put`].
pub(crate) async fn put_in(
    tx: &mut Tx,
    service: &Service,
    change: &Change<'_>,
    event: EventId,
    rows: &[Row],
    known: Known,
    effects: &mut Effects,
) -> Result<Put, Error> {
    let org = change.org;
    let (checked, rejected) = check(rows);
    let event_name = lock(tx, org, event).await?;
    let mut by_phone: Vec<&Checked> = checked.iter().collect();
    // Always in the same order, so that two lists with the same people do not wait for each other in a circle.
    by_phone.sort_unstable_by(|a, b| a.phone.cmp(&b.phone));
    let mut taken: HashMap<String, (AttendeeId, ContactId)> = HashMap::with_capacity(checked.len());
    let (mut created, mut changed, mut canceled) = (0, 0, 0);
    for piece in by_phone.chunks(PIECE) {
        changed += count_changes(tx, org, event, piece, known).await?;
        let contacts = write_contacts(tx, service, org, piece, known).await?;
        let leaving = leaving(tx, org, event, piece, &contacts).await?;
        created += write_attendees(tx, service, org, event, piece, &contacts, &mut taken).await?;
        canceled += waiting::cancel_of_event(tx, change, &leaving, event, effects).await?;
    }
    effects.changed.ids.extend([event.0, org.0]);
    let attendees: Vec<Taken> = checked
        .into_iter()
        .filter_map(|row| {
            let (id, contact_id) = *taken.get(&row.phone)?;
            Some(Taken { id, contact_id, phone: row.phone })
        })
        .collect();
    let updated = attendees.len() - created;
    Ok(Put { event_name, created, updated, changed, canceled, rejected, attendees })
}

impl Put {
    /// What the audit log says of it.
    pub(crate) fn subject(&self, left_out: usize) -> String {
        let Self { event_name, created, updated, .. } = self;
        format!("{event_name}: {created} new, {updated} known, {left_out} left out")
    }
}

/// Lists of one event are taken one after the other. Returns what it is called.
async fn lock(tx: &mut Tx, org: OrgId, event: EventId) -> Result<String, Error> {
    // SQLite holds the whole database for this transaction already.
    let sql = match tx {
        Tx::Sqlite(_) => "select name from events where org_id = $1 and id = $2",
        Tx::Postgres(_) => "select name from events where org_id = $1 and id = $2 for no key update",
    };
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(event).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}
