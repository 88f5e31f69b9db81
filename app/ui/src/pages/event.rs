//! An event's dashboard: what became of its texts, the list below, and why texts failed.

use chrono_tz::Tz;
use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::counters::Totals;
use usher_core::events::{self, Event};
use usher_core::ids::{EventId, MessageId};
use usher_core::messages::{self, Dashboard, Filter, Outcome, Reason, Row};
use usher_core::phones;

use super::{param, query};
use crate::parts::badge::Badge;
use crate::parts::delivery::{Delivery, label, tone};
use crate::parts::page::{Main, shown};
use crate::parts::time::{Moment, Stacked, long};
use crate::parts::words::{count, excerpt, grouped, why_failed};
use crate::visit::{signed_in, ui};

/// The dashboard of one event.
#[component]
pub fn EventPage() -> impl IntoView {
    let id = param("event");
    let filter = Filter {
        outcome: query("outcome").and_then(|word| Outcome::parse(&word)),
        before: query("before").and_then(|id| MessageId::parse(&id)),
    };
    view! {
        <Main live=format!("event={id}")>
            {Suspend::new(async move {
                shown(read(&id, &filter).await, |(event, dashboard)| dashboard_of(&event, dashboard, &filter))
            })}
        </Main>
    }
}

async fn read(id: &str, filter: &Filter) -> Result<(Event, Dashboard), Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    let id = EventId::parse(id).ok_or(Error::NotFound)?;
    let store = &ui().service.store;
    let event = events::find(store, org, id).await?;
    let dashboard = messages::dashboard(store, org, id, filter).await?;
    Ok((event, dashboard))
}

fn dashboard_of(event: &Event, dashboard: Dashboard, filter: &Filter) -> AnyView {
    let base = format!("/events/{}", event.id);
    let zone = event.zone();
    // A time, since "4 s ago" would be untrue four seconds later.
    let last_receipt =
        dashboard.last_receipt.map(|at| view! { <span>"last receipt "<Moment at=at zone=zone/></span> });
    let why = why_heading(&dashboard.reasons)
        .map(|heading| view! { <a class="to-why small" href="#why">{heading}" ↓"</a> });
    let list = list(&base, dashboard.rows, dashboard.older, filter, &dashboard.totals, zone);
    view! {
        <Title text=event.name.clone()/>
        {head(event, &base)}
        <section class="card" aria-label="SMS overview">
            <div class="pad stack">
                <div class="row between">
                    <h2>"SMS overview"</h2>
                    <span class="row small soft">{last_receipt}<span data-live-state=""></span></span>
                </div>
                <Delivery totals=dashboard.totals/>
                {why}
            </div>
            {tiles(&base, dashboard.totals, filter)}
        </section>
        <div class="split">
            {list}
            {reasons(&base, &dashboard.reasons)}
        </div>
    }
    .into_any()
}

fn head(event: &Event, base: &str) -> AnyView {
    let place = [
        Some(long(event.starts_at, event.zone())),
        Some(event.location.clone()).filter(|place| !place.is_empty()),
    ];
    let place = place.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <div class="head">
            <div class="stack tight">
                <p class="crumbs"><a href="/events">"Events"</a></p>
                <h1>{event.name.clone()}</h1>
                <p class="soft">{place}</p>
            </div>
            <div class="row"><a class="button primary" href=format!("{base}/attendees")>"Attendees"</a></div>
        </div>
    }
    .into_any()
}

/// The counters are the tabs of the list below.
fn tiles(base: &str, totals: Totals, filter: &Filter) -> AnyView {
    let chosen = filter.outcome;
    let all = (chosen.is_none()).then_some("true");
    let each = Outcome::ALL.map(|outcome| {
        let texts = totals.of_outcome(outcome);
        let percent = matches!(outcome, Outcome::Delivered | Outcome::Failed | Outcome::Unconfirmed);
        let percent = totals.percent(outcome).filter(|_| percent).map(|percent| format!(" · {percent}%"));
        view! {
            <a href=format!("{base}?outcome={}", outcome.as_str()) aria-current=(chosen == Some(outcome)).then_some("true")
                data-status=(texts > 0).then(|| tone(outcome))>
                <b>{grouped(texts)}</b><span>{label(outcome)}{percent}</span>
            </a>
        }
    });
    view! {
        <nav class="tiles" aria-label="Filter by outcome">
            <a href=base.to_owned() aria-current=all><b>{grouped(totals.total)}</b><span>{if totals.total == 1 { "text" } else { "texts" }}</span></a>
            {each.collect_view()}
        </nav>
    }
    .into_any()
}

fn list(
    base: &str,
    rows: Vec<Row>,
    older: Option<MessageId>,
    filter: &Filter,
    totals: &Totals,
    zone: Tz,
) -> AnyView {
    let listed = filter.outcome.map_or(totals.total, |outcome| totals.of_outcome(outcome));
    if rows.is_empty() {
        return empty(base, filter).into_any();
    }
    let outcome = filter.outcome.map(|outcome| format!("outcome={}&", outcome.as_str())).unwrap_or_default();
    let newest = filter.before.map(|_| view! { <a href=format!("{base}?{outcome}")>"← Newest"</a> });
    let older =
        older.map(|before| view! { <a href=format!("{base}?{outcome}before={before}")>"Older →"</a> });
    view! {
        <section class="stack" aria-label="Texts">
            <div class="card">
                <table class="texts cards-on-phone">
                    <thead><tr><th>"Attendee"</th><th>"Text"</th><th>"When"</th><th>"Status"</th></tr></thead>
                    <tbody>{rows.into_iter().map(|text| row(base, text, zone)).collect_view()}</tbody>
                </table>
            </div>
            <div class="pager small soft"><span>{count(listed, "text", "texts")}</span> {newest} {older}</div>
        </section>
    }
    .into_any()
}

fn row(base: &str, text: Row, zone: Tz) -> AnyView {
    let who = if text.name.is_empty() { phones::shown(&text.to_phone) } else { text.name.clone() };
    let who = match text.attendee_id {
        Some(attendee) => {
            view! { <a href=format!("{base}/attendees/{attendee}") dir="auto">{who}</a> }.into_any()
        }
        None => view! { <span dir="auto">{who}</span> }.into_any(),
    };
    view! {
        <tr id=format!("m-{}", text.id)>
            <td>{who}</td>
            <td>
                <span class="line">{text.purpose.label()}</span>
                <span class="line soft small" dir="auto">{excerpt(&text.body, 120)}</span>
            </td>
            <td><Stacked at=text.created_at zone=zone/></td>
            <td><Badge status=text.status/></td>
        </tr>
    }
    .into_any()
}

fn empty(base: &str, filter: &Filter) -> impl IntoView + use<> {
    let base = base.to_owned();
    match filter.outcome {
        Some(outcome) => view! {
            <section class="card">
                <div class="empty">
                    <h2>{none(outcome)}</h2>
                    <p>"Choose another counter above, or "<a href=base>"see all texts"</a>"."</p>
                </div>
            </section>
        }
        .into_any(),
        None => view! {
            <section class="card">
                <div class="empty">
                    <h2>"No texts yet"</h2>
                    <p>"Each text appears here the moment it is written, and turns green when it reaches the phone."</p>
                    <a class="button primary" href=format!("{base}/attendees")>"Choose somebody to text"</a>
                </div>
            </section>
        }
        .into_any(),
    }
}

/// Said where a filter finds nothing.
fn none(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "No text is delivered yet",
        Outcome::Failed => "No text failed",
        Outcome::InProgress => "No text is in progress",
        Outcome::Unconfirmed => "No text is without a receipt",
        Outcome::NotSent => "No text was held back",
    }
}

fn why_heading(reasons: &[Reason]) -> Option<String> {
    let texts: i64 = reasons.iter().map(|reason| reason.texts).sum();
    (texts > 0).then(|| format!("Why {} failed", count(texts, "text", "texts")))
}

fn reasons(base: &str, reasons: &[Reason]) -> Option<impl IntoView + use<>> {
    let heading = why_heading(reasons)?;
    let base = base.to_owned();
    let each = reasons
        .iter()
        .map(|reason| {
            let why = why_failed(Some(reason.error_code));
            let code = why.code.map(|code| format!(" · Twilio {code}"));
            view! {
                <div class="why">
                    <b>{why.title}</b>
                    <span class="soft small">{count(reason.texts, "text", "texts")}{code}". "{why.advice}</span>
                </div>
            }
        })
        .collect_view();
    Some(view! {
        <aside class="card" id="why" aria-label="Why texts failed">
            <div class="pad row between ruled">
                <h2>{heading}</h2>
                <a class="button" href=format!("{base}?outcome=failed")>"Show"</a>
            </div>
            {each}
        </aside>
    })
}
