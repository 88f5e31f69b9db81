//! Whom the texts are for. Each choice shows how many people it has; its details show once it is chosen.

use leptos::prelude::*;
use usher_core::attendees::{Last, Reach, Rsvp};
use usher_core::events::Event;
use usher_core::messages::Purpose;
use usher_core::sends::{Headcounts, Typed};

use super::super::attendees::{last_choice, reach_choice, rsvp_words};
use super::{error, error_line};
use crate::parts::words::{count, grouped};
use crate::paths;

/// The choice of an audience.
pub(super) fn who(event: &Event, typed: &Typed, counts: &Headcounts) -> AnyView {
    let invalid = error("audience").is_some();
    let failed = people(counts.failed);
    let chosen = typed.chosen().len();
    let chosen = (chosen > 0).then(|| {
        let words = format!("Chosen people ({chosen})");
        let ids = typed.attendees.clone();
        option(typed, "chosen", words, view! { <input type="hidden" name="attendees" value=ids/> }.into_any())
    });
    let attendees = paths::attendees(event.id);
    view! {
        <fieldset class="card pad who" id="audience" tabindex="-1" aria-describedby=invalid.then_some("audience-error")>
            <legend class="vh">"Who"</legend>
            <h2 aria-hidden="true">"Who"</h2>
            {error_line("audience")}
            {option(typed, "rsvp", "By their answer".into(), answers(typed, counts))}
            {option(typed, "failed", format!("Whose last text failed ({failed})"), ().into_any())}
            {option(typed, "filter", "Whom a filter finds".into(), filter(typed))}
            {chosen}
            {option(typed, "list", "A list of names or numbers".into(), list(typed, attendees))}
        </fieldset>
    }
    .into_any()
}

fn people(number: i64) -> String {
    if number == 0 { "nobody".into() } else { grouped(number) }
}

fn option(typed: &Typed, value: &'static str, words: String, details: AnyView) -> AnyView {
    let id = format!("who-{value}");
    let label_for = id.clone();
    view! {
        <div class="option">
            <label for=label_for>
                <input id=id name="who" type="radio" value=value checked=typed.who == value/>{words}
            </label>
            <div class="details">{details}</div>
        </div>
    }
    .into_any()
}

fn answers(typed: &Typed, counts: &Headcounts) -> AnyView {
    let ticked = typed.answers();
    let each = Rsvp::ALL.map(|rsvp| {
        let id = format!("rsvp-{}", rsvp.as_str());
        let label_for = id.clone();
        let words = format!("{} ({})", rsvp_words(rsvp), people(counts.of(rsvp)));
        view! {
            <label for=label_for>
                <input id=id name=rsvp.as_str() type="checkbox" value="on" checked=ticked.contains(&rsvp)/>{words}
            </label>
        }
    });
    view! { <div class="row">{each.collect_view()}</div> }.into_any()
}

fn filter(typed: &Typed) -> AnyView {
    let any = |words: &str| (String::new(), words.to_owned());
    let rsvp = Rsvp::ALL.map(|rsvp| (rsvp.as_str().to_owned(), rsvp_words(rsvp).to_owned()));
    let outcome = Last::ALL.map(|last| (last.as_str().to_owned(), last_choice(last).to_owned()));
    let reach = Reach::ALL.map(|reach| (reach.as_str().to_owned(), reach_choice(reach).to_owned()));
    let without =
        Purpose::to_choose_from().map(|purpose| (purpose.as_str().to_owned(), purpose.label().to_owned()));
    let rsvp = std::iter::once(any("Any answer")).chain(rsvp);
    let outcome = std::iter::once(any("Any")).chain(outcome);
    let reach = std::iter::once(any("Any number")).chain(reach);
    let without = std::iter::once(any("No matter")).chain(without);
    view! {
        <div class="fields">
            {select("rsvp", "Answer", rsvp.collect(), &typed.rsvp)}
            {select("outcome", "Last text", outcome.collect(), &typed.outcome)}
            {select("reach", "Number", reach.collect(), &typed.reach)}
            {select("without", "Has not had", without.collect(), &typed.without)}
            <div class="field">
                <label for="find">"Name or number"</label>
                <input id="find" name="find" type="search" value=typed.find.clone() autocomplete="off"/>
            </div>
        </div>
    }
    .into_any()
}

/// A list to pick from that keeps what was picked, also what is no choice: the first one must not take its
/// place unseen.
pub(super) fn select(
    name: &'static str,
    label: &'static str,
    mut options: Vec<(String, String)>,
    chosen: &str,
) -> AnyView {
    if !chosen.is_empty() && options.iter().all(|(value, _)| value != chosen) {
        options.push((chosen.to_owned(), "Choose again".to_owned()));
    }
    let options = options
        .into_iter()
        .map(|(value, words)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect_view();
    let described = error(name).map(|_| format!("{name}-error"));
    let invalid = described.as_ref().map(|_| "true");
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name aria-invalid=invalid aria-describedby=described>{options}</select>
            {error_line(name)}
        </div>
    }
    .into_any()
}

fn list(typed: &Typed, attendees: String) -> AnyView {
    let lines =
        i64::try_from(typed.list.lines().filter(|line| !line.trim().is_empty()).count()).unwrap_or_default();
    let lines = (lines > 0).then(|| format!("{}. ", count(lines, "line", "lines")));
    view! {
        <div class="field">
            <label class="vh" for="list">"Names or numbers, one a line"</label>
            <textarea id="list" name="list" rows="5" aria-describedby="list-hint"
                placeholder="Ana Lima\n+1 555 123 4567">{typed.list.clone()}</textarea>
            <p class="hint" id="list-hint">
                {lines}"One a line. Only people on this event’s list are texted; "
                <a href=attendees>"add others on the Attendees page"</a>" first."
            </p>
        </div>
    }
    .into_any()
}
