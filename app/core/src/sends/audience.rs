//! Whom a send is for, read in pieces whatever their number.

use std::collections::{HashMap, HashSet};

use crate::attendees::Rsvp;
use crate::ids::{AttendeeId, ContactId, EventId, OrgId};
use crate::store::{Tx, as_ids, on_tx, rows};
use crate::suppressions::Source;

/// How many people are read, and texts written, in one transaction.
pub(super) const PIECE: usize = 1_000;

/// Whom a send is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody with one of these answers.
    Rsvp(Vec<Rsvp>),
    /// These people.
    Attendees(Vec<AttendeeId>),
}

/// One of them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Recipient {
    pub attendee_id: AttendeeId,
    pub contact_id: ContactId,
    pub name: String,
    pub phone: String,
    pub suppressed: Option<Source>,
}

macro_rules! recipient {
    ($rest:literal) => {
        concat!(
            "select a.id as attendee_id, a.contact_id, c.name, c.phone,
               (select s.source from suppressions s where s.org_id = a.org_id and s.phone = c.phone
                 and s.lifted_at is null order by case s.source when 'dead' then 1 else 0 end, s.id limit 1)
                 as suppressed ",
            $rest
        )
    };
}

/// The next people with this answer, in the order of their ids; `after` is the last one of before.
pub(super) async fn with_rsvp(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    rsvp: Rsvp,
    after: AttendeeId,
) -> Result<Vec<Recipient>, sqlx::Error> {
    let sql = recipient!(
        "from attendees a join contacts c on c.id = a.contact_id
         where a.org_id = $1 and a.event_id = $2 and a.rsvp = $3 and a.id > $4 order by a.id limit $5"
    );
    on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(event)
        .bind(rsvp)
        .bind(after)
        .bind(i64::try_from(PIECE).unwrap_or(i64::MAX))
        .fetch_all(ex)
        .await)
}

/// These people, in this order; those who do not attend this event (any more) are left out.
pub(super) async fn chosen(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    ids: &[AttendeeId],
) -> Result<Vec<Recipient>, sqlx::Error> {
    let sql = rows!(id uuid => recipient!("from input i join attendees a on a.id = i.id
         join contacts c on c.id = a.contact_id where a.org_id = $2 and a.event_id = $3"))
    .text(tx);
    let input = as_ids(ids)?;
    let found: Vec<Recipient> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(input).bind(org).bind(event).fetch_all(ex).await)?;
    let mut found: HashMap<AttendeeId, Recipient> =
        found.into_iter().map(|recipient| (recipient.attendee_id, recipient)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Ids without those that came before, and those that came again.
pub(super) fn each_once(ids: &[AttendeeId]) -> (Vec<AttendeeId>, Vec<AttendeeId>) {
    let mut seen = HashSet::with_capacity(ids.len());
    ids.iter().partition(|id| seen.insert(**id))
}
