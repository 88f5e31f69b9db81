//! Changes an event, copies it or puts it away.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// Changes an event, copies it or puts it away.
#[component]
pub fn EditEventPage() -> impl IntoView {
    view! {
        <Title text="Edit event"/>
        <Main><h1>"Edit event"</h1></Main>
    }
}
