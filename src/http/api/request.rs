//! What a request brings: ids in its path and a JSON body.

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::problem::Problem;
use super::strict::{self, Unreadable};
use crate::http::App;
use crate::http::body::{self, Unread};

/// The largest body of most calls.
const USUAL: usize = 256;

/// The JSON body of a request, of at most so many KiB.
pub(super) struct Body<const KIB: usize = USUAL>(pub Value);

impl<const KIB: usize> FromRequest<App> for Body<KIB> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(not_json());
        }
        let bytes = read(&parts.headers, body, KIB).await?;
        parse(&bytes).map(Self)
    }
}

/// The body of a call that needs none: nothing at all is the same as `{}`.
pub(super) struct OptionalBody(pub Value);

impl FromRequest<App> for OptionalBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, USUAL).await?;
        if bytes.is_empty() {
            return Ok(Self(Value::Object(serde_json::Map::new())));
        }
        if !is_json(&parts.headers) {
            return Err(not_json());
        }
        parse(&bytes).map(Self)
    }
}

async fn read(headers: &HeaderMap, body: axum::body::Body, kib: usize) -> Result<Vec<u8>, Problem> {
    body::read(headers, body, kib * 1024).await.map_err(|unread| match unread {
        Unread::TooLarge => {
            let detail = format!("The body is larger than {kib} KiB. Send it in several calls.");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
        }
        Unread::Broken => Problem::new(StatusCode::BAD_REQUEST, "The body ended before it was whole."),
    })
}

fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    strict::parse(bytes).map_err(|unreadable| match unreadable {
        Unreadable::NoJson(error) => {
            Problem::new(StatusCode::BAD_REQUEST, format!("The body is not JSON that can be read: {error}."))
        }
        Unreadable::TooMuch => {
            let detail = "The body is made of too many values. Send it in several calls.";
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
        }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn not_json() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "Send the body as JSON: `Content-Type: application/json`.",
    )
}

/// The ids in the path.
pub(super) struct Ids(Vec<(String, String)>);

impl FromRequestParts<App> for Ids {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        // A segment that is no text names nothing.
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::not_found())?;
        Ok(Self(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }
}

impl Ids {
    /// An id; anything that is none of ours is not found.
    pub(super) fn get<T: std::fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Problem> {
        let value = self.0.iter().find(|(param, _)| param == name).map(|(_, value)| value.as_str());
        value.and_then(|value| id(value, parse)).ok_or_else(Problem::not_found)
    }
}

/// Reads an id in the one form that we give ids out in.
pub(super) fn id<T: std::fmt::Display>(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    parse(text).filter(|id| id.to_string() == text)
}
