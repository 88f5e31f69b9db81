//! A text to one attendee.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::attendees::{self, Attendee};
use usher_core::events::{self, Event};
use usher_core::ids::{AttendeeId, EventId};
use usher_core::messages::{self, Purpose, TextToOne};
use usher_core::phones;

use super::history::recorded;
use super::param;
use crate::form::Form;
use crate::parts::field::{Area, Choice};
use crate::parts::page::{Main, shown};
use crate::visit::{signed_in, ui};

/// The form for a text to one attendee.
#[component]
pub fn SendPage() -> impl IntoView {
    let (event, attendee) = (param("event"), param("attendee"));
    view! {
        <Main narrow=true>
            {Suspend::new(async move {
                shown(read(&event, &attendee).await, |(event, attendee)| page(&event, &attendee))
            })}
        </Main>
    }
}

async fn read(event: &str, attendee: &str) -> Result<(Event, Attendee), Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    let event = EventId::parse(event).ok_or(Error::NotFound)?;
    let attendee = AttendeeId::parse(attendee).ok_or(Error::NotFound)?;
    let store = &ui().service.store;
    Ok((events::find(store, org, event).await?, attendees::find(store, org, event, attendee).await?))
}

fn page(event: &Event, attendee: &Attendee) -> AnyView {
    let base = format!("/events/{}", event.id);
    let history = format!("{base}/attendees/{}", attendee.id);
    let number = phones::shown(&attendee.phone);
    let name = if attendee.name.is_empty() { number.clone() } else { attendee.name.clone() };
    let purposes =
        Purpose::to_choose_from().map(|purpose| (purpose.as_str().to_owned(), purpose.label().to_owned()));
    let warning = attendee.suppressed.then(|| {
        view! {
            <div class="notice" data-status="blocked">
                <b>"This person must not be texted"</b>
                <p class="small">"A text would be recorded and not sent."</p>
            </div>
        }
    });
    view! {
        <Title text=format!("Send a text to {name}")/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs">
                    <a href="/events">"Events"</a>" / "<a href=base.clone()>{event.name.clone()}</a>
                    " / "<a href=format!("{base}/attendees")>"Attendees"</a>" / "<a href=history>{name.clone()}</a>
                </p>
                <h1>"Send a text"</h1>
                <p class="soft">"To "<bdi>{name}</bdi>", "{number}</p>
            </div>
        </div>
        {warning}
        <form class="card pad stack" method="post" action=SendText::url() data-once>
            <input type="hidden" name="event" value=event.id.to_string()/>
            <input type="hidden" name="attendee" value=attendee.id.to_string()/>
            <Choice name="purpose" label="Type" options=purposes.collect() chosen="announcement"/>
            <Area name="body" label="Text"
                hint="Say which event it is about. The first text to somebody should say how to stop: Reply STOP to opt out."/>
            <div class="row between">
                <span class="soft small">"It is sent at once. The next page shows whether it arrived."</span>
                <button class="button primary">"Send"</button>
            </div>
        </form>
    }
    .into_any()
}

/// Sends a text to one attendee.
#[server(prefix = "/do", endpoint = "send-text")]
pub async fn send_text(
    #[server(default)] event: String,
    #[server(default)] attendee: String,
    #[server(default)] purpose: String,
    #[server(default)] body: String,
) -> Result<(), ServerFnError> {
    let ids = EventId::parse(&event).zip(AttendeeId::parse(&attendee));
    let history =
        ids.map_or("/events".to_owned(), |(event, attendee)| format!("/events/{event}/attendees/{attendee}"));
    let back = if ids.is_some() { format!("{history}/send") } else { history.clone() };
    Form::new(back, &[("purpose", &purpose), ("body", &body)])
        .for_person(async move |service, person| {
            let (event, attendee) = ids.ok_or(Error::NotFound)?;
            let id =
                messages::send_one(&service, &person, event, attendee, &TextToOne { purpose, body }).await?;
            Ok(recorded(&service, &person, history, "The text", id).await)
        })
        .await
}
