//! Working at a run in pieces, newest texts first.

use chrono::{DateTime, TimeDelta, Utc};

use super::filter::{Filter, PIECE};
use super::judge::Judge;
use super::plan::{NotRetried, add, sort};
use crate::error::Error;
use crate::ids::{MessageId, OrgId, RetryRunId, UserId};
use crate::messages::{Author, Effects, lock_originals, repeat};
use crate::service::Service;
use crate::store::{Tx, as_ids, on_store, on_tx, repeated, rows};

/// How long a process has a run for itself without finishing a piece.
const LEASE: TimeDelta = TimeDelta::seconds(60);

#[derive(sqlx::FromRow)]
struct Row {
    org_id: OrgId,
    filter: String,
    newest: MessageId,
    cursor: Option<MessageId>,
    not_retried: String,
    author: String,
    via: String,
    created_by: Option<UserId>,
    ended_at: Option<DateTime<Utc>>,
}

/// Takes a run that is under way and works at it until nothing is left; false if none is.
pub(crate) async fn run_once(service: &Service) -> Result<bool, Error> {
    let now = service.clock.now();
    let waiting = "select exists (select 1 from retry_runs where ended_at is null and (work_until is null or work_until <= $1))";
    let any: bool =
        on_store!(read & service.store, |ex| sqlx::query_scalar(waiting).bind(now).fetch_one(ex).await)?;
    if !any {
        return Ok(false);
    }
    let sql =
        "update retry_runs set work_until = $2 where id = (select id from retry_runs where ended_at is null
             and (work_until is null or work_until <= $1) order by id limit 1)
           and (work_until is null or work_until <= $1) returning id";
    let taken: Option<RetryRunId> = on_store!(write & service.store, |ex| sqlx::query_scalar(sql)
        .bind(now)
        .bind(now + LEASE)
        .fetch_optional(ex)
        .await)?;
    let Some(id) = taken else { return Ok(false) };
    while piece(service, id).await? {}
    Ok(true)
}

/// Does one piece, again if another transaction was in its way; false once nothing is left.
async fn piece(service: &Service, id: RetryRunId) -> Result<bool, Error> {
    repeated(|| piece_once(service, id)).await
}

async fn piece_once(service: &Service, id: RetryRunId) -> Result<bool, Error> {
    let mut tx = service.store.begin().await?;
    let row = lock(&mut tx, id).await?;
    if row.ended_at.is_some() {
        return Ok(false);
    }
    let filter: Filter = serde_json::from_str(&row.filter)
        .map_err(|error| Error::Broken(format!("the filter of a run cannot be read: {error}")))?;
    let now = service.clock.now();
    let candidates = filter.candidates(&mut tx, row.org_id, row.cursor, row.newest, Some(id)).await?;
    let is_more = candidates.len() == PIECE;
    let cursor = candidates.last().map(|last| last.id).or(row.cursor);
    let mut not_retried: Vec<NotRetried> = serde_json::from_str(&row.not_retried)
        .map_err(|error| Error::Broken(format!("what a run passed over cannot be read: {error}")))?;
    let mut wanted = Vec::with_capacity(candidates.len());
    let mut judge = Judge::new(&filter, now);
    for text in &candidates {
        match judge.refusal(text) {
            None => wanted.push(text.id),
            Some(why) => add(&mut not_retried, why, text.error_code, 1),
        }
    }
    // What somebody retried meanwhile, or what arrived after all, is seen only under lock.
    let mut originals = lock_originals(&mut tx, row.org_id, &wanted).await?;
    originals.retain(|original| match original.refusal(now) {
        None => true,
        Some(why) => {
            add(&mut not_retried, why, None, 1);
            false
        }
    });
    sort(&mut not_retried);
    let retried = originals.len();
    let passed_over = candidates.len() - retried;
    let author = Author { user: row.created_by, name: row.author, via: via(&row.via) };
    let mut effects = Effects::default();
    if retried > 0 {
        let made = repeat(&mut tx, service, row.org_id, &author, originals, &mut effects).await?;
        remember(&mut tx, id, &made).await?;
    }
    let not_retried =
        serde_json::to_string(&not_retried).map_err(|error| Error::Broken(error.to_string()))?;
    let sql = "update retry_runs set cursor = $2, retried = retried + $3, passed_over = passed_over + $4,
           work_until = $5, ended_at = $6, not_retried = $7 where id = $1";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(id)
        .bind(cursor)
        .bind(i64::try_from(retried).unwrap_or(i64::MAX))
        .bind(i64::try_from(passed_over).unwrap_or(i64::MAX))
        .bind(now + LEASE)
        .bind((!is_more).then_some(now))
        .bind(&not_retried)
        .execute(ex)
        .await
        .map(drop))?;
    effects.changed.ids.extend([row.org_id.0, id.0]);
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(is_more)
}

/// Which texts the run made, so that its page can tell what became of them.
async fn remember(tx: &mut Tx, run: RetryRunId, made: &[MessageId]) -> Result<(), sqlx::Error> {
    let sql = rows!(id uuid => "insert into retry_run_texts (run_id, message_id) select $2, id from input")
        .text(tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_ids(made)?).bind(run).execute(ex).await.map(drop))
}

fn via(stored: &str) -> &'static str {
    if stored == "api" { "api" } else { "page" }
}

async fn lock(tx: &mut Tx, id: RetryRunId) -> Result<Row, sqlx::Error> {
    macro_rules! row {
        ($lock:literal) => {
            concat!(
                "select org_id, filter, newest, cursor, not_retried, author, via, created_by, ended_at from retry_runs
                 where id = $1",
                $lock
            )
        };
    }
    // SQLite has one writer, so nobody else can hold this row.
    let sql = match tx {
        Tx::Sqlite(_) => row!(""),
        Tx::Postgres(_) => row!(" for update"),
    };
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(id).fetch_one(ex).await)
}
