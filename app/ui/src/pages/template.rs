//! One template: its words with a preview, its versions, and the ways to use it; or a new one.

mod aside;
mod write;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::attendees::{self, Attendee};
use usher_core::events::{self, Event, Listed};
use usher_core::ids::TemplateId;
use usher_core::messages::Purpose;
use usher_core::sends::{self, Look};
use usher_core::templates::{self, Template, Version};

use super::compose::looked::looked;
use super::compose::words::variables;
use super::{param, query};
use crate::look::who;
use crate::parts::field::{Choice, Field, last, value};
use crate::parts::page::{Main, shown};
use crate::paths;
use crate::visit::{signed_in, ui};

use write::WriteTemplate;

/// People of the chosen event that a preview is offered for.
const OFFERED: i64 = 50;

/// One template, or a new one.
#[component]
pub fn TemplatePage() -> impl IntoView {
    let id = param("template");
    let reader = query("for").unwrap_or_default();
    view! {
        <Main>
            {Suspend::new(async move {
                shown(read(&id, reader).await, |shelf| page(&shelf))
            })}
        </Main>
    }
}

/// Everything that the page shows.
struct Shelf {
    template: Option<Template>,
    versions: Vec<Version>,
    events: Vec<Listed>,
    /// The next event's people, to preview for.
    people: Option<(Event, Vec<Attendee>)>,
    /// `event:attendee` for whom the words are shown; empty for a sample.
    reader: String,
    look: Look,
    may_write: bool,
}

async fn read(id: &str, reader: String) -> Result<Shelf, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let service = ui().service;
    let (store, org) = (&service.store, person.org_id);
    let may_write = person.role.may_send();
    let (template, versions) = if id.is_empty() {
        if !may_write {
            return Err(Error::NotFound);
        }
        (None, Vec::new())
    } else {
        let id = TemplateId::parse(id).ok_or(Error::NotFound)?;
        (Some(templates::find(store, org, id).await?), templates::versions(store, org, id).await?)
    };
    let events = events::latest(store, org).await?;
    let now = service.clock.now();
    // The event that comes next, else the last there was.
    let next = events.iter().rev().find(|listed| listed.event.starts_at > now && listed.attendees > 0);
    let people = match next.or(events.iter().find(|listed| listed.attendees > 0)) {
        Some(listed) => {
            let event = listed.event.clone();
            let people = attendees::page(store, org, event.id, None, OFFERED).await?;
            Some((event, people))
        }
        None => None,
    };
    let body = value("body", template.as_ref().map_or("", |template| &template.body));
    let look = match sends::look_at_template(&service, &person, &body, who(&reader)).await {
        // An old link: the sample is as good.
        Err(Error::NotFound) => sends::look_at_template(&service, &person, &body, None).await?,
        looked => looked?,
    };
    Ok(Shelf { template, versions, events, people, reader, look, may_write })
}

fn page(shelf: &Shelf) -> AnyView {
    let title =
        shelf.template.as_ref().map_or_else(|| "New template".to_owned(), |template| template.name.clone());
    let out_of_use = shelf.template.as_ref().is_some_and(|template| template.archived_at.is_some());
    let out_of_use = out_of_use.then(|| {
        view! {
            <div class="notice" data-status="blocked">
                <b>"Out of use"</b>
                <p class="small">"Nobody is offered this template, and no send can use it until you put it back."</p>
            </div>
        }
    });
    let version = ui().assets_version;
    let (facts, preview) = looked(&shelf.look, false);
    let words = if shelf.may_write { form(shelf, facts) } else { only_words(shelf) };
    view! {
        <Title text=title.clone()/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs"><a href=paths::TEMPLATES>"Templates"</a></p>
                <h1 dir="auto">{title}</h1>
            </div>
        </div>
        {out_of_use}
        <div class="split">
            <div class="stack roomy">{words} {aside::versions(shelf)}</div>
            <aside class="stack">
                {preview}
                {aside::readers(shelf)}
                {shelf.may_write.then(variables)}
                {aside::in_use(shelf)}
            </aside>
        </div>
        <script type="module" src=format!("/assets/look.js?v={version}")></script>
    }
    .into_any()
}

fn form(shelf: &Shelf, facts: AnyView) -> AnyView {
    let template = shelf.template.as_ref();
    let purposes =
        Purpose::to_choose_from().map(|purpose| (purpose.as_str().to_owned(), purpose.label().to_owned()));
    let purpose = template.map_or("invitation", |template| template.purpose.as_str());
    let name = template.map(|template| template.name.clone()).unwrap_or_default();
    let invalid = last().is_some_and(|flash| flash.error("body").is_some());
    let error = last().and_then(|flash| flash.error("body").map(str::to_owned));
    let error = error.map(|error| view! { <p class="error" id="body-error">{error}</p> });
    let body = value("body", template.map_or("", |template| &template.body));
    let save = if template.is_some() { "Save" } else { "Make the template" };
    let note = template.map(|_| {
        view! { <span class="soft small">"Other words become a new version. Sends that are under way or scheduled keep theirs."</span> }
    });
    view! {
        <form class="card pad stack" method="post" action=WriteTemplate::url() data-look="/do/look" data-once>
            <button class="vh" name="then" value="save" tabindex="-1" aria-hidden="true">{save}</button>
            <input type="hidden" name="template" value=template.map(|template| template.id.to_string())/>
            <input type="hidden" name="reader" value=shelf.reader.clone()/>
            <div class="fields">
                <Field name="name" label="Name" value=name/>
                <Choice name="purpose" label="Type" options=purposes.collect() chosen=purpose/>
            </div>
            <div class="field">
                <label for="body">"Text"</label>
                <textarea id="body" name="body" aria-invalid=invalid.then_some("true")
                    aria-describedby=if invalid { "body-error look" } else { "look" }>{body}</textarea>
                {error}
            </div>
            {facts}
            <div class="row between">
                {note}
                <button class="button primary" name="then" value="save">{save}</button>
            </div>
        </form>
    }
    .into_any()
}

/// For those who may look only.
fn only_words(shelf: &Shelf) -> AnyView {
    let template = shelf.template.as_ref();
    let words = template.map(|template| template.body.clone());
    view! {
        <section class="card pad stack" aria-labelledby="words">
            <h2 id="words">{template.map(|template| template.purpose.label())}</h2>
            <p class="words" dir="auto">{words}</p>
        </section>
    }
    .into_any()
}
