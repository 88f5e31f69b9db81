//! `/api/v1/retries`: retrying all that can work.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use usher_core::Error;
use usher_core::error::Problems;
use usher_core::idempotency;
use usher_core::ids::{EventId, OrgId, RetryRunId, SendId};
use usher_core::retries::{self, Filter, Plan, Run};
use usher_core::store::Store;
use usher_core::{events, sends};

use super::caller::{Reader, Writer};
use super::fields::Fields;
use super::messages::purpose;
use super::once::{self, Once};
use super::problem::Problem;
use super::query::NoQuery;
use super::request::{Body, Ids};
use super::wire;
use crate::http::App;

/// `POST /api/v1/retries`; with `dry_run` only what it would do.
pub(super) async fn create(
    State(app): State<App>,
    Writer(key): Writer,
    once: Once,
    Body(body): Body,
) -> Result<Response, Problem> {
    let ticket = once.ticket("POST /api/v1/retries", "", &body)?;
    let mut problems = Problems::default();
    let mut fields = Fields::of(body, &mut problems);
    let filter = match fields.object("filter") {
        Some(filter) => read(filter),
        None => {
            fields.wrong("filter", "Say which texts: {} for all that did not arrive.");
            Filter::default()
        }
    };
    let dry_run = fields.flag("dry_run").unwrap_or_default();
    fields.done();
    problems.none()?;
    check(&app.service().store, key.org_id, &filter).await?;
    if dry_run {
        let look = async {
            let plan = retries::plan(app.service(), key.org_id, &filter).await?;
            Ok(once::accepted(&planned(&plan)))
        };
        return once::answer(idempotency::looked(app.service(), key.org_id, ticket.as_ref(), look).await?);
    }
    let answer = |run: &Run| once::accepted(&shown(run));
    once::answer(retries::start_once(app.service(), &key, &filter, ticket.as_ref(), answer).await?)
}

fn read(mut fields: Fields<'_>) -> Filter {
    let filter = Filter {
        event_id: fields.id("event_id", EventId::parse),
        send_id: fields.id("send_id", SendId::parse),
        purpose: purpose(&mut fields),
        error_code: fields.number("error_code", 1..=99_999),
        since: fields.time("created_since"),
        until: fields.time("created_until"),
        past: fields.flag("past_events").unwrap_or(true),
        ..Filter::default()
    };
    fields.done();
    filter
}

/// A strange event or send would silently find nothing.
async fn check(store: &Store, org: OrgId, filter: &Filter) -> Result<(), Error> {
    let mut problems = Problems::default();
    let mut strange = |field: &str, found: Result<(), Error>| match found {
        Err(Error::NotFound) => {
            problems.add(field, "There is none with this id.");
            Ok(())
        }
        other => other,
    };
    if let Some(event) = filter.event_id {
        strange("filter.event_id", events::find(store, org, event).await.map(drop))?;
    }
    if let Some(send) = filter.send_id {
        strange("filter.send_id", sends::find(store, org, send).await.map(drop))?;
    }
    problems.none()
}

/// `GET /api/v1/retries/{run_id}`: how far it has come.
pub(super) async fn find(
    State(app): State<App>,
    reader: Reader,
    _: NoQuery,
    ids: Ids,
) -> Result<Json<Value>, Problem> {
    let id = ids.get("run_id", RetryRunId::parse)?;
    Ok(Json(shown(&retries::find(&app.service().store, reader.org, id).await?)))
}

/// What a run would do; nobody can ask how far it has come.
fn planned(plan: &Plan) -> Value {
    json!({ "id": null, "will_retry": plan.will_retry, "will_not": plan.will_not })
}

fn shown(run: &Run) -> Value {
    json!({
        "id": wire::id(run.id),
        "planned": run.planned,
        "retried": run.retried,
        "passed_over": run.passed_over,
        "author": run.author,
        "created_at": wire::time(run.created_at),
        "ended_at": wire::maybe_time(run.ended_at),
    })
}
