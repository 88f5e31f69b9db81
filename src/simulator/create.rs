//! `POST …/Messages.json`: faults first, then Twilio's checks, then a message and its answer.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use tokio::time::Instant;
use usher_core::twilio::segments;

use super::{
    accounts::{Account, Login},
    answers, life,
    order::{Form, Order, Rules},
    outcomes::Outcome,
    refusal::{self, Refusal},
    sent::{Direction, Sent, Status},
    wire::Line,
    world::World,
};

const TRIAL_PREFIX: &str = "Sent from your Twilio trial account - ";

/// A create that is past all refusals.
pub(super) struct Accepted {
    pub(super) account: Arc<Account>,
    pub(super) order: Order,
    /// How many creates for this number came before: the key of its chances.
    pub(super) nth: u64,
}

pub(super) async fn create(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    login: Login,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    world.count(|counts| counts.create += 1);
    world.pause(world.pace().response_delay()).await;
    let form = match Form::read(&headers, &body) {
        Ok(form) => form,
        Err(refusal) => return refuse(&world, refusal),
    };
    let to = form.filled("To").unwrap_or_default();
    let nth = world.book().next_try(to);
    if world.strikes("server_error", |faults| &mut faults.server_error, to, nth) {
        world.count(|counts| counts.server_errors += 1);
        return refusal::server_error();
    }
    match decide(&world, &login.account, &form, to, nth) {
        Err(refusal) => refuse(&world, refusal),
        Ok(order) => answers::answer(&world, Accepted { account: login.account, order, nth }, line).await,
    }
}

fn refuse(world: &World, refusal: Refusal) -> Response {
    world.count(|counts| {
        counts.refused += 1;
        counts.rate_limited += u64::from(refusal.status() == http::StatusCode::TOO_MANY_REQUESTS);
    });
    refusal.into_response()
}

fn decide(world: &World, account: &Account, form: &Form, to: &str, nth: u64) -> Result<Order, Refusal> {
    let faults = world.faults();
    if faults.account_suspended {
        return Err(Refusal::of(20005));
    }
    if world.strikes("rate_limit", |faults| &mut faults.rate_limit, to, nth) {
        return Err(Refusal::busy(faults.retry_after_s));
    }
    let rules = Rules { now: world.now(), public_only: faults.public_only };
    let mut order = Order::read(form, account, &rules)?;
    if let Some(code) = world.take_refusal() {
        return Err(Refusal::of(code));
    }
    if matches!(order.outcome, Outcome::UndeliveredOnce(_)) && world.book().was_sent(&order.to, &order.body) {
        order.outcome = Outcome::Arrives;
    }
    let sender = order.service.as_ref().unwrap_or(&order.sender);
    if world.book().has_opted_out(&account.sid, sender, &order.to) {
        if order.service.is_none() {
            return Err(Refusal::of(21610));
        }
        order.outcome = Outcome::FailsAtOnce(21610);
    }
    Ok(order)
}

/// Writes the message down and starts its life.
pub(super) fn accept(world: &Arc<World>, accepted: Accepted) -> Sent {
    let Accepted { account, order, nth } = accepted;
    let now = world.now();
    let outcome = order.outcome;
    let delay = order.send_at.map_or(Duration::ZERO, |at| (at - now).to_std().unwrap_or_default());
    let message = message(world, &account, order, nth);
    world.book().add(message.clone());
    world.count(|counts| counts.created += 1);
    life::begin(world, &message, outcome, delay);
    message
}

fn message(world: &World, account: &Account, order: Order, nth: u64) -> Sent {
    let now = world.now();
    let status = match (&order.service, order.send_at) {
        (_, Some(_)) => Status::Scheduled,
        (Some(_), None) => Status::Accepted,
        (None, None) => Status::Queued,
    };
    let prefix = if world.faults().trial_prefix { TRIAL_PREFIX } else { "" };
    let body = format!("{prefix}{}", order.body);
    let kind = if order.num_media > 0 { "MM" } else { "SM" };
    Sent {
        sid: format!("{kind}{:032x}", rand::random::<u128>()),
        account_sid: account.sid.clone(),
        direction: Direction::OutboundApi,
        to: order.to,
        from: order.from,
        messaging_service_sid: order.service,
        validity_period: order.validity_period,
        segments: segments::count(&body).segments,
        body_received: order.body,
        body,
        status,
        error_code: None,
        status_callback: order.status_callback,
        num_media: order.num_media,
        created_at: now,
        updated_at: now,
        sent_at: None,
        trail: vec![(status, now)],
        callbacks: Vec::new(),
        deleted: false,
        sender: order.sender,
        nth,
        born: Instant::now(),
        left: None,
    }
}
