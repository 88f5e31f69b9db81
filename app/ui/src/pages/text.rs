//! One text as the history shows it: what was sent, what became of it, why, and what to do now.

mod stop;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::ids::{AttendeeId, ContactId, EventId};
use usher_core::messages::{self, Entry, Kind, Outcome, Status, Step, Text};
use usher_core::phones;
use usher_core::twilio::codes::{self, Class};

use super::history::RetryText;
use crate::parts::badge::Badge;
use crate::parts::time::{Moment, long, short, span};
use crate::parts::trail::trail;
use crate::parts::words::{self, Why, known_by, why_failed, why_not_sent, why_waiting};
use crate::paths;
use crate::visit::{signed_in, ui};

/// When trying again makes sense, and what to call that time.
pub(super) type Later = (DateTime<Utc>, String);

/// Whose history a text stands in, and what may be done with it there.
pub(super) struct Place {
    /// Times are shown in it.
    pub zone: Tz,
    /// The event whose page this is, and who the person is there.
    pub at: Option<(EventId, AttendeeId)>,
    pub contact: ContactId,
    /// The person's number of today.
    pub phone: String,
    /// When trying again later makes sense, and what to call that time.
    pub later: Option<Later>,
    /// Whether they must not be texted.
    pub suppressed: bool,
}

/// The article of one text.
pub(super) fn article(entry: Entry, place: &Place) -> AnyView {
    let Entry { text, trail } = entry;
    let heading = if text.direction == "in" { "Reply" } else { text.purpose.label() };
    let elsewhere = text.event_name.clone().filter(|_| text.event_id != place.at.map(|(event, _)| event));
    let elsewhere = elsewhere.map(|name| view! { <span class="soft small">"for "<bdi>{name}</bdi></span> });
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
                    <Moment at=text.created_at zone=place.zone class="soft small"/>
                    {retry}
                    {retried}
                </div>
                <span data-tell=heading><Badge status=text.status/></span>
            </header>
            <p dir="auto">"“"{text.body.clone()}"”"</p>
            {reason(&text, place)}
            {steps(&text, trail, place)}
        </article>
    }
    .into_any()
}

/// Why it did not arrive or waits, with what can be done about it.
pub(super) fn reason(text: &Text, place: &Place) -> Option<AnyView> {
    let why = match text.status.outcome() {
        Some(Outcome::Failed) => why_failed(text.error_code),
        Some(Outcome::NotSent) => why_not_sent(text.reason.as_deref()),
        Some(Outcome::Unconfirmed) => Why {
            title: "No receipt came".into(),
            advice: "The phone may have it or not; the carrier gave no answer. A second text may be the second one they read.".into(),
            code: None,
        },
        Some(Outcome::InProgress) => {
            let why = why_waiting(text.hold.as_deref()).map(|why| {
                let until = (text.status == Status::Scheduled)
                    .then(|| format!(" It goes out {}.", long(text.due_at, place.zone)));
                view! { <p class="soft">{why}{until}</p> }
            });
            let stop = stop::stop(text, place);
            let is_said = why.is_some() || stop.is_some();
            return is_said.then(|| view! { <div class="reason">{why}{stop}</div> }.into_any());
        }
        Some(Outcome::Delivered) | None => return None,
    };
    let code = why.code.map(|code| {
        view! { " "<a class="soft small" href=format!("{}#{code}", paths::GUIDE)>"Twilio "{code}</a> }
    });
    let advice =
        if text.retried_by.is_some() { "A second text was made from this one.".into() } else { why.advice };
    Some(
        view! {
            <div class="reason" data-status=words::tone(text.status)>
                <div><b>{why.title}</b>{code}</div>
                <p class="soft">{advice}</p>
                {remedy(text, place)}
            </div>
        }
        .into_any(),
    )
}

/// What can be done about a text that did not arrive.
fn remedy(text: &Text, place: &Place) -> Option<AnyView> {
    if text.retried_by.is_some() || !text.counts {
        return None;
    }
    let other_number = text.to_phone != place.phone;
    let refusal = messages::retry_refusal_to(
        other_number,
        text.purpose,
        text.status,
        text.error_code,
        text.reason.as_deref(),
        text.chain_position,
    );
    if refusal.is_none() && !place.suppressed {
        return Some(
            view! { {of_past_event(text, place)} {retry_form(text, place, other_number)} }.into_any(),
        );
    }
    let page = match place.at.or(text.event_id.zip(text.attendee_id)) {
        Some((event, attendee)) => paths::edit_attendee(event, attendee),
        None => paths::contact(place.contact),
    };
    (needs_another_number(text) && !text.purpose.holds_secret()).then(|| {
        let fix = format!("{page}?retry={}", text.id);
        view! { <div class="row"><a class="button primary" href=fix>"Fix number"</a></div> }.into_any()
    })
}

/// That its event is over, said before somebody retries it.
fn of_past_event(text: &Text, place: &Place) -> Option<AnyView> {
    let now = ui().service.clock.now();
    text.past_since(now)?;
    let started = short(text.event_starts_at?, place.zone, now);
    let name = text.event_name.clone();
    Some(view! { <p class="small"><bdi>{name}</bdi>" is over: it started "{started}". Look whether the words are still of use."</p> }.into_any())
}

/// Whether it is the number that keeps a text from arriving.
fn needs_another_number(text: &Text) -> bool {
    class(text) == Some(Class::Permanent) || text.reason.as_deref() == Some("dead_number")
}

fn class(text: &Text) -> Option<Class> {
    let code = text.error_code.and_then(|code| u32::try_from(code).ok());
    code.and_then(codes::lookup).map(|code| code.class)
}

/// The way to other words for a text whose words were refused.
fn edit_and_retry(text: &Text, place: &Place) -> Option<AnyView> {
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let of_no_event = place.at.filter(|_| text.event_id.is_none());
    let (event, attendee) = text.event_id.zip(text.attendee_id).or(of_no_event)?;
    let failed = text.status.outcome() == Some(Outcome::Failed);
    (may_send && failed && class(text) == Some(Class::Content)).then(|| {
        let to = paths::edit_and_retry(event, attendee, text.id);
        view! { <a class="button primary" href=to>"Edit and retry"</a> }.into_any()
    })
}

fn retry_form(text: &Text, place: &Place, other_number: bool) -> AnyView {
    let edit = edit_and_retry(text, place);
    let (words, primary) = match text.status.outcome() {
        Some(Outcome::Unconfirmed) => ("Send again anyway", false),
        // As it is, it would most likely be refused again.
        Some(Outcome::Failed) if class(text) == Some(Class::Content) => ("Retry the same words", false),
        _ if other_number => ("Send to the new number", true),
        _ => ("Retry now", true),
    };
    let later = place.later.clone().filter(|(at, _)| {
        let of_use = text.expires_at.is_none_or(|expires_at| expires_at > *at);
        of_use && !other_number && messages::may_pass_with_time(text.error_code)
    });
    let later = later.map(|(at, words)| {
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        view! { <button class="button" name="at" value=at>"Retry "{words}</button> }
    });
    view! {
        <form class="row" method="post" action=RetryText::url() data-once>
            {which(text, place)}
            {edit}
            <button class="button" class:primary=primary>{words}</button>
            {later}
        </form>
    }
    .into_any()
}

/// Which text a form is about, and in whose history.
fn which(text: &Text, place: &Place) -> AnyView {
    let (event, attendee) = place.at.unzip();
    view! {
        {event.map(|event| view! { <input type="hidden" name="event" value=event.to_string()/> })}
        {attendee.map(|attendee| view! { <input type="hidden" name="attendee" value=attendee.to_string()/> })}
        <input type="hidden" name="contact" value=place.contact.to_string()/>
        <input type="hidden" name="message" value=text.id.to_string()/>
    }
    .into_any()
}

/// The history that such a form stands in.
pub(super) fn back(event: &str, attendee: &str, contact: &str) -> String {
    match (EventId::parse(event).zip(AttendeeId::parse(attendee)), ContactId::parse(contact)) {
        (Some((event, attendee)), _) => paths::history(event, attendee),
        (None, Some(contact)) => paths::contact(contact),
        (None, None) => paths::EVENTS.to_owned(),
    }
}

/// Everything that happened, step by step.
fn steps(text: &Text, steps: Vec<Step>, place: &Place) -> AnyView {
    let summary = summary(text, &steps, place.zone);
    let facts = facts(text, place.zone);
    view! {
        <details id=format!("t-{}", text.id)>
            <summary>{summary}</summary>
            {trail(steps, text.created_at, place.zone)}
            <p class="small soft">
                {facts}" · "<a href=paths::text(text.id)>"Everything about this text"</a>
            </p>
        </details>
    }
    .into_any()
}

/// What is in progress says since when, what is final says at what time.
fn summary(text: &Text, trail: &[Step], zone: Tz) -> String {
    let moment = |at| short(at, zone, ui().service.clock.now());
    match (text.status, text.delivered_at, text.final_at) {
        (Status::Delivered, Some(at), _) if was_held(trail) => format!("On the phone at {}", moment(at)),
        (Status::Delivered, Some(at), _) => {
            let seconds = (at - text.created_at).num_milliseconds() as f64 / 1_000.0;
            let since = if is_ours(trail) { "you pressed Send" } else { "it was recorded" };
            format!("On the phone {} after {since}", span(seconds))
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

/// Whether it was meant to go later, so that the time it took says nothing.
fn was_held(trail: &[Step]) -> bool {
    trail.iter().any(|step| step.kind == Kind::Held || (step.kind == Kind::Created && step.note.is_some()))
}

/// Whether whoever looks at the page has sent it.
fn is_ours(trail: &[Step]) -> bool {
    let label = signed_in().map(|visitor| visitor.person.label());
    trail
        .first()
        .is_some_and(|step| step.kind == Kind::Created && step.actor.is_some() && step.actor == label)
}

fn facts(text: &Text, zone: Tz) -> String {
    let mut facts = vec![format!("To {}", phones::shown(&text.to_phone))];
    facts.extend(text.from_phone.as_deref().map(|from| format!("from {}", phones::shown(from))));
    facts.push(words::count(text.segments, "segment", "segments"));
    facts.extend(text.final_by.map(|by| format!("known because {}", known_by(by))));
    facts.push(format!("times in {}", text.created_at.with_timezone(&zone).format("%Z")));
    facts.join(" · ")
}
