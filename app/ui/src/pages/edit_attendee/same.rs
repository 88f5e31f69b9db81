//! A number that somebody else has already: are the two one person?

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::attendees::Attendee;
use usher_core::contacts::Contact;
use usher_core::events::Event;
use usher_core::messages::Text;
use usher_core::phones;

use super::{EditAttendee, hidden};
use crate::parts::field::value;
use crate::paths;

/// Shows both and says what making them one does.
pub(super) fn question(event: &Event, attendee: &Attendee, other: &Contact, retry: Option<&Text>) -> AnyView {
    let number = phones::shown(&other.phone);
    let button = if retry.is_some() {
        "They are one person: join them and send again"
    } else {
        "They are one person: join them"
    };
    let back = paths::edit_attendee(event.id, attendee.id);
    let back = retry.map_or_else(|| back.clone(), |retry| format!("{back}?retry={}", retry.id));
    view! {
        <div class="notice" data-tone="warning">
            <b>"Somebody else has this number"</b>
            <p>{number.clone()}" is already the number of "<bdi>{name(&other.name)}</bdi>". Nothing is changed yet."</p>
        </div>
        <section class="card" aria-label="The two">
            <table class="two cards-on-phone">
                <thead><tr><th>"Name"</th><th>"Number"</th><th>"Email"</th></tr></thead>
                <tbody>
                    {line("You are changing", &attendee.name, &attendee.phone, attendee.email.as_deref())}
                    {line("Has the number", &other.name, &other.phone, other.email.as_deref())}
                </tbody>
            </table>
        </section>
        <form class="card pad stack" method="post" action=EditAttendee::url() data-once>
            {hidden(event.id, attendee.id, retry)}
            <input type="hidden" name="same" value=other.id.to_string()/>
            {kept("name", &attendee.name)}
            {kept("phone", &other.phone)}
            {kept("email", attendee.email.as_deref().unwrap_or_default())}
            {kept("timezone", attendee.timezone.as_deref().unwrap_or_default())}
            {kept("rsvp", attendee.rsvp.as_str())}
            <h2>"If they are one person"</h2>
            <ul>
                <li>"There is one entry from then on, with the number "{number.clone()}"."</li>
                <li>"All texts of both stand in one history. What was sent keeps the number it went to; what waits goes to "{number}"."</li>
                <li>"Where both are on the list of an event, they are there once, with the answer that goes further: \
                    confirmed before waitlisted, invited, declined."</li>
                <li>"An opt-out stays with the number it came from."</li>
            </ul>
            <p class="soft">"This cannot be undone."</p>
            <div class="row between">
                <a href=back>"They are two people: back to the number"</a>
                <button class="button primary">{button}</button>
            </div>
        </form>
    }
    .into_any()
}

fn line(role: &'static str, called: &str, phone: &str, email: Option<&str>) -> AnyView {
    view! {
        <tr>
            <td><bdi>{name(called)}</bdi><br/><span class="small soft">{role}</span></td>
            <td class="nowrap">{phones::shown(phone)}</td>
            <td>{email.unwrap_or("–").to_owned()}</td>
        </tr>
    }
    .into_any()
}

fn name(name: &str) -> String {
    if name.is_empty() { "somebody without a name".to_owned() } else { name.to_owned() }
}

/// What was typed, carried along.
fn kept(field: &'static str, otherwise: &str) -> AnyView {
    view! { <input type="hidden" name=field value=value(field, otherwise)/> }.into_any()
}
