//! The look-up worker: takes what is due, asks Twilio, and passes what it learns on as receipts.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::due::{self, Due};
use super::find::{FindError, Found, find};
use crate::accounts;
use crate::error::Error;
use crate::messages::KnownBy;
use crate::receipts::{CallEnded, End, Fact, Receipt, Recorded};
use crate::service::Service;
use crate::twilio::client::CallError;

/// How often it is looked whether anything is due.
const TICK: Duration = Duration::from_millis(500);
/// Look-ups under way at once; sending has the larger share of what Twilio lets an account do.
const AT_ONCE: i64 = 4;
/// After a look-up that Twilio did not answer.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(10);

/// The one look-up worker of a process.
pub struct Looker {
    /// What it works for.
    pub service: Service,
}

impl Looker {
    /// Works until `stop` turns true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        loop {
            let worked = run_once(&self.service).await.unwrap_or_else(|error| {
                tracing::error!(%error, "look-ups cannot be made");
                0
            });
            let pause = if worked > 0 { Duration::ZERO } else { TICK };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
            if *stop.borrow() {
                return;
            }
        }
    }
}

/// Looks up everything handed over before this moment that has no final status; returns how many
/// texts that were.
///
/// # Errors
/// If the database fails.
pub async fn reconcile(service: &Service, before: DateTime<Utc>) -> Result<usize, Error> {
    due::sweep(service).await?;
    due::all_due(service, before).await?;
    let mut looked_up = 0;
    loop {
        let worked = run_once(service).await?;
        if worked == 0 {
            return Ok(looked_up);
        }
        looked_up += worked;
    }
}

/// One round: looks up a few of those that are due; returns how many.
///
/// # Errors
/// If the database fails.
pub async fn run_once(service: &Service) -> Result<usize, Error> {
    if !service.may_claim.load(Ordering::Relaxed) {
        return Ok(0);
    }
    let lost = due::sweep(service).await?;
    if lost > 0 {
        tracing::warn!(attempts = lost, "a process was lost while it sent; the outcome is looked up");
    }
    let due = due::take(service, AT_ONCE).await?;
    let looks = due.iter().map(|due| look_up(service, due));
    for result in futures::future::join_all(looks).await {
        if let Err(error) = result {
            tracing::warn!(%error, "a look-up settled nothing");
        }
    }
    Ok(due.len())
}

async fn look_up(service: &Service, due: &Due) -> Result<(), Error> {
    let login = accounts::login(service, due.account_id).await?;
    match &due.sid {
        Some(sid) => match service.twilio.fetch_message(&login, sid).await {
            Ok((message, payload)) => {
                receive(service, due, message, payload).await?;
                give_up_in_time(service, due).await
            }
            Err(error) => failed(service, due, &error).await,
        },
        None => match find(service, &login, due).await {
            Ok(Found::Ours(message)) => {
                let payload =
                    serde_json::json!({ "sid": message.sid, "status": message.status, "body": message.body });
                receive(service, due, *message, payload.to_string()).await
            }
            Ok(Found::Nothing) => not_there(service, due).await,
            Ok(Found::Ambiguous(candidates)) => {
                tracing::warn!(attempt = %due.id, candidates, "several texts at Twilio could be this one");
                wait(service, due).await
            }
            Err(FindError::Core(error)) => Err(error),
            Err(FindError::Call(error)) => failed(service, due, &error).await,
            Err(FindError::Incomplete) => wait(service, due).await,
        },
    }
}

async fn receive(
    service: &Service,
    due: &Due,
    message: crate::twilio::client::Message,
    payload: String,
) -> Result<(), Error> {
    let at = service.clock.now();
    let mut receipt = Receipt::from_record(due.account_id, message, payload, KnownBy::LookUp, at);
    receipt.attempt = Some(due.id);
    record(service, Fact::Receipt(receipt)).await
}

/// Patience with a text that Twilio has ends some day.
async fn give_up_in_time(service: &Service, due: &Due) -> Result<(), Error> {
    let now = service.clock.now();
    if now < due.started_at + service.settings.patience.unconfirmed_after {
        return Ok(());
    }
    record(
        service,
        Fact::CallEnded(CallEnded { attempt: due.id, at: now, end: End::NoReceipt, payload: None }),
    )
    .await
}

/// Twilio's list, read back past the request's start, does not have it. It may be sent again only
/// if this was asked long enough after the request ended, and while it is of use.
async fn not_there(service: &Service, due: &Due) -> Result<(), Error> {
    let asked_at = service.clock.now();
    let Some(ended_at) = due.ended_at else { return wait(service, due).await };
    let permitted_at = ended_at + service.settings.patience.resend_after;
    // `taken_at` is before the list was asked; only a look-up begun after the moment counts.
    if due.taken_at < permitted_at {
        return Ok(due::again_at(service, due, permitted_at.max(asked_at)).await?);
    }
    let again = due.expires_at.is_none_or(|expires_at| expires_at > asked_at);
    let end = End::Lost { again };
    record(service, Fact::CallEnded(CallEnded { attempt: due.id, at: asked_at, end, payload: None })).await
}

async fn failed(service: &Service, due: &Due, error: &CallError) -> Result<(), Error> {
    tracing::warn!(%error, attempt = %due.id, "Twilio did not answer a look-up");
    let now = service.clock.now();
    // Twilio has forgotten it; any other failure proves nothing, however late it is.
    if due.sid.is_some() && matches!(error, CallError::Refused { http_status: 404, .. }) {
        give_up_in_time(service, due).await?;
    }
    Ok(due::again_at(service, due, now + AFTER_FAILURE).await?)
}

async fn wait(service: &Service, due: &Due) -> Result<(), Error> {
    let now = service.clock.now();
    let next = service.settings.patience.next_look_up(due.started_at, due.lookups + 1, now);
    Ok(due::again_at(service, due, next).await?)
}

/// What was learned must reach the store; if it is away the attempt's lease brings it back.
async fn record(service: &Service, fact: Fact) -> Result<(), Error> {
    match service.receipts.record(fact).await {
        Ok(Recorded::Stored) => Ok(()),
        Ok(Recorded::OtherAccount) => {
            Err(Error::Broken("a look-up brought a text of another account".into()))
        }
        Err(unavailable) => Err(Error::Broken(unavailable.to_string())),
    }
}
