//! Stopping one text that has not left.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::ids::MessageId;
use usher_core::messages::{self, Status, Stopped, Text};

use super::{Place, back, which};
use crate::form::{Done, Form};
use crate::visit::signed_in;

/// The button, where the text can still be stopped by whoever looks.
pub(super) fn stop(text: &Text, place: &Place) -> Option<AnyView> {
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let waits = matches!(text.status, Status::Scheduled | Status::Queued);
    (may_send && waits).then(|| {
        view! {
            <form class="row" method="post" action=StopText::url() data-once>
                {which(text, place)}
                <button class="button">"Do not send"</button>
            </form>
        }
        .into_any()
    })
}

/// Stops a text that has not left.
#[server(prefix = "/do", endpoint = "stop-text")]
pub async fn stop_text(
    #[server(default)] event: String,
    #[server(default)] attendee: String,
    #[server(default)] contact: String,
    #[server(default)] message: String,
) -> Result<(), ServerFnError> {
    let back = back(&event, &attendee, &contact);
    Form::new(back.clone(), &[])
        .for_person(async move |service, person| {
            let id = MessageId::parse(&message).ok_or(Error::NotFound)?;
            Ok(match messages::stop(&service, &person, id).await? {
                Stopped::Now => Done::new(back, "The text is stopped and will not be sent."),
                Stopped::Before => Done::but(back, "The text was stopped before and is not sent."),
            })
        })
        .await
}
