//! A Twilio of our own: the Messages API, its callbacks, and the ways in which both go wrong.
//!
//! `usher simulate-twilio` runs it alone, `usher demo` beside the product, the tests inside
//! their process. It speaks Twilio's protocol over HTTP, so the program under it differs from
//! production by one base URL. What it is told to get wrong is in [`Faults`]; what a number's
//! last five digits do is in `outcomes.rs`; what really happened is in its own log.

mod accounts;
mod answers;
mod book;
mod callbacks;
mod control;
mod create;
mod error;
mod faults;
mod fetch_update;
mod inbound;
mod life;
mod list;
mod order;
mod outcomes;
mod overrides;
mod pace;
mod poster;
mod refusal;
mod resource;
mod routes;
mod sent;
#[cfg(test)]
mod tests;
mod wire;
mod world;

use std::{
    future::Future,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{sync::watch, task::JoinHandle};
use usher_core::clock::Clock;

pub use self::{
    accounts::Account,
    error::SimulatorError,
    faults::{Chance, Faults, LateAnswer, RefuseNext},
    inbound::{Inbound, InboundAnswer},
    pace::Pace,
    sent::{CallbackOutcome, CallbackRecord, Direction, Sent, Status},
    world::Counts,
};
use self::{life::Hop, world::World};

/// What a simulator is started with.
pub struct Options {
    /// Where it listens; port 0 picks a free one.
    pub bind: SocketAddr,
    /// The Twilio accounts that exist.
    pub accounts: Vec<Account>,
    /// How fast a text moves from status to status.
    pub pace: Pace,
    /// What goes wrong from the start.
    pub faults: Faults,
    /// Decides every chance; the same seed gives the same fate to the same texts.
    pub seed: u64,
}

/// A running simulator. Dropping it stops it at once; [`Simulator::stop`] waits for the end.
pub struct Simulator {
    world: Arc<World>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

/// Starts a simulator on the machine's clock.
///
/// # Errors
/// When the address is taken, or an account or fault is not one that Twilio could have.
pub async fn start(options: Options) -> Result<Simulator, SimulatorError> {
    start_with_clock(options, Clock::System).await
}

/// Starts a simulator whose dates come from `clock`; delays always run in real time.
///
/// # Errors
/// As [`start`].
pub async fn start_with_clock(options: Options, clock: Clock) -> Result<Simulator, SimulatorError> {
    options.faults.check()?;
    let bind = options.bind;
    let (stop, stopped) = watch::channel(false);
    let world = Arc::new(World::new(options, clock, stopped.clone())?);
    let listener =
        wire::Listener::bind(bind).await.map_err(|source| SimulatorError::Bind { address: bind, source })?;
    let address = listener.address().map_err(|source| SimulatorError::Bind { address: bind, source })?;
    let server = tokio::spawn(routes::serve(listener, world.clone(), stopped));
    tracing::info!(%address, "Twilio simulator listening");
    Ok(Simulator { world, address, stop, server })
}

impl Simulator {
    /// The base of its REST API, to be set as `TWILIO_API_BASE`.
    #[must_use]
    pub fn base_url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }

    /// Replaces all faults. A probability below 0 is never, above 1 always.
    pub fn set_faults(&self, faults: Faults) {
        self.world.set_faults(faults);
    }

    /// The faults as they are now, with the counts that are left.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.world.faults()
    }

    /// Changes the pace of texts accepted from now on.
    pub fn set_pace(&self, pace: Pace) {
        self.world.set_pace(pace);
    }

    /// Every outbound text it accepted, in order: what a test holds the product's books against.
    #[must_use]
    pub fn messages(&self) -> Vec<Sent> {
        self.world.book().outbound()
    }

    /// One message by its SID, inbound ones too.
    #[must_use]
    pub fn message(&self, sid: &str) -> Option<Sent> {
        self.world.book().get(sid).cloned()
    }

    /// The outbound texts it accepted for one number, in order.
    #[must_use]
    pub fn messages_to(&self, to: &str) -> Vec<Sent> {
        self.world.book().outbound_to(to)
    }

    /// How often it was asked what, and what it answered.
    #[must_use]
    pub fn requests(&self) -> Counts {
        self.world.counts()
    }

    /// Gives a text a status by hand and posts its callback; `None` where it has no callback
    /// address. With [`Pace::held`] nothing else moves a text.
    ///
    /// # Errors
    /// When no message has this SID.
    pub async fn progress(
        &self,
        sid: &str,
        status: Status,
        error_code: Option<u32>,
    ) -> Result<Option<CallbackOutcome>, SimulatorError> {
        life::progress(&self.world, sid, Hop { status, error_code, wait: Duration::ZERO }).await
    }

    /// A person's text to one of the account's numbers: recorded, and posted signed to a webhook.
    /// STOP and START block and free the number, as at Twilio.
    ///
    /// # Errors
    /// When the account does not exist or the webhook cannot be reached.
    pub async fn deliver_inbound(&self, text: Inbound) -> Result<InboundAnswer, SimulatorError> {
        inbound::deliver(&self.world, text).await
    }

    /// Waits until nothing is under way: no status to come, no callback to post. Says whether
    /// that was reached within `patience`. Texts scheduled for later count as under way.
    pub async fn settle(&self, patience: Duration) -> bool {
        tokio::time::timeout(patience, self.world.settled()).await.is_ok()
    }

    /// Serves until `signal`, for a simulator that runs alone.
    ///
    /// # Errors
    /// As [`Simulator::stop`].
    pub async fn run_until(self, signal: impl Future<Output = ()>) -> Result<(), SimulatorError> {
        signal.await;
        self.stop().await
    }

    /// Stops serving, drops what is under way, and waits for the end.
    ///
    /// # Errors
    /// When the server task panicked.
    pub async fn stop(self) -> Result<(), SimulatorError> {
        self.stop.send_replace(true);
        Ok(self.server.await?)
    }
}
