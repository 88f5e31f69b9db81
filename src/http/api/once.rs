//! The header `Idempotency-Key`: the same request again acts once and answers as the first time.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use usher_core::Error;
use usher_core::idempotency::{Answer, Answered, Ticket};

use super::problem::Problem;
use crate::http::App;

/// The key of a request, if it has one.
pub(super) struct Once(Option<Vec<u8>>);

impl FromRequestParts<App> for Once {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let mut keys = parts.headers.get_all("idempotency-key").iter();
        let key = keys.next().map(|key| key.as_bytes().to_vec());
        if keys.next().is_some() {
            return Err(Error::invalid("Idempotency-Key", "Send one key.").into());
        }
        Ok(Self(key))
    }
}

impl Once {
    /// The request under its key. `id` is what the path names; requests are the same if that and
    /// the parsed body are, whatever the order of its fields and its white space.
    pub(super) fn ticket(
        &self,
        call: &'static str,
        id: &str,
        body: &Value,
    ) -> Result<Option<Ticket>, Problem> {
        let ticket = self.0.as_ref().map(|key| Ticket::new(call, key, &format!("{id}\n{body}")));
        Ok(ticket.transpose()?)
    }
}

/// An answer of 202 with this body, to be stored.
pub(super) fn accepted(body: &Value) -> Answer {
    Answer { status: i64::from(StatusCode::ACCEPTED.as_u16()), body: body.to_string() }
}

/// An answer as it goes out, marked if it was given before.
pub(super) fn answer(answered: Answered) -> Result<Response, Problem> {
    let status =
        u16::try_from(answered.answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| Error::Broken("a stored answer has no HTTP status".into()))?;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (status, kind, answered.answer.body).into_response();
    if answered.replayed {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}
