//! One message, the account and its numbers: fetch, cancel, redact, delete.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use url::form_urlencoded;

use super::{
    accounts::Login,
    callbacks, life,
    order::Form,
    refusal::{self, Refusal},
    resource::{self, Resource},
    sent::{Sent, Status},
    world::World,
};

/// The answer that a fault puts in the place of a look-up's.
pub(super) fn lookup_fault(world: &World, whom: &str) -> Option<Response> {
    let counts = world.counts();
    let nth = counts.fetch + counts.list;
    if world.strikes("lookup_rate_limit", |faults| &mut faults.lookup_rate_limit, whom, nth) {
        world.count(|counts| counts.rate_limited += 1);
        return Some(Refusal::busy(world.faults().retry_after_s).into_response());
    }
    if world.strikes("lookup_server_error", |faults| &mut faults.lookup_server_error, whom, nth) {
        world.count(|counts| counts.server_errors += 1);
        return Some(refusal::server_error());
    }
    None
}

pub(super) async fn fetch(
    State(world): State<Arc<World>>,
    login: Login,
    Path((_, file)): Path<(String, String)>,
    uri: Uri,
) -> Response {
    world.count(|counts| counts.fetch += 1);
    if let Some(answer) = lookup_fault(&world, &login.account.sid) {
        return answer;
    }
    match change(&world, &login, &file, &uri, |_| Ok(())) {
        Ok(message) => Json(Resource::of(&message, world.pace().price())).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

pub(super) async fn update(
    State(world): State<Arc<World>>,
    login: Login,
    Path((_, file)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    world.count(|counts| counts.update += 1);
    let now = world.now();
    let changed = Form::read(&headers, &body).and_then(|form| {
        change(&world, &login, &file, &uri, |message| match (form.get("Status"), form.get("Body")) {
            (Some("canceled"), _) if message.status == Status::Scheduled => {
                message.become_status(Status::Canceled, None, now);
                Ok(())
            }
            (Some("canceled"), _) => Err(Refusal::of(30409)),
            (None, Some("")) if message.status.is_final() => {
                message.body.clear();
                message.updated_at = now;
                Ok(())
            }
            (None, Some("")) => Err(Refusal::of(20009)),
            _ => Err(Refusal::of(20001)),
        })
    });
    match changed {
        Err(refusal) => refusal.into_response(),
        Ok(message) => {
            if message.status == Status::Canceled {
                tell(&world, &message);
            }
            Json(Resource::of(&message, world.pace().price())).into_response()
        }
    }
}

pub(super) async fn delete(
    State(world): State<Arc<World>>,
    login: Login,
    Path((_, file)): Path<(String, String)>,
    uri: Uri,
) -> Response {
    world.count(|counts| counts.delete += 1);
    let deleted = change(&world, &login, &file, &uri, |message| {
        if !message.status.is_final() {
            return Err(Refusal::of(20009));
        }
        message.deleted = true;
        Ok(())
    });
    match deleted {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Finds the account's own message, changes it, and gives a copy.
fn change(
    world: &World,
    login: &Login,
    file: &str,
    uri: &Uri,
    change: impl FnOnce(&mut Sent) -> Result<(), Refusal>,
) -> Result<Sent, Refusal> {
    let missing = || Refusal::missing(uri.path());
    let sid = file.strip_suffix(".json").ok_or_else(missing)?;
    let mut book = world.book();
    let message = book
        .get_mut(sid)
        .filter(|message| message.account_sid == login.account.sid && !message.deleted)
        .ok_or_else(missing)?;
    change(message)?;
    Ok(message.clone())
}

/// Posts the callback of a status that the API itself brought about.
fn tell(world: &Arc<World>, message: &Sent) {
    let Some(callback) = life::callback(world, message) else {
        return;
    };
    let (telling, sid) = (world.clone(), message.sid.clone());
    world.spawn(async move {
        if let Err(error) = callbacks::post(&telling, &callback).await {
            tracing::warn!(sid, %error, "callback could not be posted");
        }
    });
}

/// The account itself, closed to standard API keys as at Twilio.
pub(super) async fn account(State(world): State<Arc<World>>, login: Login, uri: Uri) -> Response {
    world.count(|counts| counts.account += 1);
    if !uri.path().ends_with(".json") {
        return Refusal::missing(uri.path()).into_response();
    }
    if login.with_key {
        world.count(|counts| counts.unauthorized += 1);
        return Refusal::of(20003).into_response();
    }
    let suspended = world.faults().account_suspended;
    Json(resource::account(&login.account, suspended, world.now())).into_response()
}

pub(super) async fn numbers(
    State(world): State<Arc<World>>,
    login: Login,
    RawQuery(query): RawQuery,
) -> Response {
    world.count(|counts| counts.numbers += 1);
    let query = query.unwrap_or_default();
    let wanted = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "PhoneNumber")
        .map(|(_, number)| number.into_owned());
    Json(resource::numbers(&login.account, wanted.as_deref())).into_response()
}
