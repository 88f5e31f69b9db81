//! One text as the history shows it: what was sent, what became of it, why, and what to do now.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::attendees::Attendee;
use usher_core::events::Event;
use usher_core::messages::{self, Entry, Kind, Outcome, Status, Step, Text};
use usher_core::phones;

use super::history::RetryText;
use crate::parts::badge::Badge;
use crate::parts::time::{Moment, exact, long, short, span};
use crate::parts::words::{self, Why, known_by, why_failed, why_not_sent, why_waiting};
use crate::visit::ui;

/// The article of one text.
pub(super) fn article(entry: Entry, event: &Event, attendee: &Attendee) -> AnyView {
    let Entry { text, trail } = entry;
    let zone = event.zone();
    let heading = if text.direction == "in" { "Reply" } else { text.purpose.label() };
    let elsewhere = text.event_name.clone().filter(|_| text.event_id != Some(event.id));
    let elsewhere = elsewhere.map(|name| view! { <span class="soft small">"for "{name}</span> });
    let retry = text.retry_of.map(|of| {
        let words = if text.chain_position > 1 {
            format!("Retry {} of an earlier text", text.chain_position)
        } else {
            "Retry of an earlier text".to_owned()
        };
        view! { <a class="small" href=format!("#m-{of}")>{words}</a> }
    });
    let retried = text.retried_by.map(|by| view! { <a class="small" href=format!("#m-{by}")>"Retried"</a> });
    view! {
        <article class="text" id=format!("m-{}", text.id)>
            <header>
                <div>
                    <b>{heading}</b>
                    {elsewhere}
                    <Moment at=text.created_at zone=zone class="soft small"/>
                    {retry}
                    {retried}
                </div>
                <Badge status=text.status/>
            </header>
            <p dir="auto">"“"{text.body.clone()}"”"</p>
            {reason(&text, event, attendee)}
            {steps(&text, trail, zone)}
        </article>
    }
    .into_any()
}

/// Why it did not arrive or waits, with what can be done about it.
fn reason(text: &Text, event: &Event, attendee: &Attendee) -> Option<AnyView> {
    let why = match text.status.outcome() {
        Some(Outcome::Failed) => why_failed(text.error_code),
        Some(Outcome::NotSent) => why_not_sent(text.reason.as_deref()),
        Some(Outcome::Unconfirmed) => Why {
            title: "No receipt came".into(),
            advice: "The phone may have it or not; the carrier gave no answer. A second text may be the second one they read.".into(),
            code: None,
        },
        Some(Outcome::InProgress) => {
            return why_waiting(text.hold.as_deref()).map(|why| {
                let until = (text.status == Status::Scheduled)
                    .then(|| format!(" It goes out {}.", long(text.due_at, event.zone())));
                view! { <div class="reason"><p class="soft">{why}{until}</p></div> }.into_any()
            });
        }
        Some(Outcome::Delivered) | None => return None,
    };
    let refusal = messages::retry_refusal(
        text.purpose,
        text.status,
        text.error_code,
        text.reason.as_deref(),
        text.chain_position,
    );
    let retry = (refusal.is_none() && text.retried_by.is_none() && text.counts).then(|| {
        view! {
            <form class="row" method="post" action=RetryText::url() data-once>
                <input type="hidden" name="event" value=event.id.to_string()/>
                <input type="hidden" name="attendee" value=attendee.id.to_string()/>
                <input type="hidden" name="message" value=text.id.to_string()/>
                <button class="button primary">"Retry now"</button>
            </form>
        }
    });
    let code = why.code.map(|code| view! { " "<span class="soft small">"Twilio "{code}</span> });
    let advice =
        if text.retried_by.is_some() { "A second text was made from this one.".into() } else { why.advice };
    Some(
        view! {
            <div class="reason" data-status=words::tone(text.status)>
                <div><b>{why.title}</b>{code}</div>
                <p class="soft">{advice}</p>
                {retry}
            </div>
        }
        .into_any(),
    )
}

/// Everything that happened, step by step.
fn steps(text: &Text, trail: Vec<Step>, zone: Tz) -> AnyView {
    let summary = summary(text, zone);
    let facts = facts(text, zone);
    let mut before = text.created_at;
    let items = trail
        .into_iter()
        .map(|step| {
            let at = std::mem::replace(&mut before, step.at);
            item(step, at, zone)
        })
        .collect_view();
    view! {
        <details id=format!("t-{}", text.id)>
            <summary>{summary}</summary>
            <ol class="trail">{items}</ol>
            <p class="small soft">{facts}</p>
        </details>
    }
    .into_any()
}

/// What is in progress says since when, what is final says at what time.
fn summary(text: &Text, zone: Tz) -> String {
    let moment = |at| short(at, zone, ui().service.clock.now());
    match (text.status, text.delivered_at, text.final_at) {
        (Status::Delivered, Some(at), _) => {
            let seconds = (at - text.created_at).num_milliseconds() as f64 / 1_000.0;
            format!("On the phone {} after it was recorded", span(seconds))
        }
        (Status::Sent, ..) => {
            let since = text.sent_at.unwrap_or(text.created_at);
            format!("No receipt since {}", moment(since))
        }
        (status, _, Some(at)) => {
            format!("{} at {}", words::status(status), moment(at))
        }
        _ => "What happened, step by step".to_owned(),
    }
}

fn facts(text: &Text, zone: Tz) -> String {
    let mut facts = vec![format!("To {}", phones::shown(&text.to_phone))];
    facts.extend(text.from_phone.as_deref().map(|from| format!("from {}", phones::shown(from))));
    facts.push(words::count(text.segments, "segment", "segments"));
    facts.extend(text.final_by.map(|by| format!("known because {}", known_by(by))));
    facts.push(format!("times in {}", text.created_at.with_timezone(&zone).format("%Z")));
    facts.join(" · ")
}

fn item(step: Step, before: DateTime<Utc>, zone: Tz) -> AnyView {
    let (title, told) = describe(&step);
    let payload = step.payload.as_deref().map(|payload| {
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
