//! The look-up worker: takes what is due, asks Twilio, and passes what it learns on as receipts.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::ask::ask;
use super::due::{self, Due};
use super::find::{FindError, find};
use super::learn::{failed, receive, settle, wait};
use super::{crowd, fill};
use crate::accounts;
use crate::error::Error;
use crate::service::Service;

/// How often it is looked whether anything is due.
const TICK: Duration = Duration::from_millis(500);
/// How often it is looked whether finished texts are to be completed.
const SLOW_TICK: Duration = Duration::from_secs(60);

/// The one look-up worker of a process.
pub struct Looker {
    /// What it works for.
    pub service: Service,
}

impl Looker {
    /// Works until `stop` turns true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.look_up() => {}
            () = self.complete() => {}
            // An error means that whoever could stop us is gone, which is a stop too.
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn look_up(&self) {
        loop {
            let worked = run_once(&self.service).await.unwrap_or_else(|error| {
                tracing::error!(%error, "look-ups cannot be made");
                0
            });
            if worked == 0 {
                tokio::time::sleep(TICK).await;
            }
        }
    }

    async fn complete(&self) {
        loop {
            // First the pause: who restarts a program again and again must not pay for it here.
            tokio::time::sleep(SLOW_TICK).await;
            match fill::run_once(&self.service).await {
                Ok(0) => {}
                Ok(texts) => tracing::info!(texts, "finished texts got their price"),
                Err(error) => tracing::error!(%error, "finished texts cannot be completed"),
            }
        }
    }
}

/// Looks up everything handed over before this moment that has no final status, and completes
/// what is finished; returns how many look-ups that were.
///
/// # Errors
/// If the database fails.
pub async fn reconcile(service: &Service, before: DateTime<Utc>) -> Result<usize, Error> {
    due::sweep(service).await?;
    due::all_due(service, before).await?;
    let mut looked_up = 0;
    loop {
        let worked = run_once(service).await?;
        looked_up += worked;
        let now = service.clock.now();
        match service.budget.rests_until(now) {
            Some(until) => tokio::time::sleep((until - now).to_std().unwrap_or(TICK)).await,
            None if worked == 0 => break,
            None => {}
        }
    }
    let filled = fill::now(service).await?;
    tracing::info!(looked_up, filled, "Twilio was asked about every text that was not finished");
    Ok(looked_up)
}

/// One round: looks up a few of those that are due, or many of one account; returns how many.
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
    let room = service.budget.room_to_look_up(service.clock.now());
    if room == 0 {
        return Ok(0);
    }
    let walked = crowd::look_up(service).await?;
    let due = due::take(service, None, i64::try_from(room).unwrap_or(i64::MAX)).await?;
    let looks = due.iter().map(|due| look_up(service, due));
    for result in futures::future::join_all(looks).await {
        if let Err(error) = result {
            tracing::warn!(%error, "a look-up settled nothing");
        }
    }
    Ok(walked + due.len())
}

async fn look_up(service: &Service, due: &Due) -> Result<(), Error> {
    let login = accounts::login(service, due.account_id).await?;
    match &due.sid {
        Some(sid) => match ask(service, service.twilio.fetch_message(&login, sid)).await {
            Ok((message, payload)) => receive(service, due, message, payload).await,
            Err(error) => failed(service, due, &error).await,
        },
        None => match find(service, &login, due).await {
            Ok(found) => settle(service, due, found).await,
            Err(FindError::Core(error)) => Err(error),
            Err(FindError::Call(error)) => failed(service, due, &error).await,
            Err(FindError::Incomplete) => wait(service, due).await,
        },
    }
}
