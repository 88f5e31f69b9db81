//! Somebody's history outside any event: replies, texts sent by number, and who they are.

mod number;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::attendees::{self, Attendance, Reach};
use usher_core::contacts::{self, Contact};
use usher_core::ids::{ContactId, MessageId};
use usher_core::messages::{self, History};
use usher_core::phones;
use usher_core::suppressions::{self, Suppression};

use super::attendees::{reach_words, rsvp_words};
use super::history::{later, texts};
use super::numbers::Again;
use super::opted_out;
use super::text::Place;
use super::{param, query};
use crate::form::{Done, Form};
use crate::parts::field::Field;
use crate::parts::page::{Main, shown};
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// What the page shows.
struct Shown {
    contact: Contact,
    reach: Reach,
    /// Why they must not be texted, if so.
    opted_out: Vec<Suppression>,
    attends: Vec<Attendance>,
    history: History,
    place: Place,
    /// The text that is to be sent again, to the fixed number.
    again: Again,
    /// Whoever has the number that was typed.
    other: Option<Contact>,
}

/// Somebody's history outside any event.
#[component]
pub fn ContactPage() -> impl IntoView {
    let id = param("contact");
    let before = query("before").and_then(|id| MessageId::parse(&id));
    let retry = query("retry").and_then(|id| MessageId::parse(&id));
    let same = query("same").and_then(|id| ContactId::parse(&id));
    let open = query("open").unwrap_or_default();
    let live = format!("contact={id}");
    view! {
        <Main narrow=true live=live>
            {Suspend::new(async move {
                let read = read(&id, before, retry, same).await;
                shown(read, |content| page(content, before.is_some(), &open))
            })}
        </Main>
    }
}

async fn read(
    id: &str,
    before: Option<MessageId>,
    retry: Option<MessageId>,
    same: Option<ContactId>,
) -> Result<Shown, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let id = ContactId::parse(id).ok_or(Error::NotFound)?;
    let service = ui().service;
    let store = &service.store;
    let contact = contacts::find(store, person.org_id, id).await?;
    let attends = attendees::attended_by(store, person.org_id, id).await?;
    let history = messages::history(store, person.org_id, id, before).await?;
    let reach = attendees::reach(store, person.org_id, id).await?;
    let opted_out = suppressions::in_force(store, person.org_id, &contact.phone).await?;
    let place = Place {
        zone: zone(),
        at: None,
        contact: id,
        phone: contact.phone.clone(),
        later: later(&service, &person, (contact.timezone.as_deref(), None)).await?,
        suppressed: reach == Reach::OptedOut,
    };
    let again = Again::of(store, person.org_id, id, retry).await?;
    let other = match same {
        Some(same) => Some(contacts::find(store, person.org_id, same).await?),
        None => None,
    };
    Ok(Shown { contact, reach, opted_out, attends, history, place, again, other })
}

/// `open` names the form that somebody came for.
fn page(content: Shown, paged: bool, open: &str) -> AnyView {
    let Shown { contact, reach, opted_out, attends, history, place, again, other } = content;
    let number = phones::shown(&contact.phone);
    let name = if contact.name.is_empty() { number.clone() } else { contact.name.clone() };
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let here = paths::contact(contact.id);
    let opt_out = opted_out::may_opt_out(opted_out.iter().map(|reason| reason.source))
        .then(|| opted_out::of_contact(contact.id, open == "opt-out"));
    if let Some(other) = &other {
        return one_or_two(&contact, &name, other, &again);
    }
    view! {
        <Title text=format!("SMS history for {name}")/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs"><a href=paths::PEOPLE>"People"</a></p>
                <h1>"SMS history for "<bdi>{name}</bdi></h1>
                <p class="soft">{number}" · "{reach_words(reach)}</p>
            </div>
            <div class="row"><span class="small soft" data-live-state=""></span></div>
        </div>
        {opted_out::standing(&opted_out)}
        {may_send.then(|| who_is_this(&contact))}
        {number::form(&contact, &again, open == "number")}
        {opt_out}
        {attended(attends)}
        {texts(history, &place, &here, paged, false)}
    }
    .into_any()
}

fn one_or_two(contact: &Contact, name: &str, other: &Contact, again: &Again) -> AnyView {
    view! {
        <Title text=format!("One person or two?: {name}")/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs">
                    <a href=paths::PEOPLE>"People"</a>" / "<a href=paths::contact(contact.id) dir="auto">{name.to_owned()}</a>
                </p>
                <h1>"One person or two?"</h1>
                <p class="soft"><bdi>{name.to_owned()}</bdi>", "{phones::shown(&contact.phone)}</p>
            </div>
        </div>
        {number::same(contact, other, again)}
    }
    .into_any()
}

/// An unknown number gets a name; a known one another.
fn who_is_this(contact: &Contact) -> AnyView {
    let (title, words) = if contact.name.is_empty() {
        ("Who is this?", "Nobody has said yet whose number this is.")
    } else {
        ("Change the name", "")
    };
    view! {
        <details class="card more" open=contact.name.is_empty()>
            <summary>{title}</summary>
            <form class="pad stack" method="post" action=NameContact::url() data-once>
                <input type="hidden" name="contact" value=contact.id.to_string()/>
                {(!words.is_empty()).then(|| view! { <p class="soft">{words}</p> })}
                <Field name="name" label="Name" autocomplete="off" value=contact.name.clone() required=true/>
                <div class="row end"><button class="button primary">"Save name"</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// The events they are on the list of.
fn attended(attends: Vec<Attendance>) -> AnyView {
    if attends.is_empty() {
        return view! { <p class="soft">"On the list of no event."</p> }.into_any();
    }
    let events = attends.into_iter().map(|one| {
        view! {
            <li>
                <a href=paths::history(one.event_id, one.attendee_id) dir="auto">{one.event_name}</a>
                <span class="soft small">" "{rsvp_words(one.rsvp)}</span>
            </li>
        }
    });
    view! {
        <section class="stack tight" aria-label="Events">
            <h2>"On the list of"</h2>
            <ul>{events.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// Says whose number it is.
#[server(prefix = "/do", endpoint = "name-contact")]
pub async fn name_contact(
    #[server(default)] contact: String,
    #[server(default)] name: String,
) -> Result<(), ServerFnError> {
    let id = ContactId::parse(&contact);
    let back = id.map_or(paths::INBOX.to_owned(), paths::contact);
    Form::new(back.clone(), &[("name", &name)])
        .for_person(async move |service, person| {
            let id = id.ok_or(Error::NotFound)?;
            contacts::rename(&service, &person, id, &name).await?;
            Ok(Done::new(back, format!("This is {} from now on.", name.trim())))
        })
        .await
}
