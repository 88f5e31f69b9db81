//! Open pages follow "changed" pings: each page says what it shows, and hears of nothing else.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use serde::Deserialize;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tower_sessions::Session;
use usher_core::ids::{AttendeeId, ContactId, EventId, SendId};
use usher_core::live::Changed;
use usher_core::people::Person;
use usher_core::{Error, attendees, contacts, events, sends};
use usher_ui::{Visitor, visitor};
use uuid::Uuid;

use super::App;
use crate::program::stopped;

/// Pings come no faster than this; what changes in between is in the next one.
const PAUSE: Duration = Duration::from_millis(150);
/// How often it is checked that this person may still look.
const RECHECK: Duration = Duration::from_secs(60);

/// What a page shows: everything of the organization if nothing is named.
#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    event: Option<String>,
    attendee: Option<String>,
    contact: Option<String>,
    send: Option<String>,
}

/// `GET /live`, `?event=…`, `?event=…&attendee=…`, `?contact=…` or `?send=…`: a stream of `changed`, then `end` if the session is over.
pub(super) async fn live(
    State(app): State<App>,
    session: Session,
    Query(shown): Query<Shown>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, StatusCode> {
    let visitor =
        visitor(app.service(), &session, false).await.map_err(unavailable)?.ok_or(StatusCode::NOT_FOUND)?;
    let ids = watched(&app, &visitor.person, &shown).await.map_err(|error| match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        other => unavailable(other),
    })?;
    let changes = app.service().hub.listen();
    let (pings, stream) = mpsc::channel(4);
    tokio::spawn(follow(app, visitor, ids, changes, pings));
    Ok(Sse::new(ReceiverStream::new(stream)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

fn unavailable(error: Error) -> StatusCode {
    tracing::error!(%error, "a page cannot be followed");
    StatusCode::SERVICE_UNAVAILABLE
}

/// What to listen for; what is strange to the organization is not found.
async fn watched(app: &App, person: &Person, shown: &Shown) -> Result<Vec<Uuid>, Error> {
    let (store, org) = (&app.service().store, person.org_id);
    if let Some(contact) = &shown.contact {
        let contact = ContactId::parse(contact).ok_or(Error::NotFound)?;
        return contacts::find(store, org, contact).await.map(|contact| vec![contact.id.0]);
    }
    if let Some(send) = &shown.send {
        let send = SendId::parse(send).ok_or(Error::NotFound)?;
        return sends::find(store, org, send).await.map(|send| vec![send.id.0]);
    }
    let Some(event) = &shown.event else { return Ok(vec![org.0]) };
    let event = EventId::parse(event).ok_or(Error::NotFound)?;
    events::find(store, org, event).await?;
    let Some(attendee) = &shown.attendee else {
        return Ok(vec![event.0]);
    };
    let attendee = AttendeeId::parse(attendee).ok_or(Error::NotFound)?;
    let attendee = attendees::find(store, org, event, attendee).await?;
    Ok(vec![attendee.contact_id.0])
}

async fn follow(
    app: App,
    visitor: Visitor,
    ids: Vec<Uuid>,
    mut changes: broadcast::Receiver<Changed>,
    pings: mpsc::Sender<Result<Event, Infallible>>,
) {
    let stop = stopped(app.stop.clone());
    tokio::pin!(stop);
    let mut recheck = tokio::time::interval_at(tokio::time::Instant::now() + RECHECK, RECHECK);
    loop {
        tokio::select! {
            changed = changes.recv() => {
                let mut ping = concerns(changed, &ids);
                while ping {
                    if pings.send(Ok(Event::default().data("changed"))).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(PAUSE).await;
                    ping = drain(&mut changes, &ids);
                }
            }
            _ = recheck.tick() => {
                if !may_still_look(&app, &visitor).await {
                    if pings.send(Ok(Event::default().event("end").data("signed out"))).await.is_err() {
                        tracing::debug!("the page was closed before it was told to end");
                    }
                    return;
                }
            }
            // The page connects again, to whoever serves next.
            () = &mut stop => return,
            () = pings.closed() => return,
        }
    }
}

/// Whether what was heard is about the page. Fallen behind: anything may have changed.
fn concerns(heard: Result<Changed, broadcast::error::RecvError>, ids: &[Uuid]) -> bool {
    heard.map_or(true, |changed| ids.iter().any(|id| changed.concerns(*id)))
}

/// Takes everything that was said meanwhile; true if any of it is about the page.
fn drain(changes: &mut broadcast::Receiver<Changed>, ids: &[Uuid]) -> bool {
    let mut ping = false;
    loop {
        match changes.try_recv() {
            Ok(changed) => ping |= ids.iter().any(|id| changed.concerns(*id)),
            Err(broadcast::error::TryRecvError::Lagged(_)) => ping = true,
            Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => {
                return ping;
            }
        }
    }
}

/// Still signed in, in the same organization and role. A store that is away ends nothing.
async fn may_still_look(app: &App, before: &Visitor) -> bool {
    let Some(id) = before.session.id() else {
        return false;
    };
    let service = app.service();
    let key = id.to_string();
    match usher_core::people::sessions::find(&service.store, &service.clock, &key).await {
        Ok(None) => return false,
        Ok(Some(_)) => {}
        Err(error) => {
            tracing::warn!(%error, "a session cannot be checked again");
            return true;
        }
    }
    match usher_core::people::find_member(&service.store, before.person.user_id, before.person.org_id).await {
        Ok(now) => now.is_some_and(|now| now.role == before.person.role),
        Err(error) => {
            tracing::warn!(%error, "a membership cannot be checked again");
            true
        }
    }
}
