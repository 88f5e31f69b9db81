//! Beside a template: for whom it is shown, where to use it, its versions, and whether it is in use.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use usher_core::templates::MOST_VERSIONS;

use super::Shelf;
use super::write::UseTemplate;
use crate::parts::time::Moment;
use crate::parts::words::{count, grouped};
use crate::paths;
use crate::visit::zone;

/// Whom to show it for: a sample, or somebody who comes to the next event.
pub(super) fn readers(shelf: &Shelf) -> Option<AnyView> {
    let (event, people) = shelf.people.as_ref()?;
    let action = shelf
        .template
        .as_ref()
        .map_or(paths::NEW_TEMPLATE.to_owned(), |template| paths::template(template.id));
    let sample = view! { <option value="" selected=shelf.reader.is_empty()>"A sample"</option> };
    let each = people.iter().map(|attendee| {
        let value = format!("{}:{}", event.id, attendee.id);
        let selected = value == shelf.reader;
        let name = if attendee.name.is_empty() { attendee.phone.clone() } else { attendee.name.clone() };
        view! { <option value=value selected=selected>{name}</option> }
    });
    Some(
        view! {
            <form class="row tight" action=action>
                <label class="vh" for="for">"Show it for"</label>
                <select id="for" name="for">
                    {sample}
                    <optgroup label=event.name.clone()>{each.collect_view()}</optgroup>
                </select>
                <button class="button">"Show"</button>
            </form>
        }
        .into_any(),
    )
}

/// Where to use it, and whether it is in use.
pub(super) fn in_use(shelf: &Shelf) -> Option<AnyView> {
    let template = shelf.template.as_ref().filter(|_| shelf.may_write)?;
    let in_use = template.archived_at.is_none();
    let events = shelf.events.iter().take(10).map(|listed| {
        let href = format!("{}?template={}", paths::new_send(listed.event.id), template.id);
        view! { <li><a href=href dir="auto">{listed.event.name.clone()}</a></li> }
    });
    let send = (in_use && !shelf.events.is_empty()).then(|| {
        view! {
            <section class="card pad stack" aria-labelledby="use">
                <h2 id="use">"Send it for"</h2>
                <ul class="plain">{events.collect_view()}</ul>
            </section>
        }
    });
    let (words, note) = if in_use {
        ("Put out of use", "It stays, with its versions; nobody is offered it any more.")
    } else {
        ("Put back in use", "It is offered again wherever words are written.")
    };
    Some(
        view! {
            {send}
            <form class="card pad stack" method="post" action=UseTemplate::url() data-once>
                <input type="hidden" name="template" value=template.id.to_string()/>
                <input type="hidden" name="in_use" value=(!in_use).to_string()/>
                <p class="small soft">{note}</p>
                <button class="button">{words}</button>
            </form>
        }
        .into_any(),
    )
}

/// Every version of the words.
pub(super) fn versions(shelf: &Shelf) -> Option<AnyView> {
    if shelf.versions.is_empty() {
        return None;
    }
    let zone = zone();
    let shown = i64::try_from(shelf.versions.len()).unwrap_or(i64::MAX);
    // Versions are numbered from 1.
    let all = shelf.versions.first().map_or(shown, |newest| newest.version);
    let heading = count(all, "version", "versions");
    let cut = (shown < all && shown >= MOST_VERSIONS).then(|| {
        view! { <p class="pad small soft">"The newest "{grouped(shown)}" are shown."</p> }
    });
    let newest = shelf.versions.first().map(|version| version.version);
    let each = shelf.versions.iter().map(|version| {
        let now = (Some(version.version) == newest).then_some(" · now");
        let author = version.author.clone().map(|author| format!(" by {author}"));
        view! {
            <details class="version" id=format!("v-{}", version.version)>
                <summary>
                    <b>{format!("Version {}", version.version)}</b>{now}" · "
                    <Moment at=version.created_at zone=zone class="soft"/><span class="soft">{author}</span>
                </summary>
                <p class="words" dir="auto">{version.body.clone()}</p>
            </details>
        }
    });
    Some(
        view! {
            <section class="card" aria-labelledby="versions">
                <div class="pad ruled"><h2 id="versions">{heading}</h2></div>
                {each.collect_view()}
                {cut}
            </section>
        }
        .into_any(),
    )
}
