//! How far a send has come: what became of its texts, what holds the others, and the ways to stop it.

mod facts;
mod list;
mod steer;

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::events::Event;
use usher_core::ids::{MessageId, SendId};
use usher_core::messages::Outcome;
use usher_core::sends::{self, Page, State, Tab};

use super::send_words::{remaining, state};
use super::{param, query};
use crate::parts::delivery::Delivery;
use crate::parts::event_head::{Section, event_head, when_and_where};
use crate::parts::page::{Main, shown};
use crate::parts::time::long;
use crate::parts::words::{count, grouped};
use crate::visit::{signed_in, ui, zone};

/// How far a send has come.
#[component]
pub fn ProgressPage() -> impl IntoView {
    let id = param("send");
    let tab = Tab {
        outcome: query("outcome").and_then(|word| Outcome::parse(&word)),
        before: query("before").and_then(|id| MessageId::parse(&id)),
    };
    let asks_to_cancel = query("cancel").is_some();
    view! {
        {Suspend::new(async move {
            let read = read(&id, tab).await;
            // Once everything is final nothing can change any more, but for a price.
            let is_final = read.as_ref().is_ok_and(is_final);
            let content = shown(read, |page| content(&page, tab, asks_to_cancel));
            if is_final {
                view! { <Main>{content}</Main> }.into_any()
            } else {
                view! { <Main live=format!("send={id}")>{content}</Main> }.into_any()
            }
        })}
    }
}

async fn read(id: &str, tab: Tab) -> Result<Page, Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    let id = SendId::parse(id).ok_or(Error::NotFound)?;
    sends::page(&ui().service.store, org, id, tab).await
}

fn is_final(page: &Page) -> bool {
    page.send.totals.in_progress == 0 && matches!(page.send.state, State::Done | State::Canceled)
}

fn content(page: &Page, tab: Tab, asks_to_cancel: bool) -> AnyView {
    let send = &page.send;
    let zone = page.event.as_ref().map_or_else(zone, Event::zone);
    let head = page
        .event
        .as_ref()
        .map(|event| event_head(event, Section::Sends, when_and_where(event), ().into_any()));
    let (word, tone) = state(send);
    let title = page.event.as_ref().map_or_else(|| "Send".to_owned(), |event| event.name.clone());
    let heading = view! { <h2 class="page-title">{send.purpose.label()}</h2> };
    // Every page has one heading of the first rank.
    let heading = if page.event.is_some() {
        heading.into_any()
    } else {
        view! { <h1>{send.purpose.label()}</h1> }.into_any()
    };
    view! {
        <Title text=format!("{} · {title}", send.purpose.label())/>
        {head}
        <div class="row between">
            <div class="row tight">{heading}<span class="badge" data-status=tone><span class="vh">"Status: "</span>{word}</span></div>
            {steer::buttons(send)}
        </div>
        {asks_to_cancel.then(|| steer::ask(send))}
        <section class="card" aria-label="Progress">
            <div class="pad stack">
                <div class="row between">
                    <p class="so-far" id="so-far" data-tell=""><b>{so_far(page)}</b></p>
                    <span class="row small soft"><span data-live-state=""></span></span>
                </div>
                <Delivery totals=send.totals/>
                {facts::holds(page, zone)}
            </div>
            {list::tiles(page, tab)}
        </section>
        <div class="split">
            {list::texts(page, tab, zone)}
            <aside class="stack">{facts::facts(page, zone)} {facts::left(page)}</aside>
        </div>
    }
    .into_any()
}

/// `112 of 176 have left · about 20 s for the rest`.
fn so_far(page: &Page) -> String {
    let send = &page.send;
    let left = send.left();
    let all = left + send.waiting;
    let now = ui().service.clock.now();
    match send.state {
        State::Preparing => {
            format!(
                "{} of {} texts are written; none leaves before all are",
                grouped(send.prepared),
                grouped(send.to_prepare)
            )
        }
        State::Ready if send.waiting > 0 => {
            let rest = remaining(send, &page.holds, now).map(|span| format!(" · about {span} for the rest"));
            format!(
                "{} of {} have left{}",
                grouped(left),
                count(all, "text", "texts"),
                rest.unwrap_or_default()
            )
        }
        State::Paused => {
            format!("Paused: {} have left, {} wait", count(left, "text", "texts"), grouped(send.waiting))
        }
        State::Canceled if send.waiting > 0 => "Canceling what has not left…".into(),
        State::Canceled => format!("Canceled: {} had left before", count(left, "text", "texts")),
        State::Ready => format!(
            "All {} have left; {} in progress",
            count(left, "text", "texts"),
            grouped(send.totals.in_progress)
        ),
        State::Done => {
            format!("Done: every one of {} has its outcome", count(send.totals.total, "text", "texts"))
        }
    }
}

/// `Thu 26 Feb 2026, 7:00 PM EST`, or nothing for one that went at once.
fn chosen_time(page: &Page, zone: chrono_tz::Tz) -> Option<String> {
    page.send.send_at.map(|at| long(at, zone))
}
