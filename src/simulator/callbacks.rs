//! Status callbacks: what they say, how often they are tried, what becomes of them.

use std::{sync::Arc, time::Duration};

use reqwest::Response;
use tokio::{sync::mpsc::UnboundedReceiver, time::Instant};

use super::{
    SimulatorError,
    overrides::{Overrides, Trouble},
    poster::Signed,
    sent::{CallbackOutcome, CallbackRecord, Sent, Status},
    world::World,
};

/// Between two posts of one callback.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// A callback as it was when the status changed.
#[derive(Clone, Debug)]
pub(super) struct Callback {
    sid: String,
    to: String,
    status: Status,
    address: String,
    token: String,
    params: Vec<(String, String)>,
    /// Which callback to this number it is: the key of its chances.
    nth: u64,
}

impl Callback {
    /// The callback for the status a message has now; `None` if it named no address.
    pub(super) fn of(message: &Sent, token: &str) -> Option<Self> {
        Some(Self {
            sid: message.sid.clone(),
            to: message.to.clone(),
            status: message.status,
            address: message.status_callback.clone()?,
            token: token.to_owned(),
            params: params(message),
            nth: message.nth * 16 + u64::try_from(message.trail.len()).unwrap_or_default(),
        })
    }
}

fn params(message: &Sent) -> Vec<(String, String)> {
    let status = message.status.as_str();
    let mut params = vec![
        ("MessageSid", message.sid.clone()),
        ("SmsSid", message.sid.clone()),
        ("MessageStatus", status.to_owned()),
        ("SmsStatus", status.to_owned()),
        ("To", message.to.clone()),
        ("AccountSid", message.account_sid.clone()),
        ("ApiVersion", "2010-04-01".to_owned()),
    ];
    params.extend(message.from.clone().map(|from| ("From", from)));
    params.extend(message.messaging_service_sid.clone().map(|sid| ("MessagingServiceSid", sid)));
    if matches!(message.status, Status::Failed | Status::Undelivered) {
        params.extend(message.error_code.map(|code| ("ErrorCode", code.to_string())));
    }
    if message.status.has_receipt() {
        params.push(("RawDlrDoneDate", message.updated_at.format("%y%m%d%H%M").to_string()));
    }
    params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Posts the callbacks of one message in their order; held-back ones are overtaken.
pub(super) async fn post_in_order(world: &Arc<World>, mut callbacks: UnboundedReceiver<Callback>) {
    while let Some(callback) = callbacks.recv().await {
        let (to, nth) = (&callback.to, callback.nth);
        if world.strikes("reordered", |faults| &mut faults.reordered_callbacks, to, nth) {
            let longest = Duration::from_millis(world.faults().reorder_ms);
            let wait = longest.mul_f64(world.dice.roll("reordered by", to, nth));
            let (later, callback) = (world.clone(), callback.clone());
            world.spawn(async move {
                later.pause(wait).await;
                log_outcome(&post(&later, &callback).await, &callback);
            });
        } else {
            log_outcome(&post(world, &callback).await, &callback);
        }
    }
}

fn log_outcome(outcome: &Result<CallbackOutcome, SimulatorError>, callback: &Callback) {
    let (sid, status) = (&callback.sid, callback.status.as_str());
    match outcome {
        Ok(outcome) => tracing::debug!(sid, status, ?outcome, "callback"),
        Err(error) => tracing::warn!(sid, status, %error, "callback could not be posted"),
    }
}

/// Posts one callback, with its faults, and records what became of it.
pub(super) async fn post(world: &World, callback: &Callback) -> Result<CallbackOutcome, SimulatorError> {
    let (to, nth) = (&callback.to, callback.nth);
    if world.strikes("lost", |faults| &mut faults.lost_callbacks, to, nth) {
        world.count(|counts| counts.callbacks_lost += 1);
        record(world, callback, CallbackOutcome::Lost, 0);
        return Ok(CallbackOutcome::Lost);
    }
    let outcome = post_with_retries(world, callback).await?;
    if world.strikes("duplicate", |faults| &mut faults.duplicate_callbacks, to, nth) {
        return post_with_retries(world, callback).await;
    }
    Ok(outcome)
}

async fn post_with_retries(world: &World, callback: &Callback) -> Result<CallbackOutcome, SimulatorError> {
    let (url, overrides) = Overrides::split(&callback.address);
    let token = format!("{:032x}", rand::random::<u128>());
    let end = Instant::now() + overrides.total;
    let mut tries = 0;
    loop {
        tries += 1;
        world.count(|counts| counts.callback_posts += 1);
        let request = Signed { url, auth_token: &callback.token, params: &callback.params };
        let answer = world.poster.post(&request, &token, &overrides, end).await?;
        let (outcome, trouble) = judge(answer);
        let again = trouble.is_some_and(|trouble| overrides.repeats(trouble))
            && tries <= overrides.retries
            && Instant::now() + BETWEEN_TRIES < end;
        if !again {
            world.count(|counts| match trouble {
                None => counts.callbacks_taken += 1,
                Some(_) => counts.callbacks_failed += 1,
            });
            record(world, callback, outcome, tries);
            return Ok(outcome);
        }
        world.pause(BETWEEN_TRIES).await;
    }
}

fn judge(answer: Result<Response, Trouble>) -> (CallbackOutcome, Option<Trouble>) {
    match answer {
        Err(Trouble::Connect) => (CallbackOutcome::NoConnection, Some(Trouble::Connect)),
        Err(trouble) => (CallbackOutcome::NoAnswer, Some(trouble)),
        Ok(answer) => {
            let status = answer.status();
            let trouble = match status {
                _ if status.is_success() => None,
                _ if status.is_server_error() => Some(Trouble::Server),
                _ => Some(Trouble::Client),
            };
            (CallbackOutcome::Answered(status.as_u16()), trouble)
        }
    }
}

fn record(world: &World, callback: &Callback, outcome: CallbackOutcome, tries: u32) {
    if let Some(message) = world.book().get_mut(&callback.sid) {
        message.callbacks.push(CallbackRecord { status: callback.status, outcome, tries });
    }
}
