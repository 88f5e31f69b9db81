//! How values look on the wire.

use std::fmt::Display;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use usher_core::twilio::codes;

/// An id, in the one form that we give ids out in.
pub(super) fn id(id: impl Display) -> String {
    id.to_string()
}

/// An id, or null.
pub(super) fn maybe_id(id: Option<impl Display>) -> Option<String> {
    id.map(|id| id.to_string())
}

/// A moment: RFC 3339 in UTC.
pub(super) fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A moment, or null.
pub(super) fn maybe_time(at: Option<DateTime<Utc>>) -> Option<String> {
    at.map(time)
}

/// A text, or null for an empty one.
pub(super) fn maybe_text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// What was made, and where it is now.
pub(super) fn created(path: &str, made: Value) -> Response {
    (StatusCode::CREATED, [("location", path)], Json(made)).into_response()
}

/// A page of a list under its own name.
pub(super) fn list(name: &str, items: Vec<Value>, next_cursor: Option<String>) -> Json<Value> {
    Json(json!({ name: items, "next_cursor": next_cursor }))
}

/// Words to choose from.
pub(super) fn words(words: impl IntoIterator<Item = &'static str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(", ")
}

/// Why texts failed, by Twilio's code; `None` where none came.
pub(super) fn reason(error_code: Option<i64>) -> Value {
    let code = error_code.and_then(|code| u32::try_from(code).ok()).filter(|code| *code > 0);
    match code.map(codes::describe) {
        Some(code) => json!({
            "code": code.code,
            "title": code.title,
            "advice": code.advice,
            "retry": code.retry.as_str(),
        }),
        None => json!({
            "code": null,
            "title": "No reason given",
            "advice": "Twilio refused it without a code. Try again, and tell an administrator if it keeps failing.",
            "retry": "later",
        }),
    }
}
