//! What becomes of an event: made again for another day, put out of the way, brought back.

use chrono::TimeDelta;

use super::form::local_time;
use super::write::{Checked, insert};
use super::{Draft, Event, find};
use crate::audit;
use crate::error::{Error, Problems, clean};
use crate::ids::EventId;
use crate::live::Changed;
use crate::people::Person;
use crate::service::Service;
use crate::store::{on_store, on_tx};
use crate::to_the_end::to_the_end;

/// Makes an event again, with another name and start; it lasts as long, and with `people` everybody
/// is invited to it. Texts are not copied. Returns it, and how many people came along.
///
/// # Errors
/// [`Error::Invalid`] for what was typed, [`Error::NotFound`] for a strange event,
/// [`Error::NotAllowed`] for a role that makes no events.
pub async fn duplicate(
    service: &Service,
    person: &Person,
    id: EventId,
    name: &str,
    starts_at: &str,
    people: bool,
) -> Result<(Event, u64), Error> {
    check_role(person)?;
    let before = find(&service.store, person.org_id, id).await?;
    let of = before.name.clone();
    let mut problems = Problems::default();
    let starts_at = problems.take("starts_at", local_time(starts_at, before.zone()));
    let lasts: Option<TimeDelta> = before.ends_at.map(|ends_at| ends_at - before.starts_at);
    let draft = Draft {
        name: clean(name),
        starts_at,
        ends_at: starts_at.zip(lasts).and_then(|(starts_at, lasts)| starts_at.checked_add_signed(lasts)),
        ..Draft::from(before)
    };
    let copy = copy(service, person, &of, &draft.check(problems)?).await?;
    let along = if people {
        let (service, person, copy) = (service.clone(), person.clone(), copy.clone());
        to_the_end(async move { invite_all(&service, &person, (id, &of), &copy).await }).await?
    } else {
        0
    };
    Ok((copy, along))
}

/// Makes the copy itself, and notes what it is a copy of.
async fn copy(service: &Service, person: &Person, of: &str, new: &Checked) -> Result<Event, Error> {
    let mut tx = service.store.begin().await?;
    let copy = insert(&mut tx, service, person.org_id, new).await?;
    let subject = format!("{of} as {}", copy.name);
    audit::note(&mut tx, service, person.org_id, &person.author(), "copy event", &subject).await?;
    tx.commit().await?;
    service.hub.tell(Changed { ids: [person.org_id.0].into(), ..Changed::default() });
    Ok(copy)
}

/// So many people are copied in one statement.
const PIECE: i64 = 1_000;

/// Everybody at an event, id and name, is invited to another. In pieces, so that a crowd does not hold the store;
/// a crash in between leaves an event whose people can be added again.
async fn invite_all(
    service: &Service,
    person: &Person,
    (from, of): (EventId, &str),
    to: &Event,
) -> Result<u64, Error> {
    let mut after = None;
    let mut along = 0;
    loop {
        let sql = "select id, contact_id from attendees
             where org_id = $1 and event_id = $2 and ($3 is null or id > $3) order by id limit $4";
        let piece: Vec<(uuid::Uuid, crate::ids::ContactId)> =
            on_store!(read & service.store, |ex| sqlx::query_as(sql)
                .bind(person.org_id)
                .bind(from)
                .bind(after)
                .bind(PIECE)
                .fetch_all(ex)
                .await)?;
        let Some((last, _)) = piece.last() else { break };
        after = Some(*last);
        along += invite(service, person, to, piece.iter().map(|(_, contact)| *contact)).await?;
    }
    if along > 0 {
        note_invited(service, person, of, to, along).await?;
    }
    Ok(along)
}

/// Notes how many people came along.
async fn note_invited(
    service: &Service,
    person: &Person,
    of: &str,
    to: &Event,
    along: u64,
) -> Result<(), Error> {
    let people = if along == 1 { "person" } else { "people" };
    let subject = format!("{}: {along} {people} of {of}", to.name);
    let mut tx = service.store.begin().await?;
    audit::note(&mut tx, service, person.org_id, &person.author(), "invite people", &subject).await?;
    Ok(tx.commit().await?)
}

async fn invite(
    service: &Service,
    person: &Person,
    to: &Event,
    contacts: impl Iterator<Item = crate::ids::ContactId>,
) -> Result<u64, Error> {
    #[derive(serde::Serialize)]
    struct Row {
        #[serde(serialize_with = "crate::store::hex")]
        id: uuid::Uuid,
        contact_id: crate::ids::ContactId,
    }
    let rows: Vec<Row> = contacts.map(|contact_id| Row { id: service.clock.new_id(), contact_id }).collect();
    let mut tx = service.store.begin().await?;
    let sql = crate::store::rows!(id uuid, contact_id uuid =>
        "insert into attendees (id, org_id, event_id, contact_id, rsvp, rsvp_at, created_at)
         select id, $2, $3, contact_id, 'invited', $4, $4 from input where true
         on conflict (event_id, contact_id) do nothing")
    .text(&tx);
    let made = on_tx!(tx, |ex| sqlx::query(sql)
        .bind(crate::store::as_parameter(&rows)?)
        .bind(person.org_id)
        .bind(to.id)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(|done| done.rows_affected()))?;
    tx.commit().await?;
    Ok(made)
}

/// Puts an event out of the way: it sends nothing new. What waits already still goes unless it is
/// canceled.
///
/// # Errors
/// [`Error::NotFound`] for a strange event, [`Error::NotAllowed`] for a role that makes no events.
pub async fn archive(service: &Service, person: &Person, id: EventId) -> Result<Event, Error> {
    set(service, person, id, true).await
}

/// Brings an archived event back.
///
/// # Errors
/// As [`archive`].
pub async fn bring_back(service: &Service, person: &Person, id: EventId) -> Result<Event, Error> {
    set(service, person, id, false).await
}

async fn set(service: &Service, person: &Person, id: EventId, archived: bool) -> Result<Event, Error> {
    check_role(person)?;
    let event = find(&service.store, person.org_id, id).await?;
    let now = service.clock.now();
    let mut tx = service.store.begin().await?;
    let sql = "update events set archived_at = $3, updated_at = $4 where org_id = $1 and id = $2";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(person.org_id)
        .bind(id)
        .bind(archived.then_some(now))
        .bind(now)
        .execute(ex)
        .await
        .map(drop))?;
    let action = if archived { "archive event" } else { "bring event back" };
    audit::note(&mut tx, service, person.org_id, &person.author(), action, &event.name).await?;
    tx.commit().await?;
    service.hub.tell(Changed { ids: [id.0, person.org_id.0].into(), ..Changed::default() });
    Ok(event)
}

pub(super) fn check_role(person: &Person) -> Result<(), Error> {
    if person.role.may_send() {
        return Ok(());
    }
    Err(Error::NotAllowed("Your role can look at events and not change them. Ask an organizer."))
}
