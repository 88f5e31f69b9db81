//! Texts to numbers that nobody has named.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// Texts to numbers that nobody has named.
#[component]
pub fn UnlinkedPage() -> impl IntoView {
    view! {
        <Title text="Unlinked texts"/>
        <Main><h1>"Unlinked texts"</h1></Main>
    }
}
