//! Pages without the store and without Leptos: for what fails before or around a page.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

/// A page that says what happened and what to do; `None` for a status that needs none.
#[must_use]
pub fn error_page(status: StatusCode, request_id: Option<&str>) -> Option<Response> {
    let (title, words) = match status {
        StatusCode::FORBIDDEN => (
            "That was not done",
            "This form was sent from another site. Open the page in Usher and send it again.",
        ),
        StatusCode::NOT_FOUND => ("Not found", "Nothing stands at this address."),
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::BAD_REQUEST => {
            ("That cannot be read", "Go back to the page, reload it, and try again.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => (
            "That is too large",
            "A form takes up to 256 kB. Nothing was saved: go back, make it shorter, and send it again.",
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            "Back in a moment",
            "Usher cannot reach its database, or is too busy. No text is lost: what waits is sent as soon as it is back. \
             Reload this page shortly.",
        ),
        StatusCode::INTERNAL_SERVER_ERROR => (
            "Something failed on our side",
            "No text is lost. Try again in a moment. If it keeps failing, give an administrator the number below: the log \
             has the cause under it.",
        ),
        _ => return None,
    };
    let id = request_id.filter(|id| id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let id = id.map(|id| format!("<p class=\"small\">Request <code>{id}</code></p>")).unwrap_or_default();
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} · Usher</title>\
         <link rel=\"stylesheet\" href=\"/assets/app.css\"></head><body><main class=\"door\" id=\"main\">\
         <p class=\"brand\">Usher</p><section class=\"card pad stack\"><h1>{title}</h1><p>{words}</p>\
         <p><a class=\"button\" href=\"/\">Go home</a></p>{id}</section></main></body></html>"
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    Some(response)
}
