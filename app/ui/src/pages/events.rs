//! All events of the organization.

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::events::{self, Listed};

use crate::parts::page::{Main, shown};
use crate::parts::time::Moment;
use crate::parts::words::grouped;
use crate::visit::{signed_in, ui};

/// The list of events.
#[component]
pub fn Events() -> impl IntoView {
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    view! {
        <Title text="Events"/>
        <Main>
            <div class="head">
                <h1>"Events"</h1>
                {may_send.then(|| view! { <a class="button primary" href="/events/new">"New event"</a> })}
            </div>
            {Suspend::new(async move {
                let Some(visitor) = signed_in() else { return ().into_any() };
                shown(events::list(&ui().service.store, visitor.person.org_id).await, |events| list(events, may_send))
            })}
        </Main>
    }
}

fn list(events: Vec<Listed>, may_send: bool) -> AnyView {
    if events.is_empty() {
        return view! {
            <section class="card">
                <div class="empty">
                    <h2>"No events yet"</h2>
                    <p>"An event holds its attendees and every text they get."</p>
                    {may_send.then(|| view! { <a class="button primary" href="/events/new">"Make the first event"</a> })}
                </div>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="card">
            <table class="events cards-on-phone">
                <thead><tr><th>"Event"</th><th>"Starts"</th><th>"Where"</th><th class="num">"Attendees"</th></tr></thead>
                <tbody>{events.into_iter().map(row).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(listed: Listed) -> AnyView {
    let event = listed.event;
    let zone = event.zone();
    view! {
        <tr id=format!("e-{}", event.id)>
            <td><a href=format!("/events/{}", event.id) dir="auto">{event.name}</a></td>
            <td><Moment at=event.starts_at zone=zone class="soft"/></td>
            <td class="soft">{event.location}</td>
            <td class="num">
                {grouped(listed.attendees)}
                <span class="unit">{if listed.attendees == 1 { " attendee" } else { " attendees" }}</span>
            </td>
        </tr>
    }
    .into_any()
}
