//! What a look-up taught, passed on as a fact; and when to look again if it taught nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::due::{self, Due};
use super::find::Found;
use crate::error::Error;
use crate::messages::KnownBy;
use crate::receipts::{CallEnded, End, Fact, Receipt, Recorded};
use crate::service::Service;
use crate::twilio::client::{CallError, Message};

/// After a look-up that Twilio did not answer, at least.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(10);
/// A text that has waited for so many of these pauses waits one more.
const PATIENT: i32 = 10;

/// Records what Twilio has of an attempt.
pub(super) async fn receive(
    service: &Service,
    due: &Due,
    message: Message,
    payload: String,
) -> Result<(), Error> {
    let at = service.clock.now();
    let mut receipt = Receipt::from_record(due.account_id, message, payload, KnownBy::LookUp, at);
    receipt.attempt = Some(due.id);
    record(service, Fact::Receipt(receipt)).await?;
    give_up_in_time(service, due).await
}

/// A list's entry as JSON text, for the trail.
pub(super) fn payload(message: &Message) -> Result<String, Error> {
    serde_json::to_string(message)
        .map_err(|error| Error::Broken(format!("a text of a list cannot be kept: {error}")))
}

/// Patience with a text that Twilio has ends some day.
pub(super) async fn give_up_in_time(service: &Service, due: &Due) -> Result<(), Error> {
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

/// Settles what a complete look-up for an attempt without sid has found.
pub(super) async fn settle(service: &Service, due: &Due, found: Found) -> Result<(), Error> {
    match found {
        Found::Ours(message) => {
            let payload = payload(&message)?;
            receive(service, due, *message, payload).await
        }
        Found::Nothing => not_there(service, due).await,
        Found::Ambiguous(candidates) => {
            tracing::warn!(attempt = %due.id, candidates, "several texts at Twilio could be this one");
            wait(service, due).await
        }
    }
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

/// Twilio did not answer, which proves nothing, however late it is.
pub(super) async fn failed(service: &Service, due: &Due, error: &CallError) -> Result<(), Error> {
    tracing::warn!(%error, attempt = %due.id, "Twilio did not answer a look-up");
    // But of a text that it has forgotten there will be no more news.
    if due.sid.is_some() && matches!(error, CallError::Refused { http_status: 404, .. }) {
        wait(service, due).await?;
        return give_up_in_time(service, due).await;
    }
    let again_at = after_failure(due.started_at, service.clock.now());
    Ok(due::give_back(service, &[due.id], again_at).await?)
}

/// When to ask again after a failure: the longer a text has waited, the less a little longer
/// matters, and what fails must not be asked in a hurry.
pub(super) fn after_failure(started_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now + ((now - started_at) / PATIENT).max(AFTER_FAILURE)
}

/// Nothing was learned: the plan says when to look again.
pub(super) async fn wait(service: &Service, due: &Due) -> Result<(), Error> {
    let now = service.clock.now();
    let next = service.settings.patience.next_look_up(due.started_at, due.lookups + 1, now);
    Ok(due::again_at(service, due, next).await?)
}

/// What was learned must reach the store; if it is away the attempt's lease brings it back.
pub(super) async fn record(service: &Service, fact: Fact) -> Result<(), Error> {
    match service.receipts.record(fact).await {
        Ok(Recorded::Stored) => Ok(()),
        Ok(Recorded::OtherAccount) => {
            Err(Error::Broken("a look-up brought a text of another account".into()))
        }
        Err(unavailable) => Err(Error::Broken(unavailable.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_asked_less_and_less_often() {
        let start = DateTime::UNIX_EPOCH;
        let pause = |age: TimeDelta| after_failure(start, start + age) - (start + age);
        assert_eq!(pause(TimeDelta::seconds(5)), AFTER_FAILURE);
        assert_eq!(pause(TimeDelta::minutes(20)), TimeDelta::minutes(2));
        assert_eq!(pause(TimeDelta::hours(48)), TimeDelta::minutes(288));
    }
}
