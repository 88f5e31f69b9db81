//! The life of a text after it was accepted: status after status, callback after callback.

use std::{sync::Arc, time::Duration};

use futures::future;
use tokio::sync::mpsc;

use super::{
    SimulatorError, callbacks,
    callbacks::Callback,
    outcomes::Outcome,
    sent::{CallbackOutcome, Sent, Status},
    world::World,
};

/// One step: after `wait`, this status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hop {
    pub(super) status: Status,
    pub(super) error_code: Option<u32>,
    pub(super) wait: Duration,
}

/// Sends an accepted text on its way; with a held pace it stays where it is.
pub(super) fn begin(world: &Arc<World>, message: &Sent, outcome: Outcome, delay: Duration) {
    let pace = world.pace();
    if pace.held {
        return;
    }
    let hops = outcome.hops(message.messaging_service_sid.is_some(), &pace);
    let waits = |hop: &Hop| {
        let roll = world.dice.roll(hop.status.as_str(), &message.to, message.nth);
        Hop { wait: pace.vary(hop.wait, roll), ..*hop }
    };
    let hops: Vec<Hop> = hops.iter().map(waits).collect();
    let (living, sid) = (world.clone(), message.sid.clone());
    world.spawn(async move {
        living.pause(delay).await;
        live(&living, &sid, hops).await;
    });
}

async fn live(world: &Arc<World>, sid: &str, hops: Vec<Hop>) {
    let (post, posts) = mpsc::unbounded_channel();
    let moves = async move {
        for hop in hops {
            world.pause(hop.wait).await;
            let Some(callback) = advance(world, sid, hop) else {
                continue;
            };
            if post.send(callback).is_err() {
                return;
            }
        }
    };
    future::join(moves, callbacks::post_in_order(world, posts)).await;
}

/// Moves a text on; the callback to post, if it has an address. A canceled text stays canceled.
fn advance(world: &World, sid: &str, hop: Hop) -> Option<Callback> {
    let now = world.now();
    let mut book = world.book();
    let message = book.get_mut(sid).filter(|message| message.status != Status::Canceled)?;
    message.become_status(hop.status, hop.error_code, now);
    callback(world, message)
}

/// The callback for the status a text has now.
pub(super) fn callback(world: &World, message: &Sent) -> Option<Callback> {
    let account = world.accounts.get(&message.account_sid)?;
    Callback::of(message, &account.auth_token)
}

/// Moves a text by hand and posts its callback.
pub(super) async fn progress(
    world: &World,
    sid: &str,
    hop: Hop,
) -> Result<Option<CallbackOutcome>, SimulatorError> {
    if world.book().get(sid).is_none() {
        return Err(SimulatorError::UnknownMessage(sid.to_owned()));
    }
    match advance(world, sid, hop) {
        None => Ok(None),
        Some(callback) => Ok(Some(callbacks::post(world, &callback).await?)),
    }
}
