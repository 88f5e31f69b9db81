//! The SMS history of an attendee: every text in and out, newest first.

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::attendees::{self, Attendee};
use usher_core::events::{self, Event};
use usher_core::ids::{AttendeeId, EventId, MessageId};
use usher_core::messages::{self, History, Outcome};
use usher_core::people::Person;
use usher_core::phones;
use usher_core::{Error, Service};

use super::attendees::rsvp_words;
use super::text::article;
use super::{param, query};
use crate::form::{Done, Form};
use crate::parts::page::{Main, shown};
use crate::parts::time::short;
use crate::parts::words::{count, grouped, why_not_sent};
use crate::visit::{signed_in, ui};

/// One attendee's history.
#[component]
pub fn HistoryPage() -> impl IntoView {
    let (event, attendee) = (param("event"), param("attendee"));
    let before = query("before").and_then(|id| MessageId::parse(&id));
    let live = format!("event={event}&attendee={attendee}");
    view! {
        <Main narrow=true live=live>
            {Suspend::new(async move {
                let read = read(&event, &attendee, before).await;
                shown(read, |(event, attendee, history)| page(&event, &attendee, history, before.is_some()))
            })}
        </Main>
    }
}

async fn read(
    event: &str,
    attendee: &str,
    before: Option<MessageId>,
) -> Result<(Event, Attendee, History), Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    let event = EventId::parse(event).ok_or(Error::NotFound)?;
    let attendee = AttendeeId::parse(attendee).ok_or(Error::NotFound)?;
    let store = &ui().service.store;
    let event = events::find(store, org, event).await?;
    let attendee = attendees::find(store, org, event.id, attendee).await?;
    let history = messages::history(store, org, attendee.contact_id, before).await?;
    Ok((event, attendee, history))
}

fn page(event: &Event, attendee: &Attendee, history: History, paged: bool) -> AnyView {
    let base = format!("/events/{}", event.id);
    let here = format!("{base}/attendees/{}", attendee.id);
    let zone = event.zone();
    let number = phones::shown(&attendee.phone);
    let name = if attendee.name.is_empty() { number.clone() } else { attendee.name.clone() };
    let reachable = if attendee.suppressed { "must not be texted" } else { "receives texts" };
    let rsvp =
        format!("{} {}", rsvp_words(attendee.rsvp), short(attendee.rsvp_at, zone, ui().service.clock.now()));
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let totals = totals_line(&history);
    let newest = paged.then(|| view! { <a href=here.clone()>"← Newest"</a> });
    let older = history.older.map(|before| view! { <a href=format!("{here}?before={before}")>"Older →"</a> });
    let pager = (newest.is_some() || older.is_some())
        .then(|| view! { <div class="pager small"><span></span>{newest}{older}</div> });
    view! {
        <Title text=format!("SMS history for {name}")/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs">
                    <a href="/events">"Events"</a>" / "<a href=base.clone()>{event.name.clone()}</a>
                    " / "<a href=format!("{base}/attendees")>"Attendees"</a>
                </p>
                <h1>"SMS history for "<bdi>{name}</bdi></h1>
                <p class="soft">{number}" · "{rsvp}" · "{reachable}</p>
            </div>
            <div class="row">
                <span class="small soft" data-live-state=""></span>
                {may_send.then(|| view! { <a class="button primary" href=format!("{here}/send")>"Send a text"</a> })}
            </div>
        </div>
        {texts(history, event, attendee, may_send, &here)}
        {pager}
        {totals}
    }
    .into_any()
}

fn texts(history: History, event: &Event, attendee: &Attendee, may_send: bool, here: &str) -> AnyView {
    if history.entries.is_empty() {
        return view! {
            <section class="card">
                <div class="empty">
                    <h2>"No texts yet"</h2>
                    <p>"Every text to and from this person will stand here, with proof of delivery."</p>
                    {may_send.then(|| view! { <a class="button primary" href=format!("{here}/send")>"Write the first text"</a> })}
                </div>
            </section>
        }
        .into_any();
    }
    history.entries.into_iter().map(|entry| article(entry, event, attendee)).collect_view().into_any()
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
    #[server(default)] message: String,
) -> Result<(), ServerFnError> {
    let ids = EventId::parse(&event).zip(AttendeeId::parse(&attendee));
    let back =
        ids.map_or("/events".to_owned(), |(event, attendee)| format!("/events/{event}/attendees/{attendee}"));
    Form::new(back.clone(), &[])
        .for_person(async move |service, person| {
            let id = MessageId::parse(&message).ok_or(Error::NotFound)?;
            let id = messages::retry(&service, &person, id).await?;
            let not_sent = match ids {
                Some(place) => why_not_sent_at_once(&service, &person, place, id).await,
                None => None,
            };
            Ok(recorded(back, "A second text", not_sent))
        })
        .await
}

/// What to say of a text that was just recorded.
pub(super) fn recorded(to: String, text: &str, not_sent: Option<String>) -> Done {
    match not_sent {
        None => Done::new(to, format!("{text} is recorded and on its way.")),
        Some(why) => Done::but(to, format!("{text} is recorded, but not sent. {why}.")),
    }
}

/// Why a text that was just recorded is not on its way, if it is not: it may be blocked at once.
pub(super) async fn why_not_sent_at_once(
    service: &Service,
    person: &Person,
    (event, attendee): (EventId, AttendeeId),
    id: MessageId,
) -> Option<String> {
    let read = async {
        let attendee = attendees::find(&service.store, person.org_id, event, attendee).await?;
        messages::history(&service.store, person.org_id, attendee.contact_id, None).await
    };
    match read.await {
        Ok(history) => {
            let text = history.entries.into_iter().map(|entry| entry.text).find(|text| text.id == id)?;
            let not_sent = text.status.outcome() == Some(Outcome::NotSent);
            not_sent.then(|| why_not_sent(text.reason.as_deref()).title)
        }
        Err(error) => {
            // The text is recorded all the same; its page will tell.
            tracing::warn!(%error, "what became of a new text cannot be read");
            None
        }
    }
}
