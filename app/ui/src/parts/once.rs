//! A secret that is shown once, to be copied: an invitation's link, an API key.

use leptos::prelude::*;

use super::field::last;
use crate::visit::ui;

/// The secret of this name, if the last action made one.
#[component]
pub fn ShownOnce(name: &'static str, label: &'static str, hint: &'static str) -> impl IntoView {
    let secret = last().and_then(|flash| flash.secret(&ui().service.vault, name))?;
    Some(view! {
        <div class="card pad stack once">
            <div class="field">
                <label for=name>{label}</label>
                <p class="hint" id=format!("{name}-hint")>{hint}</p>
                <input id=name type="text" readonly value=secret aria-describedby=format!("{name}-hint") autofocus/>
            </div>
        </div>
    })
}
