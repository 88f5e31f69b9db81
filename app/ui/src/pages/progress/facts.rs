//! What a send was: words, author, times, price; what holds it, and who got none.

use chrono_tz::Tz;
use leptos::prelude::*;
use usher_core::sends::{Page, State};

use super::super::check_send::before::left_row;
use super::super::send_words::money;
use super::chosen_time;
use crate::parts::time::{Moment, short};
use crate::parts::words::{count, grouped, why_waiting};
use crate::paths;
use crate::visit::ui;

/// What holds its texts, and until when.
pub(super) fn holds(page: &Page, zone: Tz) -> Option<AnyView> {
    if page.holds.is_empty() || page.send.state == State::Paused {
        return None;
    }
    let now = ui().service.clock.now();
    let each = page.holds.iter().map(|hold| {
        let why = why_waiting(Some(&hold.hold)).unwrap_or("Waits.");
        let first = short(hold.first, zone, now);
        let until = if hold.first == hold.last {
            format!("They go {first}.")
        } else {
            format!("The first goes {first}, the last {}.", short(hold.last, zone, now))
        };
        let until = if hold.hold == "send_paused" { String::new() } else { until };
        view! { <p class="small soft">{count(hold.texts, "text", "texts")}": "{why}" "{until}</p> }
    });
    Some(view! { <div class="stack tight">{each.collect_view()}</div> }.into_any())
}

/// What it was.
pub(super) fn facts(page: &Page, zone: Tz) -> AnyView {
    let send = &page.send;
    let template = page.template.as_ref().map(|(id, name, version)| {
        view! {
            <dt>"Template"</dt>
            <dd><a href=paths::template(*id) dir="auto">{name.clone()}</a>{format!(", version {version}")}</dd>
        }
    });
    let chosen = chosen_time(page, zone).map(|at| view! { <dt>"For"</dt><dd>{at}</dd> });
    let audience = Some(capital(&send.audience)).filter(|words| !words.is_empty());
    let audience = audience.map(|words| view! { <dt>"To"</dt><dd>{words}</dd> });
    let price = match &page.price {
        Some((price, texts)) if *texts == send.totals.total => money(price),
        Some((price, texts)) => format!("{} so far, for {}", money(price), count(*texts, "text", "texts")),
        None => "not known yet".into(),
    };
    view! {
        <section class="card pad stack" aria-labelledby="sent">
            <h2 id="sent">"What was sent"</h2>
            <div class="phone"><div class="bubble" dir="auto">{send.body.clone()}</div></div>
            <dl class="facts">
                <dt>"By"</dt><dd>{send.author.clone()}</dd>
                <dt>"Confirmed"</dt><dd><Moment at=send.created_at zone=zone/></dd>
                {chosen}
                {audience}
                {template}
                <dt>"Segments"</dt><dd>{grouped(send.segments)}</dd>
                <dt>"Price"</dt><dd>{price}</dd>
            </dl>
        </section>
    }
    .into_any()
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Who got none, and why.
pub(super) fn left(page: &Page) -> Option<AnyView> {
    if page.left.is_empty() {
        return None;
    }
    let event = page.event.as_ref()?.id;
    let each = page.left.iter().map(|(reason, left)| left_row(event, reason, left)).collect_view();
    let heading = format!("Who got none: {}", grouped(page.left.values().map(|left| left.people).sum()));
    Some(
        view! {
            <section class="card pad stack" aria-labelledby="none">
                <h2 id="none">{heading}</h2>
                {each}
            </section>
        }
        .into_any(),
    )
}
