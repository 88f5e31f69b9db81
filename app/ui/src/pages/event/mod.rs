//! An event's dashboard: what became of its texts, the list below, why texts failed, and how it went
//! over time.

pub(crate) mod asked;
mod filters;
mod list;
mod over_time;
mod why;

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::attendees::{self, Headcount};
use usher_core::events::{self, Event};
use usher_core::ids::EventId;
use usher_core::messages::{self, Dashboard, Outcome};

use super::{param, query};
use crate::parts::delivery::{Delivery, label, tone};
use crate::parts::event_head::{Section, event_head, is_open_to, when_and_where};
use crate::parts::page::{Main, shown};
use crate::parts::time::{Moment, span};
use crate::parts::words::{count, grouped};
use crate::paths;
use crate::visit::{signed_in, ui};
use asked::Asked;

/// The dashboard of one event.
#[component]
pub fn EventPage() -> impl IntoView {
    let id = param("event");
    let given: Vec<(String, Option<String>)> =
        asked::PARTS.iter().map(|name| ((*name).to_owned(), query(name))).collect();
    view! {
        <Main live=format!("event={id}")>
            {Suspend::new(async move { shown(read(&id, &given).await, |read| page(&read)) })}
        </Main>
    }
}

/// What the page shows.
struct Read {
    event: Event,
    headcount: Headcount,
    asked: Asked,
    dashboard: Dashboard,
    may_send: bool,
}

async fn read(id: &str, given: &[(String, Option<String>)]) -> Result<Read, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let (org, id) = (person.org_id, EventId::parse(id).ok_or(Error::NotFound)?);
    let store = &ui().service.store;
    let event = events::find(store, org, id).await?;
    let part = |name: &str| given.iter().find(|(part, _)| part == name).and_then(|(_, value)| value.clone());
    let asked = Asked::read(part, event.zone());
    let (headcount, dashboard) = futures::try_join!(
        attendees::headcount(store, org, id),
        messages::dashboard(store, org, id, &asked.filter, event.zone())
    )?;
    Ok(Read { event, headcount, asked, dashboard, may_send: person.role.may_send() })
}

fn page(read: &Read) -> AnyView {
    let Read { event, headcount, asked, dashboard, may_send } = read;
    let people = count(headcount.people, "attendee", "attendees");
    let line = format!("{} · {people}, {} confirmed", when_and_where(event), grouped(headcount.confirmed));
    let send = is_open_to(event, *may_send)
        .then(|| view! { <a class="button primary" href=paths::new_send(event.id)>"Send a text"</a> });
    let actions = may_send.then(|| {
        view! { <a class="button quiet" href=paths::edit_event(event.id)>"Edit"</a>{send} }
    });
    let (why, times) = if dashboard.of_many {
        (Some(too_many()), None)
    } else {
        (why::why(event, asked, dashboard), over_time::over_time(event, dashboard))
    };
    let beside = (why.is_some() || times.is_some()).then(|| {
        view! { <aside class="stack roomy" aria-label="Reasons and times">{why}{times}</aside> }
    });
    view! {
        <Title text=event.name.clone()/>
        {event_head(event, Section::Overview, line, actions.into_any())}
        {overview(read)}
        <div class="split">
            <section class="stack" aria-labelledby="texts">
                <h2 class="vh" id="texts">"Texts"</h2>
                {filters::filters(event, asked, dashboard)}
                {list::list(event, asked, dashboard, *may_send)}
            </section>
            {beside}
        </div>
    }
    .into_any()
}

/// Beside the texts of more people than anybody looks for by name.
fn too_many() -> AnyView {
    view! {
        <section class="card pad stack" aria-labelledby="too-many">
            <h2 id="too-many">"Many people match"</h2>
            <p class="soft">"Type more of a name or number to see why their texts failed and when they arrived."</p>
        </section>
    }
    .into_any()
}

fn overview(read: &Read) -> AnyView {
    let Read { event, asked, dashboard, .. } = read;
    let totals = dashboard.totals;
    // A time, since "4 s ago" would be untrue four seconds later.
    let last_receipt = dashboard
        .last_receipt
        .map(|at| view! { <span>"last receipt "<Moment at=at zone=event.zone()/></span> });
    let why = why::heading(totals.failed)
        .filter(|_| !dashboard.of_many)
        .map(|heading| view! { <a class="to-why small" href="#why">{heading}" ↓"</a> });
    let within = asked.narrows_tabs().then_some(" within the filter");
    view! {
        <section class="card" aria-label="SMS overview">
            <div class="pad stack">
                <div class="row between">
                    <h2>"SMS overview"{within}</h2>
                    <span class="row small soft">{last_receipt}<span data-live-state=""></span></span>
                </div>
                <Delivery totals=totals/>
                {why}
            </div>
            {tiles(event.id, asked, dashboard)}
        </section>
    }
    .into_any()
}

/// The counters are the tabs of the list below.
fn tiles(event: EventId, asked: &Asked, dashboard: &Dashboard) -> AnyView {
    let totals = dashboard.totals;
    let current = |outcome| asked.is_tab(outcome).then_some("true");
    let each = Outcome::ALL.map(|outcome| {
        let texts = totals.of_outcome(outcome);
        let percent = matches!(outcome, Outcome::Delivered | Outcome::Failed | Outcome::Unconfirmed);
        let percent = totals.percent(outcome).filter(|_| percent).map(|percent| format!(" · {percent}%"));
        view! {
            <a href=asked.tab(event, Some(outcome)) aria-current=current(Some(outcome))
                data-status=(texts > 0).then(|| tone(outcome))>
                <b>{grouped(texts)}</b><span>{label(outcome)}{percent}</span>
            </a>
        }
    });
    let median = dashboard.pace.map(|pace| {
        view! { <div><b>{span(pace.median)}</b><span>"median to phone"</span></div> }
    });
    view! {
        <nav class="tiles" aria-label="Filter by outcome">
            <a href=asked.tab(event, None) aria-current=current(None)>
                <b>{grouped(totals.total)}</b><span>{if totals.total == 1 { "text" } else { "texts" }}</span>
            </a>
            {each.collect_view()}
            {median}
        </nav>
    }
    .into_any()
}
