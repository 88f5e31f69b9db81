//! What pages have in common around their own content.

use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use usher_core::Error;

use crate::pages::not_found::{Failed, Missing};
use crate::visit::ui;

/// The main part of a page; with `live`, the page follows the changes of these ids.
#[component]
pub fn Main(
    #[prop(optional, into)] live: Option<String>,
    #[prop(optional)] narrow: bool,
    children: Children,
) -> impl IntoView {
    let problem = ui().set_up_problem.map(|problem| {
        view! {
            <section class="redline" aria-label="Set-up problem">
                <b>"Texting is not set up"</b>
                <p class="small">{problem}</p>
            </section>
        }
    });
    view! {
        <main id="main" tabindex="-1" class:narrow=narrow data-live=live.map(|query| format!("/live?{query}"))>
            {problem}
            {children()}
        </main>
    }
}

/// A page's content, once it is read; a 404 or a 500 in our words if it cannot be.
pub(crate) fn shown<T>(read: Result<T, Error>, view: impl FnOnce(T) -> AnyView) -> AnyView {
    match read {
        Ok(content) => view(content),
        Err(Error::NotFound | Error::NotAllowed(_)) => view! { <Missing/> }.into_any(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be shown");
            view! { <Failed/> }.into_any()
        }
    }
}

/// Sets the HTTP status of the page.
pub(crate) fn answer_with(status: http::StatusCode) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(status);
    }
}
