//! Who must not be texted.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::page::Main;

/// Who must not be texted.
#[component]
pub fn OptOutsPage() -> impl IntoView {
    view! {
        <Title text="Opt-outs"/>
        <Main><h1>"Opt-outs"</h1></Main>
    }
}
