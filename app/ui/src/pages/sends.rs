//! The sends of an event.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// The sends of an event.
#[component]
pub fn SendsPage() -> impl IntoView {
    view! {
        <Title text="Sends"/>
        <Main><h1>"Sends"</h1></Main>
    }
}
