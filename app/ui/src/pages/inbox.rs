//! What people wrote back.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// What people wrote back.
#[component]
pub fn InboxPage() -> impl IntoView {
    view! {
        <Title text="Inbox"/>
        <Main><h1>"Inbox"</h1></Main>
    }
}
