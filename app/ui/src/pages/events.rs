//! All events of the organization: what comes, what was, and what is out of the way.

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::events::{self, Listed, Listing, Show};
use usher_core::ids::EventId;

use super::query;
use crate::parts::delivery::Delivery;
use crate::parts::page::{Main, shown};
use crate::parts::time::Moment;
use crate::parts::words::{count, grouped};
use crate::paths;
use crate::visit::{signed_in, ui};

/// What the address asks for: one list, or the next page of one; both first pages if nothing.
struct Asked {
    show: Option<Show>,
    search: String,
    after: Option<EventId>,
}

/// A list with the words above it.
struct Part {
    show: Show,
    listing: Listing,
}

/// The list of events.
#[component]
pub fn Events() -> impl IntoView {
    let asked = Asked {
        show: query("show").as_deref().and_then(show_of),
        search: query("find").map(|words| usher_core::error::clean(&words)).unwrap_or_default(),
        after: query("after").as_deref().and_then(EventId::parse),
    };
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    view! {
        <Title text="Events"/>
        <Main live="">
            <div class="head">
                <h1>"Events"</h1>
                {may_send.then(|| view! { <a class="button primary" href=paths::NEW_EVENT>"New event"</a> })}
            </div>
            {Suspend::new(async move { shown(read(&asked).await, |parts| page(&asked, parts, may_send)) })}
        </Main>
    }
}

async fn read(asked: &Asked) -> Result<Vec<Part>, Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    let service = ui().service;
    let lists = match asked.show {
        Some(show) => vec![show],
        None => vec![Show::Upcoming, Show::Past],
    };
    let mut parts = Vec::new();
    for show in lists {
        let now = service.clock.now();
        let listing = events::list(&service.store, org, now, show, &asked.search, asked.after).await?;
        parts.push(Part { show, listing });
    }
    Ok(parts)
}

fn page(asked: &Asked, parts: Vec<Part>, may_send: bool) -> AnyView {
    let nothing = parts.iter().all(|part| part.listing.events.is_empty());
    let first_visit = nothing && asked.show.is_none() && asked.search.is_empty();
    let lists = if nothing {
        empty(asked, may_send)
    } else {
        parts
            .into_iter()
            .filter(|part| !part.listing.events.is_empty())
            .map(|part| list(asked, part))
            .collect_view()
            .into_any()
    };
    let elsewhere = match asked.show {
        Some(_) => view! { <a href=paths::EVENTS>"← Upcoming and past events"</a> }.into_any(),
        None => view! { <a href=format!("{}?show=archived", paths::EVENTS)>"Archived events"</a> }.into_any(),
    };
    view! {
        {(!first_visit).then(|| search_form(asked))}
        {lists}
        <p class="small">{elsewhere}</p>
    }
    .into_any()
}

fn search_form(asked: &Asked) -> AnyView {
    let show = asked.show.map(|show| view! { <input type="hidden" name="show" value=word(show)/> });
    let all = (!asked.search.is_empty()).then(|| view! { <a href=paths::EVENTS>"Show all"</a> });
    view! {
        <form class="row" role="search" action=paths::EVENTS>
            {show}
            <label class="vh" for="find">"Name, place or host"</label>
            <input id="find" name="find" type="search" placeholder="Name, place or host" value=asked.search.clone()/>
            <button class="button">"Find"</button>
            {all}
        </form>
    }
    .into_any()
}

fn list(asked: &Asked, part: Part) -> AnyView {
    let find =
        if asked.search.is_empty() { String::new() } else { format!("&find={}", escaped(&asked.search)) };
    let more = part.listing.more.map(|after| {
        let to = format!("{}?show={}&after={after}{find}", paths::EVENTS, word(part.show));
        view! { <div class="pager"><span></span><a href=to>"More →"</a></div> }
    });
    let title = title(part.show);
    view! {
        <section class="stack" aria-label=title>
            <h2>{title}</h2>
            <div class="card">
                <table class="events cards-on-phone">
                    <thead><tr>
                        <th>"Event"</th><th>"Starts"</th><th>"Texts"</th><th class="num">"Attendees"</th>
                    </tr></thead>
                    <tbody>{part.listing.events.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
    .into_any()
}

fn row(listed: Listed) -> AnyView {
    let Listed { event, attendees, totals } = listed;
    let zone = event.zone();
    let place = (!event.location.is_empty())
        .then(|| view! { <span class="line soft small" dir="auto">{event.location.clone()}</span> });
    view! {
        <tr id=format!("e-{}", event.id)>
            <td><a href=paths::event(event.id) dir="auto">{event.name}</a>{place}</td>
            <td><Moment at=event.starts_at zone=zone class="soft"/></td>
            <td class="bar">{texts(&totals)}</td>
            <td class="num">
                {grouped(attendees)}
                <span class="unit">{if attendees == 1 { " attendee" } else { " attendees" }}</span>
            </td>
        </tr>
    }
    .into_any()
}

/// What became of an event's texts: a picture and the words that matter.
pub(super) fn texts(totals: &usher_core::counters::Totals) -> AnyView {
    if totals.total == 0 {
        return view! { <span class="soft small">"No texts yet"</span> }.into_any();
    }
    let failed = (totals.failed > 0).then(|| format!(", {} failed", grouped(totals.failed)));
    view! {
        <Delivery totals=*totals/>
        <span class="soft small">{count(totals.total, "text", "texts")}{failed}</span>
    }
    .into_any()
}

fn empty(asked: &Asked, may_send: bool) -> AnyView {
    let (title, words) = if !asked.search.is_empty() {
        ("No event is found", "No name, place or host has these words in it.")
    } else {
        match asked.show {
            Some(Show::Archived) => (
                "No archived events",
                "Archive an event that is over to keep this list short. It keeps its history.",
            ),
            Some(Show::Past) => ("No past events", "An event moves here twelve hours after it starts."),
            Some(Show::Upcoming) => ("No events to come", "Make one, and its attendees can be texted."),
            None => ("No events yet", "An event holds its attendees and every text they get."),
        }
    };
    let make = (may_send && asked.show.is_none() && asked.search.is_empty())
        .then(|| view! { <a class="button primary" href=paths::NEW_EVENT>"Make the first event"</a> });
    view! {
        <section class="card"><div class="empty"><h2>{title}</h2><p>{words}</p>{make}</div></section>
    }
    .into_any()
}

fn show_of(word: &str) -> Option<Show> {
    [Show::Upcoming, Show::Past, Show::Archived].into_iter().find(|show| self::word(*show) == word)
}

fn word(show: Show) -> &'static str {
    match show {
        Show::Upcoming => "upcoming",
        Show::Past => "past",
        Show::Archived => "archived",
    }
}

fn title(show: Show) -> &'static str {
    match show {
        Show::Upcoming => "Upcoming",
        Show::Past => "Past",
        Show::Archived => "Archived",
    }
}

/// Typed words as they may stand in an address.
fn escaped(words: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    words
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
