//! Twilio's way of saying no: an HTTP status and a JSON body with a code.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use usher_core::twilio::codes;

/// A refused request.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: u32,
    message: String,
    /// Seconds to wait, if it says so.
    retry_after: u32,
}

#[derive(Serialize)]
struct ErrorBody {
    code: u32,
    message: String,
    more_info: String,
    status: u16,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: u32) -> Self {
        let message = code_name(code).unwrap_or_else(|| format!("Error {code}"));
        Self { status, code, message, retry_after: 0 }
    }

    /// A refusal with the HTTP status that belongs to its code.
    pub(super) fn of(code: u32) -> Self {
        let status = match code {
            20003 => StatusCode::UNAUTHORIZED,
            20005 | 20006 | 20008 | 20403 => StatusCode::FORBIDDEN,
            20004 => StatusCode::METHOD_NOT_ALLOWED,
            20404 => StatusCode::NOT_FOUND,
            20009 | 20409 => StatusCode::CONFLICT,
            20429 => StatusCode::TOO_MANY_REQUESTS,
            20500 => StatusCode::INTERNAL_SERVER_ERROR,
            20503 => StatusCode::SERVICE_UNAVAILABLE,
            20504 => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, code)
    }

    /// Too many requests at once.
    pub(super) fn busy(retry_after: u32) -> Self {
        Self { retry_after, ..Self::of(20429) }
    }

    /// What is at no address that Twilio knows.
    pub(super) fn missing(path: &str) -> Self {
        let message = format!("The requested resource {path} was not found");
        Self { message, ..Self::of(20404) }
    }

    /// The same refusal in other words.
    pub(super) fn saying(self, message: &str) -> Self {
        Self { message: message.to_owned(), ..self }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = ErrorBody {
            code: self.code,
            message: self.message,
            more_info: format!("https://www.twilio.com/docs/errors/{}", self.code),
            status: self.status.as_u16(),
        };
        let mut answer = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let realm = header::HeaderValue::from_static("Basic realm=\"Twilio API\"");
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
        }
        if self.retry_after > 0 {
            answer.headers_mut().insert(header::RETRY_AFTER, self.retry_after.into());
        }
        answer
    }
}

/// What a gateway says when Twilio is down: no JSON, no code.
pub(super) fn server_error() -> Response {
    let page = "<html><head><title>500 Internal Server Error</title></head>\
                <body><h1>Internal Server Error</h1></body></html>";
    (StatusCode::INTERNAL_SERVER_ERROR, axum::response::Html(page)).into_response()
}

/// What Twilio calls a code; `None` for one that does not exist.
pub(super) fn code_name(code: u32) -> Option<String> {
    codes::lookup(code).map(|known| known.name.to_owned())
}
