//! What an organizer or staff member needs first.

mod set_up;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::events::{Listed, Listing};
use usher_core::home::{self, Held, Home, LastDay};
use usher_core::messages::{Outcome, Reason};

use super::events::texts;
use crate::parts::delivery::{Delivery, label, tone};
use crate::parts::page::{Main, shown};
use crate::parts::time::{Moment, span};
use crate::parts::words::{count, grouped, why_failed, why_waiting};
use crate::paths;
use crate::trouble::{self, Trouble};
use crate::visit::{signed_in, ui, zone};

/// A rate over fewer texts says little.
const SMALL: i64 = 20;

/// What an organizer or staff member needs first.
#[component]
pub fn HomePage() -> impl IntoView {
    view! {
        <Title text="Home"/>
        <Main live="">
            <div class="head">
                <h1>"Home"</h1>
                <span class="small soft" data-live-state=""></span>
            </div>
            {Suspend::new(async move { shown(read().await, |(home, red)| page(home, red)) })}
        </Main>
    }
}

async fn read() -> Result<(Home, Vec<Trouble>), Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let ui = ui();
    let mut red = trouble::all(&ui, &person).await;
    // The first of them stands on top of every page already.
    let on_top = trouble::on_top();
    red.retain(|trouble| on_top.as_ref().is_none_or(|top| top.title != trouble.title));
    Ok((home::home(&ui.service, &person).await?, red))
}

fn page(home: Home, red: Vec<Trouble>) -> AnyView {
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let check_list = (!home.begun.is_done()).then(|| set_up::check_list(&home.begun, &home.events, may_send));
    if !home.begun.text {
        // Nothing was texted yet: figures would all be nought.
        return view! { {check_list} {events(home.events, may_send)} {set_up::red(red, home.refused)} }
            .into_any();
    }
    view! {
        {check_list}
        {last_day(&home.last_day, home.last_receipt)}
        <div class="split">
            <div class="stack roomy">
                {events(home.events, may_send)}
                {waiting(home.in_progress, home.held)}
            </div>
            <aside class="stack roomy" aria-label="The last 7 days">
                {reasons(home.reasons)}
                {opted_out(home.opted_out)}
                {set_up::red(red, home.refused)}
            </aside>
        </div>
    }
    .into_any()
}

/// Today's answer: did texts arrive?
fn last_day(day: &LastDay, last_receipt: Option<DateTime<Utc>>) -> AnyView {
    let totals = day.totals;
    let receipt = match last_receipt {
        Some(at) => view! { "Last receipt "{ago(at)}" ("<Moment at=at zone=zone()/>")" }.into_any(),
        None => view! { "No receipt yet" }.into_any(),
    };
    let (figure, words) = answer(day);
    let counts = [Outcome::Delivered, Outcome::Failed, Outcome::Unconfirmed].map(|outcome| {
        let texts = totals.of_outcome(outcome);
        // No list holds exactly what was delivered in these hours.
        let to = match outcome {
            Outcome::Failed => Some(format!("{}?days=1", paths::FAILURES)),
            Outcome::Unconfirmed => Some(format!("{}?days=1&open=no-receipt", paths::FAILURES)),
            _ => None,
        };
        let status = (texts > 0).then(|| tone(outcome));
        let figure = view! { <b>{grouped(texts)}</b><span>{label(outcome)}</span> };
        match to {
            Some(to) => view! { <a href=to data-status=status>{figure}</a> }.into_any(),
            None => view! { <div data-status=status>{figure}</div> }.into_any(),
        }
    });
    view! {
        <section class="card" aria-label="The last 24 hours">
            <div class="pad stack">
                <div class="row between"><h2>"Last 24 hours"</h2><span class="small soft">{receipt}</span></div>
                <p class="answer"><b>{figure}</b>" "<span>{words}</span></p>
                {(totals.total > 0).then(|| view! { <Delivery totals=totals/> })}
            </div>
            {(totals.total > 0).then(|| view! { <nav class="tiles" aria-label="The last 24 hours by outcome">{counts.collect_view()}</nav> })}
        </section>
    }
    .into_any()
}

/// The rate, and what it is a rate of. Of a few texts it would say more than is known.
fn answer(day: &LastDay) -> (String, String) {
    let totals = day.totals;
    let delivered = grouped(totals.delivered);
    let ended = count(totals.total, "text that got its outcome", "texts that got their outcome");
    match totals.percent(Outcome::Delivered) {
        None => ("No outcome yet".into(), "No text got its outcome in the last 24 hours.".into()),
        Some(percent) if day.or_more => (
            format!("{percent}%"),
            format!("delivered, of more than {} that got their outcome", grouped(totals.total)),
        ),
        Some(_) if totals.total < SMALL => (
            format!("{delivered} of {}", grouped(totals.total)),
            "delivered: too few texts for a rate.".into(),
        ),
        Some(percent) => (format!("{percent}%"), format!("delivered, of {ended}")),
    }
}

/// `2 min ago`.
fn ago(at: DateTime<Utc>) -> String {
    let now = ui().service.clock.now();
    #[expect(clippy::cast_precision_loss, reason = "words for a span need no exact seconds")]
    let seconds = (now - at).num_seconds().max(0) as f64;
    if seconds < 60.0 { "less than a minute ago".into() } else { format!("{} ago", span(seconds)) }
}

fn events(listing: Listing, may_send: bool) -> AnyView {
    let more = listing.more.map(|_| view! { <a class="button" href=paths::EVENTS>"All events"</a> });
    let body = if listing.events.is_empty() {
        let make = may_send.then(|| view! { <a class="button" href=paths::NEW_EVENT>"New event"</a> });
        view! { <div class="empty"><p>"No event to come."</p>{make}</div> }.into_any()
    } else {
        let rows = listing.events.into_iter().map(event).collect_view();
        view! { <ul class="next">{rows}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-label="Next events">
            <div class="pad row between ruled"><h2>"Next events"</h2>{more}</div>
            {body}
        </section>
    }
    .into_any()
}

fn event(listed: Listed) -> AnyView {
    let Listed { event, attendees, totals } = listed;
    let zone = event.zone();
    view! {
        <li id=format!("e-{}", event.id)>
            <div class="row between">
                <a href=paths::event(event.id) dir="auto">{event.name}</a>
                <span class="soft small"><Moment at=event.starts_at zone=zone/>" · "{count(attendees, "person", "people")}</span>
            </div>
            {texts(&totals)}
        </li>
    }
    .into_any()
}

/// What is on its way, and what waits for something.
fn waiting(in_progress: i64, held: Vec<Held>) -> Option<AnyView> {
    if in_progress == 0 {
        return None;
    }
    let nothing_held = held.is_empty();
    let each = held.into_iter().map(|held| {
        let why = why_waiting(held.hold.as_deref()).unwrap_or("Waits for its time.");
        let next = (held.hold.as_deref() != Some("send_paused")).then(|| {
            view! { " Next: "<Moment at=held.next_at zone=zone()/>"." }
        });
        view! { <div class="why"><b>{count(held.texts, "text", "texts")}</b><span class="soft small">{why}{next}</span></div> }
    });
    Some(
        view! {
            <section class="card" aria-label="On their way">
                <div class="pad ruled"><h2>{count(in_progress, "text is on its way", "texts are on their way")}</h2></div>
                {each.collect_view()}
                {nothing_held.then(|| view! { <p class="pad soft small">"Nothing holds them back: Twilio or a carrier has them, or will in a moment."</p> })}
            </section>
        }
        .into_any(),
    )
}

fn reasons(reasons: Vec<Reason>) -> AnyView {
    let each = reasons.into_iter().map(|reason| {
        let why = why_failed(Some(reason.error_code));
        let code = why.code.map(|code| {
            view! { " · "<a href=format!("{}#{code}", paths::GUIDE)>"Twilio "{code}</a> }
        });
        let to = format!("{}?open={}", paths::FAILURES, reason.error_code);
        view! {
            <div class="why">
                <a href=to><b>{why.title}</b></a>
                <span class="soft small">{count(reason.texts, "text", "texts")}{code}</span>
            </div>
        }
    });
    let each: Vec<_> = each.collect();
    let body = if each.is_empty() {
        view! { <p class="pad soft">"No text failed."</p> }.into_any()
    } else {
        each.collect_view().into_any()
    };
    view! {
        <section class="card" aria-label="Why texts failed">
            <div class="pad row between ruled"><h2>"Why texts failed, last 7 days"</h2><a class="button" href=paths::FAILURES>"All"</a></div>
            {body}
        </section>
    }
    .into_any()
}

fn opted_out(people: i64) -> AnyView {
    let words = if people == 0 {
        "Nobody opted out".to_owned()
    } else {
        count(people, "person opted out", "people opted out")
    };
    view! {
        <section class="card pad row between" aria-label="Opt-outs">
            <span>{words}" in the last 7 days."</span>
            <a href=paths::OPT_OUTS>"Opt-outs"</a>
        </section>
    }
    .into_any()
}
