//! Corrects a name, a number or an RSVP.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// Corrects a name, a number or an RSVP.
#[component]
pub fn EditAttendeePage() -> impl IntoView {
    view! {
        <Title text="Edit attendee"/>
        <Main><h1>"Edit attendee"</h1></Main>
    }
}
