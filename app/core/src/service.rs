//! Everything the product needs from outside, in one value that every core function gets.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::Semaphore;

use crate::accounts::DefaultAccount;
use crate::clock::Clock;
use crate::ids::{AccountId, ProcessId};
use crate::live::Hub;
use crate::lookups::Patience;
use crate::orgs::Defaults;
use crate::outbox::Budget;
use crate::random::Random;
use crate::receipts::ReceiptWriter;
use crate::refusals::Refusals;
use crate::store::Store;
use crate::twilio::client::Client;
use crate::vault::Vault;

/// Sends that are planned at once, per process.
const PLANS: usize = 2;
/// How many shards the counters have on PostgreSQL: processes beyond that share one.
const SHARDS: u128 = 16;

/// The product, without its pages and routes.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What [`Service`] dereferences to.
pub struct Inner {
    /// Where everything is kept.
    pub store: Store,
    /// Time and ids.
    pub clock: Clock,
    /// Chance.
    pub random: Random,
    /// Sealed secrets.
    pub vault: Vault,
    /// Who is told of changes.
    pub hub: Hub,
    /// Twilio, or what stands for it.
    pub twilio: Client,
    /// What the installation was configured with.
    pub settings: Settings,
    /// How much Twilio is asked at once.
    pub budget: Budget,
    /// Turns of planning a send.
    pub(crate) planning: Semaphore,
    /// False while this process's clock is too far off to hand out leases.
    pub may_claim: AtomicBool,
    /// Webhooks that this process refused since they were last written down.
    pub refusals: Refusals,
    /// This process.
    pub process: ProcessId,
    /// The default account's row, if an account is configured.
    pub default_account_id: Option<AccountId>,
    /// The one way in which receipts and call results reach the store.
    pub receipts: ReceiptWriter,
}

/// What an installation is configured with.
#[derive(Clone)]
pub struct Settings {
    /// How the outside reaches us, without a slash at the end.
    pub public_url: String,
    /// The configured Twilio account.
    pub default_account: Option<DefaultAccount>,
    /// The configured number or Messaging Service.
    pub default_sender: Option<String>,
    /// False where Twilio would refuse our address: statuses then come by look-up.
    pub status_callbacks: bool,
    /// How long news is awaited, and when it is asked for.
    pub patience: Patience,
    /// Requests to Twilio in flight at once, at most.
    pub in_flight: usize,
    /// Memory in KiB that a password hash costs.
    pub password_memory_kib: u32,
}

/// The parts a service is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Store,
    /// Time and ids.
    pub clock: Clock,
    /// Chance.
    pub random: Random,
    /// Sealed secrets.
    pub vault: Vault,
    /// Twilio, or what stands for it.
    pub twilio: Client,
    /// What the installation was configured with.
    pub settings: Settings,
}

impl Service {
    /// Puts the parts together and starts the receipt writer. Needs a Tokio runtime.
    ///
    /// # Errors
    /// If the configured account cannot be stored.
    pub async fn start(parts: Parts) -> Result<Self, sqlx::Error> {
        let default_account_id = match &parts.settings.default_account {
            Some(account) => {
                Some(crate::accounts::ensure_default(&parts.store, &parts.clock, account).await?)
            }
            None => None,
        };
        let process = ProcessId(parts.clock.new_id());
        let hub = Hub::default();
        let receipts = ReceiptWriter::spawn(crate::receipts::Desk {
            store: parts.store.clone(),
            clock: parts.clock.clone(),
            hub: hub.clone(),
            shard: shard(&parts.store, process),
            patience: parts.settings.patience.clone(),
            defaults: Defaults { account: default_account_id, sender: parts.settings.default_sender.clone() },
            heard: crate::receipts::Heard::default(),
        });
        let budget = Budget::new(parts.settings.in_flight);
        Ok(Self {
            inner: Arc::new(Inner {
                store: parts.store,
                clock: parts.clock,
                random: parts.random,
                vault: parts.vault,
                hub,
                twilio: parts.twilio,
                settings: parts.settings,
                budget,
                planning: Semaphore::new(PLANS),
                may_claim: AtomicBool::new(true),
                refusals: Refusals::default(),
                process,
                default_account_id,
                receipts,
            }),
        })
    }

    /// What organizations without an account or sender of their own use.
    pub(crate) fn defaults(&self) -> Defaults {
        Defaults { account: self.default_account_id, sender: self.settings.default_sender.clone() }
    }

    /// This process's own counter rows, so that processes do not wait for each other on them.
    #[must_use]
    pub fn shard(&self) -> i64 {
        shard(&self.store, self.process)
    }
}

impl std::ops::Deref for Service {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

fn shard(store: &Store, process: ProcessId) -> i64 {
    match store {
        Store::Sqlite(_) => 0,
        Store::Postgres(_) => i64::try_from(process.0.as_u128() % SHARDS).unwrap_or_default(),
    }
}
