//! Takes a list of attendees from a file or from what is pasted.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// Takes a list of attendees from a file or from what is pasted.
#[component]
pub fn ImportPage() -> impl IntoView {
    view! {
        <Title text="Import attendees"/>
        <Main><h1>"Import attendees"</h1></Main>
    }
}
