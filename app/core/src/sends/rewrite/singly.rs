//! The waiting texts of an event that belong to no send: reminders of programs, texts to one person.

use super::anew::{self, Step, Waiting};
use super::{PIECE, Rewritten};
use crate::error::Error;
use crate::events;
use crate::ids::{EventId, MessageId, OrgId};
use crate::messages::{Author, Effects};
use crate::sends::OfEvent;
use crate::service::Service;
use crate::store::{Tx, on_tx, repeated};

/// Writes them anew, piece by piece.
pub(super) async fn rewrite(
    service: &Service,
    of: (OrgId, EventId),
    author: &Author,
) -> Result<Rewritten, Error> {
    let mut rewritten = Rewritten::default();
    let mut after = None;
    loop {
        let (piece, last) = repeated(|| rewrite_piece(service, of, author, after)).await?;
        rewritten.add(piece);
        after = last;
        if after.is_none() {
            return Ok(rewritten);
        }
    }
}

/// What became of a piece, and its last text if more may follow.
async fn rewrite_piece(
    service: &Service,
    (org, event): (OrgId, EventId),
    author: &Author,
    after: Option<MessageId>,
) -> Result<(Rewritten, Option<MessageId>), Error> {
    let mut effects = Effects::default();
    let mut rewritten = Rewritten::default();
    let mut tx = service.store.begin().await?;
    let now = OfEvent::new(&events::find_in(&mut tx, org, event).await?);
    let waiting = lock_waiting(&mut tx, org, event, after).await?;
    let mut all = Vec::new();
    for text in &waiting {
        all.extend(rewritten.count(text.in_own_words(&now)?).map(|anew| (text, anew)));
    }
    let step = Step::new(service, org, author, &[]);
    anew::write(&mut tx, &all, &step, &mut effects.changed).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    let last = waiting.last().filter(|_| waiting.len() == PIECE);
    Ok((rewritten, last.map(|text| text.id)))
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
                   w.words, null as first_body
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
