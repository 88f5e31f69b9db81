//! Words that are used again and again.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// Words that are used again and again.
#[component]
pub fn TemplatesPage() -> impl IntoView {
    view! {
        <Title text="Templates"/>
        <Main><h1>"Templates"</h1></Main>
    }
}
