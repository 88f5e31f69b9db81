//! The waiting texts of an event that belong to no send: reminders of programs, texts to one person.

use super::anew::{self, Anew, Step, Waiting};
use super::deed::Deed;
use super::{Kept, PIECE, Rewritten};
use crate::error::Error;
use crate::events;
use crate::ids::{EventId, MessageId, OrgId};
use crate::messages::Effects;
use crate::sends::OfEvent;
use crate::store::{Tx, on_tx, repeated};

/// Writes them anew, piece by piece.
pub(super) async fn rewrite(deed: &Deed, rewritten: &mut Rewritten) -> Result<(), Error> {
    let mut after = None;
    loop {
        let before = rewritten.changed;
        let (piece, last) = repeated(|| rewrite_piece(deed, before, after)).await?;
        rewritten.add(piece);
        after = last;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// What became of a piece, and its last text if more may follow.
async fn rewrite_piece(
    deed: &Deed,
    before: i64,
    after: Option<MessageId>,
) -> Result<(Rewritten, Option<MessageId>), Error> {
    let mut effects = Effects::default();
    let mut rewritten = Rewritten::default();
    let mut tx = deed.service.store.begin().await?;
    let now = OfEvent::new(&events::find_in(&mut tx, deed.org, deed.event).await?);
    let waiting = lock_waiting(&mut tx, deed.org, deed.event, after).await?;
    let mut all = Vec::new();
    for text in &waiting {
        all.extend(rewritten.count(rewrite_text(text, &now)?).map(|anew| (text, anew)));
    }
    anew::write(&mut tx, &all, &Step::new(deed, &[]), &mut effects.changed).await?;
    deed.note(&mut tx, before, &rewritten).await?;
    let changed = effects.write(&mut tx, &deed.service).await?;
    tx.commit().await?;
    deed.service.hub.tell(changed);
    let last = waiting.last().filter(|_| waiting.len() == PIECE);
    Ok((rewritten, last.map(|text| text.id)))
}

/// What a text is to say now, or why it stays as it is.
fn rewrite_text(text: &Waiting, now: &OfEvent) -> Result<Result<Anew, Kept>, Error> {
    if text.has_own_words {
        return text.in_own_words(now);
    }
    // Words that hold a code are never kept; others are, if they use a variable of the event.
    let holds_secret = text.belonging.purpose.holds_secret();
    Ok(Err(if holds_secret { Kept::NotOnRecord } else { Kept::NoVariable }))
}

/// The next texts that have not left, under lock: a worker that has just taken one keeps it.
async fn lock_waiting(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    after: Option<MessageId>,
) -> Result<Vec<Waiting>, sqlx::Error> {
    macro_rules! waiting {
        ($lock:literal) => {
            concat!(
                "select m.id, m.org_id, m.event_id, m.send_id, m.contact_id, m.purpose, m.body, m.segments, c.name,
                   m.retry_of is not null as is_retry, w.message_id is not null as has_own_words, w.words
                 from messages m join contacts c on c.id = m.contact_id
                 left join unfilled_words w on w.message_id = m.id
                 where m.org_id = $1 and m.event_id = $2 and m.counts and m.outcome = 'in_progress'
                   and m.send_id is null and m.status in ('scheduled', 'queued') and ($3 is null or m.id > $3)
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
        .bind(event)
        .bind(after)
        .bind(i64::try_from(PIECE).unwrap_or(i64::MAX))
        .fetch_all(ex)
        .await)
}
