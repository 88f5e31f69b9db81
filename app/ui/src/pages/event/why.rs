//! Why texts failed or were not sent: one line for each cause, with what to do about it.

use leptos::prelude::*;
use usher_core::events::Event;
use usher_core::failures::{Key, Need};
use usher_core::messages::{Cause, Dashboard};
use usher_core::twilio::codes::{self, Class};

use super::asked::Asked;
use crate::parts::words::{count, grouped, why_failed, why_not_sent};
use crate::paths;
use crate::visit::ui;

/// Said over the reasons, and of them elsewhere; nothing where no text failed.
pub(super) fn heading(failed: i64) -> Option<String> {
    (failed > 0).then(|| format!("Why {} failed", count(failed, "text", "texts")))
}

/// The cards; nothing where every text went well.
pub(super) fn why(event: &Event, asked: &Asked, dashboard: &Dashboard) -> Option<AnyView> {
    let (failed, not_sent) = (dashboard.totals.failed, dashboard.totals.not_sent);
    let refused = heading(failed).map(|heading| {
        let ready = dashboard.causes.failed.iter().filter(|cause| is_ready(cause.error_code));
        let can_retry: i64 = ready.map(|cause| cause.can_retry).sum();
        let all = retry(event, asked, (None, None), can_retry, None);
        let each = dashboard.causes.failed.iter().map(|cause| failure(event, asked, cause)).collect_view();
        view! {
            <section class="card" id="why" aria-labelledby="why-title">
                <div class="pad row between ruled"><h2 id="why-title">{heading}</h2>{all}</div>
                {each}
            </section>
        }
    });
    let held = (not_sent > 0).then(|| {
        let each = dashboard.causes.not_sent.iter().map(|cause| refusal(event, asked, cause)).collect_view();
        let was = if not_sent == 1 { "was" } else { "were" };
        view! {
            <section class="card" aria-labelledby="why-not-title">
                <div class="pad ruled">
                    <h2 id="why-not-title">"Why "{count(not_sent, "text", "texts")}" "{was}" not sent"</h2>
                </div>
                {each}
            </section>
        }
    });
    (failed > 0 || not_sent > 0).then(|| view! { {refused} {held} }.into_any())
}

fn failure(event: &Event, asked: &Asked, cause: &Cause) -> AnyView {
    let why = why_failed(Some(cause.error_code));
    let code = why.code.map(|code| format!(" · Twilio {code}"));
    let list = asked.cause(event.id, &[("outcome", "failed".into()), ("code", cause.error_code.to_string())]);
    let action = match class(cause.error_code) {
        // As it is, it would most likely be refused again.
        Class::Content => Some(link(list.clone(), "Edit and retry")),
        Class::Permanent => Some(link(list.clone(), "Fix numbers")),
        Class::Configuration => Some(link(paths::SETTINGS_TEXTING.to_owned(), "Look at Settings")),
        Class::Transient | Class::Compliance | Class::Unknown => {
            retry(event, asked, (Some(cause.error_code), None), cause.can_retry, Some(why.title.clone()))
        }
    };
    view! {
        <div class="why">
            <b><a href=list.clone()>{why.title}</a></b>
            <span class="soft small">{how_many(cause)}{code}". "{why.advice}</span>
            {action}
        </div>
    }
    .into_any()
}

/// Whether texts that failed so need nothing but another try.
fn is_ready(code: i64) -> bool {
    Key::Code(code).need() == Need::Retry
}

fn refusal(event: &Event, asked: &Asked, cause: &Cause) -> AnyView {
    let why = why_not_sent(cause.reason.as_deref());
    let mut narrowed = vec![("outcome", "not_sent".to_owned())];
    narrowed.extend(cause.reason.clone().map(|reason| ("reason", reason)));
    let action = match cause.reason.as_deref() {
        Some("dead_number") => Some(link(asked.cause(event.id, &narrowed), "Fix numbers")),
        reason => retry(event, asked, (None, reason), cause.can_retry, Some(why.title.clone())),
    };
    view! {
        <div class="why">
            <b><a href=asked.cause(event.id, &narrowed)>{why.title}</a></b>
            <span class="soft small">{how_many(cause)}". "{why.advice}</span>
            {action}
        </div>
    }
    .into_any()
}

fn link(to: String, words: &'static str) -> AnyView {
    view! { <a class="button" href=to>{words}</a> }.into_any()
}

/// `2 people`, and how many texts where they got more than one each.
fn how_many(cause: &Cause) -> String {
    let people = count(cause.people, "person", "people");
    if cause.texts == cause.people {
        people
    } else {
        format!("{people}, {}", count(cause.texts, "text", "texts"))
    }
}

/// The way to the page that says what a retry of many would do, and does it. It knows no names: where
/// people are looked for, it would retry more than the list shows.
fn retry(
    event: &Event,
    asked: &Asked,
    (code, reason): (Option<i64>, Option<&str>),
    texts: i64,
    of: Option<String>,
) -> Option<AnyView> {
    if texts == 0 || !asked.filter.find.is_empty() || event.archived_at.is_some() {
        return None;
    }
    let path = paths::retry_check(event.id, &asked.filter.base(), code, reason);
    // The page that it leads to says who is left out, and of an event that is over that is nearly everybody.
    let is_over = event.over_at() <= ui().service.clock.now();
    let words = if is_over || of.is_some() || texts == 1 {
        "Retry…".to_owned()
    } else {
        format!("Retry up to {}", grouped(texts))
    };
    let of = of.map(|of| view! { <span class="vh">" "{of}</span> });
    Some(view! { <a class="button" href=path>{words}{of}</a> }.into_any())
}

fn class(code: i64) -> Class {
    u32::try_from(code)
        .ok()
        .filter(|code| *code > 0)
        .map_or(Class::Unknown, |code| codes::describe(code).class)
}
