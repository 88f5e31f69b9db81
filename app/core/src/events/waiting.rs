//! Texts of an event that have not left yet: they say what was true when they were written, so
//! whoever changes or archives the event is told of them and can cancel them.

use super::life::check_role;
use crate::counters::Belonging;
use crate::error::Error;
use crate::ids::{EventId, MessageId, OrgId, SendId};
use crate::messages::{Effects, Kind, NewStep, Status, trail, write_trail};
use crate::people::Person;
use crate::sends::{self, Turn};
use crate::service::Service;
use crate::store::{Store, Tx, as_ids, on_store, on_tx, rows};
use crate::to_the_end::to_the_end;

/// Texts that are canceled in one transaction.
const PIECE: i64 = 500;
/// Counting ends here: more is “more than”.
const MOST: i64 = 10_000;

/// How many texts wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Texts, 10,000 at most.
    pub texts: i64,
    /// Whether there may be more.
    pub or_more: bool,
}

/// How many texts of an event have not left yet, those that its sends have still to write included.
///
/// # Errors
/// If the database fails.
pub async fn waiting(store: &Store, org: OrgId, event: EventId) -> Result<Waiting, Error> {
    let sql =
        "select (select count(*) from (select 1 from messages where org_id = $1 and event_id = $2 and counts
             and outcome = 'in_progress' and status in ('scheduled', 'queued') limit $3) w)
           + (select coalesce(cast(sum(to_prepare - prepared) as bigint), 0) from sends
             where org_id = $1 and event_id = $2 and work = 'insert')";
    let texts: i64 = on_store!(read store, |ex| sqlx::query_scalar(sql)
        .bind(org).bind(event).bind(MOST).fetch_one(ex).await)?;
    Ok(Waiting { texts: texts.min(MOST), or_more: texts >= MOST })
}

/// Cancels every text of an event that has not left, and what its sends have not written yet; returns how
/// many. A send stops at once and the clerk cancels its texts; a text that a worker has just taken goes.
///
/// # Errors
/// [`Error::NotFound`] for a strange event, [`Error::NotAllowed`] for a role that may not.
pub async fn cancel_waiting(service: &Service, person: &Person, event: EventId) -> Result<i64, Error> {
    check_role(person)?;
    super::find(&service.store, person.org_id, event).await?;
    let mut canceled = 0;
    for (send, texts) in waiting_sends(&service.store, person.org_id, event).await? {
        match sends::steer(service, person.org_id, &person.author(), send, Turn::Cancel).await {
            Ok(()) => canceled += texts,
            // Its last text has left meanwhile.
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let (service, person) = (service.clone(), person.clone());
    let singly = async move {
        let mut canceled = 0;
        loop {
            let piece = cancel_piece(&service, &person, event).await?;
            canceled += piece;
            if piece < PIECE {
                return Ok(canceled);
            }
        }
    };
    Ok(canceled + to_the_end(singly).await?)
}

/// The sends of an event that have texts to write or to hand over, and how many.
async fn waiting_sends(store: &Store, org: OrgId, event: EventId) -> Result<Vec<(SendId, i64)>, sqlx::Error> {
    let sql = "select id, texts from (
           select s.id, (select count(*) from messages m where m.send_id = s.id and m.retry_of is null
               and m.status in ('scheduled', 'queued'))
             + case when s.work = 'insert' then s.to_prepare - s.prepared else 0 end as texts
           from sends s where s.org_id = $1 and s.event_id = $2 and s.state <> 'canceled') w
         where texts > 0 order by id";
    on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(event).fetch_all(ex).await)
}

#[derive(sqlx::FromRow)]
struct Text {
    id: MessageId,
    #[sqlx(flatten)]
    belonging: Belonging,
    status: Status,
    error_code: Option<i64>,
    counts: bool,
}

async fn cancel_piece(service: &Service, person: &Person, event: EventId) -> Result<i64, Error> {
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    let texts = lock(&mut tx, person.org_id, event).await?;
    let now = service.clock.now();
    let progress = trail::progress(&mut tx, texts.iter().map(|text| text.id)).await?;
    let mut steps = Vec::with_capacity(texts.len());
    for text in &texts {
        let seq = progress.get(&text.id).map_or(1, |progress| progress.steps + 1);
        let mut step = NewStep::new(person.org_id, text.id, seq, Kind::Canceled, now);
        step.status = Some(Status::Canceled);
        step.actor = Some(person.label());
        steps.push(step);
        if text.counts {
            effects.counters.remove(&text.belonging, text.status, text.error_code);
            effects.counters.add(&text.belonging, Status::Canceled, text.error_code);
        }
        text.belonging.has_changed(&mut effects.changed);
    }
    let sql = rows!(id uuid =>
        "update messages set status = 'canceled', hold = null, reason = 'canceled_by_person', secret = null,
           final_at = $2 from input i where messages.id = i.id")
    .text(&tx);
    let ids = as_ids(texts.iter().map(|text| text.id))?;
    on_tx!(tx, |ex| sqlx::query(sql).bind(ids).bind(now).execute(ex).await.map(drop))?;
    write_trail(&mut tx, &steps).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(i64::try_from(texts.len()).unwrap_or(PIECE))
}

/// The next texts that belong to no send, or repeat one, and have not left, under lock: a worker that has just taken one keeps it.
async fn lock(tx: &mut Tx, org: OrgId, event: EventId) -> Result<Vec<Text>, sqlx::Error> {
    macro_rules! waiting {
        ($lock:literal) => {
            concat!(
                "select id, org_id, event_id, send_id, contact_id, purpose, status, error_code, counts from messages
                 where org_id = $1 and event_id = $2 and counts and outcome = 'in_progress'
                   and status in ('scheduled', 'queued') and (send_id is null or retry_of is not null)
                 order by id limit $3",
                $lock
            )
        };
    }
    let sql = match tx {
        Tx::Sqlite(_) => waiting!(""),
        Tx::Postgres(_) => waiting!(" for update"),
    };
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(event).bind(PIECE).fetch_all(ex).await)
}
