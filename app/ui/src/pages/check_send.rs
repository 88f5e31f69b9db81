//! Shows what a send would do, and confirms it.

pub(super) mod before;
mod confirm;
mod preview;
mod same_words;

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::ids::{DraftId, EventId};
use usher_core::sends::{self, Checked, Found, Show};

use super::{param, query};
use crate::parts::event_head::{Section, event_head, when_and_where};
use crate::parts::page::{Main, shown};
use crate::paths;
use crate::visit::{signed_in, ui};

/// Shows what a send would do.
#[component]
pub fn CheckSendPage() -> impl IntoView {
    let (event, draft) = (param("event"), param("draft"));
    let show = match (query("person").and_then(|place| place.parse().ok()), query("find")) {
        (Some(place), _) => Show::Place(place),
        (None, Some(words)) if !words.trim().is_empty() => Show::Found(words),
        _ => Show::Longest,
    };
    view! {
        <Main>
            {Suspend::new(async move {
                shown(read(&event, &draft, &show).await, |found| found.map_or_else(
                    || ().into_any(),
                    |(draft, checked)| page(draft, &checked, &show),
                ))
            })}
        </Main>
    }
}

/// `None` where the answer leads elsewhere.
async fn read(event: &str, draft: &str, show: &Show) -> Result<Option<(DraftId, Checked)>, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let event = EventId::parse(event).ok_or(Error::NotFound)?;
    let draft = DraftId::parse(draft).ok_or(Error::NotFound)?;
    let service = ui().service;
    let typed = match sends::find_draft(&service, &person, event, draft).await? {
        Found::Draft(typed) => typed,
        Found::Sent(send) => {
            leptos_axum::redirect(&paths::send(send));
            return Ok(None);
        }
    };
    match sends::check(&service, &person, event, &typed, show).await {
        Ok(checked) => Ok(Some((draft, checked))),
        // Somebody opened the page again after what was fine has changed: the form says what.
        Err(Error::Invalid(_)) => {
            leptos_axum::redirect(&paths::send_draft(event, draft));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn page(draft: DraftId, checked: &Checked, show: &Show) -> AnyView {
    let event = &checked.event;
    view! {
        <Title text=format!("Check before sending · {}", event.name)/>
        {event_head(event, Section::Sends, when_and_where(event), ().into_any())}
        <div class="row between">
            <h2 class="page-title">"Check before sending"</h2>
            <a href=paths::send_draft(event.id, draft)>"← Change something"</a>
        </div>
        {before::warnings(checked)}
        {same_words::notice(draft, checked)}
        <div class="split">
            <section class="stack" aria-label="Preview">
                {preview::preview(event.id, draft, checked, show)}
                {before::unmatched(checked)}
            </section>
            <aside class="stack">
                {before::before(checked)}
                {confirm::form(event, draft, checked)}
            </aside>
        </div>
    }
    .into_any()
}
