//! One text as the history shows it: what was sent, what became of it, why, and what to do now.

use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::attendees::Attendee;
use usher_core::events::Event;
use usher_core::ids::{AttendeeId, EventId};
use usher_core::messages::{self, Entry, Outcome, Status, Step, Text};
use usher_core::phones;

use super::history::RetryText;
use crate::parts::badge::Badge;
use crate::parts::time::{Moment, long, short, span};
use crate::parts::trail::trail;
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
            {reason(&text, zone, Some((event.id, attendee.id)), attendee.suppressed)}
            {steps(&text, trail, zone)}
        </article>
    }
    .into_any()
}

/// Why it did not arrive or waits, with what can be done about it. A retry leads back to `place`, or else
/// to the person.
pub(super) fn reason(
    text: &Text,
    zone: Tz,
    place: Option<(EventId, AttendeeId)>,
    suppressed: bool,
) -> Option<AnyView> {
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
                    .then(|| format!(" It goes out {}.", long(text.due_at, zone)));
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
    let can_retry = refusal.is_none() && text.retried_by.is_none() && text.counts && !suppressed;
    let retry = can_retry.then(|| {
        let place = place.map(|(event, attendee)| {
            view! {
                <input type="hidden" name="event" value=event.to_string()/>
                <input type="hidden" name="attendee" value=attendee.to_string()/>
            }
        });
        view! {
            <form class="row" method="post" action=RetryText::url() data-once>
                {place}
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
fn steps(text: &Text, steps: Vec<Step>, zone: Tz) -> AnyView {
    let summary = summary(text, zone);
    let facts = facts(text, zone);
    view! {
        <details id=format!("t-{}", text.id)>
            <summary>{summary}</summary>
            {trail(steps, text.created_at, zone)}
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
