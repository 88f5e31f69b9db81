//! The product's own books: every text with its attempts, and counters held against the rows.
//! Read with SQL of our own, so that a fault in the product's reads cannot hide one in its writes.

use std::time::{Duration, Instant};

use sqlx::{PgPool, SqlitePool};
use usher_core::ids::{MessageId, OrgId};
use usher_core::store::{Store, is_away};
use uuid::Uuid;

use super::error::{Doing, SoakError};
use super::once::Made;
use super::writer::RELATED;

/// One text as the product has it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) id: MessageId,
    pub(crate) to_phone: String,
    pub(crate) status: String,
    pub(crate) error_code: Option<i64>,
    pub(crate) reason: Option<String>,
}

/// The SID of one attempt, if it has one.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Attempt {
    pub(crate) message_id: MessageId,
    pub(crate) sid: Option<String>,
    pub(crate) result: Option<String>,
}

/// One step of a trail, for people who look into a verdict.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Step {
    pub(crate) seq: i64,
    pub(crate) at: chrono::DateTime<chrono::Utc>,
    pub(crate) kind: String,
    pub(crate) status: Option<String>,
    pub(crate) note: Option<String>,
}

/// A connection of our own.
#[derive(Clone)]
pub(crate) enum Books {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// How long a database may be away.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs one query on either engine, again while the database is away: it is restarted in the storm.
macro_rules! on_books {
    ($books:expr, |$pool:ident| $body:expr) => {{
        let began = Instant::now();
        loop {
            let read = match $books {
                Books::Sqlite($pool) => $body.await,
                Books::Postgres($pool) => $body.await,
            };
            match read {
                Err(error) if is_away(&error) && began.elapsed() < PATIENCE => {
                    tokio::time::sleep(PAUSE).await;
                }
                read => break read.doing("reading the books"),
            }
        }
    }};
}

impl Books {
    /// Opens them.
    pub(crate) async fn open(store: &Store, url: &str) -> Result<Self, SoakError> {
        match store {
            Store::Sqlite(_) => Ok(Self::Sqlite(SqlitePool::connect(url).await.doing("opening the books")?)),
            Store::Postgres(pool) => Ok(Self::Postgres(pool.clone())),
        }
    }

    /// Every outbound text of an organization.
    pub(crate) async fn rows(&self, org: OrgId) -> Result<Vec<Row>, SoakError> {
        let sql =
            "select id, to_phone, status, cast(error_code as bigint) as error_code, reason from messages
             where org_id = $1 and direction = 'out' order by id";
        on_books!(self, |pool| sqlx::query_as(sql).bind(org).fetch_all(pool))
    }

    /// Those that are on their way.
    pub(crate) async fn in_progress(&self, org: OrgId) -> Result<Vec<Row>, SoakError> {
        let sql =
            "select id, to_phone, status, cast(error_code as bigint) as error_code, reason from messages
             where org_id = $1 and direction = 'out' and outcome = 'in_progress'";
        on_books!(self, |pool| sqlx::query_as(sql).bind(org).fetch_all(pool))
    }

    /// How many wait for their turn; cheap, since it only reads the index of those.
    pub(crate) async fn waiting(&self) -> Result<u64, SoakError> {
        let sql = "select count(*) from messages where status in ('scheduled', 'queued')
             and (hold is null or hold <> 'send_paused') and priority in (0, 1, 2)";
        let waiting: i64 = on_books!(self, |pool| sqlx::query_scalar(sql).fetch_one(pool))?;
        Ok(waiting.unsigned_abs())
    }

    /// The texts that were asked for one by one; a retry is about the same, and not asked for.
    pub(crate) async fn asked(&self, org: OrgId) -> Result<Vec<Made>, SoakError> {
        let sql = "select related_id as key, id from messages
             where org_id = $1 and related_type = $2 and retry_of is null order by id";
        on_books!(self, |pool| sqlx::query_as(sql).bind(org).bind(RELATED).fetch_all(pool))
    }

    /// The sends, by their words.
    pub(crate) async fn sends(&self, org: OrgId) -> Result<Vec<Made>, SoakError> {
        let sql = "select body as key, id from sends where org_id = $1 order by id";
        on_books!(self, |pool| sqlx::query_as(sql).bind(org).fetch_all(pool))
    }

    /// The runs of retries, by their ids.
    pub(crate) async fn runs(&self, org: OrgId) -> Result<Vec<Made>, SoakError> {
        let sql = "select id from retry_runs where org_id = $1 order by id";
        let ids: Vec<Uuid> = on_books!(self, |pool| sqlx::query_scalar(sql).bind(org).fetch_all(pool))?;
        Ok(ids.into_iter().map(|id| Made { key: id.to_string(), id }).collect())
    }

    /// Every attempt to hand one over.
    pub(crate) async fn attempts(&self, org: OrgId) -> Result<Vec<Attempt>, SoakError> {
        let sql =
            "select message_id, sid, result from attempts where org_id = $1 order by message_id, number";
        on_books!(self, |pool| sqlx::query_as(sql).bind(org).fetch_all(pool))
    }

    /// The trail of one text.
    pub(crate) async fn trail(&self, text: Uuid) -> Result<Vec<Step>, SoakError> {
        let sql = "select seq, at, kind, status, note from trail where message_id = $1 order by seq";
        on_books!(self, |pool| sqlx::query_as(sql).bind(text).fetch_all(pool))
    }

    /// Sends that lack a text of somebody, have somebody's twice, or have not come to an end; and
    /// runs of retries that have not.
    pub(crate) async fn unfinished(&self, org: OrgId) -> Result<Vec<String>, SoakError> {
        let sql = "select 'send ' || state || ': ' || prepared || ' of ' || to_prepare || ' prepared, '
               || (select count(*) from messages m where m.send_id = s.id and m.retry_of is null) || ' texts to '
               || (select count(distinct m.contact_id) from messages m where m.send_id = s.id) || ' people'
             from sends s where org_id = $1 and state = 'canceled' and exists (select 1 from messages m
               where m.send_id = s.id and m.retry_of is null and m.outcome = 'in_progress'
                 and m.status in ('queued', 'scheduled', 'sending'))
             union all select 'send ' || state || ': ' || prepared || ' of ' || to_prepare || ' prepared'
             from sends s where org_id = $1 and state <> 'canceled' and (state <> 'ready' or work is not null
               or prepared <> to_prepare
               or prepared <> (select count(*) from messages m where m.send_id = s.id and m.retry_of is null)
               or prepared <> (select count(distinct m.contact_id) from messages m where m.send_id = s.id))
             union all select 'run: ' || retried || ' of ' || planned || ' retried'
             from retry_runs where org_id = $1 and ended_at is null";
        on_books!(self, |pool| sqlx::query_scalar(sql).bind(org).fetch_all(pool))
    }

    /// How many texts repeat another.
    pub(crate) async fn retries(&self, org: OrgId) -> Result<u64, SoakError> {
        let sql = "select count(*) from messages where org_id = $1 and retry_of is not null";
        let retries: i64 = on_books!(self, |pool| sqlx::query_scalar(sql).bind(org).fetch_one(pool))?;
        Ok(retries.unsigned_abs())
    }

    /// How many counters differ from a recount of the rows.
    pub(crate) async fn drifted(&self, org: OrgId) -> Result<u64, SoakError> {
        let sql = "select count(*) from (
             select scope, purpose, status, error_code, sum(texts) as texts from (
               select scope, purpose, status, error_code, texts from counters where org_id = $1
               union all select event_id, purpose, status, coalesce(error_code, 0), -1 from messages
                 where counts and direction = 'out' and event_id is not null and org_id = $1
               union all select send_id, purpose, status, coalesce(error_code, 0), -1 from messages
                 where counts and direction = 'out' and send_id is not null and org_id = $1
               union all select org_id, purpose, status, coalesce(error_code, 0), -1 from messages
                 where counts and direction = 'out' and org_id = $1) both_sides
             group by scope, purpose, status, error_code having sum(texts) <> 0) drifted";
        let drifted: i64 = on_books!(self, |pool| sqlx::query_scalar(sql).bind(org).fetch_one(pool))?;
        Ok(drifted.unsigned_abs())
    }
}
