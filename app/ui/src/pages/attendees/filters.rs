//! Who of the list is shown: the filters, and the addresses that carry them. Whoever sends texts to what is
//! shown gets the same names in its query.

use leptos::prelude::*;
use usher_core::attendees::{Counts, Filter, Last, Reach, Rsvp};
use usher_core::ids::{AttendeeId, EventId};
use usher_core::messages::{Outcome, Purpose};

use super::{purposes, query, rsvp_words};
use crate::parts::words::grouped;
use crate::paths;

/// The filter in the address; what is none is passed over.
pub(super) fn asked() -> Filter {
    let find = query("find").map(|words| usher_core::error::clean(&words)).unwrap_or_default();
    Filter {
        rsvp: query("rsvp").and_then(|word| Rsvp::parse(&word)),
        reach: query("reach").and_then(|word| Reach::parse(&word)),
        last: query("outcome").and_then(|word| Last::parse(&word)),
        without: query("without").and_then(|word| Purpose::parse(&word)),
        find,
    }
}

/// A path with the filter in its query.
pub(super) fn address(path: &str, filter: &Filter, after: Option<AttendeeId>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let after = after.map(|id| id.to_string());
    let parts = [
        ("rsvp", filter.rsvp.map(Rsvp::as_str)),
        ("reach", filter.reach.map(Reach::as_str)),
        ("outcome", filter.last.map(Last::as_str)),
        ("without", filter.without.map(Purpose::as_str)),
        ("find", Some(filter.find.as_str()).filter(|words| !words.is_empty())),
        ("after", after.as_deref()),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

pub(super) fn filters(event: EventId, filter: &Filter, counts: Option<&Counts>) -> AnyView {
    let number =
        |people: Option<i64>| people.map(|people| format!(" ({})", grouped(people))).unwrap_or_default();
    let rsvps = Rsvp::ALL.map(|rsvp| {
        let people = number(counts.map(|counts| counts.with_rsvp(rsvp)));
        (rsvp.as_str(), format!("{}{people}", rsvp_words(rsvp)))
    });
    let reaches = Reach::ALL.map(|reach| {
        let people = number(counts.map(|counts| counts.with_reach(reach)));
        (reach.as_str(), format!("{}{people}", reach_choice(reach)))
    });
    let lasts = Last::ALL.map(|last| {
        let people = number(counts.map(|counts| counts.with_last(last)));
        (last.as_str(), format!("{}{people}", last_choice(last)))
    });
    let purposes: Vec<(&'static str, String)> =
        purposes().map(|purpose| (purpose.as_str(), purpose.label().to_owned())).collect();
    let all = filter.is_any().then(|| view! { <a href=paths::attendees(event)>"Show everybody"</a> });
    view! {
        <form class="row who" role="search" action=paths::attendees(event)>
            {choice("rsvp", "RSVP", "Any RSVP", &rsvps, filter.rsvp.map(Rsvp::as_str))}
            {choice("reach", "Number", "Any number", &reaches, filter.reach.map(Reach::as_str))}
            {choice("outcome", "Last text", "Any last text", &lasts, filter.last.map(Last::as_str))}
            {choice("without", "Has not had", "Whatever they had", &purposes, filter.without.map(Purpose::as_str))}
            <label class="vh" for="find">"Name or number"</label>
            <input id="find" name="find" type="search" placeholder="Name or number" value=filter.find.clone()/>
            <button class="button">"Filter"</button>
            {all}
        </form>
    }
    .into_any()
}

fn choice(
    name: &'static str,
    label: &'static str,
    any: &'static str,
    options: &[(&'static str, String)],
    chosen: Option<&str>,
) -> AnyView {
    // The form for somebody new has fields of the same names.
    let id = format!("by-{name}");
    let prefix = if name == "without" { "Has not had: " } else { "" };
    let options = options
        .iter()
        .map(|(value, words)| {
            let words = format!("{prefix}{words}");
            view! { <option value=*value selected=chosen == Some(*value)>{words}</option> }
        })
        .collect_view();
    view! {
        <label class="vh" for=id.clone()>{label}</label>
        <select id=id name=name><option value="">{any}</option>{options}</select>
    }
    .into_any()
}

pub(in super::super) fn reach_choice(reach: Reach) -> &'static str {
    match reach {
        Reach::Receives => "Receives texts",
        Reach::Never => "No text delivered yet",
        Reach::Dead => "Cannot receive texts",
        Reach::OptedOut => "Opted out",
    }
}

pub(in super::super) fn last_choice(last: Last) -> &'static str {
    match last {
        Last::NoText => "No text yet",
        Last::Ended(Outcome::Delivered) => "Last text delivered",
        Last::Ended(Outcome::Failed) => "Last text failed",
        Last::Ended(Outcome::InProgress) => "Last text in progress",
        Last::Ended(Outcome::Unconfirmed) => "Last text without receipt",
        Last::Ended(Outcome::NotSent) => "Last text not sent",
    }
}
