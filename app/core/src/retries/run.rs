//! A run: started, and how far it has come.

use chrono::{DateTime, TimeDelta, Utc};

use super::filter::Filter;
use super::plan::{NotRetried, plan};
use crate::api_keys::ApiKey;
use crate::audit::{self, Deed};
use crate::error::Error;
use crate::idempotency::{self, Answer, Answered, Ticket};
use crate::ids::{MessageId, OrgId, RetryRunId};
use crate::messages::{Author, Status, why_nothing_goes};
use crate::people::Person;
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
    /// Why.
    #[sqlx(try_from = "String")]
    pub not_retried: PassedOver,
    /// Which texts it is about.
    #[sqlx(try_from = "String")]
    pub filter: Filter,
    /// Who started it.
    pub author: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When nothing was left; `None` while it runs.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Texts that a run passed over, by reason, most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PassedOver(pub Vec<NotRetried>);

impl TryFrom<String> for PassedOver {
    type Error = serde_json::Error;

    fn try_from(written: String) -> Result<Self, Self::Error> {
        serde_json::from_str(&written).map(Self)
    }
}

/// Whoever presses a button twice means one run, even if it ended in between.
const SAME_PRESS: TimeDelta = TimeDelta::minutes(2);

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
    if planned == 0
        && let Some(id) = just_ended(&mut tx, service, org, filter).await?
    {
        return Ok(id);
    }
    let id = start_in(&mut tx, service, org, author, filter, planned).await?;
    tx.commit().await?;
    service.hub.wake_clerk();
    Ok(id)
}

/// As [`start`], for somebody signed in, whatever their role.
///
/// # Errors
/// As [`start`].
pub async fn start_by(service: &Service, person: &Person, filter: &Filter) -> Result<RetryRunId, Error> {
    start(service, person.org_id, &person.author(), filter).await
}

/// The run for the same texts that ended a moment ago.
async fn just_ended(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    filter: &Filter,
) -> Result<Option<RetryRunId>, Error> {
    let written = serde_json::to_string(filter).map_err(|error| Error::Broken(error.to_string()))?;
    let sql = "select id from retry_runs where org_id = $1 and filter = $2 and ended_at >= $3 order by id desc limit 1";
    let since = service.clock.now() - SAME_PRESS;
    Ok(on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(written).bind(since).fetch_optional(ex).await)?)
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

const RUN: &str = "select id, planned, retried, passed_over, not_retried, filter, author, created_at, ended_at from retry_runs
    where org_id = $1 and id = $2";

/// One run of an organization.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub async fn find(store: &Store, org: OrgId, id: RetryRunId) -> Result<Run, Error> {
    on_store!(read store, |ex| sqlx::query_as(RUN).bind(org).bind(id).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}

/// How many of the texts that a run made stand where.
///
/// # Errors
/// If the database fails. A strange run has made none.
pub async fn outcomes(store: &Store, org: OrgId, id: RetryRunId) -> Result<Vec<(Status, i64)>, Error> {
    let sql = "select m.status, count(*) from retry_run_texts t join messages m on m.id = t.message_id
         where t.run_id = $1 and m.org_id = $2 group by m.status";
    let mut outcomes: Vec<(Status, i64)> =
        on_store!(read store, |ex| sqlx::query_as(sql).bind(id).bind(org).fetch_all(ex).await)?;
    outcomes.sort();
    Ok(outcomes)
}
