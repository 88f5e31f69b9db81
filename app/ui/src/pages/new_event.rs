//! Making an event.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::events::{self, NewEvent};

use crate::form::{Done, Form};
use crate::parts::field::Field;
use crate::parts::page::Main;
use crate::visit::signed_in;

/// The form for a new event.
#[component]
pub fn NewEventPage() -> impl IntoView {
    let zone = signed_in().map(|visitor| visitor.person.org_timezone).unwrap_or_default();
    view! {
        <Title text="New event"/>
        <Main narrow=true>
            <div class="head">
                <div class="stack tight">
                    <p class="crumbs"><a href="/events">"Events"</a></p>
                    <h1>"New event"</h1>
                </div>
            </div>
            <form class="card pad stack" method="post" action=MakeEvent::url() data-once>
                <Field name="name" label="Name" required=true/>
                <div class="fields">
                    <Field name="starts_at" label="Starts" kind="datetime-local" required=true/>
                    <Field name="timezone" label="Time zone" value=zone required=true hint="Such as America/New_York"/>
                </div>
                <Field name="location" label="Where"/>
                <div class="row end"><button class="button primary">"Make the event"</button></div>
            </form>
        </Main>
    }
}

/// Makes an event.
#[server(prefix = "/do", endpoint = "make-event")]
pub async fn make_event(
    #[server(default)] name: String,
    #[server(default)] starts_at: String,
    #[server(default)] timezone: String,
    #[server(default)] location: String,
) -> Result<(), ServerFnError> {
    let typed =
        [("name", &*name), ("starts_at", &starts_at), ("timezone", &timezone), ("location", &location)];
    Form::new("/events/new".into(), &typed)
        .for_person(async move |service, person| {
            if !person.role.may_send() {
                return Err(Error::NotAllowed("Your role cannot make events. Ask an organizer."));
            }
            let id =
                events::create(&service, person.org_id, &NewEvent { name, starts_at, timezone, location })
                    .await?;
            Ok(Done::new(format!("/events/{id}/attendees"), "The event is made. Add the people to text."))
        })
        .await
}
