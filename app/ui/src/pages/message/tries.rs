//! The tries to hand a text to Twilio, and the texts that repeat it.

use chrono_tz::Tz;
use leptos::prelude::*;
use usher_core::messages::{Attempt, Text, Whole};
use usher_core::phones;

use crate::parts::badge::Badge;
use crate::parts::time::{Moment, span};
use crate::parts::words::{known_by, status, why_failed};
use crate::paths;

/// Every try, with Twilio's id for it; nothing before the first.
pub(super) fn tries(whole: &Whole, zone: Tz) -> Option<AnyView> {
    if whole.attempts.is_empty() {
        return None;
    }
    let rows = whole.attempts.iter().map(|attempt| row(attempt, zone)).collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="tries">
                <div class="pad ruled"><h2 id="tries">"Requests to Twilio"</h2></div>
                <table class="tries cards-on-phone">
                    <thead><tr><th>"When"</th><th>"Through"</th><th>"Answer"</th><th>"Twilio’s word"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any(),
    )
}

fn row(attempt: &Attempt, zone: Tz) -> AnyView {
    let took = attempt
        .ended_at
        .map(|end| format!("answered in {}", span((end - attempt.started_at).as_seconds_f64())));
    let sid = attempt.sid.clone().map(|sid| view! { <code>{sid}</code> });
    let word = attempt.status.map(|word| {
        let by = attempt.known_by.map(known_by);
        view! { {status(word)} <span class="small soft">{by}</span> }
    });
    let code = attempt.error_code.map(|code| {
        let why = why_failed(Some(code));
        view! { <span class="small soft">{format!("{} · Twilio {code}", why.title)}</span> }
    });
    let next = attempt.next_lookup_at.map(|at| {
        view! { <span class="small soft">"Asked again "<Moment at=at zone=zone/></span> }
    });
    view! {
        <tr>
            <td><Moment at=attempt.started_at zone=zone/> <span class="small soft">{took}</span></td>
            <td>{through(attempt)}</td>
            <td>{answer(attempt)}{sid}</td>
            <td>{word}{code}{next}</td>
        </tr>
    }
    .into_any()
}

/// The sender that was asked for: a number, or a Messaging Service.
fn through(attempt: &Attempt) -> String {
    if attempt.sender.starts_with('+') { phones::shown(&attempt.sender) } else { attempt.sender.clone() }
}

fn answer(attempt: &Attempt) -> String {
    let http = attempt.http_status.map(|status| format!(" (HTTP {status})")).unwrap_or_default();
    let words = match attempt.result.as_deref() {
        None => "Waiting for the answer",
        Some("accepted") => "Accepted",
        Some("refused") => "Refused",
        Some("not_sent") => "Never reached Twilio",
        Some(_) => "No answer; looked for at Twilio",
    };
    format!("{words}{http}")
}

/// The original and its retries, this text marked; nothing where there is only one.
pub(super) fn chain(whole: &Whole, zone: Tz) -> Option<AnyView> {
    if whole.chain.len() < 2 {
        return None;
    }
    let here = whole.entry.text.id;
    let each = whole
        .chain
        .iter()
        .map(|text| {
            let words = name(text);
            let link = if text.id == here {
                view! { <b aria-current="true">{words}", this text"</b> }.into_any()
            } else {
                view! { <a href=paths::text(text.id)>{words}</a> }.into_any()
            };
            view! { <li>{link}" "<Moment at=text.created_at zone=zone class="small soft"/>" "<Badge status=text.status/></li> }
        })
        .collect_view();
    Some(
        view! {
            <section class="card pad stack" aria-labelledby="chain">
                <h2 id="chain">"Tried "{whole.chain.len()}" times"</h2>
                <ol class="receipts">{each}</ol>
                <p class="small soft">"Together they count as one text: delivered if any of them is, else as the newest."</p>
            </section>
        }
        .into_any(),
    )
}

fn name(text: &Text) -> String {
    if text.chain_position == 0 { "The first text".into() } else { format!("Retry {}", text.chain_position) }
}
