//! Pages that are not there, and pages that failed, in our words.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::answer_with;

/// Nothing stands at this address.
#[component]
pub fn NotFound() -> impl IntoView {
    view! { <main id="main" tabindex="-1"><Missing/></main> }
}

/// What was asked for is not there, or not this organization's.
#[component]
pub fn Missing() -> impl IntoView {
    answer_with(http::StatusCode::NOT_FOUND);
    view! {
        <Title text="Not found"/>
        <section class="card">
            <div class="empty">
                <h1>"Not found"</h1>
                <p>"This page is not there. The address may be mistyped, or what it showed was removed."</p>
                <a class="button primary" href="/events">"Go to your events"</a>
            </div>
        </section>
    }
}

/// Something failed on our side.
#[component]
pub fn Failed() -> impl IntoView {
    answer_with(http::StatusCode::INTERNAL_SERVER_ERROR);
    view! {
        <Title text="Something failed"/>
        <section class="card">
            <div class="empty">
                <h1>"Something failed on our side"</h1>
                <p>"No text is lost. Reload the page in a moment; if it keeps failing, tell an administrator when it happened."</p>
                <a class="button primary" href="/events">"Go to your events"</a>
            </div>
        </section>
    }
}
