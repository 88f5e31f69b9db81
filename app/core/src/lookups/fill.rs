//! Completing finished texts: Twilio sets the price of a text, and counts its segments, minutes or
//! hours after its receipt, and tells nobody. So each account's list is walked once a day for the
//! texts of a week that lack a price.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::ask::ask;
use super::learn::{payload, record};
use super::walk::{LARGEST_PAGE, Walk};
use crate::accounts;
use crate::error::Error;
use crate::ids::{AccountId, AttemptId};
use crate::messages::{KnownBy, Status};
use crate::receipts::{Fact, Receipt};
use crate::service::Service;
use crate::store::{Tx, as_parameter, on_store, on_tx, rows};
use crate::twilio::client::{CallError, Filter, Message};

/// How often finished texts are completed.
const EVERY: TimeDelta = TimeDelta::days(1);
/// What has no price after so long never gets one.
const PATIENCE: TimeDelta = TimeDelta::days(7);
/// A walk that failed, or whose process was lost, is made again after so long.
const LEASE: TimeDelta = TimeDelta::minutes(30);
/// Texts of one walk; if there are more, the next walk is not a day but a lease away.
const MOST: usize = 20_000;

/// A finished text without price.
#[derive(sqlx::FromRow)]
struct Unpriced {
    id: AttemptId,
    sid: String,
    status: Option<Status>,
    started_at: DateTime<Utc>,
}

/// Completes the finished texts of every account whose day has come; returns how many texts it
/// completed.
///
/// # Errors
/// If the database fails.
pub async fn run_once(service: &Service) -> Result<usize, Error> {
    let mut filled = 0;
    while let Some(account) = take_turn(service).await? {
        filled += of_account(service, account).await?;
    }
    Ok(filled)
}

/// As [`run_once`], for every account whenever its day is.
///
/// # Errors
/// If the database fails.
pub(super) async fn now(service: &Service) -> Result<usize, Error> {
    let sql = "select id from accounts order by id";
    let accounts: Vec<AccountId> =
        on_store!(read & service.store, |ex| sqlx::query_scalar(sql).fetch_all(ex).await)?;
    let mut filled = 0;
    for account in accounts {
        filled += of_account(service, account).await?;
    }
    Ok(filled)
}

/// The next account whose day has come, for this process alone. Not an advisory lock: the turn is
/// remembered, so that a restart does not repeat it.
async fn take_turn(service: &Service) -> Result<Option<AccountId>, sqlx::Error> {
    let now = service.clock.now();
    let due = "select id from accounts where fill_after is null or fill_after <= $1 order by id limit 1";
    let due: Option<AccountId> =
        on_store!(read & service.store, |ex| sqlx::query_scalar(due).bind(now).fetch_optional(ex).await)?;
    let Some(account) = due else { return Ok(None) };
    let sql = "update accounts set fill_after = $3
         where id = $1 and (fill_after is null or fill_after <= $2) returning id";
    on_store!(write & service.store, |ex| sqlx::query_scalar(sql)
        .bind(account)
        .bind(now)
        .bind(now + LEASE)
        .fetch_optional(ex)
        .await)
}

async fn of_account(service: &Service, account: AccountId) -> Result<usize, Error> {
    let unpriced = unpriced(service, account).await?;
    let next = if unpriced.len() < MOST { EVERY } else { LEASE };
    let filled = match complete(service, account, unpriced).await {
        Ok(filled) => filled,
        Err(FillError::Call(error)) => {
            tracing::warn!(%error, "Twilio did not say what texts cost; it is asked again later");
            return Ok(0);
        }
        Err(FillError::Core(error)) => return Err(error),
    };
    let sql = "update accounts set fill_after = $2 where id = $1";
    let next = service.clock.now() + next;
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(account)
        .bind(next)
        .execute(ex)
        .await
        .map(drop))?;
    Ok(filled)
}

#[derive(Debug, thiserror::Error)]
enum FillError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Core(#[from] Error),
}

async fn complete(
    service: &Service,
    account: AccountId,
    mut unpriced: HashMap<String, Unpriced>,
) -> Result<usize, FillError> {
    let Some(since) = unpriced.values().map(|text| text.started_at).min() else { return Ok(0) };
    let login = accounts::login(service, account).await?;
    let filter = Filter { page_size: Some(LARGEST_PAGE), ..Filter::default() };
    let mut walk = Walk::new(service, &login, filter, since);
    let mut filled = 0;
    while !walk.costs_more_than(unpriced.len()) {
        let Some(messages) = walk.page().await? else { break };
        let met: Vec<(Unpriced, Message)> = messages
            .into_iter()
            .filter_map(|message| Some((unpriced.remove(&message.sid)?, message)))
            .collect();
        filled += fill(service, account, met).await?;
    }
    if walk.is_complete() {
        return Ok(filled);
    }
    for (sid, text) in unpriced {
        match ask(service, service.twilio.fetch_message(&login, &sid)).await {
            Ok((message, _)) => filled += fill(service, account, vec![(text, message)]).await?,
            // Twilio has forgotten it.
            Err(CallError::Refused { http_status: 404, .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(filled)
}

async fn unpriced(service: &Service, account: AccountId) -> Result<HashMap<String, Unpriced>, sqlx::Error> {
    // The statuses are those of the index, and the limit keeps the inner query on it.
    let sql = "select a.id, a.sid, a.status, a.started_at from
           (select id from messages where status in ('delivered', 'undelivered', 'failed', 'unconfirmed')
              and price is null and final_at > $1 order by final_at desc limit $3) m
         join attempts a on a.message_id = m.id where a.account_id = $2 and a.sid is not null";
    let texts: Vec<Unpriced> = on_store!(read & service.store, |ex| sqlx::query_as(sql)
        .bind(service.clock.now() - PATIENCE)
        .bind(account)
        .bind(i64::try_from(MOST).unwrap_or(i64::MAX))
        .fetch_all(ex)
        .await)?;
    Ok(texts.into_iter().map(|text| (text.sid.clone(), text)).collect())
}

#[derive(Serialize)]
struct Filled {
    sid: String,
    price: Option<String>,
    price_unit: Option<String>,
    segments: Option<i64>,
    from_phone: Option<String>,
}

/// Writes down what Twilio says of finished texts; returns how many got their price. A word that
/// lifts a status is a receipt like any other.
async fn fill(service: &Service, account: AccountId, met: Vec<(Unpriced, Message)>) -> Result<usize, Error> {
    let at = service.clock.now();
    let mut filled = Vec::new();
    for (text, message) in met {
        let lifts = Status::from_twilio(&message.status)
            .is_some_and(|status| status.is_final() && text.status.is_none_or(|known| known < status));
        let payload = payload(&message)?;
        let mut receipt = Receipt::from_record(account, message, payload, KnownBy::LookUp, at);
        filled.push(Filled {
            sid: text.sid,
            price: receipt.price.clone(),
            price_unit: receipt.price.as_ref().and(receipt.price_unit.clone()),
            segments: receipt.segments,
            from_phone: receipt.from.clone(),
        });
        if lifts {
            receipt.attempt = Some(text.id);
            record(service, Fact::Receipt(receipt)).await?;
        }
    }
    let priced = filled.iter().filter(|text| text.price.is_some()).count();
    if !filled.is_empty() {
        write(service, &filled).await?;
    }
    Ok(priced)
}

async fn write(service: &Service, filled: &[Filled]) -> Result<(), sqlx::Error> {
    let filled = as_parameter(filled)?;
    let mut tx = service.store.begin().await?;
    if let Tx::Postgres(_) = tx {
        // In the order in which receipts lock texts, so that neither waits for the other in a circle.
        let lock = rows!(sid text =>
            "select m.id from messages m where m.id in (select a.message_id from input i join attempts a on a.sid = i.sid)
             order by m.id for update")
        .text(&tx);
        on_tx!(tx, |ex| sqlx::query(lock).bind(&filled).execute(ex).await.map(drop))?;
    }
    let sql = rows!(sid text, price text, price_unit text, segments bigint, from_phone text =>
        "update messages set price = coalesce(i.price, messages.price),
           price_unit = coalesce(i.price_unit, messages.price_unit),
           segments = coalesce(i.segments, messages.segments),
           from_phone = coalesce(i.from_phone, messages.from_phone)
         from input i, attempts a where a.sid = i.sid and messages.id = a.message_id")
    .text(&tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(&filled).execute(ex).await.map(drop))?;
    tx.commit().await
}
