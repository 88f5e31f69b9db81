//! Changes made by other processes: PostgreSQL passes them on by NOTIFY, an embedded database is
//! asked once a second whether another command wrote to it.

use std::time::Duration;

use tokio::sync::{broadcast, watch};
use usher_core::Service;
use usher_core::live::Changed;
use usher_core::store::Store;

use crate::program::stopped;

/// Changes within this time are passed on as one.
const MERGE: Duration = Duration::from_millis(200);
/// How often an embedded database is asked.
const ASK: Duration = Duration::from_secs(1);
/// How long to wait before connecting again.
const PAUSE: Duration = Duration::from_secs(2);

/// Passes changes between processes until `stop` turns true.
pub async fn run(service: Service, stop: watch::Receiver<bool>) {
    let work = async {
        match &service.store {
            Store::Sqlite(_) => ask(&service).await,
            Store::Postgres(_) => {
                tokio::join!(tell(&service), listen(&service));
            }
        }
    };
    tokio::select! {
        () = work => {}
        () = stopped(stop) => {}
    }
}

async fn ask(service: &Service) {
    let mut known = None;
    loop {
        match service.store.foreign_writes().await {
            Ok(writes) => {
                if known.is_some_and(|known| known != writes) {
                    service.hub.hear(Changed::anything());
                }
                known = Some(writes);
            }
            Err(error) => tracing::warn!(%error, "the database cannot be asked for changes"),
        }
        tokio::time::sleep(ASK).await;
    }
}

async fn tell(service: &Service) {
    let mut ours = service.hub.listen_to_ours();
    loop {
        let mut merged = match ours.recv().await {
            Ok(changed) => changed,
            Err(broadcast::error::RecvError::Lagged(_)) => Changed::anything(),
            Err(broadcast::error::RecvError::Closed) => return,
        };
        tokio::time::sleep(MERGE).await;
        loop {
            match ours.try_recv() {
                Ok(changed) => merged.merge(&changed),
                Err(broadcast::error::TryRecvError::Lagged(_)) => merged = Changed::anything(),
                Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => break,
            }
        }
        if let Err(error) = service.store.notify(service.process, &merged).await {
            tracing::warn!(%error, "other processes were not told of a change");
        }
    }
}

async fn listen(service: &Service) {
    loop {
        if let Err(error) = service.store.listen(service.process, &service.hub).await {
            tracing::warn!(%error, "changes of other processes are not heard; connecting again");
        }
        // Whatever was said meanwhile is lost, so everybody looks again.
        service.hub.hear(Changed::anything());
        tokio::time::sleep(PAUSE).await;
    }
}
