//! The running program: a service, its pages and webhooks, its worker, and how they stop.

use std::time::Duration;

use clap::ValueEnum;
use tokio::net::TcpListener;
use tokio::sync::watch;
use usher_core::clerk::Clerk;
use usher_core::clock::Clock;
use usher_core::lookups::Looker;
use usher_core::outbox::Worker;
use usher_core::random::Random;
use usher_core::service::Parts;
use usher_core::store::{DatabaseError, Store};
use usher_core::twilio::client::Client;
use usher_core::{Service, drafts, idempotency, messages, people, processes, refusals};
use usher_ui::Ui;

use crate::config::Checked;
use crate::http::{self, App};
use crate::relay;

/// How often a process says that it lives, writes down refused webhooks, and forgets ended sessions and old
/// idempotency keys.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How many times it does so before it looks for words of texts that nobody asks for again: an hour.
const HEARTBEATS: u32 = 360;
/// How long a stopping process waits for requests in flight; longer than any call to Twilio.
const FAREWELL: Duration = Duration::from_secs(25);

/// What a process does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Pages, webhooks and the API.
    Web,
    /// The outbox.
    Worker,
    /// Both.
    #[default]
    All,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Worker => "worker",
            Self::All => "all",
        }
    }
}

/// Why the program cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// The HTTP client cannot be made.
    #[error(transparent)]
    Client(#[from] usher_core::twilio::client::ClientError),
    /// The database failed.
    #[error("The database failed: {0}")]
    Database(#[from] DatabaseError),
    /// The server failed.
    #[error("The server failed: {0}")]
    Server(#[from] std::io::Error),
}

/// Makes a service out of a checked configuration and an open store.
///
/// # Errors
/// If the HTTP client cannot be made or the database fails.
pub async fn service(
    checked: &Checked,
    store: Store,
    clock: Clock,
    random: Random,
) -> Result<Service, ProgramError> {
    let parts = Parts {
        store,
        clock,
        random,
        vault: checked.vault.clone(),
        twilio: Client::new(&checked.twilio_api_base)?,
        settings: checked.settings.clone(),
    };
    Ok(Service::start(parts).await?)
}

/// What the pages need.
#[must_use]
pub fn ui(service: &Service, set_up_problem: Option<String>) -> Ui {
    Ui {
        service: service.clone(),
        assets_version: http::assets_version(),
        set_up_problem,
        first_start_token: service.vault.first_start_token(),
    }
}

/// Works until `stop` turns true, then finishes what is in flight. `listener` is `None` for a
/// process that only works the outbox.
///
/// # Errors
/// If the server fails.
pub async fn run(
    ui: Ui,
    listener: Option<TcpListener>,
    role: Role,
    stop: watch::Receiver<bool>,
) -> Result<(), ProgramError> {
    let service = ui.service.clone();
    let beating = tokio::spawn(beat(service.clone(), role));
    let relay = tokio::spawn(relay::run(service.clone(), stop.clone()));
    let worker = (role != Role::Web).then(|| {
        let worker = Worker { service: service.clone() };
        tokio::spawn(worker.run(stop.clone()))
    });
    let looker = (role != Role::Web).then(|| {
        let looker = Looker { service: service.clone() };
        tokio::spawn(looker.run(stop.clone()))
    });
    let clerk = (role != Role::Web).then(|| {
        let clerk = Clerk { service: service.clone() };
        tokio::spawn(clerk.run(stop.clone()))
    });
    let served = match listener {
        Some(listener) => serve(listener, App::new(ui, stop.clone())).await,
        None => {
            stopped(stop).await;
            Ok(())
        }
    };
    if let Some(worker) = worker
        && tokio::time::timeout(FAREWELL, worker).await.is_err()
    {
        tracing::warn!("a call to Twilio did not end in time; its text stays “sending” until it is resolved");
    }
    // Either may be stopped at any point without losing anything.
    for helper in [looker, clerk].into_iter().flatten() {
        helper.abort();
    }
    beating.abort();
    relay.abort();
    if let Err(error) = refusals::write(&service).await {
        tracing::warn!(%error, "refused webhooks cannot be written down");
    }
    if let Err(error) = processes::leave(&service).await {
        tracing::warn!(%error, "this process could not take leave");
    }
    service.store.close().await;
    Ok(served?)
}

/// Serves; once told to stop, open requests have [`FAREWELL`] to end.
async fn serve(listener: TcpListener, app: App) -> std::io::Result<()> {
    let stop = app.stop.clone();
    let serving = http::serve(listener, app);
    tokio::pin!(serving);
    tokio::select! {
        served = &mut serving => return served,
        () = stopped(stop) => {}
    }
    match tokio::time::timeout(FAREWELL, serving).await {
        Ok(served) => served,
        Err(_) => {
            tracing::warn!("some requests did not end in time");
            Ok(())
        }
    }
}

/// Returns once it is time to stop.
pub(crate) async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error means that whoever could stop us is gone, which is a stop too.
    if stop.wait_for(|stop| *stop).await.is_err() {
        tracing::debug!("stopping: nobody is left who could say so");
    }
}

async fn beat(service: Service, role: Role) {
    for beat in (0..HEARTBEATS).cycle() {
        if let Err(error) = processes::beat(&service, role.as_str()).await {
            tracing::warn!(%error, "this process cannot say that it lives");
        }
        if let Err(error) = processes::check_clock(&service).await {
            tracing::warn!(%error, "this machine's clock cannot be compared with the database's");
        }
        if let Err(error) = people::sessions::forget_ended(&service.store, &service.clock).await {
            tracing::warn!(%error, "ended sessions cannot be forgotten");
        }
        if let Err(error) = idempotency::forget_old(&service).await {
            tracing::warn!(%error, "old idempotency keys cannot be forgotten");
        }
        if let Err(error) = drafts::forget_expired(&service).await {
            tracing::warn!(%error, "old drafts cannot be forgotten");
        }
        if let Err(error) = refusals::write(&service).await {
            tracing::warn!(%error, "refused webhooks cannot be written down");
        }
        if beat == 0
            && let Err(error) = messages::forget_unfilled_words(&service).await
        {
            tracing::warn!(%error, "words of texts that are over cannot be forgotten");
        }
        tokio::time::sleep(HEARTBEAT).await;
    }
}

/// Turns true on Ctrl-C or SIGTERM.
#[must_use]
pub fn stop_signal() -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                interrupted = tokio::signal::ctrl_c() => if let Err(error) = interrupted {
                    tracing::error!(%error, "Ctrl-C cannot be heard");
                },
                _ = terminate.recv() => {}
            },
            Err(error) => {
                tracing::error!(%error, "SIGTERM cannot be heard");
                if let Err(error) = tokio::signal::ctrl_c().await {
                    tracing::error!(%error, "Ctrl-C cannot be heard");
                }
            }
        }
        tracing::info!("stopping: requests in flight are finished first");
        if stop.send(true).is_err() {
            tracing::debug!("nothing was running any more");
        }
    });
    stopped
}
