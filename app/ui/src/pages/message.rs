//! One text and everything known of it.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// One text and everything known of it.
#[component]
pub fn MessagePage() -> impl IntoView {
    view! {
        <Title text="Text"/>
        <Main><h1>"Text"</h1></Main>
    }
}
