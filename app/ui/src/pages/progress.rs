//! How far a send has come.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// How far a send has come.
#[component]
pub fn ProgressPage() -> impl IntoView {
    view! {
        <Title text="Send"/>
        <Main><h1>"Send"</h1></Main>
    }
}
