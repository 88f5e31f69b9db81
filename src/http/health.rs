//! Is it alive, is it ready, what is it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use usher_core::processes;
use usher_core::store::{Store, StoreError};

use super::App;

/// The process answers.
pub(super) async fn healthz() -> &'static str {
    "ok"
}

/// The database answers and its schema is whole. A missing worker is told, and is no 503: a web
/// process can still take receipts and show pages.
pub(super) async fn readyz(State(app): State<App>) -> Response {
    let service = app.service();
    let ready = async {
        service.store.check_whole().await?;
        Ok::<bool, StoreError>(processes::a_worker_lives(service).await?)
    };
    match tokio::time::timeout(std::time::Duration::from_secs(2), ready).await {
        Ok(Ok(worker)) => {
            let worker = if worker { "alive" } else { "none was heard of in the last minute" };
            Json(json!({ "ready": true, "database": service.store.engine(), "worker": worker }))
                .into_response()
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "not ready");
            let reason = match error {
                StoreError::Incomplete(missing) => format!("the schema lacks {missing}"),
                _ => "the database does not answer".to_owned(),
            };
            not_ready(&reason)
        }
        Err(_) => not_ready("the database does not answer in time"),
    }
}

fn not_ready(reason: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "ready": false, "reason": reason }))).into_response()
}

/// What runs here.
pub(super) async fn version() -> Json<serde_json::Value> {
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "commit": option_env!("USHER_COMMIT").unwrap_or("unknown"),
        "built_at": option_env!("USHER_BUILT_AT").unwrap_or("unknown"),
        "schema": Store::schema_version(),
    }))
}
