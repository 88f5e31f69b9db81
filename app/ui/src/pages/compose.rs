//! Writes a text to many.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// Writes a text to many.
#[component]
pub fn ComposePage() -> impl IntoView {
    view! {
        <Title text="Send a text"/>
        <Main><h1>"Send a text"</h1></Main>
    }
}
