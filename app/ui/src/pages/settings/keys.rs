//! Keys for other programs.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// Keys for other programs.
#[component]
pub fn KeysPage() -> impl IntoView {
    view! {
        <Title text="API keys"/>
        <Main><h1>"Settings"</h1></Main>
    }
}
