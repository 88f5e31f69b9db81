//! What the forms of a conversation do.

use leptos::prelude::*;
use usher_core::Error;
use usher_core::ids::{ContactId, MessageId};
use usher_core::inbox::{self, Answered, Written};
use usher_core::messages::{Outcome, Status, Text};

use super::super::opted_out::DONE;
use super::{Place, show_of};
use crate::form::{Done, Form};
use crate::parts::same_words::ask;
use crate::parts::words::{why_not_sent, why_waiting};

fn back(contact: Option<ContactId>, show: &str) -> String {
    let show = show_of(show);
    contact.map_or_else(|| Place::list(show), |contact| Place::conversation(show, contact))
}

/// Answers a person.
#[server(prefix = "/do", endpoint = "answer-person")]
pub async fn answer_person(
    #[server(default)] contact: String,
    #[server(default)] show: String,
    #[server(default)] seen: String,
    #[server(default)] once: String,
    #[server(default)] then: String,
    #[server(default)] body: String,
) -> Result<(), ServerFnError> {
    let contact = ContactId::parse(&contact);
    let to = back(contact, &show);
    Form::new(to.clone(), &[("body", &body)])
        .for_person(async move |service, person| {
            let contact = contact.ok_or(Error::NotFound)?;
            let again = then == "again";
            let written = Written { body: body.clone(), once, seen: MessageId::parse(&seen), again };
            Ok(match inbox::answer(&service, &person, contact, &written).await? {
                Answered::Done(text) => said(to, &text),
                Answered::Before => Done::but(to, "This answer was recorded before. Nothing was sent twice."),
                Answered::Asked(same) => ask(to, &same, &[("body", &body)]),
                Answered::Overtaken => Done::unsaved(to, OVERTAKEN),
            })
        })
        .await
}

const OVERTAKEN: &str = "Nothing was sent: somebody wrote to them since you opened this page. Read it first; your words are kept below.";

/// What became of the answer at once.
fn said(to: String, text: &Text) -> Done {
    match (text.status.outcome(), why_waiting(text.hold.as_deref())) {
        (Some(Outcome::NotSent), _) => Done::but(
            to,
            format!("The answer is recorded, but not sent. {}.", why_not_sent(text.reason.as_deref()).title),
        ),
        (_, Some(why)) if text.status == Status::Scheduled => {
            Done::but(to, format!("The answer is recorded. {why}"))
        }
        _ => Done::new(to, "The answer is recorded and on its way."),
    }
}

/// No answer is needed.
#[server(prefix = "/do", endpoint = "mark-handled")]
pub async fn mark_handled(
    #[server(default)] contact: String,
    #[server(default)] show: String,
    #[server(default)] seen: String,
) -> Result<(), ServerFnError> {
    let contact = ContactId::parse(&contact);
    Form::new(back(contact, &show), &[])
        .for_person(async move |service, person| {
            let contact = contact.ok_or(Error::NotFound)?;
            inbox::handled(&service, &person, contact, MessageId::parse(&seen)).await?;
            Ok(Done::new(back(None, &show), "Marked as handled. It stays in the conversation."))
        })
        .await
}

/// Opts out somebody who wrote that they want no more texts, for a reason or in their own words.
#[server(prefix = "/do", endpoint = "opt-out-person")]
pub async fn opt_out_person(
    #[server(default)] contact: String,
    #[server(default)] show: String,
    #[server(default)] seen: String,
    /// `theirs`: no other reason is needed.
    #[server(default)]
    words: String,
    #[server(default)] reason: String,
) -> Result<(), ServerFnError> {
    let contact = ContactId::parse(&contact);
    let to = back(contact, &show);
    Form::new(to.clone(), &[("reason", &reason)])
        .for_person(async move |service, person| {
            let contact = contact.ok_or(Error::NotFound)?;
            let reason = (words != "theirs").then_some(reason.as_str());
            inbox::opt_out(&service, &person, contact, MessageId::parse(&seen), reason).await?;
            Ok(Done::new(to, DONE))
        })
        .await
}
