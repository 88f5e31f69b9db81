//! What people wrote back: by person, newest first, each conversation beside the list.

mod answers;
mod list;
mod thread;

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::ids::{ContactId, MessageId};
use usher_core::inbox::{self, Page, Show, Thread};

use super::query;
use crate::parts::page::{Main, shown};
use crate::paths;
use crate::visit::{signed_in, ui};

/// What people wrote back.
#[component]
pub fn InboxPage() -> impl IntoView {
    let place = Place::chosen();
    view! {
        <Main live="">
            {Suspend::new(async move { shown(read(&place).await, |(page, thread)| view(&place, page, thread)) })}
        </Main>
    }
}

/// Where in the inbox somebody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    show: Show,
    thread: Option<ContactId>,
    /// People who wrote before this text.
    older: Option<MessageId>,
    /// Texts of the conversation before this one.
    before: Option<MessageId>,
    /// What was asked for is no id.
    strange: bool,
}

impl Place {
    fn chosen() -> Self {
        let thread = query("thread");
        let parsed = thread.as_deref().and_then(ContactId::parse);
        Self {
            show: query("show").map_or(Show::All, |word| show_of(&word)),
            thread: parsed,
            older: query("older").and_then(|id| MessageId::parse(&id)),
            before: query("before").and_then(|id| MessageId::parse(&id)),
            strange: thread.is_some() && parsed.is_none(),
        }
    }

    /// The list alone.
    fn list(show: Show) -> String {
        match word(show) {
            "" => paths::INBOX.to_owned(),
            word => format!("{}?show={word}", paths::INBOX),
        }
    }

    /// A conversation beside the list.
    fn conversation(show: Show, contact: ContactId) -> String {
        let joint = if word(show).is_empty() { '?' } else { '&' };
        format!("{}{joint}thread={contact}", Self::list(show))
    }
}

fn word(show: Show) -> &'static str {
    match show {
        Show::All => "",
        Show::ToAnswer => "to-answer",
        Show::OptOuts => "opt-outs",
    }
}

fn show_of(word: &str) -> Show {
    match word {
        "to-answer" => Show::ToAnswer,
        "opt-outs" => Show::OptOuts,
        _ => Show::All,
    }
}

async fn read(place: &Place) -> Result<(Page, Option<Thread>), Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    if place.strange {
        return Err(Error::NotFound);
    }
    let service = ui().service;
    let thread = match place.thread {
        Some(contact) => Some(inbox::open(&service, &person, contact, place.before).await?),
        None => None,
    };
    Ok((inbox::list(&service.store, person.org_id, place.show, place.older).await?, thread))
}

fn view(place: &Place, page: Page, thread: Option<Thread>) -> AnyView {
    let title = thread
        .as_ref()
        .map_or_else(|| "Inbox".to_owned(), |thread| format!("{} · Inbox", thread::who(&thread.contact)));
    let is_open = thread.is_some();
    let conversation = thread.map(|thread| thread::conversation(place.show, &thread));
    view! {
        <Title text=title/>
        <div class="head">
            <div class="stack tight">
                <h1>"Inbox"</h1>
                <p class="soft">"What people wrote back. STOP and START are obeyed at once; everything else is for you to read."</p>
            </div>
            <div class="row">
                <span class="small soft" data-live-state=""></span>
                <a class="button quiet" href=paths::UNLINKED>"Unknown numbers"</a>
            </div>
        </div>
        {tabs(place.show)}
        <div class="inbox" class:open=is_open>
            {list::people(place, page)}
            {conversation}
        </div>
    }
    .into_any()
}

fn tabs(here: Show) -> AnyView {
    let tabs = [(Show::All, "All"), (Show::ToAnswer, "Needs an answer"), (Show::OptOuts, "Opt-outs")];
    let tabs = tabs.map(|(show, words)| {
        view! { <a href=Place::list(show) aria-current=(show == here).then_some("page")>{words}</a> }
    });
    view! { <nav class="tabs" aria-label="Whose texts">{tabs.collect_view()}</nav> }.into_any()
}
