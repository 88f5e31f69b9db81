//! The Twilio account, the sender and what is red in the set-up.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// The Twilio account, the sender and what is red in the set-up.
#[component]
pub fn TextingPage() -> impl IntoView {
    view! {
        <Title text="Texting"/>
        <Main><h1>"Settings"</h1></Main>
    }
}
