//! The circuit: while Twilio is away or refuses an account, that account's texts wait, and one of
//! them at a time tries whether it works again.

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::Error;
use crate::ids::{AccountId, OrgId};
use crate::service::Service;
use crate::store::{Tx, on_store, on_tx};

/// The first pause; doubled with each try that fails.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// The longest pause.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(5);
/// How long the text that tries has the account for itself.
const TRIAL: TimeDelta = TimeDelta::seconds(30);

/// What stops all texts of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase", type_name = "text")]
pub enum Fault {
    /// Twilio cannot be reached.
    Unreachable,
    /// Twilio refuses the login or the whole account.
    Refused,
}

/// Why an organization's texts wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Pause {
    /// What stops them.
    #[sqlx(rename = "pause_reason")]
    pub fault: Fault,
    /// Since when.
    #[sqlx(rename = "paused_since")]
    pub since: DateTime<Utc>,
}

/// Opens the circuit of an account, or keeps it open for longer. Of all the calls that were under
/// way when it broke, only the first counts: the others began before its pause.
pub(crate) async fn open(
    tx: &mut Tx,
    account: AccountId,
    fault: Fault,
    call_began: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let sql = match tx {
        Tx::Sqlite(_) => {
            "select pauses from accounts where id = $1 and (paused_at is null or paused_at < $2)"
        }
        Tx::Postgres(_) => {
            "select pauses from accounts where id = $1 and (paused_at is null or paused_at < $2) for update"
        }
    };
    let pauses: Option<i64> =
        on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(account).bind(call_began).fetch_optional(ex).await)?;
    let Some(pauses) = pauses else { return Ok(()) };
    let sql = "update accounts set pauses = pauses + 1, pause_reason = $2, paused_at = $3, paused_until = $4,
           paused_since = coalesce(paused_since, $3) where id = $1";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(account)
        .bind(fault)
        .bind(now)
        .bind(now + pause(pauses))
        .execute(ex)
        .await
        .map(drop))
}

fn pause(pauses: i64) -> TimeDelta {
    let doublings = u32::try_from(pauses.clamp(0, 10)).unwrap_or_default();
    (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE)
}

/// Closes the circuit: Twilio has just accepted a text through this account. True if it was open.
pub(crate) async fn close(tx: &mut Tx, account: AccountId) -> Result<bool, sqlx::Error> {
    let sql = "update accounts set pauses = 0, pause_reason = null, paused_at = null, paused_until = null,
           paused_since = null where id = $1 and pause_reason is not null";
    on_tx!(tx, |ex| sqlx::query(sql).bind(account).execute(ex).await.map(|done| done.rows_affected() > 0))
}

/// Whether any organization's account may be used now; one that has none counts, since its texts
/// are not to wait.
pub(super) async fn any_account_works(service: &Service, now: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    let sql = "select exists (select 1 from organizations o left join accounts a on a.id = coalesce(o.account_id, $1)
           where a.paused_until is null or a.paused_until <= $2)";
    on_store!(read & service.store, |ex| sqlx::query_scalar(sql)
        .bind(service.default_account_id)
        .bind(now)
        .fetch_one(ex)
        .await)
}

/// Takes the turn of trying; false if another text has it.
pub(super) async fn take_trial(
    tx: &mut Tx,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let sql = "update accounts set paused_until = $3 where id = $1 and paused_until <= $2";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(account)
        .bind(now)
        .bind(now + TRIAL)
        .execute(ex)
        .await
        .map(|done| done.rows_affected() > 0))
}

/// Whether the call that began then has the turn of trying: a turn ends so long after it was
/// taken, which no other pause of this account does.
pub(crate) async fn is_trial(
    tx: &mut Tx,
    account: AccountId,
    call_began: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let sql = "select exists (select 1 from accounts where id = $1 and pause_reason is not null and paused_until = $2)";
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(account).bind(call_began + TRIAL).fetch_one(ex).await)
}

/// The trial proved nothing: another text may try from then on.
pub(crate) async fn end_trial(
    tx: &mut Tx,
    account: AccountId,
    call_began: DateTime<Utc>,
    next: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let sql = "update accounts set paused_until = $3
         where id = $1 and pause_reason is not null and paused_until = $2";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(account)
        .bind(call_began + TRIAL)
        .bind(next)
        .execute(ex)
        .await
        .map(drop))
}

/// Why texts of this organization wait; `None` while its account works.
///
/// # Errors
/// If the database fails.
pub async fn of_organization(service: &Service, org: OrgId) -> Result<Option<Pause>, Error> {
    let sql = "select a.pause_reason, a.paused_since from organizations o
         join accounts a on a.id = coalesce(o.account_id, $2)
         where o.id = $1 and a.pause_reason is not null";
    Ok(on_store!(read & service.store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(service.default_account_id)
        .fetch_optional(ex)
        .await)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end_at_five_minutes() {
        assert_eq!(pause(0), TimeDelta::seconds(5));
        assert_eq!(pause(2), TimeDelta::seconds(20));
        assert_eq!(pause(60), LONGEST_PAUSE);
    }
}
