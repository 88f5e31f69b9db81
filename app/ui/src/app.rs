//! The frame of every page, and which page stands at which path.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

use crate::pages::attendees::Attendees;
use crate::pages::check_send::CheckSendPage;
use crate::pages::compose::ComposePage;
use crate::pages::contact::ContactPage;
use crate::pages::edit_attendee::EditAttendeePage;
use crate::pages::edit_event::EditEventPage;
use crate::pages::event::EventPage;
use crate::pages::events::Events;
use crate::pages::failures::FailuresPage;
use crate::pages::guide::GuidePage;
use crate::pages::history::HistoryPage;
use crate::pages::home::HomePage;
use crate::pages::import::ImportPage;
use crate::pages::import_check::ImportCheckPage;
use crate::pages::inbox::InboxPage;
use crate::pages::message::MessagePage;
use crate::pages::new_event::NewEventPage;
use crate::pages::not_found::NotFound;
use crate::pages::opt_outs::OptOutsPage;
use crate::pages::people::LookUpPage;
use crate::pages::progress::ProgressPage;
use crate::pages::retry_check::RetryCheckPage;
use crate::pages::retry_run::RetryRunPage;
use crate::pages::send::SendPage;
use crate::pages::sends::SendsPage;
use crate::pages::settings::keys::KeysPage;
use crate::pages::settings::organization::OrganizationPage;
use crate::pages::settings::people::PeoplePage;
use crate::pages::settings::sessions::SessionsPage;
use crate::pages::settings::texting::TextingPage;
use crate::pages::sign_in::{SignIn, SignInLink};
use crate::pages::template::TemplatePage;
use crate::pages::templates::TemplatesPage;
use crate::pages::unlinked::UnlinkedPage;
use crate::pages::welcome::Welcome;
use crate::parts::flash::FlashArea;
use crate::parts::rail::Rail;
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
                <p class="vh" id="said" role="status"></p>
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
                    <Route path=path!("/") view=HomePage ssr=SsrMode::Async/>
                    <Route path=path!("/events") view=Events ssr=SsrMode::Async/>
                    <Route path=path!("/events/new") view=NewEventPage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event") view=EventPage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/edit") view=EditEventPage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/attendees") view=Attendees ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/import") view=ImportPage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/import/:draft") view=ImportCheckPage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/attendees/:attendee") view=HistoryPage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/attendees/:attendee/edit") view=EditAttendeePage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/attendees/:attendee/send") view=SendPage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/sends") view=SendsPage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/send") view=ComposePage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/send/:draft") view=ComposePage ssr=SsrMode::Async/>
                    <Route path=path!("/events/:event/send/:draft/check") view=CheckSendPage ssr=SsrMode::Async/>
                    <Route path=path!("/sends/:send") view=ProgressPage ssr=SsrMode::Async/>
                    <Route path=path!("/texts/:text") view=MessagePage ssr=SsrMode::Async/>
                    <Route path=path!("/people") view=LookUpPage ssr=SsrMode::Async/>
                    <Route path=path!("/people/:contact") view=ContactPage ssr=SsrMode::Async/>
                    <Route path=path!("/failures") view=FailuresPage ssr=SsrMode::Async/>
                    <Route path=path!("/failures/retry") view=RetryCheckPage ssr=SsrMode::Async/>
                    <Route path=path!("/retries/:run") view=RetryRunPage ssr=SsrMode::Async/>
                    <Route path=path!("/inbox") view=InboxPage ssr=SsrMode::Async/>
                    <Route path=path!("/opt-outs") view=OptOutsPage ssr=SsrMode::Async/>
                    <Route path=path!("/unlinked") view=UnlinkedPage ssr=SsrMode::Async/>
                    <Route path=path!("/templates") view=TemplatesPage ssr=SsrMode::Async/>
                    <Route path=path!("/templates/new") view=TemplatePage ssr=SsrMode::Async/>
                    <Route path=path!("/templates/:template") view=TemplatePage ssr=SsrMode::Async/>
                    <Route path=path!("/guide") view=GuidePage ssr=SsrMode::Async/>
                    <Route path=path!("/settings") view=OrganizationPage ssr=SsrMode::Async/>
                    <Route path=path!("/settings/texting") view=TextingPage ssr=SsrMode::Async/>
                    <Route path=path!("/settings/people") view=PeoplePage ssr=SsrMode::Async/>
                    <Route path=path!("/settings/keys") view=KeysPage ssr=SsrMode::Async/>
                    <Route path=path!("/settings/sessions") view=SessionsPage ssr=SsrMode::Async/>
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
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <div class="shell">
            <Rail person=visitor.person/>
            <FlashArea/>
            {children()}
        </div>
    }
    .into_any()
}
