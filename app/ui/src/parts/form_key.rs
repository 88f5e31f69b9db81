//! A key that each showing of a form has of its own: what is sent twice under it is done once, also without
//! JavaScript.

use leptos::prelude::*;

use crate::visit::ui;

/// The key, in a hidden field called `once`.
#[component]
pub fn FormKey() -> impl IntoView {
    match ui().service.random.token() {
        Ok(key) => Some(view! { <input type="hidden" name="once" value=key/> }),
        Err(error) => {
            tracing::error!(%error, "a form is shown without a key of its own");
            None
        }
    }
}
