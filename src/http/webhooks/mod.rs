//! What Twilio calls. Every webhook is checked in the order that the contract gives: size, form,
//! signature and account; only then is it looked into, and it is answered after its commit.

mod inbound;
mod status;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::Value;
use usher_core::ids::AccountId;
use usher_core::twilio::signature::{self, parse_form};
use usher_core::{Service, accounts};

use super::body::{Unread, read};

pub(super) use inbound::inbound;
pub(super) use status::status;

/// A webhook of Twilio's has a few hundred bytes.
const LIMIT: usize = 64 * 1024;
/// Twilio waits 15 s for us at most; a body that takes longer is none of Twilio's.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

type Params = Vec<(String, String)>;

/// Why a webhook was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Method,
    TooLarge,
    NotAForm,
    Signature,
    UnknownAccount,
    OtherAccount,
    Contradiction,
    Unavailable,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotAForm | Self::Contradiction => StatusCode::BAD_REQUEST,
            Self::Signature | Self::UnknownAccount | Self::OtherAccount => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The word by which it is counted.
    fn word(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::TooLarge => "too_large",
            Self::NotAForm => "not_a_form",
            Self::Signature => "signature",
            Self::UnknownAccount => "unknown_account",
            Self::OtherAccount => "other_account",
            Self::Contradiction => "contradiction",
            Self::Unavailable => "unavailable",
        }
    }

    /// Counts it for whoever must mend the set-up.
    fn count(self, service: &Service, hook: &'static str) {
        service.refusals.count(&service.clock, hook, self.word());
    }
}

/// A webhook that Twilio surely sent.
struct Webhook {
    account_id: AccountId,
    uri: Uri,
    params: Params,
}

/// Checks size, form, signature and account.
async fn check(service: &Service, request: Request) -> Result<Webhook, Refusal> {
    if request.method() != Method::POST {
        return Err(Refusal::Method);
    }
    let (parts, body) = request.into_parts();
    let reading = read(&parts.headers, body, LIMIT);
    let body = tokio::time::timeout(BODY_PATIENCE, reading).await.unwrap_or(Err(Unread::Broken));
    let body = body.map_err(|unread| match unread {
        Unread::TooLarge => Refusal::TooLarge,
        Unread::Broken => Refusal::NotAForm,
    })?;
    if !is_form(&parts.headers) {
        return Err(Refusal::NotAForm);
    }
    let params = parse_form(&body).map_err(|_| Refusal::NotAForm)?;
    // What Twilio signed: our public address and the path and query exactly as received. No header
    // that a client can set takes part.
    let query = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let url = format!("{}{query}", service.settings.public_url);
    let account_id = verify(service, &parts.headers, &url, &params).await?;
    Ok(Webhook { account_id, uri: parts.uri, params })
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The account whose token made the signature, if the callback names it.
async fn verify(
    service: &Service,
    headers: &HeaderMap,
    url: &str,
    params: &Params,
) -> Result<AccountId, Refusal> {
    let signature = headers.get("x-twilio-signature").and_then(|signature| signature.to_str().ok());
    let signature = signature.ok_or(Refusal::Signature)?;
    // Signed with something that we have not agreed on: never fall back.
    if headers.contains_key("x-twilio-webhooks-signature-settings") {
        return Err(Refusal::Signature);
    }
    let mut known = false;
    // Named twice, either could have signed; that it was named twice is refused afterwards.
    for sid in values(params, "AccountSid").into_iter().filter(|sid| is_plausible_sid(sid)).take(2) {
        let keys = accounts::signing_keys(service, sid).await.map_err(|error| {
            tracing::error!(%error, "a webhook cannot be checked");
            Refusal::Unavailable
        })?;
        let Some(keys) = keys else { continue };
        known = true;
        if keys.tokens.iter().any(|token| signature::matches(token, url, params, signature)) {
            return Ok(keys.account_id);
        }
    }
    Err(if known { Refusal::Signature } else { Refusal::UnknownAccount })
}

/// The distinct values of a parameter.
fn values<'a>(params: &'a Params, name: &str) -> Vec<&'a str> {
    let mut values: Vec<&str> = Vec::new();
    for (_, value) in params.iter().filter(|(key, _)| key == name) {
        if !values.contains(&value.as_str()) {
            values.push(value);
        }
    }
    values
}

/// The only value of a parameter; a second, different one is a contradiction.
fn one<'a>(params: &'a Params, name: &str) -> Result<Option<&'a str>, Refusal> {
    match values(params, name).as_slice() {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        _ => Err(Refusal::Contradiction),
    }
}

/// The first value of a parameter.
fn first(params: &Params, name: &str) -> Option<String> {
    values(params, name).first().map(|value| (*value).to_owned())
}

/// Short and printable: it becomes a key, and PostgreSQL keeps no NUL.
fn is_plausible_sid(sid: &str) -> bool {
    !sid.is_empty() && sid.len() <= 64 && sid.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// All parameters as JSON, for the trail.
fn payload(params: &Params) -> String {
    let mut fields: BTreeMap<&str, Value> = BTreeMap::new();
    for (name, value) in params {
        let value = Value::String(value.clone());
        match fields.get_mut(name.as_str()) {
            None => {
                fields.insert(name, value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    serde_json::json!(fields).to_string()
}
