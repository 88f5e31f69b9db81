//! The attendees of an event, each with the last text they got.

use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::attendees::{self, Headcount, LONGEST_LIST, Listed, NewAttendee, Rsvp};
use usher_core::events::{self, Event};
use usher_core::ids::EventId;
use usher_core::phones;

use super::{param, query};
use crate::form::{Done, Form};
use crate::parts::badge::Badge;
use crate::parts::field::{Choice, Field, last};
use crate::parts::page::{Main, shown};
use crate::parts::time::Moment;
use crate::parts::words::{count, grouped};
use crate::visit::{signed_in, ui};

/// The attendees of one event.
#[component]
pub fn Attendees() -> impl IntoView {
    let id = param("event");
    let search = query("find").map(|words| usher_core::error::clean(&words)).unwrap_or_default();
    view! {
        <Main live=format!("event={id}")>
            {Suspend::new(async move {
                let read = read(&id, &search).await;
                shown(read, |(event, headcount, listed)| page(&event, headcount, listed, &search))
            })}
        </Main>
    }
}

async fn read(id: &str, search: &str) -> Result<(Event, Headcount, Vec<Listed>), Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    let id = EventId::parse(id).ok_or(Error::NotFound)?;
    let store = &ui().service.store;
    let event = events::find(store, org, id).await?;
    Ok((event, attendees::headcount(store, org, id).await?, attendees::list(store, org, id, search).await?))
}

fn page(event: &Event, headcount: Headcount, listed: Vec<Listed>, search: &str) -> AnyView {
    let title = format!("Attendees of {}", event.name);
    let base = format!("/events/{}", event.id);
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let cut = i64::try_from(listed.len()).is_ok_and(|shown| shown == LONGEST_LIST).then(|| {
        view! { <p class="soft small">"The first "{LONGEST_LIST}" are shown. Find others by name or number."</p> }
    });
    let list = list(&base, listed, event.zone(), search);
    view! {
        <Title text=title/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs"><a href="/events">"Events"</a>" / "<a href=base.clone()>{event.name.clone()}</a></p>
                <h1>"Attendees"</h1>
                <p class="soft">{count(headcount.people, "person", "people")}", "{grouped(headcount.confirmed)}" confirmed"</p>
            </div>
            <span class="small soft" data-live-state=""></span>
        </div>
        {may_send.then(|| add_form(event.id))}
        {(headcount.people > 0).then(|| search_form(&base, search))}
        {list}
        {cut}
    }
    .into_any()
}

fn search_form(base: &str, search: &str) -> AnyView {
    let all = (!search.is_empty()).then(|| view! { <a href=format!("{base}/attendees")>"Show all"</a> });
    view! {
        <form class="row" role="search" action=format!("{base}/attendees")>
            <label class="vh" for="find">"Name or number"</label>
            <input id="find" name="find" type="search" placeholder="Name or number" value=search.to_owned()/>
            <button class="button">"Find"</button>
            {all}
        </form>
    }
    .into_any()
}

fn list(base: &str, listed: Vec<Listed>, zone: Tz, search: &str) -> AnyView {
    if listed.is_empty() && !search.is_empty() {
        return view! {
            <section class="card">
                <div class="empty">
                    <h2>"Nobody is found"</h2>
                    <p>"No name and no number on this list has these words in it."</p>
                </div>
            </section>
        }
        .into_any();
    }
    if listed.is_empty() {
        return view! {
            <section class="card">
                <div class="empty">
                    <h2>"Nobody is on the list yet"</h2>
                    <p>"Add people with their mobile number; then you can text them and see whether it arrived."</p>
                </div>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="card">
            <table class="people cards-on-phone">
                <thead><tr><th>"Attendee"</th><th>"Number"</th><th>"RSVP"</th><th>"Last text"</th><th>"Status"</th></tr></thead>
                <tbody>{listed.into_iter().map(|listed| row(base, listed, zone)).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(base: &str, listed: Listed, zone: Tz) -> AnyView {
    let attendee = listed.attendee;
    let number = phones::shown(&attendee.phone);
    let name = if attendee.name.is_empty() { number.clone() } else { attendee.name };
    let last = listed.last_purpose.zip(listed.last_at).map(|(purpose, at)| {
        view! { <span class="line">{purpose.label()}</span> <Moment at=at zone=zone class="soft small"/> }
    });
    let suppressed =
        attendee.suppressed.then(|| view! { <br/><span class="small soft">"must not be texted"</span> });
    view! {
        <tr id=format!("a-{}", attendee.id)>
            <td><a href=format!("{base}/attendees/{}", attendee.id) dir="auto">{name}</a></td>
            <td class="soft nowrap">{number}{suppressed}</td>
            <td class="soft">{rsvp_words(attendee.rsvp)}</td>
            <td>{last}</td>
            <td>{listed.last_status.map(|status| view! { <Badge status=status/> })}</td>
        </tr>
    }
    .into_any()
}

fn add_form(event: EventId) -> AnyView {
    let options = Rsvp::ALL.map(|rsvp| (rsvp.as_str().to_owned(), rsvp_words(rsvp).to_owned())).to_vec();
    // Open again when it comes back with something to mend.
    let open = last().is_some_and(|flash| !flash.errors.is_empty());
    view! {
        <details class="card more" id="add" open=open>
            <summary>"Add somebody"</summary>
            <form class="pad stack" method="post" action=AddAttendee::url() data-once>
                <input type="hidden" name="event" value=event.to_string()/>
                <div class="fields">
                    <Field name="name" label="Name" autocomplete="off"/>
                    <Field name="phone" label="Mobile number" kind="tel" autocomplete="off" required=true
                        hint="With country code, such as +1 555 123 4567"/>
                    <Choice name="rsvp" label="RSVP" options=options chosen="invited"/>
                </div>
                <div class="row end"><button class="button primary">"Add"</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// The words for an RSVP.
pub(super) fn rsvp_words(rsvp: Rsvp) -> &'static str {
    match rsvp {
        Rsvp::Invited => "Invited",
        Rsvp::Confirmed => "Confirmed",
        Rsvp::Declined => "Declined",
        Rsvp::Waitlisted => "Waitlisted",
        Rsvp::Canceled => "Canceled",
    }
}

/// Adds somebody to the list.
#[server(prefix = "/do", endpoint = "add-attendee")]
pub async fn add_attendee(
    #[server(default)] event: String,
    #[server(default)] name: String,
    #[server(default)] phone: String,
    #[server(default)] rsvp: String,
) -> Result<(), ServerFnError> {
    let id = EventId::parse(&event);
    let back = id.map_or("/events".to_owned(), |id| format!("/events/{id}/attendees"));
    Form::new(back.clone(), &[("name", &name), ("phone", &phone), ("rsvp", &rsvp)])
        .for_person(async move |service, person| {
            if !person.role.may_send() {
                return Err(Error::NotAllowed("Your role cannot add people. Ask an organizer."));
            }
            let id = id.ok_or(Error::NotFound)?;
            let who = if name.trim().is_empty() { phone.trim().to_owned() } else { name.trim().to_owned() };
            attendees::add(&service, person.org_id, id, &NewAttendee { name, phone, rsvp }).await?;
            Ok(Done::new(back, format!("{who} is on the list.")))
        })
        .await
}
