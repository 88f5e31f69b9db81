//! What pages have in common around their own content.

use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use usher_core::Error;
use usher_core::store::is_away;

use crate::pages::not_found::{Away, Failed, Forbidden, Missing};
use crate::trouble;

/// The main part of a page; with `live`, the page follows the changes of these ids.
#[component]
pub fn Main(
    #[prop(optional, into)] live: Option<String>,
    #[prop(optional)] narrow: bool,
    children: Children,
) -> impl IntoView {
    let trouble = trouble::on_top().map(|trouble| {
        view! {
            <section class="redline" aria-label=trouble.title>
                <b>{trouble.title}</b>
                <p class="small">{trouble.words}</p>
            </section>
        }
    });
    view! {
        <main id="main" tabindex="-1" class:narrow=narrow data-live=live.map(|query| format!("/live?{query}"))>
            {trouble}
            {children()}
        </main>
    }
}

/// A page's content, once it is read; a 404, 403, 503 or 500 in our words if it cannot be.
pub(crate) fn shown<T>(read: Result<T, Error>, view: impl FnOnce(T) -> AnyView) -> AnyView {
    match read {
        Ok(content) => view(content),
        Err(Error::NotFound) => view! { <Missing/> }.into_any(),
        Err(Error::NotAllowed(why)) => view! { <Forbidden why=why/> }.into_any(),
        Err(Error::Store(error)) if is_away(&error) => {
            tracing::error!(%error, "a page cannot be shown while the database is away");
            view! { <Away/> }.into_any()
        }
        Err(error) => {
            tracing::error!(%error, "a page cannot be shown");
            view! { <Failed/> }.into_any()
        }
    }
}

/// The id of this request, as the log and the answer's header have it.
pub(crate) fn request_id() -> Option<String> {
    let parts = use_context::<http::request::Parts>()?;
    parts.headers.get("x-request-id")?.to_str().ok().map(str::to_owned)
}

/// Sets the HTTP status of the page.
pub(crate) fn answer_with(status: http::StatusCode) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(status);
    }
}
