//! A text to one attendee: a new one, or one in other words for one that did not arrive.

#![expect(clippy::too_many_arguments, reason = "a form has one argument for each field")]

mod write;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::attendees::{self, Attendee};
use usher_core::events::{self, Event};
use usher_core::ids::{AttendeeId, EventId, MessageId};
use usher_core::messages::{self, Goes, Purpose, Text};
use usher_core::phones;
use usher_core::sends::{self, Look};
use usher_core::suppressions::{self, Suppression};
use usher_core::templates::{self, Template};

use super::compose::looked::looked;
use super::compose::words::variables;
use super::{opted_out, param, query};
use crate::parts::event_head::archived;
use crate::parts::field::{Choice, last, value};
use crate::parts::form_key::FormKey;
use crate::parts::page::{Main, shown};
use crate::parts::past::past;
use crate::parts::same_words::question;
use crate::parts::time::long;
use crate::parts::words::{excerpt, why_failed, why_not_sent};
use crate::paths;
use crate::visit::{signed_in, ui};

use write::SendText;

/// Templates that the form offers.
const OFFERED: i64 = 200;

/// The form for a text to one attendee.
#[component]
pub fn SendPage() -> impl IntoView {
    let (event, attendee) = (param("event"), param("attendee"));
    let retry = query("retry").and_then(|id| MessageId::parse(&id));
    view! {
        <Main>
            {Suspend::new(async move {
                shown(read(&event, &attendee, retry).await, |content| page(&content))
            })}
        </Main>
    }
}

/// What the page shows.
struct Shown {
    event: Event,
    attendee: Attendee,
    /// Why they must not be texted, if so.
    opted_out: Vec<Suppression>,
    /// The text whose place this one takes, and why it cannot, if so.
    retry: Option<(Text, Option<String>)>,
    templates: Vec<Template>,
    look: Look,
    goes: Goes,
}

impl Shown {
    /// The text whose place this one takes.
    fn original(&self) -> Option<&Text> {
        self.retry.as_ref().filter(|(_, refusal)| refusal.is_none()).map(|(text, _)| text)
    }

    fn name(&self) -> String {
        if self.attendee.name.is_empty() {
            phones::shown(&self.attendee.phone)
        } else {
            self.attendee.name.clone()
        }
    }
}

async fn read(event: &str, attendee: &str, retry: Option<MessageId>) -> Result<Shown, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let org = person.org_id;
    let event = EventId::parse(event).ok_or(Error::NotFound)?;
    let attendee = AttendeeId::parse(attendee).ok_or(Error::NotFound)?;
    let service = ui().service;
    let store = &service.store;
    let event = events::find(store, org, event).await?;
    let attendee = attendees::find(store, org, event.id, attendee).await?;
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role can look and retry, but not send. Ask an organizer."));
    }
    let retry = match retry {
        Some(retry) => Some(messages::find(store, org, retry).await?.text),
        None => None,
    };
    let retry = retry.filter(|text| text.contact_id == attendee.contact_id);
    let body = value("body", retry.as_ref().map_or("", |text| &text.body));
    let retry = retry.map(|text| {
        let refusal = refusal(&text, &attendee);
        (text, refusal)
    });
    let look = sends::look_at_template(&service, &person, &body, Some((event.id, attendee.id))).await?;
    let zones = (attendee.timezone.as_deref(), Some(event.timezone.as_str()));
    let goes = messages::when_it_goes(&service, &person, &attendee.phone, zones).await?;
    let templates = templates::list(store, org, None, OFFERED).await?;
    let opted_out = suppressions::in_force(store, org, &attendee.phone).await?;
    Ok(Shown { event, attendee, opted_out, retry, templates, look, goes })
}

/// Why no other text can take the place of this one.
fn refusal(text: &Text, attendee: &Attendee) -> Option<String> {
    if text.retried_by.is_some() || !text.counts {
        return Some("A newer text has taken its place already.".into());
    }
    let other_number = text.to_phone != attendee.phone;
    messages::retry_refusal_to(
        other_number,
        text.purpose,
        text.status,
        text.error_code,
        text.reason.as_deref(),
        text.chain_position,
    )
}

fn page(content: &Shown) -> AnyView {
    let Shown { event, attendee, .. } = content;
    let base = paths::event(event.id);
    let history = paths::history(event.id, attendee.id);
    let name = content.name();
    let title = if content.original().is_some() { "Edit and retry" } else { "Send a text" };
    let (facts, preview) = looked(&content.look, !value("before", "").is_empty());
    let version = ui().assets_version;
    // Words that came too late are not lost.
    let is_kept = last().is_some_and(|flash| flash.typed("body").is_some_and(|body| !body.is_empty()));
    view! {
        <Title text=format!("{title} to {name}")/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs">
                    <a href=paths::EVENTS>"Events"</a>" / "<a href=base dir="auto">{event.name.clone()}</a>
                    " / "<a href=paths::attendees(event.id)>"Attendees"</a>" / "<a href=history dir="auto">{name.clone()}</a>
                </p>
                <h1>{title}</h1>
                <p class="soft">"To "<bdi>{name}</bdi>", "{phones::shown(&attendee.phone)}</p>
            </div>
        </div>
        {archived(event)}
        {opted_out::standing(&content.opted_out)}
        {past(event, None).filter(|_| !looks_back(content))}
        {content.retry.as_ref().map(|(text, refusal)| first_text(text, refusal.as_deref()))}
        {(event.archived_at.is_none() || is_kept).then(|| view! {
            <div class="split">
                {form(content, facts)}
                <aside class="stack">{preview} {variables()}</aside>
            </div>
            <script type="module" src=format!("/assets/look.js?v={version}")></script>
        })}
    }
    .into_any()
}

/// Whether it is about looking back at the event.
fn looks_back(content: &Shown) -> bool {
    let purpose = value("purpose", content.original().map_or("", |text| text.purpose.as_str()));
    Purpose::parse(&purpose).is_some_and(Purpose::looks_back)
}

/// What became of the text whose words are to be changed.
fn first_text(text: &Text, refusal: Option<&str>) -> AnyView {
    let why = match text.error_code {
        None if text.reason.is_some() => why_not_sent(text.reason.as_deref()),
        code => why_failed(code),
    };
    let first = view! { <a href=paths::text(text.id)>"The first text"</a> };
    match refusal {
        Some(refusal) => view! {
            <div class="notice" data-tone="warning">
                <b>{first}" cannot be retried"</b>
                <p class="small">{refusal.to_owned()}" What you write here is a new text."</p>
            </div>
        }
        .into_any(),
        None => view! {
            <div class="notice" data-tone="information">
                <b>{first}" did not arrive: "{why.title}</b>
                <p class="small">{why.advice}" What you write here takes its place, as a retry does."</p>
            </div>
        }
        .into_any(),
    }
}

fn form(content: &Shown, facts: AnyView) -> AnyView {
    let Shown { event, attendee, .. } = content;
    let original = content.original();
    let purposes =
        Purpose::to_choose_from().map(|purpose| (purpose.as_str().to_owned(), purpose.label().to_owned()));
    let purpose = original.map_or("announcement", |text| text.purpose.as_str());
    let body = value("body", content.retry.as_ref().map_or("", |(text, _)| &text.body));
    let error = last().and_then(|flash| flash.error("body").map(str::to_owned));
    let again = question();
    // The way out of the question is to write other words.
    let primary = again.is_none();
    let described = if error.is_some() { "body-error look" } else { "look" };
    let invalid = error.as_ref().map(|_| "true");
    let error = error.map(|error| view! { <p class="error" id="body-error">{error}</p> });
    view! {
        <form class="card pad stack" method="post" action=SendText::url() data-look="/do/look" data-once>
            // What Enter in a field does.
            <button class="vh" name="then" value="send" tabindex="-1" aria-hidden="true">"Send"</button>
            <FormKey/>
            <input type="hidden" name="event" value=event.id.to_string()/>
            <input type="hidden" name="attendee" value=attendee.id.to_string()/>
            <input type="hidden" name="reader" value=format!("{}:{}", event.id, attendee.id)/>
            <input type="hidden" name="retry" value=original.map(|text| text.id.to_string())/>
            <input type="hidden" name="linked" value=value("linked", "")/>
            <textarea hidden name="before">{value("before", "")}</textarea>
            <Choice name="purpose" label="Type" options=purposes.collect() chosen=purpose/>
            {from_template(&content.templates)}
            <div class="field">
                <label for="body">"Text"</label>
                <textarea id="body" name="body" required aria-invalid=invalid aria-describedby=described>{body}</textarea>
                {error}
            </div>
            {facts}
            {again}
            <div class="row between">
                <span class="soft small">{when(content)}</span>
                <button class="button" class:primary=primary name="then" value="send">"Send"</button>
            </div>
        </form>
    }
    .into_any()
}

fn from_template(templates: &[Template]) -> Option<AnyView> {
    if templates.is_empty() {
        return None;
    }
    let none = (String::new(), "No template".to_owned());
    let each = templates.iter().map(|template| (template.id.to_string(), excerpt(&template.name, 60)));
    let options = std::iter::once(none).chain(each).collect();
    Some(
        view! {
            <div class="from-template">
                <Choice name="template" label="Template" options=options chosen=""/>
                <button class="button" name="then" value="template" formnovalidate="">"Fill in"</button>
            </div>
        }
        .into_any(),
    )
}

/// When it goes, as far as that is known before it is sent.
fn when(content: &Shown) -> String {
    let zone = content.event.zone();
    let next = "The next page shows whether it arrived.";
    match content.goes {
        Goes::Now => format!("It goes out at once. {next}"),
        Goes::AfterQuietHours(at) => {
            format!("Quiet hours hold it: it goes out {}.", long(at, zone))
        }
        Goes::WhenLimitAllows(at) => format!(
            "They have had as many texts as your organization allows in 24 hours: it goes out {}.",
            long(at, zone)
        ),
        Goes::Not(why) => format!("{why} A text would be recorded and not sent."),
    }
}
