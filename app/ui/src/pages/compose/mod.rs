//! Writes a text to many: who, what about, the words, when. What is typed is kept in a draft.

pub(crate) mod looked;
mod when;
mod who;
pub(crate) mod words;
mod write;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::attendees::Rsvp;
use usher_core::events::{self, Event};
use usher_core::ids::{DraftId, EventId, TemplateId};
use usher_core::sends::{self, Found, Headcounts, Look, Typed};
use usher_core::templates::{self, Template};

use super::{param, queries, query};
use crate::parts::ask::Ask;
use crate::parts::event_head::{Section, event_head, when_and_where};
use crate::parts::field::last;
use crate::parts::page::{Main, shown};
use crate::paths;
use crate::visit::{signed_in, ui};

use write::{DiscardDraft, WriteSend};

/// Templates that the form offers.
const OFFERED: i64 = 200;

/// Writes a text to many.
#[component]
pub fn ComposePage() -> impl IntoView {
    let (event, draft) = (param("event"), param("draft"));
    let asked = asked();
    view! {
        <Main>
            {Suspend::new(async move { shown(read(&event, &draft, asked).await, page) })}
        </Main>
    }
}

/// Everything that the form shows.
struct Form {
    event: Event,
    draft: Option<DraftId>,
    typed: Typed,
    counts: Headcounts,
    templates: Vec<Template>,
    look: Look,
}

async fn read(event: &str, draft: &str, asked: Typed) -> Result<Option<Form>, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    if !person.role.may_send() {
        return Err(Error::NotFound);
    }
    let id = EventId::parse(event).ok_or(Error::NotFound)?;
    let service = ui().service;
    let event = events::find(&service.store, person.org_id, id).await?;
    let counts = sends::headcounts(&service.store, person.org_id, id).await?;
    let (draft, typed) = if draft.is_empty() {
        (None, begun(asked, &counts).await?)
    } else {
        let draft = DraftId::parse(draft).ok_or(Error::NotFound)?;
        match sends::find_draft(&service, &person, id, draft).await? {
            Found::Draft(typed) => (Some(draft), *typed),
            Found::Sent(send) => {
                leptos_axum::redirect(&paths::send(send));
                return Ok(None);
            }
        }
    };
    let templates = templates::list(&service.store, person.org_id, None, OFFERED).await?;
    let look = sends::look(&service, &person, id, &typed).await?;
    Ok(Some(Form { event, draft, typed, counts, templates, look }))
}

/// A new form, with the template's words that its address asks for.
async fn begun(mut typed: Typed, counts: &Headcounts) -> Result<Typed, Error> {
    if typed.who.is_empty() {
        "rsvp".clone_into(&mut typed.who);
        let usual = if counts.of(Rsvp::Confirmed) > 0 { Rsvp::Confirmed } else { Rsvp::Invited };
        typed.tick(usual);
    }
    if let (Some(id), Some(visitor)) = (TemplateId::parse(&typed.template), signed_in()) {
        match templates::usable(&ui().service.store, visitor.person.org_id, id).await {
            Ok(template) => typed.take_words_of(&template),
            // An old link: the form is as good without.
            Err(Error::Invalid(_)) => typed.template.clear(),
            Err(error) => return Err(error),
        }
    }
    Ok(typed)
}

/// What the address asks for: the filter of the list of attendees, or some of them, and a template.
fn asked() -> Typed {
    let ask = |name| query(name).unwrap_or_default();
    let mut typed = Typed {
        outcome: ask("outcome"),
        without: ask("without"),
        reach: ask("reach"),
        find: ask("find"),
        rsvp: ask("rsvp"),
        attendees: queries("attendee").join(","),
        template: ask("template"),
        purpose: "announcement".into(),
        when: "now".into(),
        ..Typed::default()
    };
    let narrowed = [&typed.without, &typed.reach, &typed.find].into_iter().any(|part| !part.is_empty());
    // What cannot be read is a filter that says so: it must not become a larger audience.
    let who = match (typed.rsvp.as_str(), Rsvp::parse(&typed.rsvp), typed.outcome.as_str()) {
        _ if !typed.attendees.is_empty() || ask("who") == "chosen" => "chosen",
        (_, Some(rsvp), "") if !narrowed => {
            typed.tick(rsvp);
            "rsvp"
        }
        ("", _, "failed") if !narrowed => "failed",
        ("", _, "") if !narrowed => "",
        _ => "filter",
    };
    who.clone_into(&mut typed.who);
    typed
}

fn page(form: Option<Form>) -> AnyView {
    let Some(form) = form else { return ().into_any() };
    let Form { event, draft, typed, counts, templates, look } = form;
    if draft.is_none() && typed.who == "chosen" && typed.chosen().is_empty() {
        return nobody_ticked(&event);
    }
    let version = ui().assets_version;
    let fields = view! {
        <input type="hidden" name="event" value=event.id.to_string()/>
        <input type="hidden" name="draft" value=draft.map(|draft| draft.to_string())/>
        <input type="hidden" name="linked" value=typed.linked.clone()/>
        <textarea hidden name="before">{typed.before.clone()}</textarea>
    };
    let (facts, preview) = looked::looked(&look, !typed.before.is_empty());
    view! {
        <Title text=format!("Send a text · {}", event.name)/>
        {event_head(&event, Section::Sends, when_and_where(&event), ().into_any())}
        <div class="row between"><h2 class="page-title">"Send a text"</h2>{discard(&event, draft)}</div>
        {ask_to_discard(&event, draft)}
        <form class="compose split" method="post" action=WriteSend::url() data-look="/do/look" data-once>
            <div class="stack roomy">
                // What Enter in a field does.
                <button class="vh" name="then" value="check" tabindex="-1" aria-hidden="true">"Check"</button>
                {fields}
                {who::who(&event, &typed, &counts)}
                {words::words(&typed, &templates, facts)}
                {when::when(&event, &typed)}
                <div class="row between">
                    <span class="soft small">"Nothing is sent until you confirm on the next page."</span>
                    <div class="row tight">
                        <button class="button" name="then" value="save">"Keep as a draft"</button>
                        <button class="button primary" name="then" value="check">"Check before sending →"</button>
                    </div>
                </div>
            </div>
            <aside class="stack">{preview} {words::variables()}</aside>
        </form>
        <script type="module" src=format!("/assets/look.js?v={version}")></script>
    }
    .into_any()
}

/// A send to chosen people of whom none is chosen must not become one to others.
fn nobody_ticked(event: &Event) -> AnyView {
    view! {
        <Title text=format!("Send a text · {}", event.name)/>
        {event_head(event, Section::Sends, when_and_where(event), ().into_any())}
        <section class="card">
            <div class="empty">
                <h2>"Tick somebody first"</h2>
                <p>"Nobody was ticked in the list of attendees, so there is nobody to text yet."</p>
                <a class="button primary" href=paths::attendees(event.id)>"Back to the attendees"</a>
            </div>
        </section>
    }
    .into_any()
}

fn discard(event: &Event, draft: Option<DraftId>) -> Option<impl IntoView + use<>> {
    let ask = format!("{}?discard=ask#discard", paths::send_draft(event.id, draft?));
    Some(view! { <a class="button quiet danger" href=ask>"Throw this draft away…"</a> })
}

/// Asks before a draft is thrown away.
fn ask_to_discard(event: &Event, draft: Option<DraftId>) -> Option<AnyView> {
    let draft = draft.filter(|_| query("discard").is_some())?;
    Some(
        view! {
            <Ask id="discard" title="Throw this draft away?" words="Its words and its choice of people are gone then. Nothing was sent."
                action=DiscardDraft::url() fields=vec![("event", event.id.to_string()), ("draft", draft.to_string())]
                button="Throw it away" keep="Keep it" back=paths::send_draft(event.id, draft)/>
        }
        .into_any(),
    )
}

/// What needs mending at a field of this form.
fn error(field: &str) -> Option<String> {
    last().and_then(|flash| flash.error(field).map(str::to_owned))
}

/// The message at a field.
fn error_line(field: &'static str) -> Option<impl IntoView> {
    error(field).map(|error| view! { <p class="error" id=format!("{field}-error")>{error}</p> })
}
