//! The sends of an event, with one's own drafts on top.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::events::{self, Event};
use usher_core::ids::{DraftId, EventId, SendId};
use usher_core::messages::Purpose;
use usher_core::sends::{self, Send, Typed};

use super::send_words::state;
use super::{param, query};
use crate::parts::event_head::{Section, event_head, is_open_to, when_and_where};
use crate::parts::page::{Main, shown};
use crate::parts::time::{Moment, Stacked};
use crate::parts::words::{excerpt, grouped};
use crate::paths;
use crate::visit::{signed_in, ui};

/// The sends of an event.
#[component]
pub fn SendsPage() -> impl IntoView {
    let id = param("event");
    let before = query("before").and_then(|id| SendId::parse(&id));
    view! {
        <Main live=format!("event={id}")>
            {Suspend::new(async move { shown(read(&id, before).await, page) })}
        </Main>
    }
}

type Draft = (DraftId, Typed, DateTime<Utc>);

/// What the page shows.
struct Shown {
    event: Event,
    drafts: Vec<Draft>,
    sends: Vec<Send>,
    older: Option<SendId>,
    is_older_page: bool,
}

async fn read(id: &str, before: Option<SendId>) -> Result<Shown, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let id = EventId::parse(id).ok_or(Error::NotFound)?;
    let service = ui().service;
    let event = events::find(&service.store, person.org_id, id).await?;
    let drafts = sends::drafts_of(&service, &person, id).await?;
    let (sends, older) = sends::list(&service.store, person.org_id, id, before).await?;
    Ok(Shown { event, drafts, sends, older, is_older_page: before.is_some() })
}

fn page(content: Shown) -> AnyView {
    let Shown { event, drafts, sends, older, is_older_page } = content;
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let zone = event.zone();
    let action = is_open_to(&event, may_send)
        .then(|| view! { <a class="button primary" href=paths::new_send(event.id)>"Send a text"</a> })
        .into_any();
    let base = paths::sends(event.id);
    let older = older.map(|before| view! { <a href=format!("{base}?before={before}")>"Older →"</a> });
    let newest = is_older_page.then(|| view! { <a href=base.clone()>"← Newest"</a> });
    view! {
        <Title text=format!("Sends · {}", event.name)/>
        {event_head(&event, Section::Sends, when_and_where(&event), action)}
        {my_drafts(&event, drafts, zone)}
        {list(&event, &sends, zone, may_send)}
        <div class="pager">{newest}{older}</div>
    }
    .into_any()
}

fn my_drafts(event: &Event, drafts: Vec<Draft>, zone: Tz) -> Option<AnyView> {
    if drafts.is_empty() {
        return None;
    }
    let event = event.id;
    let each = drafts.into_iter().map(|(id, typed, expires_at)| {
        let words =
            if typed.body.trim().is_empty() { "No words yet".to_owned() } else { excerpt(&typed.body, 90) };
        let purpose = Purpose::parse(&typed.purpose).map_or("Text", Purpose::label);
        view! {
            <div class="why">
                <a href=paths::send_draft(event, id)>{purpose}</a>
                <span class="small" dir="auto">{words}</span>
                <span class="soft small">"Not sent. Kept until "<Moment at=expires_at zone=zone/></span>
            </div>
        }
    });
    Some(
        view! {
            <section class="card" aria-labelledby="drafts">
                <div class="pad ruled"><h2 id="drafts">"Your drafts"</h2></div>
                {each.collect_view()}
            </section>
        }
        .into_any(),
    )
}

fn list(event: &Event, sends: &[Send], zone: Tz, may_send: bool) -> AnyView {
    if sends.is_empty() {
        let button = is_open_to(event, may_send).then(
            || view! { <a class="button primary" href=paths::new_send(event.id)>"Write to many at once"</a> },
        );
        return view! {
            <section class="card">
                <div class="empty">
                    <h2>"Nothing was sent to many yet"</h2>
                    <p>"Write once, check who gets what, and follow every text until it reached the phone."</p>
                    {button}
                </div>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="card">
            <table class="sends cards-on-phone">
                <thead><tr><th>"Text"</th><th>"By"</th><th>"When"</th><th class="num">"Delivered"</th><th>"Status"</th></tr></thead>
                <tbody>{sends.iter().map(|send| row(send, zone)).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(send: &Send, zone: Tz) -> AnyView {
    let (word, tone) = state(send);
    let lost =
        [(send.totals.failed, "failed", "failed"), (send.totals.unconfirmed, "without receipt", "soft")];
    let lost = lost.into_iter().filter(|(texts, ..)| *texts > 0).map(|(texts, word, class)| {
        view! { <span class=format!("line small {class}")>{grouped(texts)}" "{word}</span> }
    });
    view! {
        <tr id=format!("s-{}", send.id)>
            <td>
                <a href=paths::send(send.id)>{send.purpose.label()}</a>
                <span class="line soft small" dir="auto">{excerpt(&send.body, 120)}</span>
            </td>
            <td class="soft">{send.author.clone()}</td>
            <td><Stacked at=send.created_at zone=zone/></td>
            <td class="num">
                <span>{grouped(send.totals.delivered)}" of "{grouped(send.total)}</span>
                {lost.collect_view()}
                <span class="unit">" delivered"</span>
            </td>
            <td><span class="badge" data-status=tone><span class="vh">"Status: "</span>{word}</span></td>
        </tr>
    }
    .into_any()
}
