//! The main navigation beside every page, and who is signed in.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_location;
use usher_core::failures;
use usher_core::ids::{OrgId, UserId};
use usher_core::inbox;
use usher_core::people::{self, Person};

use crate::pages::sign_in::{SignOut, SwitchOrganization};
use crate::paths;
use crate::visit::ui;

use super::brand::Brand;
use super::words::{count, grouped};

/// The main navigation.
#[component]
pub fn Rail(person: Person) -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    let link = move |to: &'static str, words: &'static str, covers: &[&str]| {
        let here = is_here(&path, to, covers);
        view! { <a href=to aria-current=here>{words}</a> }
    };
    let beside =
        move |to: &'static str, words: &'static str, covers: &'static [&'static str], number: AnyView| {
            let here = is_here(&use_location().pathname.get_untracked(), to, covers);
            view! { <a href=to aria-current=here><span>{words}</span>" "{number}</a> }
        };
    let name = if person.name.is_empty() { person.email.clone() } else { person.name.clone() };
    let (user, org) = (person.user_id, person.org_id);
    view! {
        <nav class="rail" id="rail" aria-label="Main">
            <strong><Brand/></strong>
            {look_up()}
            {link(paths::HOME, "Home", &[])}
            {link(paths::EVENTS, "Events", &["/sends", "/texts"])}
            {link(paths::PEOPLE, "People", &[])}
            {beside(paths::FAILURES, "Failures", &["/retries"], Suspend::new(failed(org)).into_any())}
            {beside(paths::INBOX, "Inbox", &["/unlinked"], Suspend::new(unread(org)).into_any())}
            {link(paths::TEMPLATES, "Templates", &[])}
            {link(paths::OPT_OUTS, "Opt-outs", &[])}
            <span class="spacer"></span>
            {link(paths::GUIDE, "Guide", &[])}
            {link(paths::SETTINGS, "Settings", &[])}
            <details class="me">
                <summary>{name} <span>{person.org_name}</span></summary>
                <div class="menu">
                    <p class="small soft">{person.email}<br/>{capitalized(person.role.as_str())}</p>
                    {Suspend::new(async move { others(user, org).await })}
                    <form method="post" action=SignOut::url()><button>"Sign out"</button></form>
                </div>
            </details>
        </nav>
    }
}

/// From anywhere to anybody. On phones and tablets the page of people has the only such form.
fn look_up() -> AnyView {
    view! {
        <form class="look-up" role="search" aria-label="People" action=paths::PEOPLE>
            <label class="vh" for="look-up">"Look somebody up"</label>
            <input id="look-up" name="find" type="search" placeholder="Name or number" autocomplete="off" dir="auto"/>
            <button>
                <span class="vh">"Look up"</span>
                <svg aria-hidden="true" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor">
                    <circle cx="7" cy="7" r="4.5" stroke-width="1.6"/>
                    <path d="M10.5 10.5 14 14" stroke-width="1.6" stroke-linecap="round"/>
                </svg>
            </button>
        </form>
    }
    .into_any()
}

/// How many texts failed lately. A number that cannot be read is left out: the page is worth more.
async fn failed(org: OrgId) -> Option<AnyView> {
    let service = ui().service;
    match failures::recent(&service.store, org, service.clock.now()).await {
        Ok(recent) => badge("failed", recent.texts, recent.or_more, "failed text", "failed texts"),
        Err(error) => {
            tracing::error!(%error, "failures cannot be counted");
            None
        }
    }
}

/// How many people wrote what nobody has read yet.
async fn unread(org: OrgId) -> Option<AnyView> {
    match inbox::unread(&ui().service.store, org).await {
        Ok(people) => badge("received", people, false, "unread conversation", "unread conversations"),
        Err(error) => {
            tracing::error!(%error, "what is unread cannot be counted");
            None
        }
    }
}

/// A number beside a link; nothing for none.
fn badge(
    tone: &'static str,
    number: i64,
    or_more: bool,
    one: &'static str,
    many: &'static str,
) -> Option<AnyView> {
    (number > 0).then(|| {
        let plus = if or_more { "+" } else { "" };
        let read_aloud = format!("{}{}", if or_more { "at least " } else { "" }, count(number, one, many));
        view! {
            <span class="badge" data-status=tone>
                <span aria-hidden="true">{grouped(number)}{plus}</span><span class="vh">{read_aloud}</span>
            </span>
        }
        .into_any()
    })
}

/// A button for each other organization that lets them in.
async fn others(user: UserId, org: OrgId) -> Option<AnyView> {
    let all = people::memberships(&ui().service.store, user).await;
    let all = all.map_err(|error| tracing::error!(%error, "somebody's organizations cannot be read")).ok()?;
    let others = all.into_iter().filter(|person| person.org_id != org).map(|person| {
        view! {
            <form method="post" action=SwitchOrganization::url()>
                <input type="hidden" name="org" value=person.org_id.to_string()/>
                <button>"Go to "<bdi>{person.org_name}</bdi></button>
            </form>
        }
    });
    Some(others.collect_view().into_any())
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
