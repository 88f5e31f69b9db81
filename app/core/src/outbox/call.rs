//! Handing one claimed text to Twilio and recording what came of it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::claim::Job;
use crate::accounts;
use crate::error::Error;
use crate::messages::KnownBy;
use crate::receipts::{CallEnded, End, Fact, Receipt};
use crate::service::Service;
use crate::twilio::client::{CallError, NewMessage};
use crate::twilio::codes;

/// Twilio's longest validity period, in seconds; also its default.
const LONGEST_VALIDITY: i64 = 36_000;
/// A request starts only with so much of its lease left.
const LEASE_LEFT: TimeDelta = TimeDelta::seconds(60);
/// The first pause after a call that surely was not accepted; doubled each time.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(1);
/// The longest such pause.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(5);
/// What Twilio does with our callback if it cannot deliver it: five tries, whatever went wrong.
/// By default it would retry nothing but a failed connect.
const CALLBACK_RETRIES: &str = "#rc=5&rp=all&ct=2000&rt=5000&tt=15000";

/// Sends one text and returns once the result is recorded, or the process stops.
pub(super) async fn call(service: &Service, job: Job) {
    let fact = match attempt(service, &job).await {
        Ok(fact) => fact,
        Err(error) => {
            tracing::error!(%error, message = %job.message, "a text could not be handed over");
            not_sent(service, &job, error.to_string(), "backoff", None)
        }
    };
    record(service, &job, fact).await;
}

async fn attempt(service: &Service, job: &Job) -> Result<Fact, Error> {
    // A process that stood still must not send what others may have resolved meanwhile.
    if service.clock.now() + LEASE_LEFT > job.lease_until {
        return Ok(not_sent(service, job, "its turn came too late".into(), "backoff", None));
    }
    let login = accounts::login(service, job.account).await?;
    let new = NewMessage {
        to: job.to.clone(),
        sender: job.sender.clone(),
        body: job.body.clone(),
        status_callback: callback_address(service, job),
        validity_period: validity(job.expires_at, service.clock.now()),
    };
    let answer = service.twilio.create_message(&login, &new).await;
    let at = service.clock.now();
    Ok(match answer {
        Ok((record, payload)) => {
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
        CallError::NotSent(why) => return not_sent(service, job, why, "backoff", None),
        CallError::Unknown(why) => End::Unknown { why },
        CallError::Refused { http_status: 429, retry_after, .. } => {
            return not_sent(service, job, "Twilio asked us to slow down".into(), "backoff", retry_after);
        }
        CallError::Refused { http_status, code, message, .. }
            if http_status == 401 || code.is_some_and(codes::is_account_wide) =>
        {
            // Nothing is wrong with this text: it waits until the account works again.
            return not_sent(service, job, message, "sending_paused", Some(30));
        }
        CallError::Refused { http_status, code, body, .. } => {
            let end = End::Refused { http_status: http_status.into(), error_code: code.map(i64::from) };
            let at = service.clock.now();
            return Fact::CallEnded(CallEnded { attempt: job.attempt, at, end, payload: Some(body) });
        }
    };
    Fact::CallEnded(CallEnded { attempt: job.attempt, at: service.clock.now(), end, payload: None })
}

/// The request surely was not accepted: the text waits and is tried again.
fn not_sent(service: &Service, job: &Job, why: String, hold: &'static str, seconds: Option<u64>) -> Fact {
    let at = service.clock.now();
    let asked = seconds.and_then(|seconds| TimeDelta::try_seconds(i64::try_from(seconds).ok()?));
    let pause = asked.unwrap_or_else(|| pause(job.attempts_before)).min(LONGEST_PAUSE);
    // Jitter spreads texts that were refused together. Without chance they still wait.
    let jitter = service.random.fraction().unwrap_or_default();
    let spread = TimeDelta::milliseconds((pause.num_milliseconds() as f64 * 0.2 * jitter) as i64);
    let end = End::NotSent { why, hold, due_at: at + pause + spread };
    Fact::CallEnded(CallEnded { attempt: job.attempt, at, end, payload: None })
}

fn pause(attempts_before: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts_before.clamp(0, 16)).unwrap_or_default();
    (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE)
}

/// What we learned about a text must not be lost: it is offered until the store takes it.
async fn record(service: &Service, job: &Job, fact: Fact) {
    let mut pause = Duration::from_millis(50);
    while service.receipts.record(fact.clone()).await.is_err() {
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

/// Twilio stops trying when the text has lost its use.
fn validity(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<i64> {
    expires_at.map(|expires_at| (expires_at - now).num_seconds().clamp(1, LONGEST_VALIDITY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end_at_five_minutes() {
        assert_eq!(pause(0), TimeDelta::seconds(1));
        assert_eq!(pause(3), TimeDelta::seconds(8));
        assert_eq!(pause(40), LONGEST_PAUSE);
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
