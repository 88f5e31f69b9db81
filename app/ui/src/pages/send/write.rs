//! What the form of a text to one attendee posts to.

use leptos::prelude::*;
use usher_core::ids::{AttendeeId, EventId, MessageId, TemplateId};
use usher_core::messages::{self, Made, OfForm, TextToOne};
use usher_core::people::Person;
use usher_core::sends::Typed;
use usher_core::twilio::segments;
use usher_core::{Error, Service, templates};

use super::super::history::recorded;
use crate::form::{Done, Form};
use crate::parts::same_words::ask;
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
            let kept = fields(&typed);
            let Typed { purpose, body, linked, .. } = typed.clone();
            let form = OfForm { once, retry, linked, again: then == "again" };
            let text = TextToOne { purpose, body };
            let what = if retry.is_some() { "A second text" } else { "The text" };
            Ok(match messages::send_from_form(&service, &person, ids, &text, &form).await? {
                Made::Recorded(made) if made.before => {
                    Done::but(history, "This text was recorded before. Nothing was sent twice.")
                }
                Made::Recorded(made) => recorded(&service, &person, history, what, made.id).await,
                Made::Asked(same) => ask(back, &same, &kept),
            })
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
