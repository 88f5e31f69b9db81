//! Takes a list of attendees from a file or from what is pasted.

mod choices;
mod upload;

pub(crate) use choices::of_query;
pub(super) use choices::{asked, query_of};
pub use upload::{UPLOAD, upload};

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::events::{self, Event};
use usher_core::ids::EventId;

use super::param;
use crate::parts::field::{last, value};
use crate::parts::page::{Main, shown};
use crate::paths;
use crate::visit::{signed_in, ui};

/// Takes a list of attendees from a file or from what is pasted.
#[component]
pub fn ImportPage() -> impl IntoView {
    let id = param("event");
    view! {
        <Main narrow=true>
            {Suspend::new(async move { shown(read(&id).await, |event| page(&event)) })}
        </Main>
    }
}

async fn read(id: &str) -> Result<Event, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role cannot add people. Ask an organizer."));
    }
    let id = EventId::parse(id).ok_or(Error::NotFound)?;
    events::find(&ui().service.store, person.org_id, id).await
}

fn page(event: &Event) -> AnyView {
    view! {
        <Title text=format!("Import people into {}", event.name)/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs">
                    <a href=paths::EVENTS>"Events"</a>" / "<a href=paths::event(event.id) dir="auto">{event.name.clone()}</a>
                    " / "<a href=paths::attendees(event.id)>"Attendees"</a>
                </p>
                <h1>"Import people"</h1>
                <p class="soft">"From a spreadsheet saved as CSV, or pasted. The next page shows what would change; nothing is saved before you say so."</p>
            </div>
        </div>
        <form class="card pad stack" method="post" action=UPLOAD enctype="multipart/form-data" data-once>
            <input type="hidden" name="event" value=event.id.to_string()/>
            {file_field()}
            {paste_field()}
            <div class="row between">
                <a href=paths::attendees(event.id)>"Back to the list"</a>
                <button class="button primary">"Look at it"</button>
            </div>
        </form>
        <section class="stack tight">
            <h2>"What the list can look like"</h2>
            <pre class="payload" tabindex="0">"name,phone,email,rsvp\nAna Lopez,+1 555 123 4567,ana@example.org,confirmed\nZoë Müller,0151 12345678,,invited"</pre>
            <p class="soft small">
                "Only the number is needed. Columns are known by their names, in any order; others are passed over. \
                Commas, semicolons and tabs all work, and so do 10,000 rows."
            </p>
        </section>
    }
    .into_any()
}

fn error(name: &str) -> Option<String> {
    last().and_then(|flash| flash.error(name).map(str::to_owned))
}

fn file_field() -> AnyView {
    let wrong = error("file");
    let described = wrong.as_ref().map_or("file-hint", |_| "file-hint file-error");
    view! {
        <div class="field">
            <label for="file">"File"</label>
            <p class="hint" id="file-hint">"CSV or text, up to 5 MB"</p>
            <input id="file" name="file" type="file" accept=".csv,.tsv,.txt,text/csv,text/plain"
                aria-invalid=wrong.as_ref().map(|_| "true") aria-describedby=described/>
            {wrong.map(|words| view! { <p class="error" id="file-error">{words}</p> })}
        </div>
    }
    .into_any()
}

fn paste_field() -> AnyView {
    let wrong = error("paste");
    let described = wrong.as_ref().map_or("paste-hint", |_| "paste-hint paste-error");
    view! {
        <div class="field">
            <label for="paste">"Or paste the list"</label>
            <p class="hint" id="paste-hint">"Straight from a spreadsheet, or one number a line"</p>
            <textarea id="paste" name="paste" spellcheck="false"
                aria-invalid=wrong.as_ref().map(|_| "true") aria-describedby=described>{value("paste", "")}</textarea>
            {wrong.map(|words| view! { <p class="error" id="paste-error">{words}</p> })}
        </div>
    }
    .into_any()
}
