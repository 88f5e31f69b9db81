//! The receipt writer: one task per process that takes what waits, stores it in one transaction
//! and answers all. Alone, a receipt waits for nobody.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::desk::{Desk, DeskError};
use super::{Fact, Recorded};

/// Receipts that may wait; beyond that the sender is told to come back.
const QUEUE: usize = 4_096;
/// Receipts that share one transaction.
const BATCH: usize = 512;
/// How long the database may take to open a transaction.
const PATIENCE: Duration = Duration::from_secs(1);

/// The store is away or the queue is full; nothing was recorded that was not recorded before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("receipts cannot be stored right now")]
pub struct Unavailable;

struct Job {
    fact: Fact,
    answer: oneshot::Sender<Result<Recorded, Unavailable>>,
}

/// A handle to the writer; cheap to clone.
#[derive(Clone, Debug)]
pub struct ReceiptWriter {
    jobs: mpsc::Sender<Job>,
}

impl ReceiptWriter {
    /// Starts the writer. Needs a Tokio runtime.
    pub(crate) fn spawn(desk: Desk) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(write(desk, waiting));
        Self { jobs }
    }

    /// Stores a fact; returns after the commit.
    ///
    /// # Errors
    /// [`Unavailable`] if the queue is full or the database is away: nothing is lost by asking
    /// again, since every fact may come twice.
    pub async fn record(&self, fact: Fact) -> Result<Recorded, Unavailable> {
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send(Job { fact, answer }).map_err(|_| Unavailable)?;
        answered.await.map_err(|_| Unavailable)?
    }
}

async fn write(desk: Desk, mut waiting: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut jobs, BATCH).await > 0 {
        let facts: Vec<Fact> = jobs.iter().map(|job| job.fact.clone()).collect();
        match desk.record(&facts, PATIENCE).await {
            Ok(recorded) => {
                for (job, recorded) in jobs.drain(..).zip(recorded) {
                    answer(job, Ok(recorded));
                }
            }
            // One bad row must not fail its neighbours.
            Err(DeskError::Row(error)) if jobs.len() > 1 => {
                tracing::warn!(%error, receipts = jobs.len(), "a batch of receipts is stored one by one");
                for job in jobs.drain(..) {
                    let recorded = desk.record(std::slice::from_ref(&job.fact), PATIENCE).await;
                    let recorded =
                        recorded.map(|recorded| recorded.first().copied().unwrap_or(Recorded::Stored));
                    if let Err(error) = &recorded {
                        tracing::error!(%error, "a receipt was not stored");
                    }
                    answer(job, recorded.map_err(|_| Unavailable));
                }
            }
            Err(error) => {
                tracing::error!(%error, receipts = jobs.len(), "receipts were not stored");
                for job in jobs.drain(..) {
                    answer(job, Err(Unavailable));
                }
            }
        }
    }
}

fn answer(job: Job, recorded: Result<Recorded, Unavailable>) {
    if job.answer.send(recorded).is_err() {
        tracing::debug!("whoever sent this receipt has hung up");
    }
}
