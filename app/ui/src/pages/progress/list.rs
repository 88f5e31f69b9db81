//! The texts of a send by their outcome: the counts are the tabs of the list.

use chrono_tz::Tz;
use leptos::prelude::*;
use usher_core::messages::Outcome;
use usher_core::phones;
use usher_core::sends::{Listed, Page, State, Tab};

use crate::parts::badge::Badge;
use crate::parts::delivery::{label, tone};
use crate::parts::time::Stacked;
use crate::parts::words::{count, grouped, why_failed, why_not_sent, why_waiting};
use crate::paths;

/// The counts.
pub(super) fn tiles(page: &Page, tab: Tab) -> AnyView {
    let base = paths::send(page.send.id);
    let totals = page.send.totals;
    let all = tab.outcome.is_none().then_some("true");
    let each = Outcome::ALL.map(|outcome| {
        let texts = totals.of_outcome(outcome);
        view! {
            <a href=format!("{base}?outcome={}", outcome.as_str()) data-status=(texts > 0).then(|| tone(outcome))
                aria-current=(tab.outcome == Some(outcome)).then_some("true")>
                <b>{grouped(texts)}</b><span>{label(outcome)}</span>
            </a>
        }
    });
    view! {
        <nav class="tiles" aria-label="Filter by outcome">
            <a href=base.clone() aria-current=all><b>{grouped(totals.total)}</b><span>"texts"</span></a>
            {each.collect_view()}
        </nav>
    }
    .into_any()
}

/// The list.
pub(super) fn texts(page: &Page, tab: Tab, zone: Tz) -> AnyView {
    if page.texts.is_empty() {
        return empty(page, tab);
    }
    let base = paths::send(page.send.id);
    let outcome = tab.outcome.map(|outcome| format!("outcome={}&", outcome.as_str())).unwrap_or_default();
    let newest = tab.before.map(|_| {
        let query = outcome.trim_end_matches('&').to_owned();
        view! { <a href=format!("{base}?{query}")>"← Newest"</a> }
    });
    let older =
        page.older.map(|older| view! { <a href=format!("{base}?{outcome}before={older}")>"Older →"</a> });
    let listed = match tab.outcome {
        Some(outcome) => page.send.totals.of_outcome(outcome),
        None => page.send.totals.total,
    };
    let rows = page.texts.iter().map(|text| row(page, text, zone)).collect_view();
    view! {
        <section class="stack" aria-label="Texts">
            <div class="card">
                <table class="texts cards-on-phone">
                    <thead><tr><th>"Attendee"</th><th>"Why"</th><th>"When"</th><th>"Status"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <div class="pager small soft"><span>{count(listed, "text", "texts")}</span> {newest} {older}</div>
        </section>
    }
    .into_any()
}

fn row(page: &Page, text: &Listed, zone: Tz) -> AnyView {
    let number = phones::shown(&text.to_phone);
    let who = if text.name.is_empty() { number.clone() } else { text.name.clone() };
    let who = match (page.event.as_ref(), text.attendee_id) {
        (Some(event), Some(attendee)) => {
            view! { <a href=paths::history(event.id, attendee) dir="auto">{who}</a> }.into_any()
        }
        _ => view! { <a href=paths::contact(text.contact_id) dir="auto">{who}</a> }.into_any(),
    };
    let (why, code) = why(text);
    view! {
        <tr id=format!("m-{}", text.id)>
            <td>{who}</td>
            <td>
                <span class="line">{why}</span>
                <span class="line soft small">{code.unwrap_or(number)}</span>
            </td>
            <td><Stacked at=text.final_at.unwrap_or(text.created_at) zone=zone/></td>
            <td><Badge status=text.status/></td>
        </tr>
    }
    .into_any()
}

/// Why a text is where it is, and Twilio's code.
fn why(text: &Listed) -> (String, Option<String>) {
    match text.status.outcome() {
        Some(Outcome::Failed) => {
            let why = why_failed(text.error_code);
            (why.title, why.code.map(|code| format!("Twilio {code}")))
        }
        Some(Outcome::NotSent) => (why_not_sent(text.reason.as_deref()).title, None),
        Some(Outcome::Unconfirmed) => ("No receipt came".into(), None),
        Some(Outcome::Delivered) => ("On the phone".into(), None),
        Some(Outcome::InProgress) | None => {
            (why_waiting(text.hold.as_deref()).unwrap_or("On its way").to_owned(), None)
        }
    }
}

fn empty(page: &Page, tab: Tab) -> AnyView {
    let (heading, words) = match (tab.outcome, page.send.state) {
        (Some(outcome), _) => {
            (format!("No text is here: {}", label(outcome)), "Choose another counter above.")
        }
        (None, State::Preparing) => {
            ("The texts are being written".into(), "Each appears here with what became of it.")
        }
        (None, _) => ("No texts".into(), "Nobody got one."),
    };
    view! {
        <section class="card"><div class="empty"><h2>{heading}</h2><p>{words}</p></div></section>
    }
    .into_any()
}
