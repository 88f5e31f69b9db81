//! `/api/events/{event_id}/attendees/{attendee_id}/sms-history`

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use usher_core::attendees;
use usher_core::error::Problems;
use usher_core::ids::{AttendeeId, EventId, MessageId};
use usher_core::messages;
use uuid::Uuid;

use super::caller::Reader;
use super::problem::Problem;
use super::query::{Page, Query};
use super::request::Ids;
use super::{attendees as people, text};
use crate::http::App;

/// The person's whole history in this organization, newest first; with `scope=event` only what
/// belongs to this event.
pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    ids: Ids,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let event = ids.get("event_id", EventId::parse)?;
    let attendee = ids.get("attendee_id", AttendeeId::parse)?;
    let mut problems = Problems::default();
    let mut fields = query.fields(&mut problems);
    let page = Page::<Uuid>::of(&mut fields);
    let scope = fields.word("scope", |word| (word == "event").then_some(event), || "event".into());
    fields.done();
    problems.none()?;
    let store = &app.service().store;
    let attendee = attendees::find(store, reader.org, event, attendee).await?;
    let before = page.after.map(MessageId);
    let (mut texts, totals) =
        messages::texts_of(store, reader.org, attendee.contact_id, scope, before, page.and_one()).await?;
    let next = page.cut(&mut texts, |text| text.id.0);
    Ok(Json(json!({
        "attendee": people::shown(event, &attendee),
        "totals": totals,
        "messages": texts.iter().map(text::in_history).collect::<Vec<_>>(),
        "next_cursor": next,
    })))
}
