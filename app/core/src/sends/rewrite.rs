//! Texts that wait while their event changes, written anew from the words of their send: they then say
//! what the event is now. What holds them stays as it is, and what a worker has taken goes as it was.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::OfEvent;
use super::plan::{NoText, Renderer};
use crate::audit;
use crate::counters::Belonging;
use crate::error::Error;
use crate::events;
use crate::ids::{EventId, MessageId, OrgId, SendId};
use crate::live::Changed;
use crate::messages::{Author, Effects, Kind, NewStep, trail, write_trail};
use crate::people::Person;
use crate::service::Service;
use crate::store::{Store, Tx, as_parameter, on_store, on_tx, repeated, rows};
use crate::to_the_end::to_the_end;
use crate::twilio::segments;

/// Texts that are written anew in one transaction.
const PIECE: usize = 500;

/// Why a text that waits is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// It says what the event is already.
    UpToDate,
    /// Its words use nothing of the event.
    NotOfTheEvent,
    /// It was written singly: what its words were before they were filled in is not kept.
    Single,
    /// It repeats a text of a send in other words.
    OtherWords,
    /// Its words use something that has no value any more: the variable.
    Lacks(String),
    /// It would be too long.
    TooLong,
}

/// What became of the texts of an event that wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// How many say now what the event is, those that were not written yet included.
    pub changed: i64,
    /// How many do not, and why.
    pub kept: BTreeMap<Kept, i64>,
}

impl Rewritten {
    fn keep(&mut self, why: Kept, texts: i64) {
        if texts > 0 {
            *self.kept.entry(why).or_default() += texts;
        }
    }

    fn add(&mut self, other: Self) {
        self.changed += other.changed;
        for (why, texts) in other.kept {
            self.keep(why, texts);
        }
    }
}

/// Writes the waiting texts of an event's sends anew, so that they say what the event is now.
///
/// # Errors
/// [`Error::NotFound`] for a strange event, [`Error::NotAllowed`] for a role that may not send.
pub async fn rewrite_waiting(service: &Service, person: &Person, event: EventId) -> Result<Rewritten, Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role can look at texts, but not change them. Ask an organizer."));
    }
    let name = events::find(&service.store, person.org_id, event).await?.name;
    let (service, org, author) = (service.clone(), person.org_id, person.author());
    to_the_end(async move {
        let mut rewritten = Rewritten::default();
        for send in waiting_sends(&service.store, org, event).await? {
            rewritten.add(rewrite_send(&service, (org, event, send), &author).await?);
        }
        rewritten.keep(Kept::Single, waiting_singly(&service.store, org, event).await?);
        if rewritten.changed > 0 {
            let texts = if rewritten.changed == 1 { "text" } else { "texts" };
            let subject = format!("{name}: {} {texts}", rewritten.changed);
            let mut tx = service.store.begin().await?;
            let action = "bring waiting texts up to date";
            audit::note(&mut tx, &service, org, &author, action, &subject).await?;
            tx.commit().await?;
        }
        Ok(rewritten)
    })
    .await
}

macro_rules! waiting_sends {
    ($before:literal, $rest:literal) => {
        concat!(
            $before,
            "select s.id from sends s where s.org_id = $1 and s.event_id = $2 and s.state <> 'canceled'
               and (s.work = 'insert' or s.id in (select m.send_id from messages m
                 where m.org_id = $1 and m.event_id = $2 and m.counts and m.outcome = 'in_progress'
                   and m.status in ('scheduled', 'queued') and m.send_id is not null)) ",
            $rest
        )
    };
}

/// Whether texts of an event wait that can say what it is now: those of sends with variables.
///
/// # Errors
/// If the database fails.
pub async fn can_rewrite(store: &Store, org: OrgId, event: EventId) -> Result<bool, Error> {
    let sql = waiting_sends!("select exists (", "and s.body like '%{{%')");
    Ok(on_store!(read store, |ex| sqlx::query_scalar(sql).bind(org).bind(event).fetch_one(ex).await)?)
}

/// The sends of an event that have texts to write or to hand over.
async fn waiting_sends(store: &Store, org: OrgId, event: EventId) -> Result<Vec<SendId>, sqlx::Error> {
    let sql = waiting_sends!("", "order by s.id");
    on_store!(read store, |ex| sqlx::query_scalar(sql).bind(org).bind(event).fetch_all(ex).await)
}

async fn waiting_singly(store: &Store, org: OrgId, event: EventId) -> Result<i64, sqlx::Error> {
    let sql =
        "select count(*) from messages where org_id = $1 and event_id = $2 and send_id is null and counts
           and outcome = 'in_progress' and status in ('scheduled', 'queued')";
    on_store!(read store, |ex| sqlx::query_scalar(sql).bind(org).bind(event).fetch_one(ex).await)
}

/// Where the last piece of a send ended, and what the event was before the first.
struct Progress {
    after: MessageId,
    before: OfEvent,
}

async fn rewrite_send(
    service: &Service,
    of: (OrgId, EventId, SendId),
    author: &Author,
) -> Result<Rewritten, Error> {
    let mut rewritten = Rewritten::default();
    let mut progress = None;
    loop {
        // A clerk or a worker may hold the same texts in another order.
        let piece = repeated(|| rewrite_piece(service, of, author, progress.as_ref())).await?;
        rewritten.add(piece.rewritten);
        progress = piece.next;
        if progress.is_none() {
            return Ok(rewritten);
        }
    }
}

/// What became of a piece; `next` is `None` after the last one.
struct Piece {
    rewritten: Rewritten,
    next: Option<Progress>,
}

async fn rewrite_piece(
    service: &Service,
    (org, event, id): (OrgId, EventId, SendId),
    author: &Author,
    progress: Option<&Progress>,
) -> Result<Piece, Error> {
    let mut effects = Effects::default();
    let mut rewritten = Rewritten::default();
    let mut tx = service.store.begin().await?;
    let send = lock_send(&mut tx, id).await?;
    let now = OfEvent::new(&events::find_in(&mut tx, org, event).await?);
    let before = match (progress, &send.event_values) {
        (Some(progress), _) => progress.before.clone(),
        (None, Some(values)) => OfEvent::read(values)?,
        (None, None) => now.clone(),
    };
    let differs = before.differs_in(&now).join(", ");
    let texts = Texts {
        was: Renderer::of(&send.body, before.clone()).map_err(Error::Broken)?,
        is: Renderer::of(&send.body, now.clone()).map_err(Error::Broken)?,
    };
    if !texts.is.tells_of_event() {
        rewritten.keep(Kept::NotOfTheEvent, count_waiting(&mut tx, &send).await?);
        return Ok(Piece { rewritten, next: None });
    }
    if progress.is_none() {
        rewritten.changed += send.unwritten();
        keep_values(&mut tx, id, &now).await?;
    }
    let waiting = lock_waiting(&mut tx, id, progress.map(|progress| progress.after)).await?;
    let mut anew = Vec::new();
    for text in &waiting {
        match texts.rewrite(text) {
            Ok(body) => anew.push((text, Anew::new(text.id, body))),
            Err(why) => rewritten.keep(why, 1),
        }
    }
    rewritten.changed += i64::try_from(anew.len()).unwrap_or(i64::MAX);
    let step = Step { org, author, note: (!differs.is_empty()).then_some(differs), at: service.clock.now() };
    write(&mut tx, id, &anew, &step, &mut effects.changed).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    let last = waiting.last().filter(|_| waiting.len() == PIECE);
    Ok(Piece { rewritten, next: last.map(|text| Progress { after: text.id, before }) })
}

/// A send, under lock, as a clerk takes it: nobody writes, parks or cancels its texts meanwhile.
#[derive(sqlx::FromRow)]
struct Send {
    id: SendId,
    body: String,
    /// `None` for a send of before they were kept.
    event_values: Option<String>,
    to_prepare: i64,
    prepared: i64,
    is_inserting: bool,
}

impl Send {
    fn unwritten(&self) -> i64 {
        if self.is_inserting { self.to_prepare - self.prepared } else { 0 }
    }
}

async fn lock_send(tx: &mut Tx, id: SendId) -> Result<Send, sqlx::Error> {
    macro_rules! send {
        ($lock:literal) => {
            concat!(
                "select id, body, event_values, to_prepare, prepared, coalesce(work, '') = 'insert' as is_inserting
                 from sends where id = $1",
                $lock
            )
        };
    }
    // SQLite has one writer, so nobody else can hold this row.
    let sql = match tx {
        Tx::Sqlite(_) => send!(""),
        Tx::Postgres(_) => send!(" for update"),
    };
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(id).fetch_one(ex).await)
}

/// What of the send is still to be written says what the event is now, too.
async fn keep_values(tx: &mut Tx, id: SendId, values: &OfEvent) -> Result<(), Error> {
    let sql = "update sends set event_values = $2 where id = $1";
    let values = values.written()?;
    Ok(on_tx!(tx, |ex| sqlx::query(sql).bind(id).bind(values).execute(ex).await.map(drop))?)
}

async fn count_waiting(tx: &mut Tx, send: &Send) -> Result<i64, sqlx::Error> {
    let sql = "select count(*) from messages where send_id = $1 and status in ('scheduled', 'queued')";
    let written: i64 = on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(send.id).fetch_one(ex).await)?;
    Ok(written + send.unwritten())
}

/// A text of a send that waits.
#[derive(sqlx::FromRow)]
struct Waiting {
    id: MessageId,
    #[sqlx(flatten)]
    belonging: Belonging,
    body: String,
    segments: i64,
    name: String,
    /// What the first text of its chain said, if it is a retry.
    first_body: Option<String>,
}

/// The next texts that have not left, under lock: a worker that has just taken one keeps it.
async fn lock_waiting(
    tx: &mut Tx,
    send: SendId,
    after: Option<MessageId>,
) -> Result<Vec<Waiting>, sqlx::Error> {
    macro_rules! waiting {
        ($lock:literal) => {
            concat!(
                "select m.id, m.org_id, m.event_id, m.send_id, m.contact_id, m.purpose, m.body, m.segments, c.name,
                   (select f.body from messages f where f.id = m.chain_id and m.retry_of is not null) as first_body
                 from messages m join contacts c on c.id = m.contact_id
                 where m.send_id = $1 and m.status in ('scheduled', 'queued') and ($2 is null or m.id > $2)
                 order by m.id limit $3",
                $lock
            )
        };
    }
    let sql = match tx {
        Tx::Sqlite(_) => waiting!(""),
        Tx::Postgres(_) => waiting!(" for update of m"),
    };
    on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(send)
        .bind(after)
        .bind(i64::try_from(PIECE).unwrap_or(i64::MAX))
        .fetch_all(ex)
        .await)
}

/// The words of a send for the event as it was and as it is.
struct Texts<'a> {
    was: Renderer<'a>,
    is: Renderer<'a>,
}

impl Texts<'_> {
    /// What a text is to say now, or why it stays as it is.
    fn rewrite(&self, text: &Waiting) -> Result<String, Kept> {
        let body = self.is.render_for(&text.name).map_err(|why| match why {
            NoText::Missing(variable) => Kept::Lacks(variable),
            NoText::TooLong(_) => Kept::TooLong,
        });
        let body = body.map(|body| segments::normalize(&body));
        if body.as_ref().is_ok_and(|body| *body == text.body) {
            return Err(Kept::UpToDate);
        }
        if text.first_body.as_ref().is_some_and(|first| *first != text.body && !self.said_before(text)) {
            return Err(Kept::OtherWords);
        }
        body
    }

    fn said_before(&self, text: &Waiting) -> bool {
        self.was.render_for(&text.name).is_ok_and(|was| segments::normalize(&was) == text.body)
    }
}

/// A text as it is to be.
#[derive(Serialize)]
struct Anew {
    id: MessageId,
    body: String,
    segments: i64,
    encoding: &'static str,
}

impl Anew {
    fn new(id: MessageId, body: String) -> Self {
        let count = segments::count(&body);
        Self { id, body, segments: i64::from(count.segments), encoding: count.encoding.as_str() }
    }
}

/// What the trail says of it.
struct Step<'a> {
    org: OrgId,
    author: &'a Author,
    note: Option<String>,
    at: DateTime<Utc>,
}

async fn write(
    tx: &mut Tx,
    send: SendId,
    anew: &[(&Waiting, Anew)],
    what: &Step<'_>,
    changed: &mut Changed,
) -> Result<(), Error> {
    if anew.is_empty() {
        return Ok(());
    }
    let sql = rows!(id uuid, body text, segments bigint, encoding text =>
        "update messages set body = i.body, segments = i.segments, encoding = i.encoding
         from input i where messages.id = i.id")
    .text(tx);
    let texts: Vec<&Anew> = anew.iter().map(|(_, anew)| anew).collect();
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(&texts)?).execute(ex).await.map(drop))?;
    // A send counts the segments of its own texts, and not of their retries.
    let own = anew.iter().filter(|(text, _)| text.first_body.is_none());
    let more: i64 = own.map(|(text, anew)| anew.segments - text.segments).sum();
    let sql = "update sends set segments = segments + $2 where id = $1";
    on_tx!(tx, |ex| sqlx::query(sql).bind(send).bind(more).execute(ex).await.map(drop))?;
    let progress = trail::progress(tx, anew.iter().map(|(text, _)| text.id)).await?;
    let step = |text: &Waiting| {
        let seq = progress.get(&text.id).map_or(1, |progress| progress.steps + 1);
        let mut step = NewStep::new(what.org, text.id, seq, Kind::Rewritten, what.at);
        step.actor = Some(what.author.name.clone());
        step.note.clone_from(&what.note);
        step
    };
    let steps: Vec<NewStep> = anew.iter().map(|(text, _)| step(text)).collect();
    write_trail(tx, &steps).await?;
    for (text, _) in anew {
        text.belonging.has_changed(changed);
    }
    Ok(())
}
