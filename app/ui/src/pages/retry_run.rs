//! How far a retry of many has come.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// How far a retry of many has come.
#[component]
pub fn RetryRunPage() -> impl IntoView {
    view! {
        <Title text="Retrying"/>
        <Main><h1>"Retrying"</h1></Main>
    }
}
