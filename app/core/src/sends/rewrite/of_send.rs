//! The waiting texts of one send.

use super::anew::{self, Anew, Step, Waiting};
use super::{Kept, PIECE, Rewritten};
use crate::error::Error;
use crate::events;
use crate::ids::{EventId, MessageId, OrgId, SendId};
use crate::messages::{Author, Effects};
use crate::sends::OfEvent;
use crate::sends::plan::Renderer;
use crate::service::Service;
use crate::store::{Tx, on_tx, repeated};
use crate::twilio::segments;

/// Where the last piece of a send ended, and what the event was before the first.
struct Progress {
    after: MessageId,
    before: OfEvent,
}

/// Writes them anew, piece by piece; what is still to be written says the same.
pub(super) async fn rewrite(
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
    let step = Step::new(service, org, author, &before.differs_in(&now));
    if progress.is_none() {
        rewritten.changed += begin(&mut tx, &send, &now).await?;
    }
    let waiting = lock_waiting(&mut tx, id, progress.map(|progress| progress.after)).await?;
    let texts = Texts {
        was: Renderer::of(&send.body, before.clone()).map_err(Error::Broken)?,
        is: Renderer::of(&send.body, now).map_err(Error::Broken)?,
    };
    let mut all = Vec::new();
    for text in &waiting {
        all.extend(rewritten.count(texts.rewrite(text)?).map(|anew| (text, anew)));
    }
    count_segments(&mut tx, id, &all).await?;
    anew::write(&mut tx, &all, &step, &mut effects.changed).await?;
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

/// What of the send is still to be written says what the event is now, too; returns how many texts that are.
async fn begin(tx: &mut Tx, send: &Send, now: &OfEvent) -> Result<i64, Error> {
    let sql = "update sends set event_values = $2 where id = $1";
    let values = now.written()?;
    on_tx!(tx, |ex| sqlx::query(sql).bind(send.id).bind(values).execute(ex).await.map(drop))?;
    let tells = Renderer::of(&send.body, now.clone()).map_err(Error::Broken)?.tells_of_event();
    Ok(if send.is_inserting && tells { send.to_prepare - send.prepared } else { 0 })
}

/// A send counts the segments of its own texts, and not of their retries.
async fn count_segments(tx: &mut Tx, send: SendId, all: &[(&Waiting, Anew)]) -> Result<(), sqlx::Error> {
    let own = all.iter().filter(|(text, _)| text.first_body.is_none());
    let more: i64 = own.map(|(text, anew)| anew.segments - text.segments).sum();
    let sql = "update sends set segments = segments + $2 where id = $1";
    on_tx!(tx, |ex| sqlx::query(sql).bind(send).bind(more).execute(ex).await.map(drop))
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
                "select m.id, m.org_id, m.event_id, m.send_id, m.contact_id, m.purpose, m.body, m.segments, c.name, w.words,
                   (select f.body from messages f where f.id = m.chain_id and m.retry_of is not null) as first_body
                 from messages m join contacts c on c.id = m.contact_id
                 left join unfilled_words w on w.message_id = m.id
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
    fn rewrite(&self, text: &Waiting) -> Result<Result<Anew, Kept>, Error> {
        if text.words.is_some() {
            return text.in_own_words(self.is.event());
        }
        if !self.is.tells_of_event() {
            return Ok(Err(Kept::NoVariable));
        }
        Ok(match text.anew(self.is.render_for(&text.name)) {
            Err(Kept::UpToDate) => Err(Kept::UpToDate),
            _ if self.is_in_other_words(text) => Err(Kept::OtherWords),
            anew => anew,
        })
    }

    /// Whether it is a retry whose words are neither those of its chain's first text nor those of the send.
    fn is_in_other_words(&self, text: &Waiting) -> bool {
        text.first_body.as_ref().is_some_and(|first| *first != text.body && !self.said_before(text))
    }

    fn said_before(&self, text: &Waiting) -> bool {
        self.was.render_for(&text.name).is_ok_and(|was| segments::normalize(&was) == text.body)
    }
}
