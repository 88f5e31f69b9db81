//! `/api/v1/sends`, and a send to an event's attendees.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use usher_core::attendees::Rsvp;
use usher_core::error::Problems;
use usher_core::idempotency;
use usher_core::ids::{AttendeeId, EventId, SendId};
use usher_core::sends::{self, Audience, Confirmed, Plan, Send, Skipped, Turn, Wish};

use super::caller::{Reader, Writer};
use super::fields::Fields;
use super::messages::{purpose, words};
use super::once::{self, Once};
use super::problem::Problem;
use super::query::NoQuery;
use super::request::{Body, Ids, OptionalBody, id};
use super::wire;
use crate::http::App;

/// The largest request, in KiB: room for a list of 50,000 attendees.
const LARGEST: usize = 4 * 1024;

/// `POST /api/v1/events/{event_id}/sends`; with `dry_run` only what it would do.
pub(super) async fn create(
    State(app): State<App>,
    Writer(key): Writer,
    once: Once,
    ids: Ids,
    Body(body): Body<LARGEST>,
) -> Result<Response, Problem> {
    let event = ids.get("event_id", EventId::parse)?;
    let ticket = once.ticket("POST /api/v1/events/{event_id}/sends", &wire::id(event), &body)?;
    let (wish, dry_run) = read(body);
    if dry_run {
        let look = async {
            let plan = sends::preview(app.service(), key.org_id, event, wish).await?;
            Ok(once::accepted(&planned(None, &plan)))
        };
        return once::answer(idempotency::looked(app.service(), key.org_id, ticket.as_ref(), look).await?);
    }
    let answer = |made: &Confirmed| once::accepted(&planned(Some(made.id), &made.plan));
    once::answer(sends::confirm_once(app.service(), &key, event, wish, ticket.as_ref(), answer).await?)
}

/// The send, with what of it could not be read, and whether it is only to be looked at.
fn read(body: Value) -> (Wish, bool) {
    let mut problems = Problems::default();
    let mut fields = Fields::of(body, &mut problems);
    let purpose = purpose(&mut fields);
    if purpose.is_none() {
        fields.wrong("purpose", "Say what the texts are for.");
    }
    let words = words(&mut fields);
    let audience = audience(&mut fields);
    let send_at = fields.time("send_at");
    let dry_run = fields.flag("dry_run").unwrap_or_default();
    fields.done();
    (Wish { purpose, words, audience, send_at, problems }, dry_run)
}

fn audience(fields: &mut Fields<'_>) -> Option<Audience> {
    let Some(mut audience) = fields.object("audience") else {
        fields.wrong("audience", "Say whom it is for: {\"rsvp\": […]} or {\"attendee_ids\": […]}.");
        return None;
    };
    let both = audience.has("rsvp") == audience.has("attendee_ids");
    let rsvp = audience.list("rsvp", |item| {
        let word = item.as_str().and_then(Rsvp::parse);
        word.ok_or_else(|| format!("Use one of: {}.", wire::words(Rsvp::ALL.map(Rsvp::as_str))))
    });
    // Nobody has the nil id, so that what is none is told of with all others who do not attend.
    let attendees = audience.list("attendee_ids", |item| {
        let attendee = item.as_str().and_then(|text| id(text, AttendeeId::parse));
        Ok(attendee.unwrap_or(AttendeeId(uuid::Uuid::nil())))
    });
    audience.done();
    if both {
        fields.wrong("audience", "Send one of rsvp and attendee_ids.");
    }
    rsvp.map(Audience::Rsvp).or(attendees.map(Audience::Attendees))
}

fn planned(id: Option<SendId>, plan: &Plan) -> Value {
    json!({
        "id": wire::maybe_id(id),
        "total": plan.total,
        "skipped": skipped(&plan.skipped),
        "segments": plan.segments,
        "estimated_cost": plan.estimated_cost,
    })
}

fn skipped(skipped: &[Skipped]) -> Value {
    skipped
        .iter()
        .map(|skipped| json!({ "attendee_id": wire::id(skipped.attendee_id), "reason": skipped.reason }))
        .collect()
}

/// `GET /api/v1/sends/{send_id}`: how far it has come.
pub(super) async fn find(
    State(app): State<App>,
    reader: Reader,
    _: NoQuery,
    ids: Ids,
) -> Result<Json<Value>, Problem> {
    let id = ids.get("send_id", SendId::parse)?;
    Ok(Json(shown(&sends::find(&app.service().store, reader.org, id).await?)))
}

/// `POST /api/v1/sends/{send_id}/pause`
pub(super) async fn pause(
    state: State<App>,
    writer: Writer,
    ids: Ids,
    body: OptionalBody,
) -> Result<Json<Value>, Problem> {
    steer(state, writer, ids, body, Turn::Pause).await
}

/// `POST /api/v1/sends/{send_id}/resume`
pub(super) async fn resume(
    state: State<App>,
    writer: Writer,
    ids: Ids,
    body: OptionalBody,
) -> Result<Json<Value>, Problem> {
    steer(state, writer, ids, body, Turn::Resume).await
}

/// `POST /api/v1/sends/{send_id}/cancel`
pub(super) async fn cancel(
    state: State<App>,
    writer: Writer,
    ids: Ids,
    body: OptionalBody,
) -> Result<Json<Value>, Problem> {
    steer(state, writer, ids, body, Turn::Cancel).await
}

async fn steer(
    State(app): State<App>,
    Writer(key): Writer,
    ids: Ids,
    OptionalBody(body): OptionalBody,
    turn: Turn,
) -> Result<Json<Value>, Problem> {
    let id = ids.get("send_id", SendId::parse)?;
    let mut problems = Problems::default();
    Fields::of(body, &mut problems).done();
    problems.none()?;
    sends::steer(app.service(), key.org_id, &key.author(), id, turn).await?;
    Ok(Json(shown(&sends::find(&app.service().store, key.org_id, id).await?)))
}

fn shown(send: &Send) -> Value {
    json!({
        "id": wire::id(send.id),
        "event_id": wire::maybe_id(send.event_id),
        "purpose": send.purpose.as_str(),
        "body": send.body,
        "state": send.state.as_str(),
        "total": send.total,
        "prepared": send.prepared,
        "to_prepare": send.to_prepare,
        "skipped": skipped(&send.skipped),
        "segments": send.segments,
        "send_at": wire::maybe_time(send.send_at),
        "author": send.author,
        "created_at": wire::time(send.created_at),
        "totals": send.totals,
    })
}
