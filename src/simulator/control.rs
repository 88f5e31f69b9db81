//! The switchboard of a simulator that runs alone, under `/_simulator/`. It asks for no login
//! and shows whole texts: it belongs on a loopback address.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, Query, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    SimulatorError,
    faults::Faults,
    inbound::{self, Inbound},
    life::{self, Hop},
    pace::Pace,
    sent::{Sent, Status},
    world::World,
};

/// Everything under `/_simulator/`.
pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/healthz", get(async || Json(json!({ "status": "ok" }))))
        .route("/faults", get(show_faults).put(put_faults))
        .route("/pace", get(show_pace).put(put_pace))
        .route("/requests", get(requests))
        .route("/messages", get(messages))
        .route("/messages/{sid}", get(message))
        .route("/messages/{sid}/progress", post(progress))
        .route("/inbound", post(inbound))
}

/// What the switchboard refuses, as `{"error": …}`.
struct Wrong(StatusCode, String);

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<JsonRejection> for Wrong {
    fn from(rejection: JsonRejection) -> Self {
        Self(rejection.status(), rejection.body_text())
    }
}

impl From<SimulatorError> for Wrong {
    fn from(error: SimulatorError) -> Self {
        let status = match error {
            SimulatorError::UnknownAccount(_) | SimulatorError::UnknownMessage(_) => StatusCode::NOT_FOUND,
            SimulatorError::NoAnswer { .. } | SimulatorError::Webhook(_) => StatusCode::BAD_GATEWAY,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self(status, error.to_string())
    }
}

async fn show_faults(State(world): State<Arc<World>>) -> Json<Faults> {
    Json(world.faults())
}

/// Replaces all faults: what is not named is off.
async fn put_faults(
    State(world): State<Arc<World>>,
    faults: Result<Json<Faults>, JsonRejection>,
) -> Result<Json<Faults>, Wrong> {
    let Json(faults) = faults?;
    faults.check()?;
    world.set_faults(faults);
    Ok(Json(world.faults()))
}

async fn show_pace(State(world): State<Arc<World>>) -> Json<Pace> {
    Json(world.pace())
}

/// Replaces the pace: what is not named is as in the demo.
async fn put_pace(
    State(world): State<Arc<World>>,
    pace: Result<Json<Pace>, JsonRejection>,
) -> Result<Json<Pace>, Wrong> {
    let Json(pace) = pace?;
    world.set_pace(pace);
    Ok(Json(world.pace()))
}

async fn requests(State(world): State<Arc<World>>) -> Response {
    Json(world.counts()).into_response()
}

#[derive(Deserialize)]
struct Stretch {
    #[serde(default)]
    after: usize,
    #[serde(default = "hundred")]
    limit: usize,
}

fn hundred() -> usize {
    100
}

#[derive(Serialize)]
struct Log {
    messages: Vec<Sent>,
    total: usize,
    /// The `after` of the next page; `None` at the end.
    next_after: Option<usize>,
}

/// The log of truth, oldest first, inbound texts included.
async fn messages(State(world): State<Arc<World>>, Query(stretch): Query<Stretch>) -> Json<Log> {
    let (messages, total) = world.book().stretch(stretch.after, stretch.limit.clamp(1, 1000));
    let end = stretch.after.saturating_add(messages.len());
    let next_after = (end < total && !messages.is_empty()).then_some(end);
    Json(Log { messages, total, next_after })
}

async fn message(State(world): State<Arc<World>>, Path(sid): Path<String>) -> Result<Json<Sent>, Wrong> {
    let found = world.book().get(&sid).cloned();
    Ok(Json(found.ok_or(SimulatorError::UnknownMessage(sid))?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Progress {
    status: Status,
    #[serde(default)]
    error_code: Option<u32>,
}

/// Moves one text by hand and says what became of its callback.
async fn progress(
    State(world): State<Arc<World>>,
    Path(sid): Path<String>,
    step: Result<Json<Progress>, JsonRejection>,
) -> Result<Response, Wrong> {
    let Json(step) = step?;
    let hop = Hop { status: step.status, error_code: step.error_code, wait: Duration::ZERO };
    let callback = life::progress(&world, &sid, hop).await?;
    Ok(Json(json!({ "callback": callback })).into_response())
}

async fn inbound(
    State(world): State<Arc<World>>,
    text: Result<Json<Inbound>, JsonRejection>,
) -> Result<Response, Wrong> {
    let Json(text) = text?;
    Ok(Json(inbound::deliver(&world, text).await?).into_response())
}
