//! Texts that did not reach a phone, across events, by what to do.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// Texts that did not reach a phone, across events, by what to do.
#[component]
pub fn FailuresPage() -> impl IntoView {
    view! {
        <Title text="Failures"/>
        <Main><h1>"Failures"</h1></Main>
    }
}
