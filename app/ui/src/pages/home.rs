//! What an organizer or staff member needs first.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// What an organizer or staff member needs first.
#[component]
pub fn HomePage() -> impl IntoView {
    view! {
        <Title text="Home"/>
        <Main><h1>"Home"</h1></Main>
    }
}
