//! Errors as RFC 9457 problem details: what is wrong in a sentence, and field by field where
//! fields are wrong. Insides are logged, never told.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use usher_core::store::is_away;
use usher_core::{Error, FieldError};

/// So many fields are listed at most; a program that gets more wrong needs no longer list.
const MOST_FIELDS: usize = 200;
/// When to ask again while the database is away, in seconds.
const AWAY: u64 = 5;

/// An error answer of the API.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<u64>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// Not there, or somebody else's: the two look the same from outside.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing here with this id.")
    }

    /// The database cannot be asked; nothing was done.
    pub(super) fn away() -> Self {
        let detail = "The database does not answer; nothing was changed. Try again in a moment.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(AWAY)
    }

    /// The same call may work after so many seconds.
    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    fn invalid(mut errors: Vec<FieldError>) -> Self {
        let all = errors.len();
        errors.truncate(MOST_FIELDS);
        let detail = match all {
            1 => "One field needs mending; nothing was changed.".to_owned(),
            all if all > MOST_FIELDS => {
                // What was gathered was cut too, so that all of it has no number.
                format!(
                    "More than {MOST_FIELDS} fields need mending, of which the first {MOST_FIELDS} are listed; nothing was changed."
                )
            }
            all => format!("{all} fields need mending; nothing was changed."),
        };
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::not_found(),
            Error::NotAllowed(why) => Self::new(StatusCode::FORBIDDEN, why),
            Error::Invalid(errors) => Self::invalid(errors),
            Error::TooOften { why, wait } => {
                let seconds = u64::try_from(wait.num_seconds()).unwrap_or_default();
                Self::new(StatusCode::TOO_MANY_REQUESTS, why).retry_after(seconds + 1)
            }
            Error::Refused(why) => Self::new(StatusCode::CONFLICT, why),
            Error::Store(error) if is_away(&error) => {
                tracing::error!(%error, "a call found the database away");
                Self::away()
            }
            other => {
                tracing::error!(error = %other, "a call failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something failed on our side; nothing was changed.",
                )
            }
        }
    }
}

impl From<usher_core::store::DatabaseError> for Problem {
    fn from(error: usher_core::store::DatabaseError) -> Self {
        Error::from(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut problem = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if self.status == StatusCode::UNPROCESSABLE_ENTITY {
            problem["errors"] = json!(self.errors);
        }
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status, kind, problem.to_string()).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
