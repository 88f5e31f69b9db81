//! The worker: claims due texts, hands each to Twilio, and sleeps until the next is due.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::call::call;
use super::claim::{Claimed, claim, waiting};
use crate::error::Error;
use crate::service::Service;
use crate::store::on_store;

/// A worker looks at least this often, even if nobody calls: the backstop for a lost wake-up.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// How long a worker waits after the database failed.
const PAUSE: Duration = Duration::from_secs(1);

/// The one outbox worker of a process.
pub struct Worker {
    /// What it works for.
    pub service: Service,
}

impl Worker {
    /// Works until `stop` turns true, then finishes what is in flight.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut calls = JoinSet::new();
        while !*stop.borrow() {
            let room = self.service.budget.room_to_send(calls.len());
            let Claimed { jobs, moved } = self.claim(room).await;
            let claimed = jobs.len();
            for job in jobs {
                let service = self.service.clone();
                calls.spawn(async move { call(&service, job).await });
            }
            // What was claimed may have hidden others that are due: texts to one phone go one by one.
            // And behind texts that were held or blocked others may be due.
            if (claimed > 0 || moved > 0) && claimed < room {
                continue;
            }
            // With all hands busy only a finished call makes room.
            let sleep = if claimed > 0 { LONGEST_SLEEP } else { self.until_due().await };
            tokio::select! {
                () = self.service.hub.outbox_changed() => {}
                Some(ended) = calls.join_next() => report(ended),
                () = tokio::time::sleep(sleep) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
            while let Some(ended) = calls.try_join_next() {
                report(ended);
            }
        }
        while let Some(ended) = calls.join_next().await {
            report(ended);
        }
    }

    async fn claim(&self, room: usize) -> Claimed {
        if room == 0 {
            return Claimed::default();
        }
        match claim(&self.service, room).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                tokio::time::sleep(PAUSE).await;
                Claimed::default()
            }
        }
    }

    /// How long until the next text is due, at most [`LONGEST_SLEEP`].
    async fn until_due(&self) -> Duration {
        let next = next_due(&self.service).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the outbox cannot be read");
            None
        });
        let until = next.map(|due_at| (due_at - self.service.clock.now()).to_std().unwrap_or(LONGEST_SLEEP));
        until.unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP)
    }
}

/// When the next text falls due. Texts that are due already wait for their phone, and the call
/// that keeps it busy wakes the worker when it ends.
async fn next_due(service: &Service) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    macro_rules! next {
        ($priority:literal) => {
            concat!(
                "select min(due_at) as due_at from messages where ",
                waiting!(),
                " and priority = ",
                $priority,
                " and due_at > $1"
            )
        };
    }
    let sql = concat!(
        "select min(due_at) from (",
        next!("0"),
        " union all ",
        next!("1"),
        " union all ",
        next!("2"),
        ") next"
    );
    on_store!(read & service.store, |ex| sqlx::query_scalar(sql)
        .bind(service.clock.now())
        .fetch_one(ex)
        .await)
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a call ended badly; its text stays “sending” until it is resolved");
    }
}

/// Claims and sends until nothing is due any more; returns how many texts were handed over.
///
/// # Errors
/// If the outbox cannot be read.
pub async fn run_once(service: &Service) -> Result<usize, Error> {
    let mut handed_over = 0;
    loop {
        let Claimed { jobs, moved } = claim(service, 100).await?;
        if jobs.is_empty() && moved > 0 {
            continue;
        }
        if jobs.is_empty() {
            return Ok(handed_over);
        }
        handed_over += jobs.len();
        let mut calls = JoinSet::new();
        for job in jobs {
            let service = service.clone();
            calls.spawn(async move { call(&service, job).await });
        }
        while let Some(ended) = calls.join_next().await {
            report(ended);
        }
    }
}
