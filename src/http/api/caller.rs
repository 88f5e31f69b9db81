//! Who calls: a program with a key, or, for reading, somebody signed in.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use tower_sessions::Session;
use usher_core::api_keys::{self, ApiKey};
use usher_core::ids::OrgId;
use usher_core::people::Person;
use usher_ui::visitor;

use super::problem::Problem;
use super::query::NoQuery;
use crate::http::App;

/// No key of ours is longer; a longer header is not worth a hash.
const LONGEST_KEY: usize = 200;

/// A program that may do everything in its organization. What it wants changed stands in the body:
/// no call that changes something takes parameters in its address.
pub(super) struct Writer(pub ApiKey);

/// Whoever may read in this organization.
pub(super) struct Reader {
    pub org: OrgId,
    /// Payloads are for programs and for those who may send.
    pub sees_payloads: bool,
}

impl FromRequestParts<App> for Writer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(key) = bearer(parts)? {
            let key = by_key(app, &key).await?;
            NoQuery::from_request_parts(parts, app).await?;
            return Ok(Self(key));
        }
        if session_person(parts, app).await?.is_some() {
            let detail = "A signed-in session may only read. Changes need an API key: `Authorization: Bearer usher_…`.";
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        Err(who_are_you())
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(key) = bearer(parts)? {
            return Ok(Self { org: by_key(app, &key).await?.org_id, sees_payloads: true });
        }
        let person = session_person(parts, app).await?.ok_or_else(who_are_you)?;
        Ok(Self { org: person.org_id, sees_payloads: person.role.may_send() })
    }
}

/// The key that the request shows; `None` if it has no such header.
fn bearer(parts: &Parts) -> Result<Option<String>, Problem> {
    let Some(header) = parts.headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let key = header.to_str().ok().and_then(|value| value.split_once(' ')).and_then(|(scheme, key)| {
        let key = key.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty() && key.len() <= LONGEST_KEY).then_some(key)
    });
    key.map(|key| Some(key.to_owned())).ok_or_else(who_are_you)
}

async fn by_key(app: &App, key: &str) -> Result<ApiKey, Problem> {
    let key = api_keys::recognize(app.service(), key).await?.ok_or_else(|| {
        Problem::new(StatusCode::UNAUTHORIZED, "This API key is not known here, or it was revoked.")
    })?;
    app.calls.take(key.id)?;
    Ok(key)
}

/// Whoever is signed in.
async fn session_person(parts: &mut Parts, app: &App) -> Result<Option<Person>, Problem> {
    let session = Session::from_request_parts(parts, app).await.map_err(|(_, why)| {
        tracing::error!(why, "a session cannot be asked for");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "Something failed on our side; nothing was changed.")
    })?;
    let visitor = visitor(app.service(), &session, false).await.map_err(|error| {
        tracing::error!(%error, "a session cannot be checked");
        Problem::away()
    })?;
    let Some(visitor) = visitor else {
        return Ok(None);
    };
    app.calls.take(visitor.person.user_id.0)?;
    Ok(Some(visitor.person))
}

fn who_are_you() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "This call needs an API key: `Authorization: Bearer usher_…`.")
}
