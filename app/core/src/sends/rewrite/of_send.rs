//! The waiting texts of one send.

use super::anew::{self, Anew, Step, Waiting};
use super::deed::Deed;
use super::{Kept, PIECE, Rewritten};
use crate::contacts::LONGEST_NAME;
use crate::error::Error;
use crate::events;
use crate::ids::{MessageId, OrgId, SendId};
use crate::messages::Effects;
use crate::sends::OfEvent;
use crate::sends::plan::Renderer;
use crate::store::{Tx, on_tx, repeated};

/// Where the last piece of a send ended, and what the event was before the first.
struct Progress {
    after: MessageId,
    before: OfEvent,
}

/// Writes them anew, piece by piece; what is still to be written says the same.
pub(super) async fn rewrite(deed: &Deed, send: SendId, rewritten: &mut Rewritten) -> Result<(), Error> {
    let mut progress = None;
    loop {
        let before = rewritten.changed;
        // A clerk or a worker may hold the same texts in another order.
        let piece = repeated(|| rewrite_piece(deed, send, before, progress.as_ref())).await?;
        rewritten.add(piece.rewritten);
        progress = piece.next;
        if progress.is_none() {
            return Ok(());
        }
    }
}

/// What became of a piece; `next` is `None` after the last one.
struct Piece {
    rewritten: Rewritten,
    next: Option<Progress>,
}

async fn rewrite_piece(
    deed: &Deed,
    id: SendId,
    changed_before: i64,
    progress: Option<&Progress>,
) -> Result<Piece, Error> {
    let mut effects = Effects::default();
    let mut tx = deed.service.store.begin().await?;
    let send = lock_send(&mut tx, deed.org, id).await?;
    let now = OfEvent::new(&events::find_in(&mut tx, deed.org, deed.event).await?);
    let before = match (progress, &send.event_values) {
        (Some(progress), _) => progress.before.clone(),
        (None, Some(values)) => OfEvent::read(values)?,
        (None, None) => now.clone(),
    };
    let words = Renderer::of(&send.body, now).map_err(Error::Broken)?;
    let mut rewritten = match progress {
        Some(_) => Rewritten::default(),
        None => begin(&mut tx, deed.org, &send, &before, &words).await?,
    };
    let waiting = lock_waiting(&mut tx, deed.org, id, progress.map(|progress| progress.after)).await?;
    let mut all = Vec::new();
    for text in &waiting {
        all.extend(rewritten.count(rewrite_text(&words, text)?).map(|anew| (text, anew)));
    }
    count_segments(&mut tx, deed.org, id, &all).await?;
    let step = Step::new(deed, &words.differs_from(&before));
    anew::write(&mut tx, &all, &step, &mut effects.changed).await?;
    deed.note(&mut tx, changed_before, &rewritten).await?;
    let changed = effects.write(&mut tx, &deed.service).await?;
    tx.commit().await?;
    deed.service.hub.tell(changed);
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
    /// Texts that are still to be written.
    unwritten: i64,
}

async fn lock_send(tx: &mut Tx, org: OrgId, id: SendId) -> Result<Send, sqlx::Error> {
    macro_rules! send {
        ($lock:literal) => {
            concat!(
                "select id, body, event_values,
                   case when work = 'insert' and state <> 'canceled' then to_prepare - prepared else 0 end as unwritten
                 from sends where org_id = $1 and id = $2",
                $lock
            )
        };
    }
    // SQLite has one writer, so nobody else can hold this row.
    let sql = match tx {
        Tx::Sqlite(_) => send!(""),
        Tx::Postgres(_) => send!(" for update"),
    };
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_one(ex).await)
}

/// What of the send is still to be written says what the event is now, too: but only where that makes a text for
/// anybody, or the clerk would leave people out.
async fn begin(
    tx: &mut Tx,
    org: OrgId,
    send: &Send,
    before: &OfEvent,
    words: &Renderer<'_>,
) -> Result<Rewritten, Error> {
    let longest = "m".repeat(LONGEST_NAME);
    let was = Renderer::of(&send.body, before.clone()).map_err(Error::Broken)?.render_for(&longest);
    let mut rewritten = Rewritten::default();
    match (words.render_for(&longest), was) {
        _ if !words.tells_of_event() => rewritten.keep(Kept::NoVariable, send.unwritten),
        (Err(why), _) => rewritten.keep(why.into(), send.unwritten),
        (Ok(is), Ok(was)) if is == was => rewritten.keep(Kept::UpToDate, send.unwritten),
        (Ok(_), _) => {
            let sql = "update sends set event_values = $3 where org_id = $1 and id = $2";
            let values = words.event().written()?;
            on_tx!(tx, |ex| sqlx::query(sql)
                .bind(org)
                .bind(send.id)
                .bind(values)
                .execute(ex)
                .await
                .map(drop))?;
            rewritten.changed = send.unwritten;
        }
    }
    Ok(rewritten)
}

/// A send counts the segments of its own texts, and not of their retries.
async fn count_segments(
    tx: &mut Tx,
    org: OrgId,
    send: SendId,
    all: &[(&Waiting, Anew)],
) -> Result<(), sqlx::Error> {
    let own = all.iter().filter(|(text, _)| !text.is_retry);
    let more: i64 = own.map(|(text, anew)| anew.segments - text.segments).sum();
    let sql = "update sends set segments = segments + $3 where org_id = $1 and id = $2";
    on_tx!(tx, |ex| sqlx::query(sql).bind(org).bind(send).bind(more).execute(ex).await.map(drop))
}

/// The next texts that have not left, under lock: a worker that has just taken one keeps it.
async fn lock_waiting(
    tx: &mut Tx,
    org: OrgId,
    send: SendId,
    after: Option<MessageId>,
) -> Result<Vec<Waiting>, sqlx::Error> {
    macro_rules! waiting {
        ($lock:literal) => {
            concat!(
                "select m.id, m.org_id, m.event_id, m.send_id, m.contact_id, m.purpose, m.body, m.segments, c.name,
                   m.retry_of is not null as is_retry, w.message_id is not null as has_own_words, w.words
                 from messages m join contacts c on c.id = m.contact_id
                 left join unfilled_words w on w.message_id = m.id
                 where m.org_id = $1 and m.send_id = $2 and m.status in ('scheduled', 'queued')
                   and ($3 is null or m.id > $3)
                 order by m.id limit $4",
                $lock
            )
        };
    }
    let sql = match tx {
        Tx::Sqlite(_) => waiting!(""),
        Tx::Postgres(_) => waiting!(" for update of m"),
    };
    on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(send)
        .bind(after)
        .bind(i64::try_from(PIECE).unwrap_or(i64::MAX))
        .fetch_all(ex)
        .await)
}

/// What a text is to say now, or why it stays as it is.
fn rewrite_text(words: &Renderer<'_>, text: &Waiting) -> Result<Result<Anew, Kept>, Error> {
    if text.has_own_words {
        return text.in_own_words(words.event());
    }
    if !words.tells_of_event() {
        return Ok(Err(Kept::NoVariable));
    }
    Ok(text.anew(words.render_for(&text.name)))
}
