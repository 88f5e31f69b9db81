//! What Twilio calls: status callbacks. Each is checked in the order that the contract gives, and
//! answered only after its commit.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use futures::StreamExt;
use serde_json::Value;
use usher_core::ids::{AttemptId, MessageId};
use usher_core::messages::KnownBy;
use usher_core::receipts::{self, Fact, Receipt, Recorded};
use usher_core::twilio::signature::{self, parse_form};
use usher_core::{Service, accounts};

use super::App;

/// A callback has a few hundred bytes.
const LIMIT: usize = 64 * 1024;
/// Twilio waits 15 s for us at most; a body that takes longer is no callback.
const BODY_PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

type Params = Vec<(String, String)>;

/// Why a callback was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Method,
    TooLarge,
    NotAForm,
    Signature,
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
            Self::Signature | Self::OtherAccount => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// `POST /api/webhooks/twilio/status`.
pub(super) async fn status(State(app): State<App>, request: Request) -> StatusCode {
    match receive(app.service(), request).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(refusal) => {
            tracing::warn!(?refusal, "a status callback was refused");
            refusal.status()
        }
    }
}

async fn receive(service: &Service, request: Request) -> Result<(), Refusal> {
    if request.method() != Method::POST {
        return Err(Refusal::Method);
    }
    let (parts, body) = request.into_parts();
    let announced = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LIMIT) {
        return Err(Refusal::TooLarge);
    }
    let body = tokio::time::timeout(BODY_PATIENCE, read(body)).await.map_err(|_| Refusal::NotAForm)??;
    if !is_form(&parts.headers) {
        return Err(Refusal::NotAForm);
    }
    let params = parse_form(&body).map_err(|_| Refusal::NotAForm)?;
    // What Twilio signed: our public address and the path and query exactly as received. No header
    // that a client can set takes part.
    let query = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let url = format!("{}{query}", service.settings.public_url);
    let account_id = verify(service, &parts.headers, &url, &params).await?;
    let attempt = hint(&parts.uri, "a").and_then(|id| AttemptId::parse(&id));
    let parsed = parse(&params);
    if let (Err(_), Some(attempt)) = (&parsed, attempt) {
        // Whose text it is comes before what is wrong with the form.
        let owner = receipts::account_of(service, attempt).await.map_err(|_| Refusal::Unavailable)?;
        if owner.is_some_and(|owner| owner != account_id) {
            return Err(Refusal::OtherAccount);
        }
    }
    let mut receipt = parsed?;
    receipt.account_id = account_id;
    receipt.attempt = attempt;
    receipt.message = hint(&parts.uri, "m").and_then(|id| MessageId::parse(&id));
    receipt.at = service.clock.now();
    match service.receipts.record(Fact::Receipt(receipt)).await {
        Ok(Recorded::Stored) => Ok(()),
        Ok(Recorded::OtherAccount) => Err(Refusal::OtherAccount),
        Err(_) => Err(Refusal::Unavailable),
    }
}

/// The body, as far as it is small enough and whole.
async fn read(body: Body) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refusal::NotAForm)?;
        if bytes.len() + chunk.len() > LIMIT {
            return Err(Refusal::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
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
) -> Result<usher_core::ids::AccountId, Refusal> {
    let signature = headers.get("x-twilio-signature").and_then(|signature| signature.to_str().ok());
    let signature = signature.ok_or(Refusal::Signature)?;
    // Signed with something that we have not agreed on: never fall back.
    if headers.contains_key("x-twilio-webhooks-signature-settings") {
        return Err(Refusal::Signature);
    }
    // Named twice, either could have signed; that it was named twice is refused afterwards.
    for sid in values(params, "AccountSid").into_iter().take(2) {
        let keys = accounts::signing_keys(service, sid).await.map_err(|error| {
            tracing::error!(%error, "a callback cannot be checked");
            Refusal::Unavailable
        })?;
        let Some(keys) = keys else { continue };
        if keys.tokens.iter().any(|token| signature::matches(token, url, params, signature)) {
            return Ok(keys.account_id);
        }
    }
    Err(Refusal::Signature)
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

fn parse(params: &Params) -> Result<Receipt, Refusal> {
    let one = |name: &str| match values(params, name).as_slice() {
        [] => Ok(None),
        [value] => Ok(Some((*value).to_owned())),
        _ => Err(Refusal::Contradiction),
    };
    one("AccountSid")?;
    let sid = one("MessageSid")?.filter(|sid| is_plausible_sid(sid)).ok_or(Refusal::Contradiction)?;
    let word = one("MessageStatus")?.unwrap_or_default();
    let first = |name: &str| values(params, name).first().map(|value| (*value).to_owned());
    Ok(Receipt {
        account_id: usher_core::ids::AccountId(uuid::Uuid::nil()),
        sid,
        attempt: None,
        message: None,
        word: usher_core::error::clean(&word).chars().take(40).collect(),
        error_code: first("ErrorCode").and_then(|code| code.parse().ok()),
        from: first("From").filter(|from| from.starts_with('+')),
        segments: None,
        price: None,
        price_unit: None,
        known_by: KnownBy::Callback,
        at: chrono::DateTime::UNIX_EPOCH,
        payload: payload(params),
    })
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

/// One of our own ids in the callback's address; it is covered by the signature.
fn hint(uri: &axum::http::Uri, name: &str) -> Option<String> {
    let query = uri.query()?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&str, &str)]) -> Params {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    #[test]
    fn a_repeat_is_fine_and_a_contradiction_is_not() {
        let sid = ("MessageSid", "SM00000000000000000000000000000001");
        assert!(parse(&params(&[sid, ("MessageStatus", "sent"), ("MessageStatus", "sent")])).is_ok());
        assert!(parse(&params(&[sid, ("To", "+1"), ("To", "+2")])).is_ok());
        for contradiction in [
            params(&[sid, ("MessageStatus", "sent"), ("MessageStatus", "failed")]),
            params(&[sid, ("MessageSid", "SM2")]),
            params(&[sid, ("AccountSid", "AC1"), ("AccountSid", "AC2")]),
            params(&[("MessageStatus", "sent")]),
            params(&[("MessageSid", ""), ("MessageStatus", "sent")]),
            params(&[("MessageSid", "SM\u{0}"), ("MessageStatus", "sent")]),
        ] {
            assert_eq!(parse(&contradiction).err(), Some(Refusal::Contradiction), "{contradiction:?}");
        }
    }

    #[test]
    fn the_payload_keeps_every_parameter() {
        let payload = payload(&params(&[("A", "1"), ("B", "\u{0}"), ("A", "2"), ("A", "3")]));
        assert_eq!(payload, r#"{"A":["1","2","3"],"B":"\u0000"}"#);
    }
}
