//! Status as an icon, a word and a colour; never the colour alone.

use leptos::prelude::*;
use usher_core::messages::Status;

use super::words;

/// The badge of a status.
#[component]
pub fn Badge(status: Status) -> AnyView {
    view! {
        <span class="badge" data-status=words::tone(status)>
            <span class="vh">"Status: "</span>{words::status(status)}
        </span>
    }
    .into_any()
}
