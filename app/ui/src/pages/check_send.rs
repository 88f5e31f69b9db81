//! What a send would do, before anything leaves.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// What a send would do, before anything leaves.
#[component]
pub fn CheckSendPage() -> impl IntoView {
    view! {
        <Title text="Check before sending"/>
        <Main><h1>"Check before sending"</h1></Main>
    }
}
