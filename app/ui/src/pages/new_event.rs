//! Making an event.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::events::{self, NewEvent};

use super::event_form::fields;
use crate::form::{Done, Form};
use crate::parts::page::{Main, shown};
use crate::paths;
use crate::visit::signed_in;

/// Said to those whose role makes no events.
pub(super) const ASK: &str =
    "Your role can look, retry and mend numbers, but not make or change events. Ask an organizer.";

/// The form for a new event.
#[component]
pub fn NewEventPage() -> impl IntoView {
    view! {
        <Main narrow=true>{shown(may_make(), form)}</Main>
    }
}

/// The organization's zone, for those who may make events.
fn may_make() -> Result<String, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    if person.role.may_send() { Ok(person.org_timezone) } else { Err(Error::NotAllowed(ASK)) }
}

fn form(zone: String) -> AnyView {
    view! {
        <Title text="New event"/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs"><a href=paths::EVENTS>"Events"</a></p>
                <h1>"New event"</h1>
            </div>
        </div>
        <form class="card pad stack" method="post" action=MakeEvent::url() data-once>
            {fields(None, zone)}
            <div class="row end"><button class="button primary">"Make the event"</button></div>
        </form>
    }
    .into_any()
}

/// Makes an event.
#[server(prefix = "/do", endpoint = "make-event")]
pub async fn make_event(
    #[server(default)] name: String,
    #[server(default)] kind: String,
    #[server(default)] starts_at: String,
    #[server(default)] ends_at: String,
    #[server(default)] timezone: String,
    #[server(default)] location: String,
    #[server(default)] host_name: String,
) -> Result<(), ServerFnError> {
    let new =
        NewEvent { name, kind, starts_at, ends_at, timezone, location, host_name, ..NewEvent::default() };
    Form::new(paths::NEW_EVENT.into(), &typed(&new))
        .for_person(async move |service, person| {
            if !person.role.may_send() {
                return Err(Error::NotAllowed("Your role cannot make events. Ask an organizer."));
            }
            let id = events::create(&service, &person, &new).await?;
            Ok(Done::new(paths::attendees(id), "The event is made. Add the people to text."))
        })
        .await
}

/// Everything that was typed, by field.
pub(super) fn typed(new: &NewEvent) -> [(&'static str, &str); 7] {
    [
        ("name", &new.name),
        ("kind", &new.kind),
        ("starts_at", &new.starts_at),
        ("ends_at", &new.ends_at),
        ("timezone", &new.timezone),
        ("location", &new.location),
        ("host_name", &new.host_name),
    ]
}
