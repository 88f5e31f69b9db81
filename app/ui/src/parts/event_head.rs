//! The head of every page about an event: where one is, what it is about, and its sections.

use leptos::prelude::*;
use usher_core::events::Event;

use super::time::long;
use crate::paths;
use crate::visit::signed_in;

/// A section of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Attendees,
    Sends,
}

impl Section {
    const ALL: [Self; 3] = [Self::Overview, Self::Attendees, Self::Sends];

    fn words(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Attendees => "Attendees",
            Self::Sends => "Sends",
        }
    }

    fn path(self, event: &Event) -> String {
        match self {
            Self::Overview => paths::event(event.id),
            Self::Attendees => paths::attendees(event.id),
            Self::Sends => paths::sends(event.id),
        }
    }
}

/// The head of one section; `line` is said beneath the name, and `actions` stand beside it.
pub(crate) fn event_head(event: &Event, here: Section, line: String, actions: AnyView) -> AnyView {
    let tabs = Section::ALL.map(|section| {
        let current = (section == here).then_some("page");
        view! { <a href=section.path(event) aria-current=current>{section.words()}</a> }
    });
    let archived = archived(event);
    view! {
        <div class="head">
            <div class="stack tight">
                <p class="crumbs"><a href=paths::EVENTS>"Events"</a></p>
                <h1 dir="auto">{event.name.clone()}</h1>
                <p class="soft">{line}</p>
            </div>
            <div class="row">{actions}</div>
        </div>
        {archived}
        <nav class="tabs" aria-label="Sections of the event">{tabs.collect_view()}</nav>
    }
    .into_any()
}

/// What an archived event does not do, and how it does again.
pub(crate) fn archived(event: &Event) -> Option<AnyView> {
    event.archived_at?;
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let back = if may_send {
        view! { <a href=paths::edit_event(event.id)>"Bring it back"</a>" to send again." }.into_any()
    } else {
        "An organizer can bring it back.".into_any()
    };
    Some(view! { <p class="notice"><b>"Archived."</b>" This event sends nothing new. "{back}</p> }.into_any())
}

/// Whether somebody may send texts for an event and add people to it: it is not archived, and their role allows it.
pub(crate) fn is_open_to(event: &Event, may_send: bool) -> bool {
    may_send && event.archived_at.is_none()
}

/// `Thu 26 Feb 2026, 7:00 PM EST · The Foundry`.
pub(crate) fn when_and_where(event: &Event) -> String {
    let place = Some(event.location.clone()).filter(|place| !place.is_empty());
    let parts = [Some(long(event.starts_at, event.zone())), place];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
