//! Handing one claimed text to Twilio and recording what came of it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::batch::Job;
use super::circuit::Fault;
use crate::accounts;
use crate::error::Error;
use crate::messages::KnownBy;
use crate::receipts::{CallEnded, End, Fact, NotRecorded, Receipt};
use crate::service::Service;
use crate::twilio::client::{CallError, NewMessage};
use crate::twilio::codes;

/// Twilio's longest validity period, in seconds; also its default.
const LONGEST_VALIDITY: i64 = 36_000;
/// A request starts only with so much of its lease left.
const LEASE_LEFT: TimeDelta = TimeDelta::seconds(60);
/// How often a text is handed over that Twilio refuses for a reason that may pass.
const TRIES: i64 = 4;
/// The first pause after such a refusal; doubled each time, so four tries take a quarter of an hour.
const LONG_PAUSE: TimeDelta = TimeDelta::minutes(2);
/// The first pause after Twilio asked us to slow down; doubled each time.
const SHORT_PAUSE: TimeDelta = TimeDelta::seconds(1);
/// The longest pause.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(10);
/// What Twilio does with our callback if it cannot deliver it: five tries, whatever went wrong.
/// By default it would retry nothing but a failed connect.
const CALLBACK_RETRIES: &str = "#rc=5&rp=all&ct=2000&rt=5000&tt=15000";

/// Sends one text and returns once the result is recorded, or the process stops.
pub(super) async fn call(service: &Service, job: Job) {
    let fact = match attempt(service, &job).await {
        Ok(fact) => fact,
        Err(error) => {
            tracing::error!(%error, message = %job.message, "a text could not be handed over");
            let end = waits(service, error.to_string(), "backoff", LONG_PAUSE, false);
            call_ended(service, &job, end, None)
        }
    };
    record(service, &job, fact).await;
}

async fn attempt(service: &Service, job: &Job) -> Result<Fact, Error> {
    // A process that stood still must not send what others may have resolved meanwhile.
    if service.clock.now() + LEASE_LEFT > job.lease_until {
        let end = waits(service, "its turn came too late".into(), "backoff", SHORT_PAUSE, false);
        return Ok(call_ended(service, job, end, None));
    }
    let login = accounts::login(service, job.account).await?;
    let new = NewMessage {
        to: job.to.clone(),
        sender: job.sender.clone(),
        body: job.body.clone(),
        status_callback: callback_address(service, job),
        validity_period: validity(job.until, service.clock.now()),
    };
    let answer = service.budget.send().make(service.twilio.create_message(&login, &new)).await;
    let at = service.clock.now();
    Ok(match answer {
        Ok((record, payload)) => {
            service.budget.went_well();
            let mut receipt = Receipt::from_record(job.account, record, payload, KnownBy::ApiAnswer, at);
            receipt.attempt = Some(job.attempt);
            receipt.message = Some(job.message);
            Fact::Receipt(receipt)
        }
        Err(error) => ended(service, job, error),
    })
}

fn ended(service: &Service, job: &Job, error: CallError) -> Fact {
    let end = match error {
        CallError::NotSent(why) => waits_for_account(service, job, why, Fault::Unreachable),
        CallError::Unknown(why) => End::Unknown { why },
        CallError::Refused { http_status: 429, retry_after, .. } => {
            service.budget.slow_down(job.claimed_at, service.clock.now());
            let asked = retry_after.and_then(|seconds| TimeDelta::try_seconds(i64::try_from(seconds).ok()?));
            if let Some(asked) = asked {
                service.budget.rest(service.clock.now(), asked);
            }
            let pause = asked.unwrap_or_else(|| doubled(SHORT_PAUSE, job.attempts_before));
            waits(service, "Twilio asked us to slow down".into(), "backoff", pause, false)
        }
        CallError::Refused { http_status, code, message, .. }
            if http_status == 401 || code.is_some_and(codes::is_account_wide) =>
        {
            waits_for_account(service, job, message, Fault::Refused)
        }
        CallError::Refused { code, message, .. }
            if code.is_some_and(codes::call_may_be_repeated) && job.tries + 1 < TRIES =>
        {
            waits(service, message, "backoff", doubled(LONG_PAUSE, job.tries), true)
        }
        CallError::Refused { http_status, code, body, .. } => {
            let end = End::Refused { http_status: http_status.into(), error_code: code.map(i64::from) };
            return call_ended(service, job, end, Some(body));
        }
    };
    call_ended(service, job, end, None)
}

fn call_ended(service: &Service, job: &Job, end: End, payload: Option<String>) -> Fact {
    Fact::CallEnded(CallEnded { attempt: job.attempt, at: service.clock.now(), end, payload })
}

/// Nothing is wrong with this text: it waits, consuming no try, until its account works again.
fn waits_for_account(service: &Service, job: &Job, why: String, fault: Fault) -> End {
    tracing::warn!(why, account = %job.account, "sending through this account is paused");
    End::NotSent {
        why,
        hold: "sending_paused",
        due_at: service.clock.now(),
        consumes_try: false,
        fault: Some(fault),
    }
}

/// The request surely was not accepted: the text waits and is tried again.
fn waits(service: &Service, why: String, hold: &'static str, pause: TimeDelta, consumes_try: bool) -> End {
    // Jitter spreads texts that were refused together. Without chance they still wait.
    let jitter = service.random.fraction().unwrap_or_default();
    let spread = TimeDelta::milliseconds((pause.num_milliseconds() as f64 * 0.2 * jitter) as i64);
    let due_at = service.clock.now() + pause.min(LONGEST_PAUSE) + spread;
    End::NotSent { why, hold, due_at, consumes_try, fault: None }
}

fn doubled(first: TimeDelta, times: i64) -> TimeDelta {
    let doublings = u32::try_from(times.clamp(0, 16)).unwrap_or_default();
    (first * 2_i32.pow(doublings)).min(LONGEST_PAUSE)
}

/// What we learned about a text must not be lost: it is offered until the store takes it.
async fn record(service: &Service, job: &Job, fact: Fact) {
    let mut pause = Duration::from_millis(50);
    while let Err(error) = service.receipts.record(fact.clone()).await {
        if error == NotRecorded::Rejected {
            // The attempt's lease ends, and the look-up that follows resolves it.
            tracing::error!(message = %job.message, attempt = %job.attempt, "a result cannot be stored");
            return;
        }
        tracing::warn!(message = %job.message, attempt = %job.attempt, "a result waits for the database");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

fn callback_address(service: &Service, job: &Job) -> Option<String> {
    let settings = &service.settings;
    settings.status_callbacks.then(|| {
        format!(
            "{}/api/webhooks/twilio/status?m={}&a={}{CALLBACK_RETRIES}",
            settings.public_url, job.message, job.attempt
        )
    })
}

/// Twilio stops trying when the text has lost its use, or quiet hours begin.
fn validity(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<i64> {
    until.map(|until| (until - now).num_seconds().clamp(1, LONGEST_VALIDITY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        assert_eq!(doubled(SHORT_PAUSE, 0), TimeDelta::seconds(1));
        assert_eq!(doubled(LONG_PAUSE, 2), TimeDelta::minutes(8));
        assert_eq!(doubled(SHORT_PAUSE, 40), LONGEST_PAUSE);
    }

    #[test]
    fn validity_ends_with_the_use_of_the_text() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(validity(None, now), None);
        assert_eq!(validity(Some(now + TimeDelta::minutes(10)), now), Some(600));
        assert_eq!(validity(Some(now + TimeDelta::days(3)), now), Some(36_000));
        assert_eq!(validity(Some(now - TimeDelta::days(3)), now), Some(1));
    }
}
