//! The attendees of an event, each with the last text they got.

mod add;
mod filters;

use chrono_tz::Tz;
use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::attendees::{self, Filter, Headcount, List, Listed, Reach, Rsvp};
use usher_core::events::{self, Event};
use usher_core::ids::{AttendeeId, EventId};
use usher_core::messages::{Outcome, Purpose};
use usher_core::{phones, twilio::codes};

use self::filters::{address, asked, filters};
pub(super) use self::filters::{last_choice, reach_choice};
use super::{param, query};
use crate::parts::badge::Badge;
use crate::parts::event_head::{Section, event_head, is_open_to};
use crate::parts::page::{Main, shown};
use crate::parts::time::Moment;
use crate::parts::words::{count, grouped};
use crate::paths;
use crate::visit::{signed_in, ui};

/// The attendees of one event.
#[component]
pub fn Attendees() -> impl IntoView {
    let id = param("event");
    let filter = asked();
    let after = query("after").and_then(|id| AttendeeId::parse(&id));
    view! {
        <Main live=format!("event={id}")>
            {Suspend::new(async move {
                let read = read(&id, &filter, after).await;
                shown(read, |(event, headcount, list)| page(&event, headcount, list, &filter, after))
            })}
        </Main>
    }
}

async fn read(
    id: &str,
    filter: &Filter,
    after: Option<AttendeeId>,
) -> Result<(Event, Headcount, List), Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    let id = EventId::parse(id).ok_or(Error::NotFound)?;
    let store = &ui().service.store;
    let event = events::find(store, org, id).await?;
    let list = attendees::list(store, org, id, filter, after).await?;
    Ok((event, attendees::headcount(store, org, id).await?, list))
}

fn page(
    event: &Event,
    headcount: Headcount,
    list: List,
    filter: &Filter,
    after: Option<AttendeeId>,
) -> AnyView {
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let line = format!(
        "{}, {} confirmed",
        count(headcount.people, "person", "people"),
        grouped(headcount.confirmed)
    );
    let is_open = is_open_to(event, may_send);
    let actions = is_open.then(|| {
        view! {
            <a class="button" href=paths::import(event.id)>"Import a list"</a>
            <a class="button primary" href=paths::new_send(event.id)>"Send a text"</a>
        }
    });
    let actions = view! { <span class="small soft" data-live-state=""></span> {actions} }.into_any();
    let pager = pager(event.id, filter, after, &list);
    view! {
        <Title text=format!("Attendees of {}", event.name)/>
        {event_head(event, Section::Attendees, line, actions)}
        <h2 class="vh">"Attendees"</h2>
        {is_open.then(|| add::form(event.id))}
        {(headcount.people > 0).then(|| filters(event.id, filter, list.counts.as_ref()))}
        {people(event, list, filter, may_send)}
        {pager}
    }
    .into_any()
}

fn people(event: &Event, list: List, filter: &Filter, may_send: bool) -> AnyView {
    let is_open = is_open_to(event, may_send);
    if list.people.is_empty() {
        return nobody(event.id, filter, is_open);
    }
    let found = if filter.is_any() {
        format!("{} of {}", grouped(list.found), count(list.all, "person", "people"))
    } else {
        count(list.all, "person", "people")
    };
    // Nobody texts those who get none.
    let get_none = matches!(filter.reach, Some(Reach::Dead | Reach::OptedOut));
    let to_all = (is_open && filter.is_any() && !get_none).then(|| {
        let words = format!("Text {}", count(list.found, "person", "people"));
        view! { <a class="button" href=address(&paths::new_send(event.id), filter, None)>{words}</a> }
    });
    let to_ticked = is_open.then(|| {
        view! {
            <form id="ticked" class="row" action=paths::new_send(event.id)>
                <input type="hidden" name="who" value="chosen"/>
                <button class="button">"Text the ticked"</button>
            </form>
        }
    });
    view! {
        <section class="card" aria-label="Attendees">
            <div class="pad row between ruled">
                <p class="soft small" role="status">{found}</p>
                <div class="row tight">{to_all}{to_ticked}</div>
            </div>
            <table class="people cards-on-phone" class:to-tick=is_open>
                <thead>
                    <tr>
                        {is_open.then(|| view! { <th class="pick"><span class="vh">"Choose"</span></th> })}
                        <th>"Attendee"</th><th>"Number"</th><th>"RSVP"</th><th>"Last text"</th>
                        <th><span class="vh">"Change"</span></th>
                    </tr>
                </thead>
                <tbody>
                    {list.people.into_iter().map(|listed| row(event, listed, event.zone(), may_send)).collect_view()}
                </tbody>
            </table>
        </section>
    }
    .into_any()
}

fn nobody(event: EventId, filter: &Filter, may_add: bool) -> AnyView {
    let (title, words) = if filter.is_any() {
        ("Nobody is found", "Nobody on this list fits every choice above.")
    } else {
        (
            "Nobody is on the list yet",
            "Add people with their mobile number, or import a list; then you can text them and see whether it arrived.",
        )
    };
    let way_out = if filter.is_any() {
        Some(view! { <a class="button" href=paths::attendees(event)>"Show everybody"</a> })
    } else {
        may_add.then(|| view! { <a class="button" href=paths::import(event)>"Import a list"</a> })
    };
    view! {
        <section class="card">
            <div class="empty"><h2>{title}</h2><p>{words}</p>{way_out}</div>
        </section>
    }
    .into_any()
}

fn row(event: &Event, listed: Listed, zone: Tz, may_send: bool) -> AnyView {
    let text = last_text(&listed, zone);
    let Listed { attendee, reach, .. } = listed;
    let number = phones::shown(&attendee.phone);
    let name = if attendee.name.is_empty() { number.clone() } else { attendee.name };
    let edit = if may_send { "Edit" } else { "Fix number" };
    let tick = is_open_to(event, may_send).then(|| {
        let label = format!("Choose {name}");
        view! {
            <td class="pick">
                <input type="checkbox" form="ticked" name="attendee" value=attendee.id.to_string() aria-label=label/>
            </td>
        }
    });
    let whom = name.clone();
    view! {
        <tr id=format!("a-{}", attendee.id)>
            {tick}
            <td><a href=paths::history(event.id, attendee.id) dir="auto">{name}</a></td>
            <td>
                <span class="nowrap">{number}</span>
                <span class="line small reach" data-reach=reach.as_str()>{reach_words(reach)}</span>
            </td>
            <td class="soft">{rsvp_words(attendee.rsvp)}</td>
            <td>{text}</td>
            <td>
                <a class="button quiet" href=paths::edit_attendee(event.id, attendee.id)>
                    {edit}<span class="vh">" "{whom}</span>
                </a>
            </td>
        </tr>
    }
    .into_any()
}

/// What somebody was last texted, when, and what became of it.
fn last_text(listed: &Listed, zone: Tz) -> Option<AnyView> {
    let (purpose, at, status) =
        listed.last_purpose.zip(listed.last_at).zip(listed.last_status).map(|((a, b), c)| (a, b, c))?;
    let code = listed.last_error_code.and_then(|code| u32::try_from(code).ok()).filter(|code| *code > 0);
    let why = code.filter(|_| status.outcome() == Some(Outcome::Failed)).map(codes::describe);
    let why = why.map(|why| view! { <span class="line small soft">{why.title}</span> });
    Some(
        view! {
            <div class="last">
                <Badge status=status/>
                <span class="line">{purpose.label()}</span>
                <Moment at=at zone=zone class="soft small"/>
                {why}
            </div>
        }
        .into_any(),
    )
}

fn pager(event: EventId, filter: &Filter, after: Option<AttendeeId>, list: &List) -> Option<AnyView> {
    let base = paths::attendees(event);
    let first = after.map(|_| view! { <a href=address(&base, filter, None)>"← From the beginning"</a> });
    let next = list.next.map(|next| view! { <a href=address(&base, filter, Some(next))>"Next →"</a> });
    (first.is_some() || next.is_some())
        .then(|| view! { <div class="pager small"><span></span>{first}{next}</div> }.into_any())
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

/// The words for whether texts reach a number.
pub(super) fn reach_words(reach: Reach) -> &'static str {
    match reach {
        Reach::Receives => "receives texts",
        Reach::Never => "no text delivered yet",
        Reach::Dead => "cannot receive texts",
        Reach::OptedOut => "opted out",
    }
}

/// What somebody can lack.
fn purposes() -> impl Iterator<Item = Purpose> {
    Purpose::to_choose_from()
}
