//! Who may do what, and invitations.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// Who may do what, and invitations.
#[component]
pub fn PeoplePage() -> impl IntoView {
    view! {
        <Title text="People"/>
        <Main><h1>"Settings"</h1></Main>
    }
}
