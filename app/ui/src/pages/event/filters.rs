//! What narrows the list: a plain form whose address can be shared.

use leptos::prelude::*;
use usher_core::events::Event;
use usher_core::messages::{Dashboard, Purpose};

use super::asked::{Asked, statuses};
use crate::parts::words::{why_failed, why_not_sent};
use crate::paths;

/// The form, what it was not understood in, and what else narrows the list.
pub(super) fn filters(event: &Event, asked: &Asked, dashboard: &Dashboard) -> Option<AnyView> {
    let nothing_yet = dashboard.totals.total == 0 && !asked.narrows() && asked.wrong.is_empty();
    (!nothing_yet).then(|| {
        view! {
            {wrong(asked)}
            {form(event, asked)}
            {chosen(event, asked)}
        }
        .into_any()
    })
}

fn form(event: &Event, asked: &Asked) -> AnyView {
    let purposes = Purpose::ALL.iter().map(|purpose| (purpose.as_str(), purpose.label()));
    // What the form has no field for stays as it is.
    let kept = ["outcome", "code", "reason"]
        .into_iter()
        .filter(|name| !asked.word(name).is_empty())
        .map(|name| view! { <input type="hidden" name=name value=asked.word(name).to_owned()/> })
        .collect_view();
    let csv = asked.wrong.is_empty().then(|| paths::event_csv(event.id, &asked.query()));
    let clear =
        asked.narrows().then(|| view! { <a class="button quiet" href=paths::event(event.id)>"Clear"</a> });
    view! {
        <form class="filters" role="search" aria-label="Filter the texts" action=paths::event(event.id)>
            {kept}
            {choice("purpose", "Type", "All types", purposes.collect(), asked)}
            {choice("status", "Status", "Any status", statuses().collect(), asked)}
            {day("from", "From day", asked)}
            {day("to", "To day", asked)}
            <div class="field find">
                <label for="find">"Name or number"</label>
                <input id="find" name="find" type="search" value=asked.word("find").to_owned()/>
            </div>
            <div class="row tight">
                <button class="button">"Filter"</button>
                {clear}
                {csv.map(|csv| view! { <a class="button quiet" href=csv download="">"Download CSV"</a> })}
            </div>
        </form>
    }
    .into_any()
}

fn choice(
    name: &'static str,
    label: &'static str,
    any: &'static str,
    options: Vec<(&'static str, &'static str)>,
    asked: &Asked,
) -> AnyView {
    let options = options
        .into_iter()
        .map(|(value, words)| {
            let selected = asked.word(name) == value;
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name aria-invalid=invalid(name, asked) aria-describedby=told(name, asked)>
                <option value="">{any}</option>{options}
            </select>
        </div>
    }
    .into_any()
}

fn day(name: &'static str, label: &'static str, asked: &Asked) -> AnyView {
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input id=name name=name type="date" value=asked.word(name).to_owned()
                aria-invalid=invalid(name, asked) aria-describedby=told(name, asked)/>
        </div>
    }
    .into_any()
}

fn invalid(name: &str, asked: &Asked) -> Option<&'static str> {
    asked.wrong.iter().any(|(wrong, _)| *wrong == name).then_some("true")
}

fn told(name: &str, asked: &Asked) -> Option<String> {
    invalid(name, asked).map(|_| format!("{name}-error"))
}

/// What of the address means nothing here; what it narrows is shown as if it were not there.
fn wrong(asked: &Asked) -> Option<AnyView> {
    if asked.wrong.is_empty() {
        return None;
    }
    let each = asked
        .wrong
        .iter()
        .map(|(name, words)| view! { <li id=format!("{name}-error")>{words.clone()}</li> })
        .collect_view();
    Some(
        view! {
            <div class="notice" data-tone="warning" role="status">
                <b>"The filter was not understood"</b>
                <ul class="small">{each}</ul>
            </div>
        }
        .into_any(),
    )
}

/// What narrows the list and has no field of its own, each with a way out; and what a day means here.
fn chosen(event: &Event, asked: &Asked) -> Option<AnyView> {
    let code = asked.filter.error_code.map(|code| {
        let why = why_failed(Some(code));
        let words = why.code.map_or(why.title.clone(), |code| format!("{} (Twilio {code})", why.title));
        ("code", words)
    });
    let reason = asked.filter.reason.as_deref().map(|reason| ("reason", why_not_sent(Some(reason)).title));
    let each: Vec<AnyView> = [code, reason]
        .into_iter()
        .flatten()
        .map(|(name, words)| {
            let remove = format!("Show other reasons than “{words}” too");
            view! {
                <span class="chip">"Only: "{words}" "<a href=asked.without(event.id, name) aria-label=remove>"✕"</a></span>
            }
            .into_any()
        })
        .collect();
    let days = (asked.filter.since.is_some() || asked.filter.until.is_some()).then(
        || view! { <span class="small soft">"Days are days in "{event.timezone.replace('_', " ")}"."</span> },
    );
    (!each.is_empty() || days.is_some()).then(|| view! { <div class="row">{each}{days}</div> }.into_any())
}
