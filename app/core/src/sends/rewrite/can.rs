//! Whether anything that waits could be brought up to date, for a page that offers it: asked of few rows, however
//! many texts an event has.

use std::collections::HashSet;

use crate::error::Error;
use crate::ids::{EventId, OrgId, SendId};
use crate::messages::render::Words;
use crate::sends::variables::tells_of_event;
use crate::store::{Store, on_store};

/// Looking at texts ends here; there may be more.
const MOST: i64 = 10_000;

/// Whether texts of an event wait whose words use variables of it: that can say what it is now. Where more wait
/// than are looked at, it may say so of one whose texts have all left.
///
/// # Errors
/// If the database fails.
pub async fn can_rewrite(store: &Store, org: OrgId, event: EventId) -> Result<bool, Error> {
    let telling = telling_sends(store, org, event).await?;
    if telling.iter().any(|send| send.is_inserting) {
        return Ok(true);
    }
    if !telling.is_empty() && some_wait(store, org, event, &telling).await? {
        return Ok(true);
    }
    let sql = "select exists (select 1 from unfilled_words w join messages m on m.id = w.message_id
         where w.org_id = $1 and w.event_id = $2 and w.words like '%{{%' and m.counts
           and m.status in ('scheduled', 'queued'))";
    Ok(on_store!(read store, |ex| sqlx::query_scalar(sql).bind(org).bind(event).fetch_one(ex).await)?)
}

/// A send whose words use variables of its event.
#[derive(sqlx::FromRow)]
struct Telling {
    id: SendId,
    body: String,
    is_inserting: bool,
}

async fn telling_sends(store: &Store, org: OrgId, event: EventId) -> Result<Vec<Telling>, sqlx::Error> {
    let sql =
        "select id, body, state <> 'canceled' and coalesce(work, '') = 'insert' as is_inserting from sends
         where org_id = $1 and event_id = $2 and coalesce(work, '') <> 'cancel' order by id desc limit $3";
    let mut sends: Vec<Telling> = on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org).bind(event).bind(MOST).fetch_all(ex).await)?;
    sends.retain(|send| Words::parse(&send.body).is_ok_and(|words| tells_of_event(&words)));
    Ok(sends)
}

/// Whether a text of one of these waits.
async fn some_wait(
    store: &Store,
    org: OrgId,
    event: EventId,
    sends: &[Telling],
) -> Result<bool, sqlx::Error> {
    let sql = "select send_id, count(*) from (select send_id from messages where org_id = $1 and event_id = $2
           and counts and outcome = 'in_progress' and status in ('scheduled', 'queued') limit $3) w group by send_id";
    let waiting: Vec<(Option<SendId>, i64)> = on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org).bind(event).bind(MOST).fetch_all(ex).await)?;
    let looked_at: i64 = waiting.iter().map(|(_, texts)| texts).sum();
    let sends: HashSet<SendId> = sends.iter().map(|send| send.id).collect();
    let is_one = |send: &Option<SendId>| send.is_some_and(|send| sends.contains(&send));
    Ok(looked_at >= MOST || waiting.iter().any(|(send, _)| is_one(send)))
}
