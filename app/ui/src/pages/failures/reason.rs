//! The texts that failed of one reason.

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::failures::{Failed, Key, Need, Page, Reason};
use usher_core::ids::MessageId;
use usher_core::phones;

use super::dismissal::{self, Dismissing};
use super::groups::retry;
use super::period::Period;
use super::why;
use crate::parts::time::Stacked;
use crate::parts::words::{count, excerpt};
use crate::paths;
use crate::visit::{signed_in, zone};

/// What the page is made of.
pub(super) struct Read {
    pub key: Key,
    /// `None` once none failed of it.
    pub reason: Option<Reason>,
    pub texts: Page<Failed>,
    /// What is about to be dismissed.
    pub dismissing: Option<Dismissing>,
}

pub(super) fn page(read: Read, period: Period, before: Option<MessageId>) -> AnyView {
    let Read { key, reason, texts, dismissing } = read;
    let why = why(key);
    let here = period.page(&format!("open={}", key.word()));
    let number = reason.map_or(0, |reason| reason.texts);
    let code = why.code.map(|code| format!(" · Twilio {code}"));
    let retriable = reason.filter(|reason| reason.can_retry > 0 && key.need() != Need::Look);
    let again = retriable.map(|reason| retry(&reason, period));
    let dismissing = dismissing.and_then(|which| dismissal::asked(which, key, number, period, before));
    let may_dismiss_all = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let dismiss_all = (number > 0 && dismissing.is_none() && may_dismiss_all)
        .then(|| view! { <a class="button" href=format!("{here}&dismiss=all")>"Dismiss all"</a> });
    let newest = before.map(|_| view! { <a href=here.clone()>"← Newest"</a> });
    let older = texts.older.map(|before| view! { <a href=format!("{here}&before={before}")>"Older →"</a> });
    let now_here = dismissal::page_of(key, period, before);
    let list = list(key, texts.rows, &now_here);
    view! {
        <Title text=format!("{} · Failures", why.title)/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs"><a href=period.page("")>"Failures"</a></p>
                <h1>{why.title.clone()}</h1>
                <p class="soft">{count(number, "text", "texts")}" "{period.words()}{code}</p>
            </div>
            <div class="row"><span class="small soft" data-live-state=""></span>{dismiss_all}{again}</div>
        </div>
        <div class="notice" data-tone="information"><p>{why.advice}</p></div>
        {dismissing}
        {list}
        <div class="pager">{newest}{older}</div>
    }
    .into_any()
}

fn list(key: Key, rows: Vec<Failed>, here: &str) -> AnyView {
    if rows.is_empty() {
        return view! {
            <section class="card">
                <div class="empty">
                    <h2>"None are left"</h2>
                    <p>"No text in this time failed of this reason, or all were retried or dismissed."</p>
                    <a class="button" href=paths::FAILURES>"Back to all failures"</a>
                </div>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="card" aria-label="Texts">
            <table class="failed cards-on-phone">
                <thead><tr>
                    <th>"Person"</th><th>"Text"</th><th>"When"</th><th><span class="vh">"Action"</span></th>
                </tr></thead>
                <tbody>{rows.into_iter().map(|text| row(key, text, here)).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(key: Key, text: Failed, here: &str) -> AnyView {
    let action = action(key, &text);
    let dismiss = format!("{here}&dismiss={}", text.id);
    view! {
        <tr id=format!("m-{}", text.id)>
            <td>{person(&text)}</td>
            <td>{about(&text)}</td>
            <td><Stacked at=text.created_at zone=zone()/></td>
            <td><div class="row tight end">{action}<a class="button quiet" href=dismiss>"Dismiss"<span class="vh">" the text to "{who(&text)}</span></a></div></td>
        </tr>
    }
    .into_any()
}

/// The name, or the number where there is none.
pub(super) fn who(text: &Failed) -> String {
    if text.name.is_empty() { phones::shown(&text.to_phone) } else { text.name.clone() }
}

/// Who it was for, with the way to their history.
pub(super) fn person(text: &Failed) -> AnyView {
    let to = match text.event_id.zip(text.attendee_id) {
        Some((event, attendee)) => format!("{}#m-{}", paths::history(event, attendee), text.id),
        None => format!("{}#m-{}", paths::contact(text.contact_id), text.id),
    };
    let number = (!text.name.is_empty())
        .then(|| view! { <span class="line soft small">{phones::shown(&text.to_phone)}</span> });
    view! { <a href=to dir="auto">{who(text)}</a>{number} }.into_any()
}

/// What it was about.
pub(super) fn about(text: &Failed) -> AnyView {
    let event = text.event_id.zip(text.event_name.clone()).map(|(event, name)| {
        view! { " · "<a href=paths::event(event)><bdi>{name}</bdi></a> }
    });
    view! {
        <span class="line"><a href=paths::text(text.id)>{text.purpose.label()}</a>{event}</span>
        <span class="line soft small" dir="auto">{excerpt(&text.body, 110)}</span>
    }
    .into_any()
}

/// What can be done for one person.
fn action(key: Key, text: &Failed) -> Option<AnyView> {
    let attendee = text.event_id.zip(text.attendee_id);
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    match key.need() {
        Need::Number => {
            let to = match attendee {
                Some((event, attendee)) => {
                    format!("{}?retry={}", paths::edit_attendee(event, attendee), text.id)
                }
                None => format!("{}?retry={}", paths::contact(text.contact_id), text.id),
            };
            Some(view! { <a class="button" href=to>"Fix number"<span class="vh">" of "{who(text)}</span></a> }.into_any())
        }
        Need::Words if may_send => attendee.map(|(event, attendee)| {
            let to = paths::edit_and_retry(event, attendee, text.id);
            view! { <a class="button" href=to>"Edit and retry"<span class="vh">" the text to "{who(text)}</span></a> }.into_any()
        }),
        Need::Look => Some(view! { <a class="button" href=paths::text(text.id)>"Look"<span class="vh">" at the text to "{who(text)}</span></a> }.into_any()),
        _ => None,
    }
}
