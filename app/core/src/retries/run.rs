//! A run: started, and how far it has come.

use chrono::{DateTime, Utc};

use super::filter::Filter;
use super::plan::plan;
use crate::api_keys::ApiKey;
use crate::audit::{self, Deed};
use crate::error::Error;
use crate::idempotency::{self, Answer, Answered, Ticket};
use crate::ids::{MessageId, OrgId, RetryRunId};
use crate::messages::{Author, why_nothing_goes};
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};

/// How far a run has come.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Run {
    /// Its id.
    pub id: RetryRunId,
    /// Texts that were to be retried when it was started.
    pub planned: i64,
    /// Texts that it has retried.
    pub retried: i64,
    /// Texts that it has looked at and not retried.
    pub passed_over: i64,
    /// Who started it.
    pub author: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When nothing was left; `None` while it runs.
    pub ended_at: Option<DateTime<Utc>>,
}

/// The lock under which runs are started, so that two people at once start one. Any number that
/// nothing else uses.
const STARTING: i64 = 0x7573_6865_7202;

/// Starts a run, or joins the one that is under way for the same filter.
///
/// # Errors
/// [`Error::Refused`] if nothing can be retried.
pub async fn start(
    service: &Service,
    org: OrgId,
    author: &Author,
    filter: &Filter,
) -> Result<RetryRunId, Error> {
    let planned = plan(service, org, filter).await?.will_retry;
    let mut tx = service.store.begin().await?;
    let id = start_in(&mut tx, service, org, author, filter, planned).await?;
    tx.commit().await?;
    service.hub.wake_clerk();
    Ok(id)
}

/// As [`start`], for a program; under a ticket it happens once. `answer` makes what is answered out
/// of the run.
///
/// # Errors
/// As [`start`], and [`Error::Refused`] if the ticket's key was used for another request.
pub async fn start_once(
    service: &Service,
    key: &ApiKey,
    filter: &Filter,
    ticket: Option<&Ticket>,
    answer: impl FnOnce(&Run) -> Answer,
) -> Result<Answered, Error> {
    let org = key.org_id;
    if let Some(before) = idempotency::known(service, org, ticket).await? {
        return Ok(before);
    }
    let planned = plan(service, org, filter).await?.will_retry;
    let mut tx = service.store.begin().await?;
    if let Some(before) = idempotency::open(&mut tx, service, org, ticket).await? {
        return Ok(before);
    }
    let id = start_in(&mut tx, service, org, &key.author(), filter, planned).await?;
    let run: Option<Run> = on_tx!(tx, |ex| sqlx::query_as(RUN).bind(org).bind(id).fetch_optional(ex).await)?;
    let run = run.ok_or_else(|| Error::Broken("a run that was started is not there".into()))?;
    let answered = idempotency::close(&mut tx, org, ticket, answer(&run)).await?;
    tx.commit().await?;
    service.hub.wake_clerk();
    Ok(answered)
}

/// Starts a run in the caller's transaction, or joins one. After the commit the clerk is to be woken.
async fn start_in(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    author: &Author,
    filter: &Filter,
    planned: i64,
) -> Result<RetryRunId, Error> {
    let written = serde_json::to_string(filter).map_err(|error| Error::Broken(error.to_string()))?;
    if let Tx::Postgres(tx) = tx {
        sqlx::query("select pg_advisory_xact_lock($1)").bind(STARTING).execute(&mut **tx).await?;
    }
    let sql = "select id, filter, newest from retry_runs where org_id = $1 and ended_at is null order by id";
    let under_way: Vec<(RetryRunId, String, MessageId)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).fetch_all(ex).await)?;
    if let Some((id, ..)) = under_way.iter().find(|(_, filter, _)| *filter == written) {
        return Ok(*id);
    }
    if planned == 0 {
        return Err(Error::Refused("None of these texts can be retried.".into()));
    }
    if let Some(why) = why_nothing_goes(tx, service, org).await? {
        return Err(Error::Refused(why.into()));
    }
    let id = RetryRunId(service.clock.new_id());
    // What another run under way retries must not be retried again if it fails meanwhile.
    let newest = under_way.iter().map(|(_, _, newest)| *newest).min();
    let newest = newest.unwrap_or_else(|| MessageId(service.clock.new_id()));
    let sql = "insert into retry_runs (id, org_id, filter, newest, planned, retried, passed_over, author, via, created_by,
           created_at) values ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8, $9)";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(id)
        .bind(org)
        .bind(&written)
        .bind(newest)
        .bind(planned)
        .bind(&author.name)
        .bind(author.via)
        .bind(author.user)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))?;
    let deed = Deed {
        org: Some(org),
        user: author.user,
        actor: &author.name,
        action: "retry all",
        subject: &written,
    };
    audit::write_in(tx, service, &deed).await?;
    Ok(id)
}

const RUN: &str = "select id, planned, retried, passed_over, author, created_at, ended_at from retry_runs
    where org_id = $1 and id = $2";

/// One run of an organization.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub async fn find(store: &Store, org: OrgId, id: RetryRunId) -> Result<Run, Error> {
    on_store!(read store, |ex| sqlx::query_as(RUN).bind(org).bind(id).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}
