//! Everything that happened to a text, step by step, with what was received.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;
use usher_core::messages::{Kind, Status, Step};
use usher_core::phones;

use super::time::{exact, long};
use super::words::{self, why_not_sent, why_waiting};
use crate::visit::signed_in;

/// The steps in order; what was received is shown to those who may send.
pub(crate) fn trail(steps: Vec<Step>, recorded: DateTime<Utc>, zone: Tz) -> AnyView {
    let raw = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let mut before = recorded;
    let items = steps
        .into_iter()
        .map(|step| {
            let at = std::mem::replace(&mut before, step.at);
            item(step, at, zone, raw)
        })
        .collect_view();
    view! { <ol class="trail">{items}</ol> }.into_any()
}

fn item(step: Step, before: DateTime<Utc>, zone: Tz, raw: bool) -> AnyView {
    let (title, told) = describe(&step);
    let payload = step.payload.as_deref().filter(|_| raw).map(|payload| {
        view! { <details class="more"><summary>"Raw"</summary><pre class="payload">{laid_out(payload)}</pre></details> }
    });
    view! {
        <li data-status=step.status.map(words::tone)>
            <b>{title}</b>
            <time datetime=step.at.to_rfc3339_opts(SecondsFormat::Micros, true) title=long(step.at, zone)>
                {exact(step.at, before, zone)}
            </time>
            <span>{told}</span>
            {payload}
        </li>
    }
    .into_any()
}

/// JSON with a line for each member; anything else as it is.
fn laid_out(payload: &str) -> String {
    serde_json::from_str::<serde_json::Value>(payload)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| payload.to_owned())
}

/// A step in two or three words, and what to add to them.
fn describe(step: &Step) -> (String, String) {
    let status = step.status.map_or("", words::status).to_owned();
    let code = step.error_code.map(|code| format!(", error {code}")).unwrap_or_default();
    let note = step.note.clone().map(|note| format!(", {note}")).unwrap_or_default();
    let actor = step.actor.clone().unwrap_or_default();
    match step.kind {
        Kind::Created if step.status == Some(Status::Blocked) => {
            ("Not sent".into(), format!("by {actor}: {}", why_not_sent(step.note.as_deref()).title))
        }
        Kind::Created => ("Recorded".into(), format!("by {actor}{}", waits_for(step))),
        Kind::Held => ("Held".into(), why_waiting(step.note.as_deref()).unwrap_or_default().to_owned()),
        Kind::Released => ("Released".into(), format!("by {actor}")),
        Kind::Claimed => ("Handed over".into(), "request to Twilio".into()),
        Kind::Answered => ("Accepted".into(), format!("Twilio has it{code}{note}")),
        Kind::Refused => ("Refused".into(), format!("by Twilio{code}{note}")),
        Kind::OutcomeUnknown => {
            ("Unknown".into(), format!("Twilio’s answer did not come; it is never sent again blindly{note}"))
        }
        Kind::NotSent => ("Not handed over".into(), format!("it is tried again{note}")),
        Kind::Callback if step.status.is_none() => ("Noted".into(), format!("callback{note}")),
        Kind::Callback => (status, format!("callback{code}{note}")),
        Kind::LookedUp if step.status.is_none() => ("Noted".into(), format!("looked up{note}")),
        Kind::LookedUp => (status, format!("looked up at Twilio{code}{note}")),
        Kind::Doubled => ("Double".into(), format!("Twilio sent it twice{note}")),
        Kind::Canceled => ("Canceled".into(), why_not_sent(step.note.as_deref()).advice),
        Kind::Blocked => ("Not sent".into(), why_not_sent(step.note.as_deref()).title),
        Kind::Readdressed => {
            let number = step.note.as_deref().map(phones::shown).unwrap_or_default();
            ("New number".into(), format!("now to {number}, corrected by {actor}"))
        }
        Kind::Rewritten => {
            let told = format!("brought up to date by {actor}");
            match &step.note {
                Some(what) => (format!("New {what}"), format!("of the event, {told}")),
                // Of somebody whose name is another, it may be nothing of the event.
                None => ("New words".into(), told),
            }
        }
        Kind::Retried => ("Retried".into(), format!("by {actor}")),
        Kind::Received => ("Received".into(), "from their phone".into()),
        Kind::Dismissed => ("Dismissed".into(), format!("from the failures by {actor}{note}")),
        Kind::Restored => ("Put back".into(), format!("among the failures by {actor}")),
    }
}

/// What a text that was just recorded waits for.
fn waits_for(step: &Step) -> String {
    let why = why_waiting(step.note.as_deref()).map(|why| format!(". {why}"));
    why.unwrap_or_default()
}
