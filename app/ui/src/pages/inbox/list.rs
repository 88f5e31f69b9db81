//! The people who wrote.

use leptos::prelude::*;
use usher_core::inbox::{Listed, Meaning, Page, Show};
use usher_core::phones;

use super::Place;
use crate::parts::time::Stacked;
use crate::parts::words::excerpt;
use crate::visit::zone;

pub(super) fn people(place: &Place, page: Page) -> AnyView {
    if page.rows.is_empty() {
        return empty(place.show);
    }
    let first = Place::list(place.show);
    let newest = place.older.map(|_| view! { <a href=first.clone()>"← Newest"</a> });
    let joint = if first.contains('?') { '&' } else { '?' };
    let older =
        page.older.map(|older| view! { <a href=format!("{first}{joint}older={older}")>"Older →"</a> });
    let pager =
        (newest.is_some() || older.is_some()).then(|| view! { <div class="pager">{newest}{older}</div> });
    let rows = page.rows.into_iter().map(|listed| row(place, listed)).collect_view();
    view! {
        <section class="people-who-wrote stack" aria-label="People who wrote">
            <ol class="card threads">{rows}</ol>
            {pager}
        </section>
    }
    .into_any()
}

fn row(place: &Place, listed: Listed) -> AnyView {
    let name = if listed.name.is_empty() { phones::shown(&listed.phone) } else { listed.name.clone() };
    let here = (place.thread == Some(listed.contact_id)).then_some("true");
    let unread =
        listed.unread.then(|| view! { <span class="unread"><span class="vh">"Unread"</span></span> });
    let body = if listed.body.is_empty() { "(no words)".to_owned() } else { excerpt(&listed.body, 90) };
    let event = listed
        .event_name
        .clone()
        .map(|name| view! { <span class="line soft small" dir="auto">{name}</span> });
    view! {
        <li id=format!("p-{}", listed.contact_id) aria-current=here>
            <a href=Place::conversation(place.show, listed.contact_id) class:new=listed.unread aria-current=here>
                <span class="who"><b dir="auto">{name}</b>{unread}<Stacked at=listed.created_at zone=zone()/></span>
                <span class="line" dir="auto">{body}</span>
                {event}
            </a>
            {mark(&listed)}
        </li>
    }
    .into_any()
}

/// What is particular about it, if anything.
fn mark(listed: &Listed) -> Option<AnyView> {
    let (tone, words) = match listed.meaning() {
        Some(Meaning::MayMeanSeat) => ("unconfirmed", "Opted out, may have meant their seat"),
        Some(Meaning::MayOptOut) if !listed.suppressed => ("unconfirmed", "May want to opt out"),
        Some(Meaning::Start) if !listed.suppressed => ("delivered", "Gets texts again"),
        _ if listed.suppressed => ("blocked", "Opted out"),
        _ if listed.dead => ("undelivered", "Number gets no texts"),
        _ if listed.to_answer => ("received", "Needs an answer"),
        _ => return None,
    };
    Some(view! { <span class="badge" data-status=tone>{words}</span> }.into_any())
}

fn empty(show: Show) -> AnyView {
    let (heading, words) = match show {
        Show::All => (
            "Nobody has written yet",
            "When somebody answers one of your texts, it stands here the moment it comes.",
        ),
        Show::ToAnswer => {
            ("Nobody waits for an answer", "Replies stay here until you answer them or mark them as handled.")
        }
        Show::OptOuts => {
            ("Nobody opted out", "Whoever writes STOP gets no more texts, at once. They would stand here.")
        }
    };
    view! {
        <section class="people-who-wrote card"><div class="empty"><h2>{heading}</h2><p>{words}</p></div></section>
    }
    .into_any()
}
