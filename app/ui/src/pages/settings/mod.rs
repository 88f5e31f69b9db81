//! Settings, one tab a file.

pub(crate) mod keys;
pub(crate) mod organization;
pub(crate) mod people;
pub(crate) mod sessions;
pub(crate) mod texting;

use leptos::prelude::*;
use leptos_meta::Title;

use crate::paths;
use crate::visit::signed_in;

const TABS: [(&str, &str); 5] = [
    (paths::SETTINGS, "Organization"),
    (paths::SETTINGS_TEXTING, "Texting"),
    (paths::SETTINGS_PEOPLE, "People"),
    (paths::SETTINGS_KEYS, "API keys"),
    (paths::SETTINGS_SESSIONS, "My sessions"),
];

/// The head of every tab: what one is at, whose settings they are, and the other tabs.
fn head(here: &'static str) -> AnyView {
    let words = TABS.iter().find(|(path, _)| *path == here).map_or("Settings", |(_, words)| words);
    let org = signed_in().map(|visitor| visitor.person.org_name).unwrap_or_default();
    let tabs = TABS.map(|(path, words)| {
        view! { <a href=path aria-current=(path == here).then_some("page")>{words}</a> }
    });
    view! {
        <Title text=format!("{words}, settings")/>
        <div class="head">
            <div class="stack tight">
                <h1>"Settings"</h1>
                <p class="soft" dir="auto">{org}</p>
            </div>
        </div>
        <nav class="tabs" aria-label="Settings">{tabs.collect_view()}</nav>
    }
    .into_any()
}

/// Whether whoever looks may change what they see.
fn may_manage() -> bool {
    signed_in().is_some_and(|visitor| visitor.person.role.may_manage())
}

/// Said to those who may only look.
fn only_owners(what: &'static str) -> Option<AnyView> {
    (!may_manage())
        .then(|| view! { <p class="notice small">{what}" Only an owner can change that."</p> }.into_any())
}
