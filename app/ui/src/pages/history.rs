//! The SMS history of an attendee: every text in and out, newest first.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::attendees::{self, Attendee};
use usher_core::events::{self, Event};
use usher_core::ids::{AttendeeId, EventId, MessageId};
use usher_core::messages::{self, History, Outcome};
use usher_core::people::Person;
use usher_core::phones;
use usher_core::suppressions::{self, Suppression};
use usher_core::{Error, Service};

use super::attendees::{reach_words, rsvp_words};
use super::opted_out;
use super::text::{Later, Place, article, back};
use super::{param, query};
use crate::form::{Done, Form};
use crate::parts::event_head::is_open_to;
use crate::parts::page::{Main, shown};
use crate::parts::time::{clock_time, long, short};
use crate::parts::words::{count, grouped, why_not_sent};
use crate::paths;
use crate::visit::{signed_in, ui};

/// What a history page was asked for.
struct Asked {
    event: String,
    attendee: String,
    before: Option<MessageId>,
    /// Only texts of this event.
    only_here: bool,
}

/// What it shows.
struct Shown {
    event: Event,
    attendee: Attendee,
    reach: attendees::Reach,
    /// Why they must not be texted, if so.
    opted_out: Vec<Suppression>,
    history: History,
    place: Place,
}

/// One attendee's history.
#[component]
pub fn HistoryPage() -> impl IntoView {
    let asked = Asked {
        event: param("event"),
        attendee: param("attendee"),
        before: query("before").and_then(|id| MessageId::parse(&id)),
        only_here: query("scope").as_deref() == Some("event"),
    };
    let live = format!("event={}&attendee={}", asked.event, asked.attendee);
    view! {
        <Main narrow=true live=live>
            {Suspend::new(async move { shown(read(&asked).await, |content| page(content, &asked)) })}
        </Main>
    }
}

async fn read(asked: &Asked) -> Result<Shown, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let event = EventId::parse(&asked.event).ok_or(Error::NotFound)?;
    let attendee = AttendeeId::parse(&asked.attendee).ok_or(Error::NotFound)?;
    let service = ui().service;
    let store = &service.store;
    let event = events::find(store, person.org_id, event).await?;
    let attendee = attendees::find(store, person.org_id, event.id, attendee).await?;
    let scope = asked.only_here.then_some(event.id);
    let contact = attendee.contact_id;
    let history = messages::history_of(store, person.org_id, contact, scope, asked.before).await?;
    let reach = attendees::reach(store, person.org_id, contact).await?;
    let opted_out = suppressions::in_force(store, person.org_id, &attendee.phone).await?;
    let zones = (attendee.timezone.as_deref(), Some(event.timezone.as_str()));
    let place = Place {
        zone: event.zone(),
        at: Some((event.id, attendee.id)),
        contact,
        phone: attendee.phone.clone(),
        later: later(&service, &person, zones).await?,
        suppressed: attendee.suppressed,
    };
    Ok(Shown { event, attendee, reach, opted_out, history, place })
}

/// When trying again makes sense, and what to call it: "tomorrow 9:00 AM EST".
pub(super) async fn later(
    service: &Service,
    person: &Person,
    (contact_zone, event_zone): (Option<&str>, Option<&str>),
) -> Result<Option<Later>, Error> {
    let (at, zone) = messages::sensible_time(service, person, contact_zone, event_zone).await?;
    let (day, today) =
        (at.with_timezone(&zone).date_naive(), service.clock.now().with_timezone(&zone).date_naive());
    let day = if day == today { "today" } else { "tomorrow" };
    Ok(Some((at, format!("{day} {}", clock_time(at, zone)))))
}

fn page(content: Shown, asked: &Asked) -> AnyView {
    let Shown { event, attendee, reach, opted_out, history, place } = content;
    let here = paths::history(event.id, attendee.id);
    let number = phones::shown(&attendee.phone);
    let name = if attendee.name.is_empty() { number.clone() } else { attendee.name.clone() };
    let now = ui().service.clock.now();
    let rsvp = format!("{} {}", rsvp_words(attendee.rsvp), short(attendee.rsvp_at, place.zone, now));
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let edit = if may_send { "Edit" } else { "Fix number" };
    let send = is_open_to(&event, may_send).then(|| {
        view! { <a class="button primary" href=paths::send_to_one(event.id, attendee.id)>"Send a text"</a> }
    });
    let opt_out = opted_out::may_opt_out(opted_out.iter().map(|reason| reason.source))
        .then(|| view! { <a class="button quiet" href=paths::opt_out(attendee.contact_id)>"Opt out"</a> });
    view! {
        <Title text=format!("SMS history for {name}")/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs">
                    <a href=paths::EVENTS>"Events"</a>" / "<a href=paths::event(event.id) dir="auto">{event.name.clone()}</a>
                    " / "<a href=paths::attendees(event.id)>"Attendees"</a>
                </p>
                <h1>"SMS history for "<bdi>{name}</bdi></h1>
                <p class="soft">{number}" · "{rsvp}" · "{reach_words(reach)}</p>
            </div>
            <div class="row">
                <span class="small soft" data-live-state=""></span>
                {opt_out}
                <a class="button" href=paths::edit_attendee(event.id, attendee.id)>{edit}</a>
                {send}
            </div>
        </div>
        {opted_out::standing(&opted_out)}
        {scopes(&here, asked.only_here, &event)}
        {texts(history, &place, &here, asked.before.is_some(), asked.only_here)}
    }
    .into_any()
}

/// The whole history, or that of this event alone.
fn scopes(here: &str, only_here: bool, event: &Event) -> AnyView {
    let whole = (!only_here).then_some("page");
    let narrowed = only_here.then_some("page");
    view! {
        <nav class="tabs" aria-label="Which texts">
            <a href=here.to_owned() aria-current=whole>"All texts"</a>
            <a href=format!("{here}?scope=event") aria-current=narrowed>"Only "<bdi>{event.name.clone()}</bdi></a>
        </nav>
    }
    .into_any()
}

/// The texts of one page, the way to other pages, and the totals.
pub(super) fn texts(history: History, place: &Place, here: &str, paged: bool, only_here: bool) -> AnyView {
    if history.entries.is_empty() {
        return nothing(place, only_here);
    }
    let scope = if only_here { "scope=event&" } else { "" };
    let first = if only_here { format!("{here}?scope=event") } else { here.to_owned() };
    let newest = paged.then(|| view! { <a href=first>"← Newest"</a> });
    let older =
        history.older.map(|before| view! { <a href=format!("{here}?{scope}before={before}")>"Older →"</a> });
    let pager = (newest.is_some() || older.is_some())
        .then(|| view! { <div class="pager small"><span></span>{newest}{older}</div> });
    let totals = totals_line(&history);
    view! {
        {history.entries.into_iter().map(|entry| article(entry, place)).collect_view()}
        {pager}
        {totals}
    }
    .into_any()
}

fn nothing(place: &Place, only_here: bool) -> AnyView {
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let write = place.at.filter(|_| may_send).map(|(event, attendee)| {
        view! { <a class="button primary" href=paths::send_to_one(event, attendee)>"Write the first text"</a> }
    });
    let title = if only_here { "No texts for this event yet" } else { "No texts yet" };
    view! {
        <section class="card">
            <div class="empty">
                <h2>{title}</h2>
                <p>"Every text to and from this person will stand here, with proof of delivery."</p>
                {write}
            </div>
        </section>
    }
    .into_any()
}

fn totals_line(history: &History) -> Option<impl IntoView + use<>> {
    let totals = history.totals;
    (totals.total > 0).then(|| {
        let mut words =
            vec![count(totals.total, "text", "texts"), format!("{} delivered", grouped(totals.delivered))];
        let rest = [
            (totals.failed, "not delivered"),
            (totals.in_progress, "in progress"),
            (totals.unconfirmed, "without receipt"),
            (totals.not_sent, "not sent"),
        ];
        words.extend(
            rest.into_iter()
                .filter(|(texts, _)| *texts > 0)
                .map(|(texts, word)| format!("{} {word}", grouped(texts))),
        );
        // Otherwise more texts would stand above than are counted here.
        if history.entries.iter().any(|entry| entry.text.retried_by.is_some()) {
            words.push("a retried text counts once".into());
        }
        view! { <p class="soft">{words.join(" · ")}</p> }
    })
}

/// Makes a second text from one that did not arrive.
#[server(prefix = "/do", endpoint = "retry-text")]
pub async fn retry_text(
    #[server(default)] event: String,
    #[server(default)] attendee: String,
    #[server(default)] contact: String,
    #[server(default)] message: String,
    /// Not before then, RFC 3339; at once if empty.
    #[server(default)]
    at: String,
) -> Result<(), ServerFnError> {
    let back = back(&event, &attendee, &contact);
    Form::new(back.clone(), &[])
        .for_person(async move |service, person| {
            let id = MessageId::parse(&message).ok_or(Error::NotFound)?;
            let at = Some(at.trim()).filter(|at| !at.is_empty()).map(str::parse::<DateTime<Utc>>).transpose();
            let at = at.map_err(|_| Error::Refused("That is no time. Choose one from the page.".into()))?;
            let id = messages::retry_at(&service, &person, id, at).await?;
            Ok(recorded(&service, &person, back, "A second text", id).await)
        })
        .await
}

/// What to say of a text that was just recorded: on its way, held until when, or not sent and why.
pub(super) async fn recorded(
    service: &Service,
    person: &Person,
    to: String,
    text: &str,
    id: MessageId,
) -> Done {
    let made = match messages::find(&service.store, person.org_id, id).await {
        Ok(entry) => entry.text,
        Err(error) => {
            // The text is recorded all the same; its page will tell.
            tracing::warn!(%error, "what became of a new text cannot be read");
            return Done::new(to, format!("{text} is recorded."));
        }
    };
    match made.status.outcome() {
        Some(Outcome::NotSent) => {
            let why = why_not_sent(made.reason.as_deref()).title;
            Done::but(to, format!("{text} is recorded, but not sent. {why}."))
        }
        _ if made.hold.is_some() => {
            let zone = zone_of(service, person, made.event_id).await;
            Done::new(to, format!("{text} is recorded and goes out {}.", long(made.due_at, zone)))
        }
        _ => Done::new(to, format!("{text} is recorded and on its way.")),
    }
}

/// The event's zone, else the organization's.
async fn zone_of(service: &Service, person: &Person, event: Option<EventId>) -> chrono_tz::Tz {
    let event = match event {
        Some(event) => events::find(&service.store, person.org_id, event).await.ok(),
        None => None,
    };
    event.map_or_else(|| events::zone(&person.org_timezone), |event| event.zone())
}
