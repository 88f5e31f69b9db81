//! `/api/v1/messages`

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use usher_core::Error;
use usher_core::error::Problems;
use usher_core::ids::{AttendeeId, ContactId, EventId, MessageId, TemplateId};
use usher_core::messages::{self, Outcome, Post, Purpose, Recipient, Status, Wanted, Words};
use usher_core::phones::Phone;
use uuid::Uuid;

use super::caller::{Reader, Writer};
use super::fields::Fields;
use super::once::{self, Once};
use super::problem::Problem;
use super::query::{NoQuery, Page, Query};
use super::request::{Body, Ids, OptionalBody};
use super::{text, wire};
use crate::http::App;

/// The longest type and id of what a text is about.
const LONGEST_RELATED: usize = 100;
/// The longest text that a variable may stand for: no longer one fits into a text.
const LONGEST_VALUE: usize = messages::LONGEST_BODY;

/// `POST /api/v1/messages`
pub(super) async fn create(
    State(app): State<App>,
    Writer(key): Writer,
    once: Once,
    Body(body): Body,
) -> Result<Response, Problem> {
    let ticket = once.ticket("POST /api/v1/messages", "", &body)?;
    let (post, problems) = read(body);
    let answer = |made: &messages::Text| once::accepted(&text::whole(made));
    once::answer(messages::post(app.service(), &key, post, problems, ticket.as_ref(), answer).await?)
}

/// The text, and what of it could not be read.
fn read(body: Value) -> (Post, Problems) {
    let mut problems = Problems::default();
    let mut fields = Fields::of(body, &mut problems);
    let to = recipient(&mut fields);
    let words = words(&mut fields);
    let variables = fields.texts("variables").unwrap_or_default();
    if variables.iter().any(|(_, value)| value.chars().count() > LONGEST_VALUE) {
        fields.wrong("variables", &format!("Use at most {LONGEST_VALUE} characters for each."));
    }
    let purpose = purpose(&mut fields);
    if purpose.is_none() {
        fields.wrong("purpose", "Say what the text is for.");
    }
    let event_id = fields.id("event_id", EventId::parse);
    let (send_at, expires_at) = (fields.time("send_at"), fields.time("expires_at"));
    let related = related(&mut fields);
    fields.done();
    (Post { to, words, variables, purpose, event_id, send_at, expires_at, related }, problems)
}

/// The purpose, if one is named.
pub(super) fn purpose(fields: &mut Fields<'_>) -> Option<Purpose> {
    fields
        .word("purpose", Purpose::parse, || wire::words(Purpose::ALL.iter().map(|purpose| purpose.as_str())))
}

fn recipient(fields: &mut Fields<'_>) -> Option<Recipient> {
    let given = ["to", "attendee_id", "contact_id"].map(|name| fields.has(name));
    match given.iter().filter(|given| **given).count() {
        0 => fields.wrong("to", "Say who gets the text: to, attendee_id or contact_id."),
        1 => {}
        _ => fields.wrong("to", "Say who gets the text by one of to, attendee_id and contact_id."),
    }
    let phone = fields.text("to").and_then(|phone| match Phone::parse(&phone, None) {
        Ok(phone) => Some(phone),
        Err(error) => {
            fields.wrong("to", &error.to_string());
            None
        }
    });
    let attendee = fields.id("attendee_id", AttendeeId::parse);
    let contact = fields.id("contact_id", ContactId::parse);
    phone.map(Recipient::Phone).or(attendee.map(Recipient::Attendee)).or(contact.map(Recipient::Contact))
}

/// The text or the template.
pub(super) fn words(fields: &mut Fields<'_>) -> Option<Words> {
    match (fields.has("body"), fields.has("template")) {
        (false, false) => fields.wrong("body", "Write the text, or name a template."),
        (true, true) => fields.wrong("body", "Write the text or name a template, not both."),
        _ => {}
    }
    let body = fields.lines("body");
    let template = fields.id("template", TemplateId::parse);
    body.map(Words::Body).or(template.map(Words::Template))
}

fn related(fields: &mut Fields<'_>) -> Option<(String, String)> {
    let mut related = fields.object("related")?;
    let [kind, id] = ["type", "id"].map(|name| {
        let text = related.text(name).unwrap_or_default();
        if text.is_empty() || text.chars().count() > LONGEST_RELATED {
            related.wrong(name, &format!("Use 1 to {LONGEST_RELATED} characters."));
        }
        text
    });
    related.done();
    Some((kind, id))
}

/// `GET /api/v1/messages/{message_id}`: the text and its whole trail.
pub(super) async fn find(
    State(app): State<App>,
    reader: Reader,
    _: NoQuery,
    ids: Ids,
) -> Result<Json<Value>, Problem> {
    let id = ids.get("message_id", MessageId::parse)?;
    let entry = messages::find(&app.service().store, reader.org, id).await?;
    let mut found = text::whole(&entry.text);
    found["trail"] = entry.trail.iter().map(|step| text::step(step, reader.sees_payloads)).collect();
    Ok(Json(found))
}

/// `POST /api/v1/messages/{message_id}/retry`
pub(super) async fn retry(
    State(app): State<App>,
    Writer(key): Writer,
    once: Once,
    ids: Ids,
    OptionalBody(body): OptionalBody,
) -> Result<Response, Problem> {
    let id = ids.get("message_id", MessageId::parse)?;
    let ticket = once.ticket("POST /api/v1/messages/{message_id}/retry", &wire::id(id), &body)?;
    let mut problems = Problems::default();
    Fields::of(body, &mut problems).done();
    problems.none()?;
    let answer = |made: &messages::Text| once::accepted(&text::whole(made));
    match messages::retry_once(app.service(), &key, id, ticket.as_ref(), answer).await {
        // There is something with this id, and only outbound texts are looked for.
        Err(Error::NotFound) => {
            messages::find(&app.service().store, key.org_id, id).await?;
            Err(Error::Refused("This text came from the person. Only texts to them can be retried.".into())
                .into())
        }
        other => once::answer(other?),
    }
}

/// `GET /api/v1/messages`: texts that no retry has replaced, newest first.
pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let mut problems = Problems::default();
    let mut fields = query.fields(&mut problems);
    let page = Page::<Uuid>::of(&mut fields);
    let wanted = Wanted {
        event_id: fields.id("event_id", EventId::parse),
        purpose: purpose(&mut fields),
        status: fields.word("status", Status::parse, || wire::words(Status::ALL.map(Status::as_str))),
        outcome: fields.word("outcome", Outcome::parse, || wire::words(Outcome::ALL.map(Outcome::as_str))),
        since: fields.time("created_since"),
        until: fields.time("created_until"),
        before: page.after.map(MessageId),
    };
    fields.done();
    problems.none()?;
    let store = &app.service().store;
    let mut texts = messages::list(store, reader.org, &wanted, page.and_one()).await?;
    let next = page.cut(&mut texts, |text| text.id.0);
    Ok(wire::list("messages", texts.iter().map(text::whole).collect(), next))
}

/// `GET /api/v1/events/{event_id}/summary`
pub(super) async fn summary(
    State(app): State<App>,
    reader: Reader,
    _: NoQuery,
    ids: Ids,
) -> Result<Json<Value>, Problem> {
    let id = ids.get("event_id", EventId::parse)?;
    let store = &app.service().store;
    usher_core::events::find(store, reader.org, id).await?;
    let summary = messages::summary(store, reader.org, id).await?;
    let by_error = summary.reasons.iter().map(|reason| {
        let mut error = wire::reason(Some(reason.error_code));
        error["count"] = json!(reason.texts);
        error
    });
    let mut answer = json!(summary.totals);
    answer["by_status"] = json!(summary.by_status);
    answer["by_purpose"] = json!(summary.by_purpose);
    answer["by_error"] = by_error.collect();
    answer["median_seconds_to_delivery"] = json!(summary.median_seconds_to_delivery);
    Ok(Json(answer))
}
