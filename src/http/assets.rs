//! Style sheets, scripts and pictures, embedded in the program. The style sheet is all of
//! `style/` in sorted order; the cascade layers decide, not the order.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "public/"]
struct Public;

#[derive(RustEmbed)]
#[folder = "style/"]
struct Style;

static STYLE: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Style::iter().filter(|name| name.ends_with(".css")).collect();
    names.sort();
    let sheets = names.iter().filter_map(|name| Style::get(name));
    sheets.map(|sheet| String::from_utf8_lossy(&sheet.data).into_owned()).collect::<Vec<_>>().join("\n")
});

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    hash.update(STYLE.as_bytes());
    let mut names: Vec<_> = Public::iter().collect();
    names.sort();
    for file in names.iter().filter_map(|name| Public::get(name)) {
        hash.update(&file.data);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// Changes whenever an asset does.
#[must_use]
pub fn version() -> &'static str {
    VERSION.as_str()
}

/// One asset. With the version in its address it may be kept for ever, else it is asked for again.
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap, uri: axum::http::Uri) -> Response {
    let (body, kind) = if name == "app.css" {
        (STYLE.as_bytes().to_vec(), "text/css; charset=utf-8")
    } else if let Some(file) = Public::get(&name) {
        (file.data.into_owned(), kind(&name))
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", version());
    let lasting = uri.query() == Some(&format!("v={}", version()));
    let cache = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { body.into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Nothing here is for search engines.
pub(super) async fn robots() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain")],
        Public::get("robots.txt").map(|file| file.data.into_owned()).unwrap_or_default(),
    )
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
