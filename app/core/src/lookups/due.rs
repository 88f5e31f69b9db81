//! Which attempts are to be looked up now; taken with a lease, so that no two processes ask.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ids::{AccountId, AttemptId, MessageId};
use crate::messages::secret_place;
use crate::service::Service;
use crate::store::{Tx, as_ids, on_store, on_tx, rows};

/// Nobody else looks this attempt up for so long.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// An attempt to be looked up.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Due {
    pub id: AttemptId,
    pub account_id: AccountId,
    pub to_phone: String,
    pub sender: String,
    pub sid: Option<String>,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// As it was handed over.
    pub body: String,
    pub message_id: MessageId,
    /// The body, where `body` masks a secret.
    secret: Option<Vec<u8>>,
    pub expires_at: Option<DateTime<Utc>>,
    pub lookups: i64,
    /// When it was taken, before Twilio was asked.
    pub taken_at: DateTime<Utc>,
}

/// Marks attempts whose process was lost between claim and record: their outcome is unknown, and
/// their request surely ended with the lease.
pub(super) async fn sweep(service: &Service) -> Result<u64, sqlx::Error> {
    let anything = "select exists (select 1 from attempts where result is null and lease_until < $1)";
    let now = service.clock.now();
    if !on_store!(read & service.store, |ex| sqlx::query_scalar(anything).bind(now).fetch_one(ex).await)? {
        return Ok(0);
    }
    let sql = "update attempts set result = 'unknown', ended_at = lease_until, next_lookup_at = $1
         where result is null and lease_until < $1 and sid is null";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(now)
        .execute(ex)
        .await
        .map(|done| done.rows_affected()))
}

/// Takes at most `room` attempts that are due, of one account or of all.
pub(super) async fn take(
    service: &Service,
    account: Option<AccountId>,
    room: i64,
) -> Result<Vec<Due>, sqlx::Error> {
    let now = service.clock.now();
    let anything = "select exists (select 1 from attempts where next_lookup_at <= $1)";
    if !on_store!(read & service.store, |ex| sqlx::query_scalar(anything).bind(now).fetch_one(ex).await)? {
        return Ok(Vec::new());
    }
    macro_rules! take {
        ($lock:literal) => {
            concat!(
                "update attempts set next_lookup_at = $2 where id in (select id from attempts where next_lookup_at <= $1
                   and account_id = coalesce($4, account_id) order by next_lookup_at limit $3",
                $lock,
                ") returning id"
            )
        };
    }
    let mut tx = service.store.begin().await?;
    let sql = match &tx {
        Tx::Sqlite(_) => take!(""),
        Tx::Postgres(_) => take!(" for update skip locked"),
    };
    let taken: Vec<AttemptId> = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(now)
        .bind(now + LEASE)
        .bind(room)
        .bind(account)
        .fetch_all(ex)
        .await)?;
    let mut due = read(&mut tx, &taken, now).await?;
    tx.commit().await?;
    for text in &mut due {
        let Some(sealed) = text.secret.take() else { continue };
        match service.vault.open(&secret_place(text.message_id), &sealed) {
            Ok(body) => text.body = body,
            // Among several texts it will then not be told apart, which a person can do.
            Err(error) => tracing::error!(%error, attempt = %text.id, "a secret cannot be opened"),
        }
    }
    Ok(due)
}

async fn read(tx: &mut Tx, taken: &[AttemptId], at: DateTime<Utc>) -> Result<Vec<Due>, sqlx::Error> {
    let sql = rows!(id uuid =>
        "select a.id, a.account_id, a.to_phone, a.sender, a.sid, a.started_at, a.ended_at, m.body, m.id as message_id,
           m.secret, m.expires_at, a.lookups, $2 as taken_at
         from input i join attempts a on a.id = i.id join messages m on m.id = a.message_id")
    .text(tx);
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(as_ids(taken)?).bind(at).fetch_all(ex).await)
}

/// Says when to look an attempt up again, after a look-up that settled nothing.
pub(super) async fn again_at(service: &Service, due: &Due, at: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let sql = "update attempts set next_lookup_at = $2, lookups = lookups + 1
         where id = $1 and (status is null or status in ('accepted', 'sent'))";
    on_store!(write & service.store, |ex| sqlx::query(sql).bind(due.id).bind(at).execute(ex).await.map(drop))
}

/// Gives attempts back that were taken and not looked up: nothing was learned, so the plan stands.
pub(super) async fn give_back(
    service: &Service,
    due: &[AttemptId],
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if due.is_empty() {
        return Ok(());
    }
    let ids = as_ids(due)?;
    let mut tx = service.store.begin().await?;
    let sql = rows!(id uuid =>
        "update attempts set next_lookup_at = $2 where id in (select id from input) and next_lookup_at is not null")
    .text(&tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(&ids).bind(at).execute(ex).await.map(drop))?;
    tx.commit().await
}

/// Makes every text without final status, handed over before this moment, due now.
pub(super) async fn all_due(service: &Service, before: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let sql = "update attempts set next_lookup_at = $1 where started_at <= $2
           and (next_lookup_at is not null or status = 'unconfirmed' and sid is not null)";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(service.clock.now())
        .bind(before)
        .execute(ex)
        .await
        .map(|done| done.rows_affected()))
}

/// Whether an attempt of ours has this sid already.
pub(super) async fn is_owned(service: &Service, sid: &str) -> Result<bool, sqlx::Error> {
    let sql = "select exists (select 1 from attempts where sid = $1)";
    on_store!(read & service.store, |ex| sqlx::query_scalar(sql).bind(sid).fetch_one(ex).await)
}
