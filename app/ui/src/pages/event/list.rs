//! The list of an event's texts.

use chrono_tz::Tz;
use leptos::prelude::*;
use usher_core::events::Event;
use usher_core::messages::{Dashboard, Outcome, Row, Status};
use usher_core::phones;

use super::asked::Asked;
use crate::parts::badge::Badge;
use crate::parts::event_head::is_open_to;
use crate::parts::time::{Stacked, short};
use crate::parts::words::{self, count, excerpt, grouped, why_failed, why_not_sent, why_waiting};
use crate::paths;
use crate::visit::ui;

/// One page of the list, or what to do where there is nothing.
pub(super) fn list(event: &Event, asked: &Asked, dashboard: &Dashboard, may_send: bool) -> AnyView {
    if dashboard.rows.is_empty() {
        return empty(event, asked, may_send);
    }
    let zone = event.zone();
    let newest = asked.filter.before.map(|_| view! { <a href=asked.place(event.id, None)>"← Newest"</a> });
    let older = dashboard
        .older
        .map(|before| view! { <a href=asked.place(event.id, Some(before)) rel="next">"Older →"</a> });
    view! {
        <div class="card">
            <table class="texts cards-on-phone">
                <thead><tr><th>"Attendee"</th><th>"Text"</th><th>"When"</th><th>"Status"</th></tr></thead>
                <tbody>{dashboard.rows.iter().map(|text| row(event, text, zone)).collect_view()}</tbody>
            </table>
        </div>
        <nav class="pager small soft" aria-label="Pages of the list">
            <span>{place(asked, dashboard)}</span> {newest} {older}
        </nav>
    }
    .into_any()
}

/// `1–50 of 152 texts`; further on the place is not known, for new texts may come any time.
fn place(asked: &Asked, dashboard: &Dashboard) -> String {
    let all = count(dashboard.listed, "text", "texts");
    match (asked.filter.before, dashboard.older) {
        (None, None) => all,
        (None, Some(_)) => format!("1–{} of {all}", dashboard.rows.len()),
        (Some(_), _) => {
            format!("{} older of {all}", grouped(i64::try_from(dashboard.rows.len()).unwrap_or_default()))
        }
    }
}

fn row(event: &Event, text: &Row, zone: Tz) -> AnyView {
    let who = if text.name.is_empty() { phones::shown(&text.to_phone) } else { text.name.clone() };
    let history = match text.attendee_id {
        Some(attendee) => paths::history(event.id, attendee),
        None => paths::contact(text.contact_id),
    };
    let note = note(text, zone).map(|note| {
        view! { <span class="line small told" data-status=words::tone(text.status)>{note}</span> }
    });
    view! {
        <tr id=format!("m-{}", text.id)>
            <td><a href=history dir="auto">{who}</a></td>
            <td>
                <span class="line"><a href=paths::text(text.id)>{text.purpose.label()}</a></span>
                <span class="line soft small" dir="auto">{excerpt(&text.body, 120)}</span>
                {note}
            </td>
            <td><Stacked at=text.created_at zone=zone/></td>
            <td><Badge status=text.status/></td>
        </tr>
    }
    .into_any()
}

/// Why in short, or since and until when; nothing of what arrived.
fn note(text: &Row, zone: Tz) -> Option<String> {
    let moment = |at| short(at, zone, ui().service.clock.now());
    match (text.status, text.status.outcome()?) {
        (Status::Scheduled, _) => {
            let why = why_waiting(text.hold.as_deref()).map(|why| format!(". {why}")).unwrap_or_default();
            Some(format!("until {}{why}", moment(text.due_at)))
        }
        (_, Outcome::InProgress) => {
            Some(format!("since {}", moment(text.sent_at.unwrap_or(text.created_at))))
        }
        (_, Outcome::Failed) => {
            let why = why_failed(text.error_code);
            let code = why.code.map(|code| format!(" · {code}")).unwrap_or_default();
            Some(format!("{}{code}", why.title))
        }
        (_, Outcome::NotSent) => Some(why_not_sent(text.reason.as_deref()).title),
        (_, Outcome::Unconfirmed) => Some("The phone may have it or not".into()),
        (_, Outcome::Delivered) => None,
    }
}

fn empty(event: &Event, asked: &Asked, may_send: bool) -> AnyView {
    let (title, advice) = if asked.narrows() {
        ("No text matches", "No text of this event matches everything that is chosen above.")
    } else {
        none(asked.filter.outcome)
    };
    let all = (asked.narrows() || asked.filter.outcome.is_some() || asked.filter.before.is_some())
        .then(|| view! { <a class="button" href=paths::event(event.id)>"Show all texts"</a> });
    let write = (all.is_none() && is_open_to(event, may_send))
        .then(|| view! { <a class="button primary" href=paths::new_send(event.id)>"Send a text"</a> });
    view! {
        <div class="card"><div class="empty"><h3>{title}</h3><p>{advice}</p>{all}{write}</div></div>
    }
    .into_any()
}

/// Said where a tab has nothing.
fn none(outcome: Option<Outcome>) -> (&'static str, &'static str) {
    match outcome {
        None => (
            "No texts yet",
            "Each text appears here the moment it is written, and turns green when it reaches the phone.",
        ),
        Some(Outcome::Delivered) => {
            ("No text is delivered yet", "Receipts from phones come within seconds as a rule.")
        }
        Some(Outcome::Failed) => {
            ("No text failed", "A text that a carrier refuses stands here, with why and what to do.")
        }
        Some(Outcome::InProgress) => ("No text is in progress", "What became of every text is known."),
        Some(Outcome::Unconfirmed) => {
            ("No text is without a receipt", "Carriers have answered for every text so far.")
        }
        Some(Outcome::NotSent) => {
            ("No text was held back", "Texts to people who opted out would stand here.")
        }
    }
}
