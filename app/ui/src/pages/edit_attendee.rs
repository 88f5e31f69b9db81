//! Changing an attendee or fixing their number; a number that somebody else has asks whether the two are one.

#![expect(clippy::too_many_arguments, reason = "a form has one argument for each field")]

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::attendees::{self, Attendee, Edit, Edited, Rsvp};
use usher_core::contacts::{self, Contact};
use usher_core::events::{self, Event};
use usher_core::ids::{AttendeeId, ContactId, EventId, MessageId};
use usher_core::phones;

use super::attendees::rsvp_words;
use super::numbers::{Again, Pair, question, said};
use super::{param, query};
use crate::form::{Done, Form, touched};
use crate::parts::field::{Choice, Field};
use crate::parts::page::{Main, shown};
use crate::parts::words::count;
use crate::paths;
use crate::visit::{signed_in, ui};

/// What the page shows.
struct Shown {
    event: Event,
    attendee: Attendee,
    /// The text that is to be sent again, to the fixed number.
    again: Again,
    /// Whoever has the number that was typed.
    other: Option<Contact>,
}

/// The form for one attendee.
#[component]
pub fn EditAttendeePage() -> impl IntoView {
    let (event, attendee) = (param("event"), param("attendee"));
    let retry = query("retry").and_then(|id| MessageId::parse(&id));
    let same = query("same").and_then(|id| ContactId::parse(&id));
    view! {
        <Main narrow=true>
            {Suspend::new(async move {
                shown(read(&event, &attendee, retry, same).await, |content| page(&content))
            })}
        </Main>
    }
}

async fn read(
    event: &str,
    attendee: &str,
    retry: Option<MessageId>,
    same: Option<ContactId>,
) -> Result<Shown, Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    let event = EventId::parse(event).ok_or(Error::NotFound)?;
    let attendee = AttendeeId::parse(attendee).ok_or(Error::NotFound)?;
    let store = &ui().service.store;
    let event = events::find(store, org, event).await?;
    let attendee = attendees::find(store, org, event.id, attendee).await?;
    let again = Again::of(store, org, attendee.contact_id, retry).await?;
    let other = match same {
        Some(same) => Some(contacts::find(store, org, same).await?),
        None => None,
    };
    Ok(Shown { event, attendee, again, other })
}

fn page(content: &Shown) -> AnyView {
    let Shown { event, attendee, again, other } = content;
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let number = phones::shown(&attendee.phone);
    let name = if attendee.name.is_empty() { number.clone() } else { attendee.name.clone() };
    let title = match (other, may_send) {
        (Some(_), _) => "One person or two?",
        (None, true) => "Edit attendee",
        (None, false) => "Fix number",
    };
    let body = match other {
        Some(other) => one_or_two(event, attendee, other, again),
        None => form(event, attendee, again, may_send),
    };
    view! {
        <Title text=format!("{title}: {name}")/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs">
                    <a href=paths::EVENTS>"Events"</a>" / "<a href=paths::event(event.id) dir="auto">{event.name.clone()}</a>
                    " / "<a href=paths::attendees(event.id)>"Attendees"</a>
                    " / "<a href=paths::history(event.id, attendee.id) dir="auto">{name.clone()}</a>
                </p>
                <h1>{title}</h1>
                <p class="soft"><bdi>{name}</bdi>", "{number}</p>
            </div>
        </div>
        {body}
    }
    .into_any()
}

fn form(event: &Event, attendee: &Attendee, again: &Again, may_send: bool) -> AnyView {
    let sends_again = again.text().is_some();
    let button = if sends_again { "Save and send again" } else { "Save" };
    let rest = may_send.then(|| everything_else(event, attendee));
    let phone_hint = if sends_again {
        "The number that texts should go to from now on"
    } else {
        "With country code; without, it is read as one of the same country as before"
    };
    let shown_number = phones::shown(&attendee.phone);
    view! {
        {again.notice()}
        <form class="card pad stack" method="post" action=EditAttendee::url() data-once>
            {hidden(event.id, attendee.id, again)}
            <input type="hidden" name="seen" value=attendees::seen(attendee).to_string()/>
            <Field name="phone" label="Mobile number" kind="tel" autocomplete="off" required=true hint=phone_hint
                value=shown_number/>
            {rest}
            <div class="row between">
                <a href=paths::history(event.id, attendee.id)>"Back without saving"</a>
                <button class="button primary">{button}</button>
            </div>
        </form>
        {may_send.then(|| removal(event, attendee))}
    }
    .into_any()
}

/// Which attendee it is, and which text is to be sent again.
fn hidden(event: EventId, attendee: AttendeeId, again: &Again) -> AnyView {
    view! {
        <input type="hidden" name="event" value=event.to_string()/>
        <input type="hidden" name="attendee" value=attendee.to_string()/>
        {again.field()}
    }
    .into_any()
}

fn everything_else(event: &Event, attendee: &Attendee) -> AnyView {
    let options = Rsvp::ALL.map(|rsvp| (rsvp.as_str().to_owned(), rsvp_words(rsvp).to_owned())).to_vec();
    let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| view! { <option value=zone.name()></option> });
    let zone_hint = if event.timezone.is_empty() { "" } else { "Only where it differs from the event’s" };
    view! {
        <Field name="name" label="Name" autocomplete="off" value=attendee.name.clone()/>
        <div class="fields">
            <Field name="email" label="Email, if known" kind="email" autocomplete="off"
                value=attendee.email.clone().unwrap_or_default()/>
            <Choice name="rsvp" label="RSVP" options=options chosen=attendee.rsvp.as_str()/>
            <Field name="timezone" label="Time zone" autocomplete="off" hint=zone_hint list="zones"
                value=attendee.timezone.clone().unwrap_or_default()/>
        </div>
        <datalist id="zones">{zones.collect_view()}</datalist>
    }
    .into_any()
}

/// A number that somebody else has: are the two one?
fn one_or_two(event: &Event, attendee: &Attendee, other: &Contact, again: &Again) -> AnyView {
    let email = attendee.email.as_deref();
    let pair = Pair { name: &attendee.name, phone: &attendee.phone, email, other };
    let kept = [
        ("name", attendee.name.as_str()),
        ("phone", &other.phone),
        ("email", email.unwrap_or_default()),
        ("timezone", attendee.timezone.as_deref().unwrap_or_default()),
        ("rsvp", attendee.rsvp.as_str()),
        ("seen", ""),
    ];
    let back = back(event.id, attendee.id, again.text().map(|text| text.id));
    let fields = hidden(event.id, attendee.id, again);
    question(&pair, EditAttendee::url(), fields, &kept, again.text().is_some(), back)
}

fn back(event: EventId, attendee: AttendeeId, retry: Option<MessageId>) -> String {
    let page = paths::edit_attendee(event, attendee);
    retry.map_or_else(|| page.clone(), |retry| format!("{page}?retry={retry}"))
}

fn removal(event: &Event, attendee: &Attendee) -> AnyView {
    view! {
        <details class="card more">
            <summary>"Take off the list"</summary>
            <form class="pad stack" method="post" action=RemoveAttendee::url() data-once>
                <input type="hidden" name="event" value=event.id.to_string()/>
                <input type="hidden" name="attendee" value=attendee.id.to_string()/>
                <p class="soft">
                    "They no longer attend "<bdi>{event.name.clone()}</bdi>". Their waiting texts are canceled, announcements excepted. \
                    What was sent stays in their history."
                </p>
                <div class="row"><button class="button danger">"Take off the list"</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// Changes an attendee, and sends a text again if one is named.
#[server(prefix = "/do", endpoint = "edit-attendee")]
pub async fn edit_attendee(
    #[server(default)] event: String,
    #[server(default)] attendee: String,
    #[server(default)] name: String,
    #[server(default)] phone: String,
    #[server(default)] email: String,
    #[server(default)] timezone: String,
    #[server(default)] rsvp: String,
    #[server(default)] retry: String,
    #[server(default)] same: String,
    #[server(default)] seen: String,
    #[server(default)] then: String,
) -> Result<(), ServerFnError> {
    let ids = EventId::parse(&event).zip(AttendeeId::parse(&attendee));
    let retry = MessageId::parse(&retry);
    let back = ids.map_or_else(|| paths::EVENTS.to_owned(), |(event, attendee)| back(event, attendee, retry));
    let typed =
        [("name", &*name), ("phone", &phone), ("email", &email), ("timezone", &timezone), ("rsvp", &rsvp)];
    let mut typed = touched(&seen, &typed);
    typed.push(("seen", &seen));
    Form::new(back.clone(), &typed)
        .for_person(async move |service, person| {
            let (event, attendee) = ids.ok_or(Error::NotFound)?;
            if then == "back" {
                return Ok(Done::ask(back));
            }
            let same_as = ContactId::parse(&same);
            let edit = Edit { name, phone, email, timezone, rsvp, same_as, retry, seen };
            match attendees::edit(&service, &person, event, attendee, &edit).await? {
                Edited::Saved(saved) => Ok(said(paths::history(event, saved.attendee), &saved.moved)),
                Edited::Taken(other) => {
                    let joint = if retry.is_some() { '&' } else { '?' };
                    Ok(Done::ask(format!("{back}{joint}same={}", other.id)))
                }
            }
        })
        .await
}

/// Takes somebody off the list.
#[server(prefix = "/do", endpoint = "remove-attendee")]
pub async fn remove_attendee(
    #[server(default)] event: String,
    #[server(default)] attendee: String,
) -> Result<(), ServerFnError> {
    let ids = EventId::parse(&event).zip(AttendeeId::parse(&attendee));
    let back =
        ids.map_or(paths::EVENTS.to_owned(), |(event, attendee)| paths::edit_attendee(event, attendee));
    Form::new(back, &[])
        .for_person(async move |service, person| {
            let (event, attendee) = ids.ok_or(Error::NotFound)?;
            let (gone, canceled) = attendees::remove(&service, &person, event, attendee).await?;
            let name = if gone.name.is_empty() { phones::shown(&gone.phone) } else { gone.name };
            let mut words = format!("{name} is off the list.");
            if canceled > 0 {
                let texts = count(canceled, "waiting text was", "waiting texts were");
                words.push_str(&format!(" {texts} canceled."));
            }
            Ok(Done::new(paths::attendees(event), words))
        })
        .await
}
