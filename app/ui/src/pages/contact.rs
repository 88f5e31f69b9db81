//! The SMS history of somebody outside any event.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// The SMS history of somebody outside any event.
#[component]
pub fn ContactPage() -> impl IntoView {
    view! {
        <Title text="SMS history"/>
        <Main><h1>"SMS history"</h1></Main>
    }
}
