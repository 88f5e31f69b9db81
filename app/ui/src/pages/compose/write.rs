//! What the form of a send posts to.

use leptos::prelude::*;
use usher_core::Error;
use usher_core::ids::{DraftId, EventId};
use usher_core::sends::{self, Then, Typed};

use crate::form::{Done, Form};
use crate::paths;

/// Keeps what was typed, and goes where the button says.
#[server(prefix = "/do", endpoint = "write-send")]
pub async fn write_send(
    #[server(default)] event: String,
    #[server(default)] draft: String,
    #[server(default)] then: String,
    #[server(flatten)] typed: Typed,
) -> Result<(), ServerFnError> {
    let id = EventId::parse(&event);
    let back = match (id, DraftId::parse(&draft)) {
        (Some(event), Some(draft)) => paths::send_draft(event, draft),
        (Some(event), None) => paths::new_send(event),
        _ => paths::EVENTS.to_owned(),
    };
    Form::new(back, &[])
        .for_person(async move |service, person| {
            let event = id.ok_or(Error::NotFound)?;
            let wanted = match then.as_str() {
                "template" => Then::Template,
                "plain" => Then::Plain,
                "undo" => Then::Undo,
                "look" | "save" => Then::Keep,
                _ => Then::Check,
            };
            let written =
                sends::write(&service, &person, event, DraftId::parse(&draft), typed, wanted).await?;
            let form = paths::send_draft(event, written.draft);
            if !written.problems.is_empty() {
                return Ok(Done::mend(form, written.problems));
            }
            Ok(match wanted {
                Then::Check => Done::new(paths::send_check(event, written.draft), ""),
                Then::Keep if then == "save" => {
                    Done::new(paths::sends(event), "The draft is kept for a week. Nothing was sent.")
                }
                Then::Keep => Done::new(format!("{form}#words"), ""),
                Then::Template => Done::new(format!("{form}#words"), "The template’s words are filled in."),
                Then::Plain => Done::new(format!("{form}#words"), "The words have plain characters now."),
                Then::Undo => Done::new(format!("{form}#words"), "The words from before are back."),
            })
        })
        .await
}

/// Throws a draft away.
#[server(prefix = "/do", endpoint = "discard-draft")]
pub async fn discard_draft(
    #[server(default)] event: String,
    #[server(default)] draft: String,
) -> Result<(), ServerFnError> {
    let id = EventId::parse(&event);
    let back = id.map_or(paths::EVENTS.to_owned(), paths::sends);
    Form::new(back.clone(), &[])
        .for_person(async move |service, person| {
            let draft = DraftId::parse(&draft).ok_or(Error::NotFound)?;
            sends::discard(&service, &person, draft).await?;
            Ok(Done::new(back, "The draft is thrown away. Nothing was sent."))
        })
        .await
}
