//! The one button that sends.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::events::Event;
use usher_core::ids::{DraftId, EventId};
use usher_core::sends::{self, Checked, Confirmation};

use crate::form::{Done, Form};
use crate::parts::time::short;
use crate::parts::words::count;
use crate::paths;
use crate::visit::ui;

/// The button, for exactly what is shown.
pub(super) fn form(event: &Event, draft: DraftId, checked: &Checked) -> AnyView {
    let texts = count(checked.plan.total, "text", "texts");
    let words = match checked.new.send_at {
        Some(at) => format!("Send {texts} {}", short(at, event.zone(), ui().service.clock.now())),
        None => format!("Send {texts}"),
    };
    view! {
        <form class="stack" method="post" action=ConfirmSend::url() data-once>
            <input type="hidden" name="event" value=event.id.to_string()/>
            <input type="hidden" name="draft" value=draft.to_string()/>
            <input type="hidden" name="checked" value=checked.fingerprint.clone()/>
            <button class="button primary" disabled=checked.plan.total == 0 || event.archived_at.is_some()>{words}</button>
            <p class="small soft">"It goes out once, however often you click. You can pause or cancel it on the next page."</p>
        </form>
    }
    .into_any()
}

/// Sends what was checked.
#[server(prefix = "/do", endpoint = "confirm-send")]
pub async fn confirm_send(
    #[server(default)] event: String,
    #[server(default)] draft: String,
    #[server(default)] checked: String,
) -> Result<(), ServerFnError> {
    let ids = EventId::parse(&event).zip(DraftId::parse(&draft));
    let back = ids.map_or(paths::EVENTS.to_owned(), |(event, draft)| paths::send_check(event, draft));
    Form::new(back.clone(), &[])
        .for_person(async move |service, person| {
            let (event, draft) = ids.ok_or(Error::NotFound)?;
            let confirmed = sends::confirm_draft(&service, &person, event, draft, &checked).await;
            Ok(match confirmed {
                Ok(Confirmation::Done(send, total)) => {
                    let say = format!("Confirmed: {} on the way. You can close this page.", count(total, "text", "texts"));
                    Done::new(paths::send(send), say)
                }
                Ok(Confirmation::Before(send)) => Done::but(
                    paths::send(send),
                    "This was confirmed before, and is under way. Nothing was sent twice.",
                ),
                Ok(Confirmation::Changed) => Done::but(
                    back,
                    "Nothing was sent: the people, the words or the time have changed since you looked. Look again, and confirm if it is right.",
                ),
                Err(Error::Invalid(problems)) => Done::mend(paths::send_draft(event, draft), problems),
                Err(error) => return Err(error),
            })
        })
        .await
}
