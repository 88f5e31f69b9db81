//! The product's mark and name. The mark stands in the page, since the icon's file is fetched for the
//! browser's tab alone.

use leptos::prelude::*;

/// The mark and the name beside it.
#[component]
pub(crate) fn Brand() -> impl IntoView {
    view! {
        <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
            <rect width="32" height="32" rx="9" fill="#3b47d1"/>
            <g fill="none" stroke-linecap="round" stroke-linejoin="round">
                <path d="M8 9.5v6.2a8 8 0 0 0 16 0V9.5" stroke="#fff" stroke-width="3.2"/>
                <path d="m12.4 14.6 3 3 5-5.4" stroke="#a9f0cb" stroke-width="2.6"/>
            </g>
        </svg>
        "Usher"
    }
}
