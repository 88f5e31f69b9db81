//! One template, its words and its versions.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// One template, its words and its versions.
#[component]
pub fn TemplatePage() -> impl IntoView {
    view! {
        <Title text="Template"/>
        <Main><h1>"Template"</h1></Main>
    }
}
