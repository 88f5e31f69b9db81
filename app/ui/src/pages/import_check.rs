//! What an import would do, before anything is saved.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// What an import would do, before anything is saved.
#[component]
pub fn ImportCheckPage() -> impl IntoView {
    view! {
        <Title text="Check before importing"/>
        <Main><h1>"Check before importing"</h1></Main>
    }
}
