//! People who were sent the same words lately: said, and left out at the press of a button.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::ids::{DraftId, EventId};
use usher_core::sends::{self, Checked};

use crate::form::{Done, Form};
use crate::parts::time::short;
use crate::parts::words::count;
use crate::paths;
use crate::visit::ui;

/// Whether something is said of them.
pub(super) fn is_told(checked: &Checked) -> bool {
    checked.same_words > 0 || left_out(checked) > 0
}

fn left_out(checked: &Checked) -> i64 {
    checked.left.get("same_words").map_or(0, |left| left.people)
}

/// How many there are, and the button that leaves them out or takes them back in.
pub(super) fn notice(draft: DraftId, checked: &Checked) -> Option<AnyView> {
    let (same, out) = (checked.same_words, left_out(checked));
    let (title, words, button, only) = match (same, out) {
        (0, 0) => return None,
        (0, out) => {
            let are = count(out, "person is", "people are");
            let words = "They were sent these same words in the last 24 hours, or wait for them.";
            (format!("{are} left out"), words, "Text them too", "")
        }
        (same, _) => {
            let were = count(same, "person was", "people were");
            let title = format!("{were} sent these same words in the last 24 hours");
            let words = "They would get them twice, unless you leave them out.";
            (title, words, "Leave them out", "on")
        }
    };
    let zone = checked.event.zone();
    let before = checked.before.as_ref().map(|before| {
        let at = short(before.created_at, zone, ui().service.clock.now());
        view! { " The last time was "<a href=paths::send(before.id)>"the send of "{at}</a>"." }
    });
    Some(
        view! {
            <section class="notice stack tight" data-tone="warning" aria-labelledby="same-words">
                <h3 id="same-words">{title}</h3>
                <p class="small">{words}{before}</p>
                <form class="row" method="post" action=LeaveOutSameWords::url() data-once>
                    <input type="hidden" name="event" value=checked.event.id.to_string()/>
                    <input type="hidden" name="draft" value=draft.to_string()/>
                    <input type="hidden" name="only" value=only/>
                    <button class="button">{button}</button>
                </form>
            </section>
        }
        .into_any(),
    )
}

/// Leaves out of a draft, or takes back in, who was sent the same words lately.
#[server(prefix = "/do", endpoint = "leave-out-same-words")]
pub async fn leave_out_same_words(
    #[server(default)] event: String,
    #[server(default)] draft: String,
    #[server(default)] only: String,
) -> Result<(), ServerFnError> {
    let ids = EventId::parse(&event).zip(DraftId::parse(&draft));
    let back = ids.map_or(paths::EVENTS.to_owned(), |(event, draft)| paths::send_check(event, draft));
    Form::new(back.clone(), &[])
        .for_person(async move |service, person| {
            let (event, draft) = ids.ok_or(Error::NotFound)?;
            sends::only_new_words(&service, &person, event, draft, only == "on").await?;
            Ok(Done::new(back, ""))
        })
        .await
}
