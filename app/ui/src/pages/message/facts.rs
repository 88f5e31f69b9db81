//! What is known of a text, fact by fact; and where receipts disagree.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;
use usher_core::messages::{Entry, Kind, Outcome, Status, Text, Whole};
use usher_core::phones;

use crate::parts::badge::Badge;
use crate::parts::time::{Moment, span};
use crate::parts::words::{count, known_by};
use crate::paths;

/// The list of facts; what is not known is left out, what may be paid is always said.
pub(super) fn facts(whole: &Whole, zone: Tz) -> AnyView {
    let text = &whole.entry.text;
    let out = text.direction == "out";
    let plain = |words: String| view! { {words} }.into_any();
    let moment = |at: DateTime<Utc>| view! { <Moment at=at zone=zone/> }.into_any();
    let took =
        text.delivered_at.map(|at| span((at - text.sent_at.unwrap_or(text.created_at)).as_seconds_f64()));
    let facts = [
        ("To", Some(plain(phones::shown(&text.to_phone)))),
        ("From", text.from_phone.as_deref().map(|from| plain(phones::shown(from)))),
        ("Event", event(text)),
        (
            "Part of",
            text.send_id.map(|send| view! { <a href=paths::send(send)>"a send to many"</a> }.into_any()),
        ),
        (
            "Asked for by",
            whole
                .entry
                .trail
                .first()
                .and_then(|step| step.actor.clone())
                .map(|actor| plain(asked(&actor, whole))),
        ),
        ("Made from", template(whole)),
        (
            "About",
            text.related_type
                .clone()
                .zip(text.related_id.clone())
                .map(|(kind, id)| plain(format!("{kind} {id}"))),
        ),
        ("Not before", text.send_at.map(moment)),
        ("Of use until", text.expires_at.map(moment)),
        ("Taken by Twilio", text.sent_at.map(moment)),
        ("On the phone", text.delivered_at.map(moment)),
        ("Took", took.map(|took| plain(format!("{took} from Twilio to the phone")))),
        ("How we know", text.final_by.map(|by| plain(known_by(by).to_owned()))),
        ("Length", Some(plain(count(text.segments, "segment", "segments")))),
        ("Price", out.then(|| plain(price(whole)))),
    ];
    let each = facts
        .into_iter()
        .filter_map(|(name, fact)| fact.map(|fact| view! { <dt>{name}</dt><dd>{fact}</dd> }))
        .collect_view();
    view! { <dl class="facts">{each}</dl> }.into_any()
}

fn event(text: &Text) -> Option<AnyView> {
    let (event, name) = text.event_id.zip(text.event_name.clone())?;
    Some(view! { <a href=paths::event(event)><bdi>{name}</bdi></a> }.into_any())
}

fn asked(actor: &str, whole: &Whole) -> String {
    match whole.around.created_via.as_str() {
        "api" => format!("{actor}, a program"),
        _ => actor.to_owned(),
    }
}

fn template(whole: &Whole) -> Option<AnyView> {
    let text = &whole.entry.text;
    let id = text.template_id?;
    let name = whole.around.template_name.clone().unwrap_or_else(|| "a template".into());
    let version = text.template_version.map(|version| format!(", version {version}"));
    Some(view! { <a href=paths::template(id)><bdi>{name}</bdi></a>{version} }.into_any())
}

/// What Twilio charged, or will. It bills what a carrier took, delivered or not, a small fee for what
/// failed after it was taken, and nothing for a request that it refused.
fn price(whole: &Whole) -> String {
    let text = &whole.entry.text;
    if let Some(price) = &text.price {
        let unit = text.price_unit.as_deref().unwrap_or_default();
        return format!("{} {unit}, charged by Twilio", price.trim_start_matches('-'));
    }
    let reached_twilio = whole.attempts.iter().any(|attempt| attempt.sid.is_some());
    match (text.status, text.status.outcome()) {
        (_, Some(Outcome::NotSent)) if !reached_twilio => "Nothing: it never left us.".into(),
        (Status::Failed, _) if !reached_twilio => "Nothing: Twilio refused the request.".into(),
        (Status::Failed | Status::Canceled, _) => {
            "Not known yet. Twilio may charge a small fee; it tells within a day or so.".into()
        }
        (Status::Scheduled | Status::Queued | Status::Sending, _) => "Nothing yet: it has not left us.".into(),
        _ => "Not known yet: Twilio tells it within a day or so. It bills what the carrier took, delivered or not.".into(),
    }
}

/// Final words of Twilio's that contradict each other are all shown: the highest holds.
pub(super) fn disagreement(entry: &Entry, zone: Tz) -> Option<AnyView> {
    let mut finals: Vec<(Status, Kind, DateTime<Utc>)> = Vec::new();
    for step in &entry.trail {
        let receipt = matches!(step.kind, Kind::Callback | Kind::LookedUp | Kind::Answered);
        let told = step.status.filter(|status| {
            matches!(status, Status::Delivered | Status::Undelivered | Status::Failed | Status::Canceled)
        });
        if let Some(status) =
            told.filter(|status| receipt && finals.iter().all(|(known, ..)| known != status))
        {
            finals.push((status, step.kind, step.at));
        }
    }
    (finals.len() > 1).then(|| {
        let each = finals
            .iter()
            .map(|(status, kind, at)| {
                let by = if *kind == Kind::Callback { "Twilio told us" } else { "we asked Twilio" };
                view! { <li><Badge status=*status/> <span class="small">{by}" "<Moment at=*at zone=zone/></span></li> }
            })
            .collect_view();
        view! {
            <section class="notice" data-tone="warning" aria-label="Receipts disagree">
                <b>"Twilio’s receipts disagree"</b>
                <ul class="receipts">{each}</ul>
                <p class="small">"A receipt from the phone outweighs the others, in whatever order they came."</p>
            </section>
        }
        .into_any()
    })
}
