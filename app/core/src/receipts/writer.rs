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

/// How often facts are offered to a database where another transaction is in the way.
const TRIES: u32 = 4;

/// Why a fact was not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRecorded {
    /// The store is away or the queue is full. Nothing is lost by asking again, since every fact
    /// may come twice.
    #[error("receipts cannot be stored right now")]
    Unavailable,
    /// The database refuses this one, and would again.
    #[error("the database refuses this receipt")]
    Rejected,
}

struct Job {
    fact: Fact,
    answer: oneshot::Sender<Result<Recorded, NotRecorded>>,
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
    /// [`NotRecorded`].
    pub async fn record(&self, fact: Fact) -> Result<Recorded, NotRecorded> {
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send(Job { fact, answer }).map_err(|_| NotRecorded::Unavailable)?;
        answered.await.map_err(|_| NotRecorded::Unavailable)?
    }
}

async fn write(desk: Desk, mut waiting: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut jobs, BATCH).await > 0 {
        let facts: Vec<Fact> = jobs.iter().map(|job| job.fact.clone()).collect();
        match record(&desk, &facts).await {
            Ok(recorded) => {
                for (job, recorded) in jobs.drain(..).zip(recorded) {
                    answer(job, Ok(recorded));
                }
            }
            Err(DeskError::Row(error)) => {
                tracing::warn!(%error, receipts = jobs.len(), "a batch of receipts is stored one by one");
                one_by_one(&desk, &mut jobs).await;
            }
            Err(error) => {
                tracing::error!(%error, receipts = jobs.len(), "receipts were not stored");
                answer_all(&mut jobs, NotRecorded::Unavailable);
            }
        }
    }
}

/// Stores facts; when another transaction is in the way, tries again.
async fn record(desk: &Desk, facts: &[Fact]) -> Result<Vec<Recorded>, DeskError> {
    let mut tries = 1;
    loop {
        match desk.record(facts, PATIENCE).await {
            Err(DeskError::Again(why)) if tries < TRIES => {
                tracing::debug!(why, "receipts are stored again");
                tries += 1;
            }
            other => return other,
        }
    }
}

/// One bad row must not fail its neighbours.
async fn one_by_one(desk: &Desk, jobs: &mut Vec<Job>) {
    while let Some(job) = jobs.pop() {
        match record(desk, std::slice::from_ref(&job.fact)).await {
            Ok(recorded) => answer(job, Ok(recorded.first().copied().unwrap_or(Recorded::Stored))),
            Err(DeskError::Row(error)) => {
                tracing::error!(%error, "a receipt cannot be stored");
                answer(job, Err(NotRecorded::Rejected));
            }
            Err(error) => {
                tracing::error!(%error, receipts = jobs.len() + 1, "receipts were not stored");
                answer(job, Err(NotRecorded::Unavailable));
                return answer_all(jobs, NotRecorded::Unavailable);
            }
        }
    }
}

fn answer_all(jobs: &mut Vec<Job>, why: NotRecorded) {
    for job in jobs.drain(..) {
        answer(job, Err(why));
    }
}

fn answer(job: Job, recorded: Result<Recorded, NotRecorded>) {
    if job.answer.send(recorded).is_err() {
        tracing::debug!("whoever sent this receipt has hung up");
    }
}
