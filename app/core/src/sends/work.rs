//! Working at a send in pieces: writing its texts, parking, releasing or canceling those that
//! wait. Each piece is one transaction that first reads, under lock, what is wanted now; so a
//! crash, a second process or a change of mind between two pieces loses and doubles nothing.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::audience::{self, PIECE, Recipient};
use super::confirm;
use super::gone::Gone;
use super::plan::{NoText, Renderer};
use super::{OfEvent, State, Turn};
use crate::accounts;
use crate::counters::Belonging;
use crate::error::Error;
use crate::events;
use crate::holds::pace;
use crate::ids::{AttendeeId, EventId, MessageId, OrgId, SendId, TemplateId, UserId};
use crate::messages::{
    Author, Effects, Kind, NewStep, NewText, Purpose, Status, enqueue, trail, write_trail,
};
use crate::service::Service;
use crate::store::{Store, Tx, as_parameter, on_store, on_tx, repeated, rows, time};

/// How long a process has a send for itself without finishing a piece.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Pieces that are done before others have a turn.
const PIECES: usize = 5;

/// What is to be done with a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase", type_name = "text")]
enum Work {
    Insert,
    Park,
    Release,
    Cancel,
}

/// A send as a piece of work needs it.
#[derive(sqlx::FromRow)]
struct Row {
    id: SendId,
    org_id: OrgId,
    event_id: Option<EventId>,
    purpose: Purpose,
    body: String,
    template_id: Option<TemplateId>,
    template_version: Option<i64>,
    state: State,
    prepared: i64,
    skipped: String,
    /// `None` for a send of before they were kept.
    event_values: Option<String>,
    total: i64,
    send_at: Option<DateTime<Utc>>,
    created_by: Option<UserId>,
    author: String,
    via: String,
    work: Option<Work>,
    work_author: String,
}

/// Takes a send that needs work and does a few pieces of it, so that a small send need not wait for
/// the whole of a large one; false if none needs any.
pub(crate) async fn run_once(service: &Service) -> Result<bool, Error> {
    let Some(id) = take(service).await? else { return Ok(false) };
    let sql = "select attendees from send_audiences where send_id = $1";
    let attendees: String =
        on_store!(read & service.store, |ex| sqlx::query_scalar(sql).bind(id).fetch_one(ex).await)?;
    let audience = confirm::read(&attendees)?;
    for _ in 0..PIECES {
        if !piece(service, id, &audience).await? {
            return Ok(true);
        }
    }
    let sql = "update sends set work_until = null, updated_at = $2 where id = $1";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(id)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))?;
    Ok(true)
}

/// The send that waits longest for somebody to work at it.
async fn take(service: &Service) -> Result<Option<SendId>, Error> {
    let now = service.clock.now();
    let waiting = "select exists (select 1 from sends where work is not null and (work_until is null or work_until <= $1))";
    // A look without a lock: an idle process must not take SQLite's write lock again and again.
    let any: bool =
        on_store!(read & service.store, |ex| sqlx::query_scalar(waiting).bind(now).fetch_one(ex).await)?;
    if !any {
        return Ok(None);
    }
    let sql = "update sends set work_until = $2 where id = (select id from sends where work is not null
             and (work_until is null or work_until <= $1) order by updated_at, id limit 1)
           and (work_until is null or work_until <= $1) returning id";
    Ok(on_store!(write & service.store, |ex| sqlx::query_scalar(sql)
        .bind(now)
        .bind(now + LEASE)
        .fetch_optional(ex)
        .await)?)
}

/// Does one piece, again if another transaction was in its way; false once nothing is left.
async fn piece(service: &Service, id: SendId, audience: &[AttendeeId]) -> Result<bool, Error> {
    repeated(|| piece_once(service, id, audience)).await
}

async fn piece_once(service: &Service, id: SendId, audience: &[AttendeeId]) -> Result<bool, Error> {
    let mut tx = service.store.begin().await?;
    let row = lock(&mut tx, &service.store, id).await?;
    let Some(work) = row.work else { return Ok(false) };
    let mut effects = Effects::default();
    let is_more = match work {
        Work::Insert => insert(&mut tx, service, &row, audience, &mut effects).await?,
        Work::Park => move_waiting(&mut tx, service, &row, Turn::Pause, &mut effects).await?,
        Work::Release => move_waiting(&mut tx, service, &row, Turn::Resume, &mut effects).await?,
        Work::Cancel => move_waiting(&mut tx, service, &row, Turn::Cancel, &mut effects).await?,
    };
    let now = service.clock.now();
    let next = if is_more { Some(work) } else { after(work, row.state) };
    if !is_more {
        finish(&mut tx, service, &row, work).await?;
    }
    // What still waits for its turn is taken up at once, by whoever is free.
    let until = (is_more || next.is_some()).then(|| now + LEASE);
    let sql = "update sends set work = $2, work_until = $3, updated_at = $4,
           state = case when state = 'preparing' and $5 then 'ready' else state end where id = $1";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(row.id)
        .bind(next)
        .bind(until)
        .bind(now)
        .bind(!is_more)
        .execute(ex)
        .await
        .map(drop))?;
    effects.changed.ids.insert(row.id.0);
    effects.changed.outbox = !is_more;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(next.is_some())
}

/// What is left once a kind of work is done: a send that was paused while its texts were written
/// has them parked.
fn after(done: Work, state: State) -> Option<Work> {
    (done == Work::Insert && state == State::Paused).then_some(Work::Park)
}

async fn finish(tx: &mut Tx, service: &Service, row: &Row, done: Work) -> Result<(), Error> {
    if matches!(done, Work::Park | Work::Cancel) {
        let sql = "select account_id, sender from organizations where id = $1";
        let own = on_tx!(tx, |ex| sqlx::query_as(sql).bind(row.org_id).fetch_one(ex).await)?;
        if let Some(sender) = accounts::sender_for(service, own) {
            pace::forget_turns(tx, &sender).await?;
        }
    }
    if done == Work::Cancel {
        // Canceled while its texts were written: those that were not are none of it.
        let sql = "update sends set total = (select count(*) from messages m where m.send_id = $1
               and m.retry_of is null and (m.reason is null or m.reason not in ('opted_out', 'dead_number')))
             where id = $1 and prepared < to_prepare";
        on_tx!(tx, |ex| sqlx::query(sql).bind(row.id).execute(ex).await.map(drop))?;
    }
    Ok(())
}

async fn lock(tx: &mut Tx, store: &Store, id: SendId) -> Result<Row, sqlx::Error> {
    macro_rules! row {
        ($lock:literal) => {
            concat!(
                "select id, org_id, event_id, purpose, body, template_id, template_version, state, prepared, skipped,
                   event_values, total, send_at, created_by, author, via, work, work_author from sends where id = $1",
                $lock
            )
        };
    }
    // SQLite has one writer, so nobody else can hold this row.
    let sql = match store {
        Store::Sqlite(_) => row!(""),
        Store::Postgres(_) => row!(" for update"),
    };
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(id).fetch_one(ex).await)
}

/// Writes the texts of the next people; true if more follow.
async fn insert(
    tx: &mut Tx,
    service: &Service,
    row: &Row,
    audience: &[AttendeeId],
    effects: &mut Effects,
) -> Result<bool, Error> {
    let begin = usize::try_from(row.prepared).unwrap_or(usize::MAX).min(audience.len());
    let end = (begin + PIECE).min(audience.len());
    let chosen = audience.get(begin..end).unwrap_or_default();
    let event_id = row.event_id.ok_or_else(|| Error::Broken("a send has no event".into()))?;
    let renderer = Renderer::of(&row.body, row.event(tx, event_id).await?).map_err(Error::Broken)?;
    let people = audience::chosen(tx, row.org_id, event_id, chosen).await?;
    let mut gone = Gone::new(chosen, &people);
    let mut texts = Vec::with_capacity(people.len());
    for person in people {
        match renderer.render(&person) {
            Ok(body) => texts.push(row.text(&person, body)),
            Err(NoText::Missing(variable)) => gone.add(&person, format!("missing:{variable}")),
            Err(NoText::TooLong(_)) => gone.add(&person, "too_long".into()),
        }
    }
    let author = Author { user: row.created_by, name: row.author.clone(), via: via(&row.via) };
    if !texts.is_empty() {
        enqueue(tx, service, row.org_id, &author, texts, effects).await?;
    }
    // Nearly always nobody is: then who was skipped before stays as it is.
    let (skipped, left_out) = gone.written(&row.skipped)?.unzip();
    let sql = "update sends set prepared = $2, total = $3, skipped = coalesce($4, skipped),
           left_out = coalesce($5, left_out) where id = $1";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(row.id)
        .bind(i64::try_from(end).unwrap_or(i64::MAX))
        .bind(row.total - gone.texts)
        .bind(skipped)
        .bind(left_out)
        .execute(ex)
        .await
        .map(drop))?;
    Ok(end < audience.len())
}

impl Row {
    /// What the event was when the send was confirmed: whatever becomes of it meanwhile, all get the same.
    async fn event(&self, tx: &mut Tx, id: EventId) -> Result<OfEvent, Error> {
        match &self.event_values {
            Some(values) => OfEvent::read(values),
            None => Ok(OfEvent::new(&events::find_in(tx, self.org_id, id).await?)),
        }
    }

    fn text(&self, person: &Recipient, body: String) -> NewText {
        NewText {
            event_id: self.event_id,
            send_id: Some(self.id),
            template: self.template_id.zip(self.template_version),
            send_at: self.send_at,
            ..NewText::new(person.contact_id, self.purpose, body)
        }
    }
}

fn via(stored: &str) -> &'static str {
    if stored == "api" { "api" } else { "page" }
}

/// A text of the send that has not left.
#[derive(sqlx::FromRow)]
struct Waiting {
    id: MessageId,
    #[sqlx(flatten)]
    belonging: Belonging,
    status: Status,
    error_code: Option<i64>,
    counts: bool,
    due_at: DateTime<Utc>,
    send_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct Moved {
    id: MessageId,
    status: Status,
    hold: Option<&'static str>,
    reason: Option<&'static str>,
    #[serde(serialize_with = "time")]
    due_at: DateTime<Utc>,
    #[serde(serialize_with = "time")]
    at: DateTime<Utc>,
}

/// Parks, releases or cancels the next texts that wait; true if more may follow.
async fn move_waiting(
    tx: &mut Tx,
    service: &Service,
    row: &Row,
    turn: Turn,
    effects: &mut Effects,
) -> Result<bool, Error> {
    let now = service.clock.now();
    let waiting = waiting(tx, row.id, turn).await?;
    let progress = trail::progress(tx, waiting.iter().map(|text| text.id)).await?;
    let mut moved = Vec::with_capacity(waiting.len());
    let mut steps = Vec::with_capacity(waiting.len());
    for text in &waiting {
        let (status, hold, kind) = match turn {
            Turn::Pause => (Status::Scheduled, Some("send_paused"), Kind::Held),
            Turn::Cancel => (Status::Canceled, None, Kind::Canceled),
            Turn::Resume if text.send_at.is_some_and(|send_at| send_at > now) => {
                (Status::Scheduled, Some("chosen_time"), Kind::Released)
            }
            // Whatever else held it, the claim will see again.
            Turn::Resume => (Status::Queued, None, Kind::Released),
        };
        let reason = (turn == Turn::Cancel).then_some("send_canceled");
        let due_at = if status == Status::Queued { now } else { text.due_at };
        moved.push(Moved { id: text.id, status, hold, reason, due_at, at: now });
        let seq = progress.get(&text.id).map_or(1, |progress| progress.steps + 1);
        let mut step = NewStep::new(row.org_id, text.id, seq, kind, now);
        step.status = Some(status);
        step.actor = Some(row.work_author.clone());
        step.note = reason.or(hold).map(str::to_owned);
        steps.push(step);
        if text.counts {
            effects.counters.remove(&text.belonging, text.status, text.error_code);
            effects.counters.add(&text.belonging, status, text.error_code);
        }
        text.belonging.has_changed(&mut effects.changed);
    }
    write_moved(tx, &moved).await?;
    write_trail(tx, &steps).await?;
    Ok(waiting.len() == PIECE)
}

/// The next texts that have not left, under lock: a worker that has just taken one keeps it.
async fn waiting(tx: &mut Tx, send: SendId, turn: Turn) -> Result<Vec<Waiting>, sqlx::Error> {
    macro_rules! waiting {
        ($lock:literal) => {
            concat!(
                "select m.id, m.org_id, m.event_id, m.send_id, m.contact_id, m.purpose, m.status, m.error_code, m.counts,
                   m.due_at, m.send_at from messages m
                 where m.send_id = $1 and m.status in ('scheduled', 'queued')
                   and ((m.hold is not null and m.hold = 'send_paused') = $2 or $3)
                 order by m.id limit $4",
                $lock
            )
        };
    }
    let sql = match tx {
        Tx::Sqlite(_) => waiting!(""),
        Tx::Postgres(_) => waiting!(" for update"),
    };
    on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(send)
        .bind(turn == Turn::Resume)
        .bind(turn == Turn::Cancel)
        .bind(i64::try_from(PIECE).unwrap_or(i64::MAX))
        .fetch_all(ex)
        .await)
}

async fn write_moved(tx: &mut Tx, moved: &[Moved]) -> Result<(), sqlx::Error> {
    if moved.is_empty() {
        return Ok(());
    }
    let sql = rows!(id uuid, status text, hold text, reason text, due_at timestamptz, at timestamptz =>
        "update messages set status = i.status, hold = i.hold, reason = i.reason, due_at = i.due_at,
           secret = case when i.status = 'canceled' then null else messages.secret end,
           final_at = case when i.status = 'canceled' then i.at end
         from input i where messages.id = i.id")
    .text(tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(moved)?).execute(ex).await.map(drop))
}
