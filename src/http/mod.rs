//! The route table, and the layers around it.

pub mod api;
mod assets;
mod body;
mod exports;
mod guards;
mod health;
mod live;
mod sessions;
mod webhooks;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, Request, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get, post};
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use usher_core::Service;
use usher_ui::Ui;

use crate::program::stopped;

pub use assets::version as assets_version;

/// The largest form a page may post.
const FORM_LIMIT: usize = 256 * 1024;
/// No request may take longer; event streams are outside this limit.
const PATIENCE: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What routes share.
#[derive(Clone)]
pub struct App {
    /// What the pages need; the service is in it.
    pub ui: Ui,
    /// Turns true when the process is about to stop, so that event streams end.
    pub stop: watch::Receiver<bool>,
    /// How often one key may call the API.
    pub calls: api::Limit,
}

impl App {
    /// As most processes are.
    #[must_use]
    pub fn new(ui: Ui, stop: watch::Receiver<bool>) -> Self {
        Self { ui, stop, calls: api::Limit::default() }
    }

    fn service(&self) -> &Service {
        &self.ui.service
    }
}

/// Everything that this process answers.
pub fn router(app: App) -> Router {
    let timed = Router::new()
        .merge(pages(&app))
        .merge(webhook_routes())
        .merge(api::router().layer(sessions::layer(app.service())))
        .merge(files().layer(sessions::layer(app.service())))
        .merge(operations())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE));
    Router::new()
        .merge(timed)
        .merge(Router::new().route("/live", get(live::live)).layer(sessions::layer(app.service())))
        .layer(compression())
        .layer(CatchPanicLayer::custom(guards::panicked))
        .layer(from_fn(guards::in_our_words))
        .layer(from_fn(guards::security_headers))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_response(DefaultOnResponse::new().level(tracing::Level::INFO)),
        )
        .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId(app.service().clone())))
        .layer(from_fn(guards::forget_foreign_id))
        .with_state(app)
}

/// Pages and the forms on them, for people with a session.
fn pages(app: &App) -> Router<App> {
    let forms = Router::new()
        .route("/do/look", post(usher_ui::look))
        .route("/do/{*action}", post(usher_ui::act))
        .layer(from_fn(guards::see_other))
        .layer(from_fn_with_state(app.clone(), guards::same_origin))
        .layer(RequestBodyLimitLayer::new(FORM_LIMIT));
    // A list of people may be larger than any other form; it counts its bytes itself.
    let uploads = Router::new()
        .route(usher_ui::UPLOAD, post(usher_ui::upload))
        .layer(from_fn(guards::see_other))
        .layer(from_fn_with_state(app.clone(), guards::same_origin))
        .layer(DefaultBodyLimit::disable());
    let mut pages = Router::new();
    for path in usher_ui::routes() {
        pages = pages.route(&axum_path(&path), get(usher_ui::page));
    }
    pages
        .fallback(get(usher_ui::page))
        .merge(forms)
        .merge(uploads)
        .with_state(app.ui.clone())
        .layer(sessions::layer(app.service()))
}

/// Lists as files, for people with a session.
fn files() -> Router<App> {
    Router::new()
        .route("/events/{event}/texts.csv", get(exports::texts))
        .route("/events/{event}/import/{draft}/left-out.csv", get(exports::left_out_rows))
}

/// What Twilio calls.
fn webhook_routes() -> Router<App> {
    Router::new()
        .route("/api/webhooks/twilio/status", any(webhooks::status))
        .route("/api/webhooks/twilio/inbound", any(webhooks::inbound))
}

/// For whoever runs it, and for browsers' assets.
fn operations() -> Router<App> {
    Router::new()
        .route("/assets/{*name}", get(assets::asset))
        .route("/robots.txt", get(assets::robots))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/version", get(health::version))
}

/// Leptos writes `/events/:event`, axum `/events/{event}`.
fn axum_path(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment.strip_prefix(':') {
        Some(name) => format!("{{{name}}}"),
        None => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Everything but event streams, which must not wait in a buffer.
fn compression() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new()
        .compress_when(SizeAbove::new(256).and(NotForContentType::const_new("text/event-stream")))
}

fn span<B>(request: &Request<B>) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    tracing::info_span!("request", method = %request.method(), path = loggable(request.uri().path()), id)
}

/// The path without what opens a door. The query is never logged: it may name a person.
fn loggable(path: &str) -> &str {
    ["/sign-in/link/", "/welcome/"].into_iter().find(|door| path.starts_with(door)).unwrap_or(path)
}

/// Ids of our own making: a client's header must not enter our log.
#[derive(Clone)]
struct NewRequestId(Service);

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &Request<B>) -> Option<RequestId> {
        let id = self.0.clock.new_id().simple().to_string();
        id.parse().ok().map(RequestId::new)
    }
}

/// Serves until `stop` turns true, then lets open requests finish.
///
/// # Errors
/// If the listener fails.
pub async fn serve(listener: tokio::net::TcpListener, app: App) -> std::io::Result<()> {
    let stop = stopped(app.stop.clone());
    let router = router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_door_is_not_logged() {
        assert_eq!(loggable("/sign-in/link/secret"), "/sign-in/link/");
        assert_eq!(loggable("/welcome/secret"), "/welcome/");
        assert_eq!(loggable("/events/1"), "/events/1");
    }
}
