//! One more person on the list.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::attendees::{self, NewAttendee, Rsvp};
use usher_core::ids::EventId;
use usher_core::phones::shown;

use super::rsvp_words;
use crate::form::{Done, Form};
use crate::parts::field::{Choice, Field, last};
use crate::paths;

pub(super) fn form(event: EventId) -> AnyView {
    let options = Rsvp::ALL.map(|rsvp| (rsvp.as_str().to_owned(), rsvp_words(rsvp).to_owned())).to_vec();
    // Open again when it comes back with something to mend.
    let open = last().is_some_and(|flash| !flash.errors.is_empty());
    view! {
        <details class="card more" id="add" open=open>
            <summary>"Add somebody"</summary>
            <form class="pad stack" method="post" action=AddAttendee::url() data-once>
                <input type="hidden" name="event" value=event.to_string()/>
                <div class="fields">
                    <Field name="name" label="Name" autocomplete="off"/>
                    <Field name="phone" label="Mobile number" kind="tel" autocomplete="off" required=true
                        hint="With country code, such as +1 555 123 4567; without, it is read as one of the event’s country"/>
                    <Choice name="rsvp" label="RSVP" options=options chosen="invited"/>
                </div>
                <div class="row end"><button class="button primary">"Add"</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// Adds somebody to the list.
#[server(prefix = "/do", endpoint = "add-attendee")]
pub async fn add_attendee(
    #[server(default)] event: String,
    #[server(default)] name: String,
    #[server(default)] phone: String,
    #[server(default)] rsvp: String,
) -> Result<(), ServerFnError> {
    let id = EventId::parse(&event);
    let back = id.map_or(paths::EVENTS.to_owned(), paths::attendees);
    Form::new(back.clone(), &[("name", &name), ("phone", &phone), ("rsvp", &rsvp)])
        .for_person(async move |service, person| {
            if !person.role.may_send() {
                return Err(Error::NotAllowed("Your role cannot add people. Ask an organizer."));
            }
            let id = id.ok_or(Error::NotFound)?;
            let who = if name.trim().is_empty() { phone.trim().to_owned() } else { name.trim().to_owned() };
            let new = NewAttendee { name, phone, rsvp };
            let added = attendees::add(&service, &person, id, &new).await?;
            let there = attendees::find(&service.store, person.org_id, id, added).await?;
            if !new.name.trim().is_empty() && there.name != new.name.trim() {
                let say = format!(
                    "{} was known already, as {}, and is on the list by that name. Edit them if it is {who}.",
                    shown(&there.phone),
                    there.name
                );
                return Ok(Done::but(back, say));
            }
            Ok(Done::new(back, format!("{who} is on the list.")))
        })
        .await
}
