//! Where somebody is signed in.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// Where somebody is signed in.
#[component]
pub fn SessionsPage() -> impl IntoView {
    view! {
        <Title text="Sessions"/>
        <Main><h1>"Settings"</h1></Main>
    }
}
