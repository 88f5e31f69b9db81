//! What changed, told to whoever shows or waits for it: open pages and the outbox worker.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

/// How many commits a slow listener may fall behind before it is told "anything may have changed".
const BACKLOG: usize = 256;
/// Above this many ids in one change it is told as "anything".
const MANY: usize = 200;

/// What one commit, or several merged, changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Ids of organizations, events, contacts and sends whose pages look different now.
    pub ids: BTreeSet<Uuid>,
    /// Texts may be due.
    pub outbox: bool,
    /// Anything may have changed.
    pub anything: bool,
}

impl Changed {
    /// Nothing is known: every page looks again.
    #[must_use]
    pub fn anything() -> Self {
        Self { anything: true, outbox: true, ids: BTreeSet::new() }
    }

    /// Whether a page that shows these ids looks different now.
    #[must_use]
    pub fn concerns(&self, id: Uuid) -> bool {
        self.anything || self.ids.contains(&id)
    }

    /// Takes in another change.
    pub fn merge(&mut self, other: &Self) {
        self.outbox |= other.outbox;
        self.anything |= other.anything;
        self.ids.extend(&other.ids);
        if self.ids.len() > MANY {
            self.anything = true;
            self.ids.clear();
        }
    }

    fn is_nothing(&self) -> bool {
        self.ids.is_empty() && !self.outbox && !self.anything
    }
}

/// The meeting point within one process.
#[derive(Clone, Debug)]
pub struct Hub {
    changes: broadcast::Sender<Changed>,
    ours: broadcast::Sender<Changed>,
    outbox: Arc<Notify>,
    clerk: Arc<Notify>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            changes: broadcast::channel(BACKLOG).0,
            ours: broadcast::channel(BACKLOG).0,
            outbox: Arc::new(Notify::new()),
            clerk: Arc::new(Notify::new()),
        }
    }
}

impl Hub {
    /// Tells this process what one of its own commits changed.
    pub fn tell(&self, changed: Changed) {
        if changed.is_nothing() {
            return;
        }
        // No subscriber is no fault: nobody is looking.
        if self.ours.receiver_count() > 0 && self.ours.send(changed.clone()).is_err() {
            tracing::debug!("nobody passes changes on to other processes");
        }
        self.hear(changed);
    }

    /// Tells this process what another one's commit changed.
    pub fn hear(&self, changed: Changed) {
        if changed.outbox || changed.anything {
            self.outbox.notify_one();
        }
        if self.changes.receiver_count() > 0 && self.changes.send(changed).is_err() {
            tracing::debug!("the last listener left");
        }
    }

    /// Every change from now on, ours and others'.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Changed> {
        self.changes.subscribe()
    }

    /// Every change of this process from now on, for passing on to the others.
    #[must_use]
    pub fn listen_to_ours(&self) -> broadcast::Receiver<Changed> {
        self.ours.subscribe()
    }

    /// Tells the clerk of this process that there is work; those of others look by themselves.
    pub fn wake_clerk(&self) {
        self.clerk.notify_one();
    }

    /// Returns once there may be work for the clerk. For the one clerk of this process.
    pub async fn clerk_woken(&self) {
        self.clerk.notified().await;
    }

    /// Returns once texts may be due. For the one worker of this process.
    pub async fn outbox_changed(&self) {
        self.outbox.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_ids_becomes_anything() {
        let mut merged = Changed::default();
        for n in 0..300 {
            merged.merge(&Changed { ids: BTreeSet::from([Uuid::from_u128(n)]), ..Changed::default() });
        }
        assert!(merged.anything && merged.concerns(Uuid::from_u128(7)));
    }

    #[tokio::test]
    async fn a_wake_up_is_not_lost_while_the_worker_is_busy() {
        let hub = Hub::default();
        hub.tell(Changed { outbox: true, ..Changed::default() });
        hub.outbox_changed().await;
    }
}
