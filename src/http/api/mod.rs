//! The JSON API: one table of calls, and what is around each of them. A call parses, calls one
//! core function, answers; every error is a problem.

mod attendees;
mod caller;
mod events;
mod fields;
mod history;
mod limit;
mod messages;
mod once;
mod openapi;
mod problem;
mod query;
mod request;
mod retries;
mod sends;
mod settings;
mod strict;
mod templates;
mod text;
mod wire;

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter, any};
use tower_http::catch_panic::CatchPanicLayer;

pub use limit::Limit;
pub use openapi::description;
use problem::Problem;

use super::App;

/// No call may take longer.
const PATIENCE: Duration = Duration::from_secs(25);

/// One call of the table.
struct Call {
    method: &'static str,
    path: &'static str,
    handler: MethodRouter<App, Infallible>,
}

/// Every call there is; `openapi/` describes the same ones.
fn table() -> Vec<Call> {
    vec![
        get("/api/v1/events", events::list),
        post("/api/v1/events", events::create),
        get("/api/v1/events/{event_id}", events::find),
        patch("/api/v1/events/{event_id}", events::change),
        get("/api/v1/events/{event_id}/attendees", attendees::list),
        put("/api/v1/events/{event_id}/attendees", attendees::put),
        get("/api/v1/events/{event_id}/summary", messages::summary),
        get("/api/events/{event_id}/attendees/{attendee_id}/sms-history", history::list),
        post("/api/v1/events/{event_id}/sends", sends::create),
        get("/api/v1/sends/{send_id}", sends::find),
        post("/api/v1/sends/{send_id}/pause", sends::pause),
        post("/api/v1/sends/{send_id}/resume", sends::resume),
        post("/api/v1/sends/{send_id}/cancel", sends::cancel),
        get("/api/v1/messages", messages::list),
        post("/api/v1/messages", messages::create),
        get("/api/v1/messages/{message_id}", messages::find),
        post("/api/v1/messages/{message_id}/retry", messages::retry),
        post("/api/v1/retries", retries::create),
        get("/api/v1/retries/{run_id}", retries::find),
        get("/api/v1/templates", templates::list),
        post("/api/v1/templates", templates::create),
        get("/api/v1/templates/{template_id}", templates::find),
        patch("/api/v1/templates/{template_id}", templates::change),
        get("/api/v1/settings", settings::find),
        patch("/api/v1/settings", settings::change),
        get("/api/openapi.json", openapi::document),
    ]
}

fn get<T: 'static>(path: &'static str, handler: impl Handler<T, App>) -> Call {
    Call { method: "get", path, handler: routing::get(handler) }
}

fn post<T: 'static>(path: &'static str, handler: impl Handler<T, App>) -> Call {
    Call { method: "post", path, handler: routing::post(handler) }
}

fn put<T: 'static>(path: &'static str, handler: impl Handler<T, App>) -> Call {
    Call { method: "put", path, handler: routing::put(handler) }
}

fn patch<T: 'static>(path: &'static str, handler: impl Handler<T, App>) -> Call {
    Call { method: "patch", path, handler: routing::patch(handler) }
}

/// Method and path of every call, for whoever compares them with the description.
#[must_use]
pub fn calls() -> Vec<(&'static str, &'static str)> {
    table().into_iter().map(|call| (call.method, call.path)).collect()
}

/// The calls, and a problem for everything else under `/api`.
pub(super) fn router() -> Router<App> {
    let mut router = Router::new();
    for call in table() {
        router = router.route(call.path, call.handler);
    }
    router
        .route("/api", any(no_such_call))
        .route("/api/", any(no_such_call))
        .route("/api/{*path}", any(no_such_call))
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn(patience))
        .layer(CatchPanicLayer::custom(panicked))
}

async fn no_such_call() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "There is no such call. GET /api/openapi.json lists them all.")
}

async fn no_such_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "This path knows other methods. The Allow header names them.",
    )
}

/// Ends a call that takes too long, and keeps answers out of caches: they are somebody's own.
async fn patience(request: Request, next: Next) -> Response {
    let mut response = tokio::time::timeout(PATIENCE, next.run(request)).await.unwrap_or_else(|_| {
        tracing::error!("a call took too long");
        let detail =
            "This took too long. Ask what became of it before sending it again without an Idempotency-Key.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(PATIENCE.as_secs()).into_response()
    });
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn panicked(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    super::guards::log_panic(cause);
    let detail = "Something failed on our side. Try again in a moment.";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response()
}
