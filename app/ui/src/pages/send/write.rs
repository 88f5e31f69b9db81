//! What the form of a text to one attendee posts to.

use leptos::prelude::*;
use usher_core::ids::{AttendeeId, EventId, MessageId, TemplateId};
use usher_core::messages::{self, OfForm, TextToOne};
use usher_core::people::Person;
use usher_core::sends::Typed;
use usher_core::twilio::segments;
use usher_core::{Error, Service, templates};

use super::super::history::recorded;
use crate::form::{Done, Form};
use crate::paths;

/// Sends a text to one attendee; or changes words and goes back to the form.
#[server(prefix = "/do", endpoint = "send-text")]
pub async fn send_text(
    #[server(default)] event: String,
    #[server(default)] attendee: String,
    #[server(default)] retry: String,
    #[server(default)] once: String,
    #[server(default)] then: String,
    #[server(default)] purpose: String,
    #[server(default)] template: String,
    #[server(default)] linked: String,
    #[server(default)] before: String,
    #[server(default)] body: String,
) -> Result<(), ServerFnError> {
    let ids = EventId::parse(&event).zip(AttendeeId::parse(&attendee));
    let history = ids.map_or(paths::EVENTS.to_owned(), |(event, attendee)| paths::history(event, attendee));
    let retry = MessageId::parse(&retry);
    let back = match (ids, retry) {
        (Some((event, attendee)), Some(retry)) => paths::edit_and_retry(event, attendee, retry),
        (Some((event, attendee)), None) => paths::send_to_one(event, attendee),
        (None, _) => history.clone(),
    };
    let typed = Typed { purpose, template, linked, before, body, ..Typed::default() };
    Form::new(back.clone(), &fields(&typed))
        .for_person(async move |service, person| {
            let ids = ids.ok_or(Error::NotFound)?;
            if let Some((typed, say)) = rewritten(&service, &person, &then, &typed).await? {
                return Ok(Done::unsaved(back, say).with_typed(&fields(&typed)));
            }
            let Typed { purpose, body, linked, .. } = typed;
            let form = OfForm { once, retry, linked };
            let text = TextToOne { purpose, body };
            let made = messages::send_from_form(&service, &person, ids, &text, &form).await?;
            if made.before {
                return Ok(Done::but(history, "This text was recorded before. Nothing was sent twice."));
            }
            let what = if retry.is_some() { "A second text" } else { "The text" };
            Ok(recorded(&service, &person, history, what, made.id).await)
        })
        .await
}

fn fields(typed: &Typed) -> [(&'static str, &str); 5] {
    [
        ("purpose", &typed.purpose),
        ("template", &typed.template),
        ("linked", &typed.linked),
        ("before", &typed.before),
        ("body", &typed.body),
    ]
}

/// The words after what a button does to them, and what to say; `None` where they are to be sent.
async fn rewritten(
    service: &Service,
    person: &Person,
    then: &str,
    typed: &Typed,
) -> Result<Option<(Typed, &'static str)>, Error> {
    let mut typed = typed.clone();
    let say = match then {
        "look" => "Nothing was sent yet. What there is to say of the words stands beneath them.",
        "plain" => {
            typed.replace(segments::plain(&typed.body));
            "The words have plain characters now. Nothing was sent yet."
        }
        "undo" => {
            typed.undo();
            "The words of before are back. Nothing was sent yet."
        }
        "template" => {
            let id = TemplateId::parse(&typed.template);
            let id = id.ok_or_else(|| Error::invalid("template", "Choose a template."))?;
            typed.take_words_of(&templates::usable(&service.store, person.org_id, id).await?);
            "The template’s words are filled in. Nothing was sent yet."
        }
        _ => return Ok(None),
    };
    Ok(Some((typed, say)))
}
