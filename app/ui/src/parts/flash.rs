//! Where the notice of the last action stands: outside `<main>`, so that a page that refreshes
//! itself keeps it.

use leptos::prelude::*;

use super::field::last;
use crate::flash::{Flash, Tone};

/// The notice, or the empty place for it.
#[component]
pub fn FlashArea() -> impl IntoView {
    view! { <div id="flash">{last().map(notice)}</div> }
}

fn notice(flash: Flash) -> AnyView {
    if flash.text.is_empty() {
        // It only carries on what was typed.
        return ().into_any();
    }
    if flash.errors.is_empty() {
        let (tone, role) = match flash.tone {
            Tone::Done => ("success", "status"),
            Tone::Warning => ("warning", "status"),
            Tone::Refused => ("refusal", "alert"),
        };
        // What stands in a page from its beginning is seldom read out, unless it has the focus.
        return view! {
            <div class="flash" data-tone=tone role=role tabindex="-1" autofocus=true><p>{flash.text}</p></div>
        }
        .into_any();
    }
    let links = flash
        .errors
        .into_iter()
        .map(|error| view! { <li><a href=format!("#{}", error.field)>{error.message}</a></li> })
        .collect_view();
    view! {
        <div class="summary" id="summary" role="alert" tabindex="-1" autofocus=true>
            <h2>{flash.text}</h2>
            <ul>{links}</ul>
        </div>
    }
    .into_any()
}
