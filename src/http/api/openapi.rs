//! `GET /api/openapi.json`: what the API is, for programs and for whoever writes them. The files
//! in `openapi/` are OpenAPI 3.1, each with the calls and shapes of one noun.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use usher_core::Error;

use super::problem::Problem;
use super::query::NoQuery;

const BASE: &str = include_str!("openapi/base.json");
const PARTS: &[&str] = &[
    include_str!("openapi/common.json"),
    include_str!("openapi/events.json"),
    include_str!("openapi/attendees.json"),
    include_str!("openapi/messages.json"),
    include_str!("openapi/history.json"),
    include_str!("openapi/retries.json"),
    include_str!("openapi/sends.json"),
    include_str!("openapi/settings.json"),
    include_str!("openapi/templates.json"),
];

static DOCUMENT: LazyLock<Result<String, String>> =
    LazyLock::new(|| assembled().map_err(|error| error.to_string()));

/// The document, as JSON text.
///
/// # Errors
/// If a part of it is not JSON.
pub fn description() -> Result<&'static str, Error> {
    DOCUMENT.as_deref().map_err(|error| Error::Broken(format!("the API's description: {error}")))
}

/// `GET /api/openapi.json`
pub(super) async fn document(_: NoQuery) -> Result<Response, Problem> {
    Ok(([(header::CONTENT_TYPE, "application/json")], description()?).into_response())
}

fn assembled() -> Result<String, serde_json::Error> {
    let mut document: Value = serde_json::from_str(BASE)?;
    document["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    for part in PARTS {
        merge(&mut document, serde_json::from_str(part)?);
    }
    serde_json::to_string(&document)
}

/// Adds what a part has to what is there; the parts have no field in common but objects.
fn merge(into: &mut Value, part: Map<String, Value>) {
    for (name, value) in part {
        match (into.get_mut(&name), value) {
            (Some(known @ Value::Object(_)), Value::Object(more)) => merge(known, more),
            (_, value) => into[&name] = value,
        }
    }
}
