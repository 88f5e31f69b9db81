//! What every answer carries and every form is asked.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;

/// No script, style, picture or connection of anybody else's; nothing inline; no frame around us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The headers that browsers enforce.
pub(super) async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A form must come from a page of ours: the session cookie alone proves nothing about that.
pub(super) async fn same_origin(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() == Method::POST
        && !is_same_origin(request.headers(), &app.service().settings.public_url)
    {
        tracing::warn!("a form from another site was refused");
        return (
            StatusCode::FORBIDDEN,
            "This form was sent from another site. Open the page in Usher and send it again.",
        )
            .into_response();
    }
    next.run(request).await
}

fn is_same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    // Older browsers send at least the origin; nothing at all is no browser's form.
    let origin = text(header::ORIGIN).map(str::to_lowercase);
    let ours = url::Url::parse(public_url).map(|url| url.origin().ascii_serialization());
    let by_host = || Some(origin.as_deref()?.split_once("://")?.1 == text(header::HOST)?.to_lowercase());
    origin.is_some() && (ours.ok() == origin || by_host() == Some(true))
}

/// Leptos answers forms with 302; 303 says that the next request is a GET. It also sends refused
/// arguments back to the `Referer`, which anybody can write: those go home instead.
pub(super) async fn see_other(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status() == StatusCode::FOUND {
        *response.status_mut() = StatusCode::SEE_OTHER;
        *response.body_mut() = Body::empty();
        let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
        let ours = location.is_some_and(|location| {
            location.starts_with('/')
                && !location.starts_with("//")
                && !location.starts_with("/\\")
                && !location.contains("__err")
        });
        if !ours {
            response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/"));
        }
    }
    response
}

/// What fails around a page is told a person in our words, with the number by which the log knows it.
/// Programs, Twilio and browsers' own requests get the bare answer.
pub(super) async fn in_our_words(request: Request, next: Next) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let for_a_person = accepts.is_some_and(|accept| accept.contains("text/html"))
        && !["/api/", "/assets/", "/live"].iter().any(|prefix| request.uri().path().starts_with(prefix));
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let response = next.run(request).await;
    let kind =
        response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let worded = kind.starts_with("text/html") || kind.contains("json");
    if !for_a_person
        || worded
        || !(response.status().is_client_error() || response.status().is_server_error())
    {
        return response;
    }
    usher_ui::error_page(response.status(), id.as_deref()).unwrap_or(response)
}

/// Request ids are of our own making: a client's must not enter our log or our pages.
pub(super) async fn forget_foreign_id(mut request: Request, next: Next) -> Response {
    request.headers_mut().remove("x-request-id");
    next.run(request).await
}

/// A bug of ours: logged by its cause, told without it.
pub(super) fn panicked(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    log_panic(cause);
    (StatusCode::INTERNAL_SERVER_ERROR, "Something failed on our side. Try again in a moment.")
        .into_response()
}

/// Says in the log why a request panicked.
#[expect(clippy::needless_pass_by_value, reason = "what a panic leaves is a box")]
pub(super) fn log_panic(cause: Box<dyn std::any::Any + Send + 'static>) {
    let cause = cause.downcast_ref::<String>().map(String::as_str).or(cause.downcast_ref::<&str>().copied());
    tracing::error!(cause = cause.unwrap_or("unknown"), "a request panicked");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_our_own_pages_may_post_forms() {
        let ours = "https://usher.example";
        assert!(is_same_origin(&headers(&[("sec-fetch-site", "same-origin")]), ours));
        assert!(is_same_origin(&headers(&[("origin", "https://usher.example")]), ours));
        assert!(is_same_origin(
            &headers(&[("origin", "http://localhost:3000"), ("host", "localhost:3000")]),
            ours
        ));
        for refused in [
            headers(&[]),
            headers(&[("sec-fetch-site", "cross-site"), ("origin", "https://usher.example")]),
            headers(&[("sec-fetch-site", "same-site")]),
            headers(&[("origin", "https://evil.example"), ("host", "usher.example")]),
            headers(&[("origin", "null"), ("host", "usher.example")]),
        ] {
            assert!(!is_same_origin(&refused, ours), "{refused:?}");
        }
    }
}
