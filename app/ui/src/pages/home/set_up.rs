//! What is red in the set-up, and what a new organization has still to do.

use leptos::prelude::*;
use usher_core::events::Listing;
use usher_core::home::Begun;
use usher_core::refusals::Refused;

use crate::parts::time::Moment;
use crate::parts::words::count;
use crate::paths;
use crate::trouble::Trouble;
use crate::visit::zone;

/// What else keeps texts or their receipts away.
pub(super) fn red(red: Vec<Trouble>, refused: Vec<Refused>) -> Option<AnyView> {
    if red.is_empty() && refused.is_empty() {
        return None;
    }
    let red = red.into_iter().map(|trouble| {
        view! { <div class="why"><b>{trouble.title}</b><span class="soft small">{trouble.words}</span></div> }
    });
    let refused = refused.into_iter().map(|refused| {
        let (title, advice) = refusal_words(&refused.reason);
        let hook = if refused.hook == "inbound" { "incoming texts" } else { "delivery statuses" };
        view! {
            <div class="why">
                <b>{count(refused.times, "webhook refused: ", "webhooks refused: ")}{title}</b>
                <span class="soft small">"For "{hook}", last "<Moment at=refused.last_at zone=zone()/>". "{advice}</span>
            </div>
        }
    });
    Some(
        view! {
            <section class="card" id="red" aria-label="Set-up">
                <div class="pad row between ruled"><h2>"To look into"</h2><a class="button" href=paths::SETTINGS_TEXTING>"Texting"</a></div>
                {red.collect_view()}
                {refused.collect_view()}
            </section>
        }
        .into_any(),
    )
}

/// Why a webhook was refused, and what to do.
fn refusal_words(reason: &str) -> (&'static str, &'static str) {
    match reason {
        "signature" => (
            "the signature is wrong",
            "Either somebody else called, or PUBLIC_URL or the auth token here is not the one that Twilio uses. If texts keep waiting for their receipts, an administrator must compare them.",
        ),
        "unknown_account" => {
            ("an account we do not know", "A Twilio account that is not set up here calls this address.")
        }
        "other_account" => {
            ("another account’s text", "One Twilio account told us of a text that went through another.")
        }
        "contradiction" => {
            ("it contradicts itself", "It names no text, or two. Nothing to do unless it comes often.")
        }
        "not_a_form" => ("not a form", "It is none of Twilio’s; somebody tries addresses."),
        "too_large" => ("too large", "It is none of Twilio’s; somebody tries addresses."),
        "method" => ("not a POST", "If it is Twilio, the webhook must be set to POST there."),
        "unavailable" => (
            "we could not store it",
            "The database was away. Twilio calls again, and we ask for what is missing.",
        ),
        _ => ("another reason", "The log has more."),
    }
}

/// What a new organization has still to do; gone once all of it is done.
pub(super) fn check_list(begun: &Begun, events: &Listing, may_send: bool) -> AnyView {
    let first = events.events.first().map(|listed| paths::attendees(listed.event.id));
    let people = first.unwrap_or_else(|| paths::EVENTS.to_owned());
    let steps = [
        (
            begun.account,
            "Connect a Twilio account",
            "It carries your texts.",
            paths::SETTINGS_TEXTING.to_owned(),
        ),
        (
            begun.sender,
            "Choose a sender",
            "The number or Messaging Service that texts come from.",
            paths::SETTINGS_TEXTING.to_owned(),
        ),
        (
            begun.event,
            "Make the first event",
            "It holds its attendees and every text they get.",
            paths::NEW_EVENT.to_owned(),
        ),
        (
            begun.people,
            "Add the first people",
            "With their mobile numbers, one by one or from a file.",
            people.clone(),
        ),
        (begun.text, "Send the first text", "And watch it turn green when it reaches the phone.", people),
    ];
    let next = steps.iter().position(|(done, ..)| !done);
    let items = steps.into_iter().enumerate().map(|(index, (done, title, words, to))| {
        let state = if done { "Done: " } else { "To do: " };
        let is_next = Some(index) == next;
        let go =
            (is_next && may_send).then(|| view! { <a class="button primary" href=to.clone()>{title}</a> });
        let title = if done || is_next || !may_send {
            view! { <b>{title}</b> }.into_any()
        } else {
            view! { <a href=to>{title}</a> }.into_any()
        };
        view! {
            <li data-done=if done { "yes" } else { "no" }>
                <div class="stack tight">
                    <span><span class="vh">{state}</span>{title}</span>
                    <span class="soft small">{words}</span>
                </div>
                {go}
            </li>
        }
    });
    view! {
        <section class="card" id="begin" aria-label="To begin with">
            <div class="pad ruled"><h2>"To begin with"</h2></div>
            <ol class="steps">{items.collect_view()}</ol>
        </section>
    }
    .into_any()
}
