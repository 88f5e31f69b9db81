//! What a retry of many would do.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// What a retry of many would do.
#[component]
pub fn RetryCheckPage() -> impl IntoView {
    view! {
        <Title text="Check before retrying"/>
        <Main><h1>"Check before retrying"</h1></Main>
    }
}
