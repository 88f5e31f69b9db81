//! Fixes the number of somebody, whatever events they attend: replies and texts by number have no event.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::contacts::{self, Contact, NewNumber, Numbered};
use usher_core::ids::{ContactId, MessageId};
use usher_core::phones;

use super::super::numbers::{Again, Pair, question, said};
use crate::form::{Done, Form, touched};
use crate::parts::field::{Field, last};
use crate::paths;

/// The form, open for whoever comes to fix the number.
pub(super) fn form(contact: &Contact, again: &Again, open: bool) -> AnyView {
    let is_wrong = last().is_some_and(|flash| flash.typed("phone").is_some());
    let button = if again.text().is_some() { "Save and send again" } else { "Save number" };
    let open = open || is_wrong || !matches!(again, Again::Nothing);
    view! {
        {again.notice()}
        <details class="card more" id="number" open=open>
            <summary>"Fix the number"</summary>
            <form class="pad stack" method="post" action=FixNumber::url() data-once>
                {who(contact, again)}
                <input type="hidden" name="seen" value=contacts::number_seen(contact).to_string()/>
                <Field name="phone" label="Mobile number" kind="tel" autocomplete="off" required=true
                    hint="With country code; without, it is read as one of the same country as before"
                    value=phones::shown(&contact.phone)/>
                <div class="row end"><button class="button primary">{button}</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// Asks whether the two are one.
pub(super) fn same(contact: &Contact, other: &Contact, again: &Again) -> AnyView {
    let pair = Pair { name: &contact.name, phone: &contact.phone, email: contact.email.as_deref(), other };
    let kept = [("phone", other.phone.as_str()), ("seen", "")];
    let fields = who(contact, again);
    question(&pair, FixNumber::url(), fields, &kept, again.text().is_some(), here(contact.id, again))
}

fn here(contact: ContactId, again: &Again) -> String {
    back(contact, again.text().map(|text| text.id))
}

fn back(contact: ContactId, retry: Option<MessageId>) -> String {
    let page = paths::contact(contact);
    retry.map_or_else(|| page.clone(), |retry| format!("{page}?retry={retry}"))
}

fn who(contact: &Contact, again: &Again) -> AnyView {
    view! { <input type="hidden" name="contact" value=contact.id.to_string()/>{again.field()} }.into_any()
}

/// Gives somebody another number, and sends a text again if one is named.
#[server(prefix = "/do", endpoint = "fix-number")]
pub async fn fix_number(
    #[server(default)] contact: String,
    #[server(default)] phone: String,
    #[server(default)] retry: String,
    #[server(default)] same: String,
    #[server(default)] seen: String,
    #[server(default)] then: String,
) -> Result<(), ServerFnError> {
    let id = ContactId::parse(&contact);
    let retry = MessageId::parse(&retry);
    let back = id.map_or(paths::INBOX.to_owned(), |id| back(id, retry));
    let mut typed = touched(&seen, &[("phone", &phone)]);
    typed.push(("seen", &seen));
    Form::new(back.clone(), &typed)
        .for_person(async move |service, person| {
            let id = id.ok_or(Error::NotFound)?;
            if then == "back" {
                return Ok(Done::ask(back));
            }
            let new = NewNumber { phone, same_as: ContactId::parse(&same), retry, seen };
            Ok(match contacts::fix_number(&service, &person, id, &new).await? {
                Numbered::Moved(moved) => said(paths::contact(moved.contact), &moved),
                Numbered::Taken(other) => {
                    let joint = if retry.is_some() { '&' } else { '?' };
                    Done::ask(format!("{back}{joint}same={}", other.id))
                }
            })
        })
        .await
}
