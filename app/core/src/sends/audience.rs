//! Whom a send is for, read in pieces whatever their number.

use std::collections::{HashMap, HashSet};

use crate::attendees::{Filter, Last, Rsvp, meant};
use crate::error::Problems;
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
    /// Everybody whom a filter finds.
    Filter(Filter),
}

/// One of them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Recipient {
    pub attendee_id: AttendeeId,
    pub contact_id: ContactId,
    pub name: String,
    pub phone: String,
    pub timezone: Option<String>,
    pub suppressed: Option<Source>,
}

impl Recipient {
    /// What an organizer calls them.
    pub(super) fn shown(&self) -> String {
        if self.name.is_empty() { crate::phones::shown(&self.phone) } else { self.name.clone() }
    }
}

macro_rules! recipient {
    ($($rest:expr),+) => {
        concat!(
            "select a.id as attendee_id, a.contact_id, c.name, c.phone, c.timezone,
               (select s.source from suppressions s where s.org_id = a.org_id and s.phone = c.phone
                 and s.lifted_at is null order by case s.source when 'dead' then 1 else 0 end, s.id limit 1)
                 as suppressed ",
            $($rest),+
        )
    };
}

/// An audience, piece by piece, in an order that does not change.
pub(super) struct Walk<'a> {
    audience: &'a Audience,
    org: OrgId,
    event: EventId,
    /// Which answer, or which piece of the chosen people, is next.
    stage: usize,
    after: AttendeeId,
    chosen: Vec<AttendeeId>,
    /// Those who were chosen more than once.
    pub again: Vec<AttendeeId>,
    /// Places of those who were chosen and do not attend this event.
    pub strange: Vec<usize>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(audience: &'a Audience, org: OrgId, event: EventId) -> Self {
        let (chosen, again) = match audience {
            Audience::Attendees(ids) => each_once(ids),
            Audience::Rsvp(_) | Audience::Filter(_) => Default::default(),
        };
        let after = AttendeeId(uuid::Uuid::nil());
        Self { audience, org, event, stage: 0, after, chosen, again, strange: Vec::new() }
    }

    /// The next people; `None` after the last.
    pub(super) async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<Recipient>>, sqlx::Error> {
        match self.audience {
            Audience::Rsvp(answers) => self.next_with_rsvp(tx, answers).await,
            Audience::Attendees(ids) => self.next_chosen(tx, ids).await,
            Audience::Filter(people) => self.next_found(tx, people).await,
        }
    }

    /// Notes whom it found nowhere on the event's list.
    pub(super) fn note_strangers(&self, problems: &mut Problems) {
        for place in &self.strange {
            let field = format!("audience.attendee_ids[{place}]");
            problems.add(&field, "This person does not attend this event.");
        }
    }

    async fn next_with_rsvp(
        &mut self,
        tx: &mut Tx,
        answers: &[Rsvp],
    ) -> Result<Option<Vec<Recipient>>, sqlx::Error> {
        // Each answer once, whoever was named twice.
        while let Some(rsvp) = Rsvp::ALL.get(self.stage) {
            if answers.contains(rsvp) {
                let people = with_rsvp(tx, self.org, self.event, *rsvp, self.after).await?;
                if let Some(last) = people.last() {
                    self.after = last.attendee_id;
                    return Ok(Some(people));
                }
            }
            self.stage += 1;
            self.after = AttendeeId(uuid::Uuid::nil());
        }
        Ok(None)
    }

    async fn next_chosen(
        &mut self,
        tx: &mut Tx,
        ids: &[AttendeeId],
    ) -> Result<Option<Vec<Recipient>>, sqlx::Error> {
        let Some(piece) = self.chosen.chunks(PIECE).nth(self.stage) else { return Ok(None) };
        self.stage += 1;
        let people = chosen(tx, self.org, self.event, piece).await?;
        if people.len() < piece.len() {
            let known: HashSet<AttendeeId> = people.iter().map(|person| person.attendee_id).collect();
            let strange: HashSet<AttendeeId> =
                piece.iter().copied().filter(|id| !known.contains(id)).collect();
            let places = ids.iter().enumerate().filter(|(_, id)| strange.contains(*id));
            self.strange.extend(places.map(|(place, _)| place));
        }
        Ok(Some(people))
    }

    async fn next_found(
        &mut self,
        tx: &mut Tx,
        wanted: &Filter,
    ) -> Result<Option<Vec<Recipient>>, sqlx::Error> {
        let people = found(tx, self.org, self.event, wanted, self.after).await?;
        let Some(last) = people.last() else { return Ok(None) };
        self.after = last.attendee_id;
        Ok(Some(people))
    }
}

/// The next people with this answer, in the order of their ids; `after` is the last one of before.
async fn with_rsvp(
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

/// The next people whom a filter finds, in the order of their ids.
async fn found(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    wanted: &Filter,
    after: AttendeeId,
) -> Result<Vec<Recipient>, sqlx::Error> {
    let sql = recipient!(
        "from attendees a join contacts c on c.id = a.contact_id where ",
        meant!(),
        " and a.id > $8 order by a.id limit $9"
    );
    on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(event)
        .bind(wanted.rsvp)
        .bind(wanted.pattern())
        .bind(wanted.reach)
        .bind(wanted.last.map(Last::as_str))
        .bind(wanted.without)
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
fn each_once(ids: &[AttendeeId]) -> (Vec<AttendeeId>, Vec<AttendeeId>) {
    let mut seen = HashSet::with_capacity(ids.len());
    ids.iter().partition(|id| seen.insert(**id))
}
