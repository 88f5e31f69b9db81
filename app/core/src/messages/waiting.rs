//! Texts that have not left yet, when plans change: somebody does not come any more, or has another number.

use chrono::{DateTime, Utc};

use super::enqueue::{Author, Effects};
use super::trail::{self, Kind, NewStep};
use super::{Status, write_trail};
use crate::counters::Belonging;
use crate::ids::{ContactId, EventId, MessageId, OrgId};
use crate::phones::Phone;
use crate::store::{Tx, as_ids, on_tx, rows};

/// A text that waits, under lock: a worker that has just taken one keeps it.
#[derive(sqlx::FromRow)]
struct Waiting {
    id: MessageId,
    #[sqlx(flatten)]
    belonging: Belonging,
    status: Status,
    error_code: Option<i64>,
    counts: bool,
}

/// Who changes plans, where and when.
pub(crate) struct Change<'a> {
    pub org: OrgId,
    pub author: &'a Author,
    pub now: DateTime<Utc>,
}

macro_rules! waiting {
    ($which:literal, $lock:literal) => {
        concat!(
            "select m.id, m.org_id, m.event_id, m.send_id, m.contact_id, m.purpose, m.status, m.error_code, m.counts
             from messages m where m.org_id = $1 and m.direction = 'out' and m.status in ('scheduled', 'queued') and ",
            $which,
            " order by m.id",
            $lock
        )
    };
}

/// Cancels what waits for people who do not come to an event (any more); what is announced they still hear.
/// Returns how many texts that were.
pub(crate) async fn cancel_of_event(
    tx: &mut Tx,
    change: &Change<'_>,
    contacts: &[ContactId],
    event: EventId,
    effects: &mut Effects,
) -> Result<i64, sqlx::Error> {
    if contacts.is_empty() {
        return Ok(0);
    }
    macro_rules! theirs {
        ($lock:literal) => {
            rows!(id uuid =>
                "select m.id, m.org_id, m.event_id, m.send_id, m.contact_id, m.purpose, m.status, m.error_code, m.counts
                 from messages m where m.org_id = $2 and m.event_id = $3 and m.contact_id in (select id from input)
                   and m.direction = 'out' and m.status in ('scheduled', 'queued') and m.purpose <> 'announcement'
                 order by m.id", $lock)
        };
    }
    let sql = match tx {
        Tx::Sqlite(_) => theirs!("").sqlite,
        Tx::Postgres(_) => theirs!(" for update of m").postgres,
    };
    let ids = as_ids(contacts)?;
    let texts: Vec<Waiting> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(ids).bind(change.org).bind(event).fetch_all(ex).await)?;
    cancel(tx, change, &texts, "declined", effects).await
}

/// Cancels one text because somebody wants it stopped; 1 if it waited, else 0.
pub(crate) async fn cancel_one(
    tx: &mut Tx,
    change: &Change<'_>,
    id: MessageId,
    effects: &mut Effects,
) -> Result<i64, sqlx::Error> {
    let sql = match tx {
        Tx::Sqlite(_) => waiting!("m.id = $2", ""),
        Tx::Postgres(_) => waiting!("m.id = $2", " for update"),
    };
    let texts: Vec<Waiting> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(change.org).bind(id).fetch_all(ex).await)?;
    cancel(tx, change, &texts, "canceled_by_person", effects).await
}

/// Cancels what waits for one of two who are one person, where the other has a text of the same send.
pub(crate) async fn cancel_doubles(
    tx: &mut Tx,
    change: &Change<'_>,
    contact: ContactId,
    other: ContactId,
    effects: &mut Effects,
) -> Result<i64, sqlx::Error> {
    macro_rules! doubles {
        ($lock:literal) => {
            waiting!(
                "m.contact_id = $2 and m.send_id is not null and m.retry_of is null and exists (select 1 from messages o
                   where o.send_id = m.send_id and o.contact_id = $3 and o.retry_of is null
                     and o.status not in ('blocked', 'canceled'))",
                $lock
            )
        };
    }
    let sql = match tx {
        Tx::Sqlite(_) => doubles!(""),
        Tx::Postgres(_) => doubles!(" for update"),
    };
    let texts: Vec<Waiting> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(change.org).bind(contact).bind(other).fetch_all(ex).await)?;
    cancel(tx, change, &texts, "merged", effects).await
}

async fn cancel(
    tx: &mut Tx,
    change: &Change<'_>,
    texts: &[Waiting],
    reason: &'static str,
    effects: &mut Effects,
) -> Result<i64, sqlx::Error> {
    if texts.is_empty() {
        return Ok(0);
    }
    let sql = rows!(id uuid =>
        "update messages set status = 'canceled', hold = null, reason = $2, secret = null, final_at = $3
         from input i where messages.id = i.id")
    .text(tx);
    let ids = as_ids(texts.iter().map(|text| text.id))?;
    on_tx!(tx, |ex| sqlx::query(sql).bind(ids).bind(reason).bind(change.now).execute(ex).await.map(drop))?;
    for text in texts.iter().filter(|text| text.counts) {
        effects.counters.remove(&text.belonging, text.status, text.error_code);
        effects.counters.add(&text.belonging, Status::Canceled, text.error_code);
    }
    tell(tx, change, texts, (Kind::Canceled, Some(Status::Canceled), reason), effects).await
}

/// Sends what waits for somebody to another number; what has left keeps the number it went to. Returns how
/// many texts that were.
pub(crate) async fn readdress(
    tx: &mut Tx,
    change: &Change<'_>,
    contact: ContactId,
    phone: &Phone,
    effects: &mut Effects,
) -> Result<i64, sqlx::Error> {
    let sql = match tx {
        Tx::Sqlite(_) => waiting!("m.contact_id = $2 and m.to_phone <> $3", ""),
        Tx::Postgres(_) => waiting!("m.contact_id = $2 and m.to_phone <> $3", " for update"),
    };
    let texts: Vec<Waiting> = on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(change.org)
        .bind(contact)
        .bind(phone.as_str())
        .fetch_all(ex)
        .await)?;
    if texts.is_empty() {
        return Ok(0);
    }
    let sql =
        rows!(id uuid => "update messages set to_phone = $2 from input i where messages.id = i.id").text(tx);
    let ids = as_ids(texts.iter().map(|text| text.id))?;
    on_tx!(tx, |ex| sqlx::query(sql).bind(ids).bind(phone.as_str()).execute(ex).await.map(drop))?;
    tell(tx, change, &texts, (Kind::Readdressed, None, phone.as_str()), effects).await
}

/// Writes what happened into each trail and tells the open pages.
async fn tell(
    tx: &mut Tx,
    change: &Change<'_>,
    texts: &[Waiting],
    (kind, status, note): (Kind, Option<Status>, &str),
    effects: &mut Effects,
) -> Result<i64, sqlx::Error> {
    let progress = trail::progress(tx, texts.iter().map(|text| text.id)).await?;
    let step = |text: &Waiting| {
        let seq = progress.get(&text.id).map_or(1, |progress| progress.steps + 1);
        let mut step = NewStep::new(change.org, text.id, seq, kind, change.now);
        step.status = status;
        step.actor = Some(change.author.name.clone());
        step.note = Some(note.to_owned());
        step
    };
    let steps: Vec<NewStep> = texts.iter().map(step).collect();
    write_trail(tx, &steps).await?;
    for text in texts {
        text.belonging.has_changed(&mut effects.changed);
    }
    Ok(i64::try_from(texts.len()).unwrap_or(i64::MAX))
}
