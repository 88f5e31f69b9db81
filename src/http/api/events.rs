//! `/api/v1/events`

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::DateTime;
use serde_json::{Value, json};
use usher_core::clock::is_of_our_time;
use usher_core::error::Problems;
use usher_core::events::{self, Draft, Event, Place};
use usher_core::ids::EventId;
use uuid::Uuid;

use super::caller::{Reader, Writer};
use super::fields::{Change, Fields};
use super::problem::Problem;
use super::query::{Cursor, NoQuery, Page, Query};
use super::request::{Body, Ids};
use super::wire;
use crate::http::App;

/// `POST /api/v1/events`
pub(super) async fn create(
    State(app): State<App>,
    Writer(key): Writer,
    Body(body): Body,
) -> Result<Response, Problem> {
    let mut problems = Problems::default();
    let mut fields = Fields::of(body, &mut problems);
    let draft = Draft {
        name: fields.text("name").unwrap_or_default(),
        kind: fields.text("kind").unwrap_or_default(),
        starts_at: fields.time("starts_at"),
        ends_at: fields.time("ends_at"),
        timezone: fields.text("timezone").unwrap_or_default(),
        location: fields.text("location").unwrap_or_default(),
        host_name: fields.text("host_name").unwrap_or_default(),
    };
    fields.done();
    let event = events::make(app.service(), key.org_id, &key.author(), draft, problems).await?;
    Ok(wire::created(&format!("/api/v1/events/{}", event.id), shown(&event)))
}

/// `PATCH /api/v1/events/{event_id}`: `null` clears what may be missing.
pub(super) async fn change(
    State(app): State<App>,
    Writer(key): Writer,
    ids: Ids,
    Body(body): Body,
) -> Result<Json<Value>, Problem> {
    let id = ids.get("event_id", EventId::parse)?;
    let mut problems = Problems::default();
    let mut fields = Fields::of(body, &mut problems);
    let name = fields.replacement("name", Fields::text);
    let starts_at = fields.replacement("starts_at", Fields::time);
    let timezone = fields.replacement("timezone", Fields::text);
    let ends_at = fields.change("ends_at", Fields::time);
    let [kind, location, host_name] =
        ["kind", "location", "host_name"].map(|name| fields.change(name, Fields::text));
    fields.done();
    let edit = |draft: &mut Draft| {
        draft.name = name.unwrap_or_else(|| std::mem::take(&mut draft.name));
        draft.starts_at = starts_at.or(draft.starts_at);
        draft.timezone = timezone.unwrap_or_else(|| std::mem::take(&mut draft.timezone));
        draft.ends_at = match ends_at {
            Change::Keep => draft.ends_at,
            Change::Clear => None,
            Change::Set(time) => Some(time),
        };
        for (text, change) in
            [(&mut draft.kind, kind), (&mut draft.location, location), (&mut draft.host_name, host_name)]
        {
            *text = change.apply(std::mem::take(text), String::new);
        }
    };
    let event = events::change(app.service(), key.org_id, &key.author(), id, problems, edit).await?;
    Ok(Json(shown(&event)))
}

/// `GET /api/v1/events/{event_id}`
pub(super) async fn find(
    State(app): State<App>,
    reader: Reader,
    _: NoQuery,
    ids: Ids,
) -> Result<Json<Value>, Problem> {
    let id = ids.get("event_id", EventId::parse)?;
    Ok(Json(shown(&events::find(&app.service().store, reader.org, id).await?)))
}

/// `GET /api/v1/events`: latest start first.
pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let mut problems = Problems::default();
    let mut fields = query.fields(&mut problems);
    let page = Page::<Place>::of(&mut fields);
    fields.done();
    problems.none()?;
    let mut events = events::page(&app.service().store, reader.org, page.after, page.and_one()).await?;
    let next = page.cut(&mut events, |event| (event.starts_at, event.id));
    Ok(wire::list("events", events.iter().map(shown).collect(), next))
}

fn shown(event: &Event) -> Value {
    json!({
        "id": wire::id(event.id),
        "name": event.name,
        "kind": event.kind,
        "starts_at": wire::time(event.starts_at),
        "ends_at": wire::maybe_time(event.ends_at),
        "timezone": event.timezone,
        "location": wire::maybe_text(&event.location),
        "host_name": wire::maybe_text(&event.host_name),
        "created_at": wire::time(event.created_at),
        "updated_at": wire::time(event.updated_at),
    })
}

impl Cursor for Place {
    fn written(&self) -> Vec<u8> {
        [&self.0.timestamp_micros().to_be_bytes(), self.1.0.as_bytes().as_slice()].concat()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (time, id) = bytes.split_first_chunk::<8>()?;
        let time = DateTime::from_timestamp_micros(i64::from_be_bytes(*time));
        let time = time.filter(|time| is_of_our_time(*time))?;
        Some((time, EventId(Uuid::from_slice(id).ok()?)))
    }
}
