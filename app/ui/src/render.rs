//! A small renderer: complete pages, no inline script, so that a strict content security policy
//! holds. Leptos' own renderer ends each page with scripts for a browser that would hydrate it.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use futures::StreamExt;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::ServerMetaContext;
use leptos_router::location::RequestUrl;
use tower_sessions::Session;

use crate::app::{App, Shell};
use crate::flash::{self, Flash};
use crate::paths;
use crate::plain::error_page;
use crate::trouble;
use crate::visit::{Ui, Visitor, visitor};

/// Sent by a page that refreshes itself: nobody acts, so nothing is used up or kept alive.
const REFRESH: &str = "x-refresh";
/// What anybody may see.
const PUBLIC: [&str; 2] = ["/sign-in", "/welcome"];

/// The paths of all pages.
#[must_use]
pub fn routes() -> Vec<String> {
    leptos_axum::generate_route_list(App).into_iter().map(|route| route.path().to_owned()).collect()
}

/// Answers a page.
pub async fn page(State(ui): State<Ui>, session: Session, request: Request) -> Response {
    let refresh = request.headers().contains_key(REFRESH);
    let path = request.uri().path().to_owned();
    let visitor = match visitor(&ui.service, &session, !refresh).await {
        Ok(visitor) => visitor,
        Err(error) => {
            tracing::error!(%error, "a page cannot be shown");
            return unavailable(request_id(&request).as_deref());
        }
    };
    let public = PUBLIC.iter().any(|open| path == *open || path.starts_with(&format!("{open}/")));
    if visitor.is_none() && !public {
        return if refresh {
            StatusCode::UNAUTHORIZED.into_response()
        } else {
            let next = request.uri().path_and_query().map_or("", |next| next.as_str());
            Redirect::to(&paths::sign_in(next)).into_response()
        };
    }
    let flash = if refresh { Ok(None) } else { flash::take(&session).await };
    let flash = flash.unwrap_or_else(|error| {
        tracing::error!(%error, "a notice cannot be shown");
        None
    });
    render(ui, visitor, flash, request).await
}

/// Answers a form.
pub async fn act(State(ui): State<Ui>, session: Session, mut request: Request) -> Response {
    // Whoever posts a form gets a redirect; to others Leptos would answer in a format of its own.
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("text/html"));
    let visitor = match visitor(&ui.service, &session, true).await {
        Ok(visitor) => visitor,
        Err(error) => {
            tracing::error!(%error, "a form cannot be answered");
            return unavailable(request_id(&request).as_deref());
        }
    };
    let provide = move || {
        provide_context(ui.clone());
        provide_context(visitor.clone());
    };
    leptos_axum::handle_server_fns_with_context(provide, request).await.into_response()
}

async fn render(ui: Ui, visitor: Option<Visitor>, flash: Option<Flash>, request: Request) -> Response {
    let trouble = match &visitor {
        Some(visitor) => trouble::of(&ui, &visitor.person).await,
        None => None,
    };
    let (parts, _) = request.into_parts();
    let url = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let (meta, meta_output) = ServerMetaContext::new();
    let options = ResponseOptions::default();
    // Without a shared context nothing is serialised into the page for a browser to hydrate.
    let owner = Owner::new_root(None);
    let stream = owner.with(|| {
        provide_context(RequestUrl::new(&url));
        provide_context(parts);
        provide_context(options.clone());
        provide_context(meta);
        provide_context(ui);
        provide_context(visitor);
        provide_context(flash);
        provide_context(trouble);
        view! { <Shell/> }.to_html_stream_in_order()
    });
    let body = Box::pin(futures::stream::once(stream.collect::<String>()));
    let html: String = meta_output.inject_meta_context(body).await.collect().await;
    owner.unset_with_forced_cleanup();
    let mut response = Html(html).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(options) = options.0.read() {
        if let Some(status) = options.status {
            *response.status_mut() = status;
        }
        for (name, value) in &options.headers {
            response.headers_mut().append(name.clone(), value.clone());
        }
    }
    response
}

/// Said without the store: it is the store that is away.
fn unavailable(request_id: Option<&str>) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    error_page(status, request_id).unwrap_or_else(|| status.into_response())
}

fn request_id(request: &Request) -> Option<String> {
    request.headers().get("x-request-id")?.to_str().ok().map(str::to_owned)
}
