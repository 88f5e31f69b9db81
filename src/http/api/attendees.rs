//! `/api/v1/events/{event_id}/attendees`

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use usher_core::attendees::{self, Attendee, Put, Row, Rsvp};
use usher_core::error::Problems;
use usher_core::events;
use usher_core::ids::{AttendeeId, EventId};
use uuid::Uuid;

use super::caller::{Reader, Writer};
use super::fields::{Fields, is_not};
use super::problem::Problem;
use super::query::{Page, Query};
use super::request::{Body, Ids};
use super::wire;
use crate::http::App;

/// The largest list, in rows and in KiB.
const MOST_ROWS: usize = 10_000;
const LARGEST: usize = 4 * 1024;

/// `PUT /api/v1/events/{event_id}/attendees`: brings the list up to date, row by row.
pub(super) async fn put(
    State(app): State<App>,
    Writer(key): Writer,
    ids: Ids,
    Body(body): Body<LARGEST>,
) -> Result<Json<Value>, Problem> {
    let event = ids.get("event_id", EventId::parse)?;
    let rows = rows(body)?;
    let put = attendees::put(app.service(), key.org_id, &key.author(), event, &rows).await?;
    Ok(Json(taken(&put)))
}

/// What is wrong with the form of a request is told for all of it; what is wrong with a person is
/// told for that row, and the others are taken.
fn rows(body: Value) -> Result<Vec<Row>, Problem> {
    let mut problems = Problems::default();
    let items = match body {
        Value::Array(items) if items.len() <= MOST_ROWS => items,
        Value::Array(_) => {
            problems.add("(body)", format!("Send at most {MOST_ROWS} rows at once."));
            Vec::new()
        }
        other => {
            problems.add("(body)", is_not("(body)", "a list", &other));
            Vec::new()
        }
    };
    let mut rows = Vec::with_capacity(items.len());
    let mut unread = Vec::new();
    for (n, item) in items.into_iter().enumerate() {
        let before = problems.len();
        let mut fields = Fields::at(format!("[{n}]"), item, &mut problems);
        for name in ["phone", "name"] {
            fields.needs(name, "a string");
        }
        rows.push(Row {
            phone: fields.text("phone").unwrap_or_default(),
            name: fields.text("name").unwrap_or_default(),
            email: fields.text("email"),
            rsvp: fields.word("rsvp", Rsvp::parse, || wire::words(Rsvp::ALL.map(Rsvp::as_str))),
            timezone: fields.text("timezone"),
        });
        fields.done();
        unread.push(problems.len() > before);
    }
    if !problems.is_empty() {
        // Nothing is taken, so that the rows that could be read are told of too.
        for (n, reason) in attendees::faults(&rows).into_iter().filter(|(n, _)| !unread[*n]) {
            problems.add(&format!("[{n}]"), reason);
        }
    }
    problems.none()?;
    Ok(rows)
}

fn taken(put: &Put) -> Value {
    let rejected = put
        .rejected
        .iter()
        .map(|row| json!({ "index": row.index, "phone": row.phone, "reason": row.reason }));
    let attendees = put.attendees.iter().map(|attendee| {
        json!({
            "id": wire::id(attendee.id),
            "contact_id": wire::id(attendee.contact_id),
            "phone": attendee.phone,
        })
    });
    json!({
        "created": put.created,
        "updated": put.updated,
        "rejected": rejected.collect::<Vec<_>>(),
        "attendees": attendees.collect::<Vec<_>>(),
    })
}

/// `GET /api/v1/events/{event_id}/attendees`: in the order in which they came onto the list.
pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    ids: Ids,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let event = ids.get("event_id", EventId::parse)?;
    let mut problems = Problems::default();
    let mut fields = query.fields(&mut problems);
    let page = Page::<Uuid>::of(&mut fields);
    fields.done();
    problems.none()?;
    let store = &app.service().store;
    events::find(store, reader.org, event).await?;
    let after = page.after.map(AttendeeId);
    let mut attendees = attendees::page(store, reader.org, event, after, page.and_one()).await?;
    let next = page.cut(&mut attendees, |attendee| attendee.id.0);
    Ok(wire::list("attendees", attendees.iter().map(|attendee| shown(event, attendee)).collect(), next))
}

/// An attendee.
pub(super) fn shown(event: EventId, attendee: &Attendee) -> Value {
    json!({
        "id": wire::id(attendee.id),
        "contact_id": wire::id(attendee.contact_id),
        "event_id": wire::id(event),
        "name": wire::maybe_text(&attendee.name),
        "phone": attendee.phone,
        "email": attendee.email,
        "timezone": attendee.timezone,
        "rsvp": attendee.rsvp.as_str(),
        "rsvp_at": wire::time(attendee.rsvp_at),
        "suppressed": attendee.suppressed,
    })
}
