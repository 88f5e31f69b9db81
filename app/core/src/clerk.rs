//! The clerk: works in the background at what people asked for in bulk, sends and runs of retries,
//! in pieces, and picks up what a process that died left behind.

use std::time::Duration;

use tokio::sync::watch;

use crate::error::Error;
use crate::service::Service;
use crate::{retries, sends};

/// The clerk looks at least this often: for work that another process took in or left behind.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// The one clerk of a process.
pub struct Clerk {
    /// What it works for.
    pub service: Service,
}

impl Clerk {
    /// Works until `stop` turns true. Stopped in the middle, it loses nothing.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(error) = run_once(&self.service).await {
                tracing::error!(%error, "a send or a run of retries cannot go on; it is tried again");
            }
            tokio::select! {
                () = self.service.hub.clerk_woken() => {}
                () = tokio::time::sleep(LONGEST_SLEEP) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
    }
}

/// Works until nothing is left to do.
///
/// # Errors
/// If the database fails; what was begun is taken up again after its lease.
pub async fn run_once(service: &Service) -> Result<(), Error> {
    loop {
        let (sent, retried) =
            (sends::work::run_once(service).await?, retries::work::run_once(service).await?);
        if !sent && !retried {
            return Ok(());
        }
    }
}
