//! What each status word means, and whether one pays.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// What each status word means, and whether one pays.
#[component]
pub fn GuidePage() -> impl IntoView {
    view! {
        <Title text="What the words mean"/>
        <Main><h1>"What the words mean"</h1></Main>
    }
}
