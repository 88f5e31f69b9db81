//! The main navigation beside every page, and who is signed in.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_location;
use usher_core::people::Person;

use crate::pages::sign_in::SignOut;
use crate::paths;

/// The main navigation.
#[component]
pub fn Rail(person: Person) -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    let link = move |to: &'static str, words: &'static str, covers: &[&str]| {
        let here = is_here(&path, to, covers);
        view! { <a href=to aria-current=here>{words}</a> }
    };
    let name = if person.name.is_empty() { person.email.clone() } else { person.name.clone() };
    view! {
        <nav class="rail" id="rail" aria-label="Main">
            <strong>"Usher"</strong>
            {link(paths::HOME, "Home", &[])}
            {link(paths::EVENTS, "Events", &["/sends", "/texts", "/people"])}
            {link(paths::FAILURES, "Failures", &["/retries"])}
            {link(paths::INBOX, "Inbox", &[])}
            {link(paths::TEMPLATES, "Templates", &[])}
            {link(paths::OPT_OUTS, "Opt-outs", &["/unlinked"])}
            <span class="spacer"></span>
            {link(paths::SETTINGS, "Settings", &[])}
            <details class="me">
                <summary>{name} <span>{person.org_name}</span></summary>
                <div class="menu">
                    <p class="small soft">{person.email}<br/>{capitalized(person.role.as_str())}</p>
                    <form method="post" action=SignOut::url()><button>"Sign out"</button></form>
                </div>
            </details>
        </nav>
    }
}

/// `page` for the very page, `true` for one beneath it.
fn is_here(path: &str, to: &str, covers: &[&str]) -> Option<&'static str> {
    let beneath =
        |root: &str| root != "/" && path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
    if path == to {
        return Some("page");
    }
    (beneath(to) || covers.iter().any(|root| path == *root || beneath(root))).then_some("true")
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_beneath_another_marks_that_one() {
        assert_eq!(is_here("/events", "/events", &[]), Some("page"));
        assert_eq!(is_here("/events/1/attendees", "/events", &[]), Some("true"));
        assert_eq!(is_here("/sends/1", "/events", &["/sends"]), Some("true"));
        assert_eq!(is_here("/events", "/", &[]), None);
        assert_eq!(is_here("/eventsandmore", "/events", &[]), None);
    }
}
