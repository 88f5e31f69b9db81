//! Changing an event, making it again, and putting it out of the way.

#![expect(clippy::too_many_arguments, reason = "a form has one argument for each field")]

pub(crate) mod waiting;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::events::{self, Event, NewEvent, Waiting};
use usher_core::ids::EventId;
use usher_core::{Error, sends};

use super::event_form::fields;
use super::new_event::{ASK, typed};
use super::{param, query};
use crate::form::{Done, Form, touched};
use crate::parts::field::{Field, Tick};
use crate::parts::page::{Main, shown};
use crate::parts::words::count;
use crate::paths;
use crate::visit::{signed_in, ui};

/// The form for an event that is there.
#[component]
pub fn EditEventPage() -> impl IntoView {
    let id = param("event");
    let asks = query("cancel").is_some();
    view! {
        <Main narrow=true>
            {Suspend::new(async move { shown(read(&id).await, |read| page(&read, asks)) })}
        </Main>
    }
}

/// What the page shows.
struct Read {
    event: Event,
    waiting: Waiting,
    /// Some of what waits can say what the event is now.
    can_rewrite: bool,
}

async fn read(id: &str) -> Result<Read, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let id = EventId::parse(id).ok_or(Error::NotFound)?;
    let store = &ui().service.store;
    let event = events::find(store, person.org_id, id).await?;
    if !person.role.may_send() {
        return Err(Error::NotAllowed(ASK));
    }
    let waiting = events::waiting(store, person.org_id, id).await?;
    let can_rewrite = waiting.texts > 0 && sends::can_rewrite(store, person.org_id, id).await?;
    Ok(Read { event, waiting, can_rewrite })
}

fn page(Read { event, waiting, can_rewrite }: &Read, asks: bool) -> AnyView {
    let waiting = (waiting.texts > 0).then(|| match asks {
        true => waiting::ask_to_cancel(event, *waiting),
        false => waiting::notice(event, *waiting, *can_rewrite),
    });
    view! {
        <Title text=format!("Edit {}", event.name)/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs">
                    <a href=paths::EVENTS>"Events"</a>" / "<a href=paths::event(event.id) dir="auto">{event.name.clone()}</a>
                </p>
                <h1>"Edit event"</h1>
            </div>
        </div>
        {event.archived_at.map(|_| archived_notice())}
        {waiting}
        <form class="card pad stack" method="post" action=SaveEvent::url() data-once>
            <input type="hidden" name="event" value=event.id.to_string()/>
            <input type="hidden" name="seen" value=events::seen(event).to_string()/>
            {fields(Some(event), String::new())}
            <div class="row end"><button class="button primary">"Save the event"</button></div>
        </form>
        {again(event)}
        {put_away(event)}
    }
    .into_any()
}

fn archived_notice() -> AnyView {
    view! { <p class="notice">"This event is archived: it sends nothing new, and stands in the list of archived events."</p> }
        .into_any()
}

fn again(event: &Event) -> AnyView {
    view! {
        <form class="card pad stack" method="post" action=DuplicateEvent::url() data-once id="again">
            <h2>"Make it again"</h2>
            <p class="soft small">"The same place, host, zone and length on another day. Its texts are not copied."</p>
            <input type="hidden" name="event" value=event.id.to_string()/>
            <div class="fields">
                <Field name="copy_name" label="New name" value=event.name.clone() required=true/>
                <Field name="copy_starts_at" label="Starts then" kind="datetime-local" required=true/>
            </div>
            <Tick name="people" label="Invite the same people" ticked=false/>
            <div class="row end"><button class="button">"Make it again"</button></div>
        </form>
    }
    .into_any()
}

fn put_away(event: &Event) -> AnyView {
    let id = event.id.to_string();
    if event.archived_at.is_some() {
        return view! {
            <form class="card pad stack" method="post" action=BringEventBack::url() data-once>
                <h2>"Bring it back"</h2>
                <p class="soft small">"It stands in the list again and can send texts."</p>
                <input type="hidden" name="event" value=id/>
                <div class="row end"><button class="button">"Bring it back"</button></div>
            </form>
        }
        .into_any();
    }
    view! {
        <form class="card pad stack" method="post" action=ArchiveEvent::url() data-once>
            <h2>"Archive"</h2>
            <p class="soft small">
                "It leaves the list and sends nothing new. Attendees and every text stay, and it can be brought back. Texts that wait already still go unless you cancel them."
            </p>
            <input type="hidden" name="event" value=id/>
            <div class="row end"><button class="button danger">"Archive the event"</button></div>
        </form>
    }
    .into_any()
}

fn back_to(event: Option<EventId>) -> String {
    event.map_or(paths::EVENTS.to_owned(), paths::edit_event)
}

/// Changes an event.
#[server(prefix = "/do", endpoint = "save-event")]
pub async fn save_event(
    #[server(default)] event: String,
    #[server(default)] name: String,
    #[server(default)] kind: String,
    #[server(default)] starts_at: String,
    #[server(default)] ends_at: String,
    #[server(default)] timezone: String,
    #[server(default)] location: String,
    #[server(default)] host_name: String,
    #[server(default)] seen: String,
) -> Result<(), ServerFnError> {
    let id = EventId::parse(&event);
    let new = NewEvent { name, kind, starts_at, ends_at, timezone, location, host_name, seen };
    Form::new(back_to(id), &touched(&new.seen, &typed(&new)))
        .for_person(async move |service, person| {
            if !person.role.may_send() {
                return Err(Error::NotAllowed(ASK));
            }
            let id = id.ok_or(Error::NotFound)?;
            let (before, after) = events::save(&service, &person, id, &new).await?;
            let waiting = events::waiting(&service.store, person.org_id, id).await?;
            Ok(saved(&before, &after, waiting))
        })
        .await
}

/// A change of what texts tell of is not done with while old ones wait.
fn saved(before: &Event, after: &Event, waiting: Waiting) -> Done {
    let told = |event: &Event| {
        (
            event.name.clone(),
            event.starts_at,
            event.ends_at,
            event.timezone.clone(),
            event.location.clone(),
            event.host_name.clone(),
        )
    };
    if waiting.texts == 0 || told(before) == told(after) {
        return Done::new(paths::event(after.id), "The event is saved.");
    }
    let unchanged = match waiting.texts {
        1 => "that waits was written before and is not changed",
        _ => "that wait were written before and are not changed",
    };
    let say = format!("The event is saved. {} {unchanged}: see below.", waiting::words(waiting));
    Done::but(paths::edit_event(after.id), say)
}

/// Makes an event again.
#[server(prefix = "/do", endpoint = "duplicate-event")]
pub async fn duplicate_event(
    #[server(default)] event: String,
    #[server(default)] copy_name: String,
    #[server(default)] copy_starts_at: String,
    #[server(default)] people: String,
) -> Result<(), ServerFnError> {
    let id = EventId::parse(&event);
    let typed = [("copy_name", &*copy_name), ("copy_starts_at", &copy_starts_at), ("people", &people)];
    Form::new(back_to(id), &typed)
        .for_person(async move |service, person| {
            let id = id.ok_or(Error::NotFound)?;
            let made =
                events::duplicate(&service, &person, id, &copy_name, &copy_starts_at, people == "on").await;
            let (copy, along) = made.map_err(copied)?;
            let along = i64::try_from(along).unwrap_or(i64::MAX);
            let say = match along {
                0 => "The new event is made. Add the people to text.".to_owned(),
                _ => format!(
                    "The new event is made, and {} invited. Nobody was texted.",
                    count(along, "person is", "people are")
                ),
            };
            Ok(Done::new(paths::attendees(copy.id), say))
        })
        .await
}

/// Core knows the copy's fields by the names of an event's.
fn copied(error: Error) -> Error {
    let Error::Invalid(mut errors) = error else { return error };
    for error in &mut errors {
        error.field = if error.field == "name" { "copy_name".into() } else { "copy_starts_at".into() };
    }
    errors.dedup_by(|one, other| one.field == other.field);
    Error::Invalid(errors)
}

/// Puts an event out of the way.
#[server(prefix = "/do", endpoint = "archive-event")]
pub async fn archive_event(#[server(default)] event: String) -> Result<(), ServerFnError> {
    let id = EventId::parse(&event);
    Form::new(back_to(id), &[])
        .for_person(async move |service, person| {
            let id = id.ok_or(Error::NotFound)?;
            let event = events::archive(&service, &person, id).await?;
            let waiting = events::waiting(&service.store, person.org_id, id).await?;
            if waiting.texts > 0 {
                let still = match waiting.texts {
                    1 => "still waits and will go: cancel it below if it should not",
                    _ => "still wait and will go: cancel them below if they should not",
                };
                let say = format!("{} is archived. {} {still}.", event.name, waiting::words(waiting));
                return Ok(Done::but(paths::edit_event(id), say));
            }
            Ok(Done::new(
                paths::EVENTS,
                format!("{} is archived. You find it under “Archived events”.", event.name),
            ))
        })
        .await
}

/// Brings an archived event back.
#[server(prefix = "/do", endpoint = "bring-event-back")]
pub async fn bring_event_back(#[server(default)] event: String) -> Result<(), ServerFnError> {
    let id = EventId::parse(&event);
    Form::new(back_to(id), &[])
        .for_person(async move |service, person| {
            let id = id.ok_or(Error::NotFound)?;
            let event = events::bring_back(&service, &person, id).await?;
            Ok(Done::new(paths::event(id), format!("{} is back and can send texts.", event.name)))
        })
        .await
}
