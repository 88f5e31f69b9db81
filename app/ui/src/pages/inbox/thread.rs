//! The conversation with one person, and what can be done about it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::contacts::Contact;
use usher_core::inbox::{Meaning, Show, Thread};
use usher_core::messages::Text;
use usher_core::phones;
use usher_core::suppressions::Source;

use super::super::opted_out;
use super::answers::{AnswerPerson, MarkHandled, OptOutPerson};
use super::{Place, word};
use crate::parts::badge::Badge;
use crate::parts::field::Area;
use crate::parts::form_key::FormKey;
use crate::parts::same_words::question;
use crate::parts::time::{Moment, short};
use crate::parts::words::status;
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// The name, or the number where there is none.
pub(super) fn who(contact: &Contact) -> String {
    if contact.name.is_empty() { phones::shown(&contact.phone) } else { contact.name.clone() }
}

pub(super) fn conversation(show: Show, thread: &Thread) -> AnyView {
    let contact = thread.contact.clone();
    let name = who(&contact);
    let here = Place::conversation(show, contact.id);
    let older =
        thread.older.map(|before| view! { <a href=format!("{here}&before={before}")>"← Earlier texts"</a> });
    let newest = thread.is_older_page.then(|| view! { <a href=here>"To the newest texts"</a> });
    let pager = (older.is_some() || newest.is_some())
        .then(|| view! { <div class="pager ruled">{older}{newest}</div> });
    let number = (!contact.name.is_empty())
        .then(|| view! { <span class="soft small">{phones::shown(&contact.phone)}</span> });
    let event = thread.event.clone().map(|(event, name, attendee)| {
        let to = attendee.map_or_else(|| paths::event(event), |attendee| paths::history(event, attendee));
        view! { <p class="small soft">"Probably about "<a href=to><bdi>{name}</bdi></a>", the event of the last text to them."</p> }
    });
    let texts = thread.texts.iter().map(bubble).collect_view();
    let answer = answer(show, thread);
    // Past every text that can be focused.
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let skip = (answer.is_some() && may_send && thread.texts.len() > 2)
        .then(|| view! { <a class="small to-answer" href="#body">"To the answer"</a> });
    view! {
        <section class="conversation card" aria-labelledby="with">
            <div class="pad ruled stack tight">
                <a class="back small" href=Place::list(show)>"← All"</a>
                <div class="row between">
                    <h2 id="with"><a href=paths::contact(contact.id) dir="auto">{name}</a>" "{number}</h2>
                    <div class="row tight">{skip}{handled(show, thread)}</div>
                </div>
                {event}
            </div>
            {notice(show, thread)}
            {pager}
            // Filled from its end, it opens at the newest text in any browser.
            <div class="newest-first-seen" tabindex="0" role="region" aria-label="Texts"><ol class="thread">{texts}</ol></div>
            {answer}
            {opt_out(show, thread)}
        </section>
    }
    .into_any()
}

/// One text, with a heading for whoever walks by headings.
fn bubble(text: &Text) -> AnyView {
    let ours = text.direction == "out";
    let at = short(text.created_at, zone(), ui().service.clock.now());
    let heading =
        if ours { format!("We wrote, {at}: {}", status(text.status)) } else { format!("They wrote, {at}") };
    let body = if text.body.is_empty() { "(no words)".to_owned() } else { text.body.clone() };
    let badge = ours.then(|| view! { <Badge status=text.status/> });
    let about = ours.then(|| text.event_name.clone()).flatten().map(|name| view! { <bdi>{name}</bdi>" · " });
    view! {
        <li class="bubble" class:ours=ours id=format!("m-{}", text.id)>
            <h3 class="vh">{heading}</h3><p dir="auto">{body}</p>
        </li>
        <li class="meta row tight" class:ours=ours>
            <span>{about}<a href=paths::text(text.id)><Moment at=text.created_at zone=zone()/></a></span>{badge}
        </li>
    }
    .into_any()
}

fn hidden(show: Show, thread: &Thread) -> AnyView {
    view! {
        <input type="hidden" name="contact" value=thread.contact.id.to_string()/>
        <input type="hidden" name="show" value=word(show)/>
        <input type="hidden" name="seen" value=thread.newest.map(|newest| newest.to_string())/>
    }
    .into_any()
}

fn handled(show: Show, thread: &Thread) -> Option<AnyView> {
    // Who looks at older texts has not seen the newest.
    (thread.to_answer && !thread.is_older_page).then(|| {
        view! {
            <form method="post" action=MarkHandled::url() data-once>
                {hidden(show, thread)}
                <button class="button">"Mark as handled"</button>
            </form>
        }
        .into_any()
    })
}

/// What has to be known before anything is written.
fn notice(show: Show, thread: &Thread) -> Option<AnyView> {
    let opted_out = thread.suppressed.iter().any(|source| !source.may_be_lifted());
    let only_dead = thread.suppressed.iter().all(|source| *source == Source::Dead);
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let (heading, words) = match (thread.meaning(), thread.suppressed.first()) {
        (Some(Meaning::MayMeanSeat), Some(_)) if opted_out => (
            "They may have meant their seat",
            "Twilio reads this word as STOP and blocks further texts, and so do we. Call them to find out; START undoes it.",
        ),
        (Some(Meaning::MayOptOut), None | Some(Source::Dead)) if only_dead => (
            "They may want to opt out",
            "It has a word for it, and a person has to tell. If they do, opt them out; it cannot be wrong to ask.",
        ),
        (_, Some(Source::Stop | Source::TwilioOptOut)) => {
            ("They opted out", "They get no texts from you. Only they can undo it, by texting START.")
        }
        (_, Some(Source::Staff)) => (
            "They must not be texted",
            "Somebody of your organization opted them out. An owner can lift that.",
        ),
        (_, Some(Source::Dead)) => (
            "Their number does not get texts",
            "It may be a landline or out of service. Ask for another number and fix it on their page.",
        ),
        (_, None) => return None,
    };
    let may_opt_out = may_want_out(thread) && only_dead;
    let button = (may_opt_out && may_send).then(|| {
        view! {
            <form method="post" action=OptOutPerson::url() data-once>
                {hidden(show, thread)}
                <input type="hidden" name="words" value="theirs"/>
                <button class="button danger">"Opt out this person"</button>
            </form>
        }
    });
    let list = (!thread.suppressed.is_empty()).then(|| {
        view! { <p class="small"><a href=paths::contact(thread.contact.id)>"Since when, and how it ends"</a></p> }
    });
    Some(
        view! { <div class="notice stack tight" data-tone="warning"><b>{heading}</b><p class="small">{words}</p>{button}{list}</div> }
            .into_any(),
    )
}

/// Whether the notice above offers it already.
fn may_want_out(thread: &Thread) -> bool {
    thread.meaning() == Some(Meaning::MayOptOut)
}

/// For those who asked in words that no list of words has, or elsewhere.
fn opt_out(show: Show, thread: &Thread) -> Option<AnyView> {
    let offered = may_want_out(thread) || thread.is_older_page;
    (!offered && opted_out::may_opt_out(thread.suppressed.iter().copied()))
        .then(|| opted_out::form(OptOutPerson::url(), hidden(show, thread), false))
}

fn answer(show: Show, thread: &Thread) -> Option<AnyView> {
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    // Who looks at older texts has not seen the newest.
    if !thread.suppressed.is_empty() || thread.is_older_page {
        return None;
    }
    if !may_send {
        return Some(view! { <p class="pad small soft">"Your role can read and mark as handled. Organizers can answer."</p> }.into_any());
    }
    let again = question();
    let primary = again.is_none();
    Some(
        view! {
            <form class="pad stack answer" method="post" action=AnswerPerson::url() data-once>
                {hidden(show, thread)}
                <FormKey/>
                <Area name="body" label="Answer"
                    hint="It goes out as you write it. 160 plain characters make one segment; with an emoji or other letters it is 70."/>
                {again}
                <div class="row end"><button class="button" class:primary=primary>"Send the answer"</button></div>
            </form>
        }
        .into_any(),
    )
}
