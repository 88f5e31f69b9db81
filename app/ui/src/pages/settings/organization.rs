//! The organization's name, zone and what holds its texts.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// The organization's name, zone and what holds its texts.
#[component]
pub fn OrganizationPage() -> impl IntoView {
    view! {
        <Title text="Organization"/>
        <Main><h1>"Settings"</h1></Main>
    }
}
