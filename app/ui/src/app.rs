//! The frame of every page, and which page stands at which path.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::use_location;
use leptos_router::{SsrMode, path};

use crate::pages::attendees::Attendees;
use crate::pages::event::EventPage;
use crate::pages::events::Events;
use crate::pages::history::HistoryPage;
use crate::pages::new_event::NewEventPage;
use crate::pages::not_found::NotFound;
use crate::pages::send::SendPage;
use crate::pages::sign_in::{SignIn, SignInLink, SignOut};
use crate::pages::welcome::Welcome;
use crate::parts::flash::FlashArea;
use crate::visit::{signed_in, ui};

/// The whole document.
#[component]
pub fn Shell() -> impl IntoView {
    let version = ui().assets_version;
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/assets/favicon.svg"/>
                <link rel="stylesheet" href=format!("/assets/app.css?v={version}")/>
                <script type="module" src=format!("/assets/live.js?v={version}")></script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Every page by its path.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|title: String| format!("{title} · Usher")/>
        <Router>
            <Frame>
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/sign-in") view=SignIn ssr=SsrMode::Async/>
                    <Route path=path!("/sign-in/link/:token") view=SignInLink ssr=SsrMode::Async/>
                    <Route path=path!("/welcome/:token") view=Welcome ssr=SsrMode::Async/>
                    <Route path=path!("/events") view=Events ssr=SsrMode::Async/>
                    <Route path=path!("/events/new") view=NewEventPage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event") view=EventPage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/attendees") view=Attendees ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/attendees/:attendee") view=HistoryPage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/attendees/:attendee/send") view=SendPage ssr=SsrMode::Async/>
                </FlatRoutes>
            </Frame>
        </Router>
    }
}

/// The rail beside every page of somebody signed in; nothing but the page for others.
#[component]
fn Frame(children: Children) -> impl IntoView {
    let Some(visitor) = signed_in() else {
        return view! { <FlashArea/> {children()} }.into_any();
    };
    let person = visitor.person;
    let here = use_location().pathname.with_untracked(|path| if path == "/events" { "page" } else { "true" });
    let name = if person.name.is_empty() { person.email.clone() } else { person.name.clone() };
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <div class="shell">
            <nav class="rail" id="rail" aria-label="Main">
                <strong>"Usher"</strong>
                <a href="/events" aria-current=here>"Events"</a>
                <span class="spacer"></span>
                <details class="me">
                    <summary>{name} <span>{person.org_name}</span></summary>
                    <div class="menu">
                        <p class="small soft">{person.email}<br/>{capitalized(person.role.as_str())}</p>
                        <form method="post" action=SignOut::url()><button>"Sign out"</button></form>
                    </div>
                </details>
            </nav>
            <FlashArea/>
            {children()}
        </div>
    }
    .into_any()
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
