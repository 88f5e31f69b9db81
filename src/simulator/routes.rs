//! Every address of the simulator, and the server under them.

use std::{
    sync::{Arc, atomic::AtomicUsize, atomic::Ordering},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, Uri},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use tokio::sync::watch;

use super::{
    control, create, fetch_update, list,
    refusal::Refusal,
    wire::{Line, Listener},
    world::World,
};

fn routes(world: Arc<World>) -> Router {
    let under_way = Arc::new(AtomicUsize::new(0));
    let twilio = Router::new()
        .route("/{account}", get(fetch_update::account))
        .route("/{account}/IncomingPhoneNumbers.json", get(fetch_update::numbers))
        .route("/{account}/Messages.json", get(list::list).post(create::create))
        .route(
            "/{account}/Messages/{message}",
            get(fetch_update::fetch).post(fetch_update::update).delete(fetch_update::delete),
        )
        .method_not_allowed_fallback(async || Refusal::of(20004))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            with_load_headers(under_way.clone(), request, next)
        }));
    Router::new()
        .nest("/2010-04-01/Accounts", twilio)
        .nest("/_simulator", control::routes())
        .fallback(async |uri: Uri| Refusal::missing(uri.path()))
        .with_state(world)
}

/// Twilio's headers about the load an account makes.
async fn with_load_headers(under_way: Arc<AtomicUsize>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let at_once = Busy::enter(under_way);
    let mut answer = next.run(request).await;
    let values = [
        ("Twilio-Request-Id", format!("RQ{:032x}", rand::random::<u128>())),
        ("Twilio-Concurrent-Requests", at_once.count.to_string()),
        ("Twilio-Request-Duration", format!("{:.3}", started.elapsed().as_secs_f64())),
    ];
    for (name, value) in values {
        match HeaderValue::from_str(&value) {
            Ok(value) => {
                answer.headers_mut().insert(name, value);
            }
            Err(error) => tracing::error!(name, %error, "a header that cannot be"),
        }
    }
    answer
}

/// A request under way; counts itself out even when its caller hangs up.
struct Busy {
    under_way: Arc<AtomicUsize>,
    count: usize,
}

impl Busy {
    fn enter(under_way: Arc<AtomicUsize>) -> Self {
        let count = under_way.fetch_add(1, Ordering::Relaxed) + 1;
        Self { under_way, count }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Serves until the simulator is stopped or dropped, and a second longer for what is under way.
pub(super) async fn serve(listener: Listener, world: Arc<World>, mut stopped: watch::Receiver<bool>) {
    let stopping = world.clone();
    let service = routes(world).into_make_service_with_connect_info::<Line>();
    let server =
        axum::serve(listener, service).with_graceful_shutdown(async move { stopping.stopping().await });
    let patience = async {
        if stopped.wait_for(|stopped| *stopped).await.is_err() {
            tracing::debug!("the Twilio simulator was dropped");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    tokio::select! {
        ended = server => {
            if let Err(error) = ended {
                tracing::error!(%error, "the Twilio simulator ended");
            }
        }
        () = patience => tracing::debug!("connections to the Twilio simulator were left open"),
    }
}
