//! The JSON API: good requests of every call, bent value by value, spoilt byte by byte, and some
//! that nobody let in.

mod calls;

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use self::calls::{Call, call};
use super::dice::Dice;
use super::scene::Scene;
use super::target::{Answer, Throw};

/// Everything that any call may answer; never a 5xx.
const ALLOWED: [u16; 13] = [200, 201, 202, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429];
const KINDS: [&str; 5] = [
    "application/json",
    "application/json; charset=utf-8",
    "text/plain",
    "application/x-www-form-urlencoded",
    "",
];
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
/// As deep as a bent value is nested at most.
const DEEPEST: usize = 300;

/// A request to the API.
pub(crate) fn throw(dice: &mut Dice, scene: &Scene) -> Option<Throw> {
    let Call { method, path, query, body } = call(dice, scene);
    let bent = dice.percent(85);
    let mut body = body;
    for _ in 0..if bent { dice.below(4) } else { 0 } {
        if let Some(body) = &mut body {
            bend(dice, body);
        }
    }
    let path = if bent && dice.percent(10) { bend_path(dice, &path) } else { path };
    let query = if bent && dice.percent(30) { bend_query(dice, &query) } else { query };
    let query = if bent && method == "GET" && dice.percent(10) { hostile_place(dice, &query) } else { query };
    let method = if bent && dice.percent(4) { dice.word(&METHODS) } else { method.to_owned() };
    let kind = if bent && dice.percent(4) { dice.word(&KINDS) } else { "application/json".to_owned() };
    let key = if dice.percent(96) { scene.key().to_owned() } else { bad_key(dice, scene) };
    let mut bytes = body.as_ref().map(Value::to_string).unwrap_or_default().into_bytes();
    for _ in 0..if bent && dice.percent(15) { 1 + dice.below(3) } else { 0 } {
        dice.spoil(&mut bytes);
    }
    let address = format!("{path}{}{query}", if query.is_empty() { "" } else { "?" });
    let shown = format!("{method} {address}\ncontent-type: {kind}\nkey: {key}\n\n{}", shown(&bytes));
    let mut request =
        Request::builder().method(method.as_str()).uri(&address).body(Body::from(bytes)).ok()?;
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&kind).ok()?);
    if let Ok(key) = HeaderValue::from_bytes(format!("Bearer {key}").as_bytes()) {
        headers.insert(header::AUTHORIZATION, key);
    }
    if dice.percent(30) {
        // Few keys, so that they meet each other.
        let again = if dice.percent(90) { format!("key-{}", dice.below(40)) } else { dice.horror() };
        if let Ok(again) = HeaderValue::from_bytes(again.as_bytes()) {
            headers.insert("idempotency-key", again);
        }
    }
    Some(Throw { request, allowed: ALLOWED.to_vec(), fault, shown })
}

/// What is wrong with an answer whose status is allowed: errors are problems, everything else is
/// JSON.
fn fault(answer: &Answer) -> Option<String> {
    let kind =
        answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let status = answer.status;
    if answer.body.is_empty() {
        // HEAD and OPTIONS have no body.
        return None;
    }
    let body: Value = match serde_json::from_slice(&answer.body) {
        Ok(body) => body,
        Err(error) => return Some(format!("answered {status} with what is no JSON: {error}")),
    };
    let is_problem = kind == "application/problem+json"
        && body["status"] == status.as_u16()
        && body["title"].is_string()
        && body["detail"].is_string()
        && (status != StatusCode::UNPROCESSABLE_ENTITY
            || body["errors"].as_array().is_some_and(|all| !all.is_empty()));
    let right = if status.is_success() { kind == "application/json" } else { is_problem };
    (!right).then(|| format!("answered {status} as {kind}: {body}"))
}

/// Bends one value somewhere inside.
fn bend(dice: &mut Dice, value: &mut Value) {
    match value {
        Value::Object(fields) if !fields.is_empty() && dice.percent(85) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let Some(name) = dice.one_of(&names).cloned() else { return };
            match dice.below(6) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(dice.horror(), strange(dice))),
                2 => drop(fields.insert(name.to_uppercase(), strange(dice))),
                _ => {
                    if let Some(inner) = fields.get_mut(&name) {
                        bend(dice, inner);
                    }
                }
            }
        }
        Value::Array(items) if !items.is_empty() && dice.percent(70) => {
            let at = dice.below(items.len());
            if dice.percent(30) {
                items.push(items[at].clone());
            } else {
                bend(dice, &mut items[at]);
            }
        }
        _ => *value = strange(dice),
    }
}

/// Something that hardly anybody expects.
fn strange(dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 => Value::Null,
        1 => json!(dice.percent(50)),
        2 => json!(i64::MAX),
        3 => json!(-1),
        4 => json!(1.5e300),
        5 => json!([]),
        6 => json!({}),
        7 => (0..dice.below(DEEPEST)).fold(json!(1), |inner, _| json!([inner])),
        8 => Value::Object(Map::from_iter([(dice.horror(), json!(dice.horror()))])),
        9 => json!(
            [
                "0000-13-32T25:61:61Z",
                "2026-02-30T00:00:00Z",
                "9999-12-31T23:59:59.999999999Z",
                "-0001-01-01T00:00:00Z"
            ][dice.below(4)]
        ),
        _ => json!(dice.horror()),
    }
}

fn bend_path(dice: &mut Dice, path: &str) -> String {
    let mut segments: Vec<String> = path.split('/').map(str::to_owned).collect();
    // Beside /api there are pages, which answer otherwise.
    let at = 2 + dice.below(segments.len() - 2);
    let worse = [
        "",
        "..",
        "%00",
        "%ff",
        "%2e%2e%2f",
        "0",
        "null",
        "00000000-0000-0000-0000-000000000000",
        "%F0%9F%A4%A6",
    ];
    segments[at] = dice.word(&worse);
    segments.join("/")
}

fn bend_query(dice: &mut Dice, query: &str) -> String {
    let mut form = url::form_urlencoded::Serializer::new(query.to_owned());
    let names = [
        "limit",
        "cursor",
        "scope",
        "event_id",
        "status",
        "outcome",
        "purpose",
        "created_since",
        "created_until",
        "x",
    ];
    for _ in 0..1 + dice.below(3) {
        form.append_pair(&dice.word(&names), &dice.horror().chars().take(500).collect::<String>());
    }
    form.finish()
}

/// A cursor of the right length that nobody gave out: an id, or a time and an id.
fn hostile_place(dice: &mut Dice, query: &str) -> String {
    let worst = [i64::MIN, i64::MIN / 2, -389_000_000_000_000_000, -1, 0, i64::MAX / 2, i64::MAX];
    let time = dice.one_of(&worst).copied().unwrap_or_default().to_be_bytes();
    let id = [dice.one_of(&[0, 0x7f, 0xff]).copied().unwrap_or_default(); 16];
    let place = if dice.percent(70) { [time.as_slice(), &id].concat() } else { id.to_vec() };
    let mut form = url::form_urlencoded::Serializer::new(query.to_owned());
    form.append_pair("cursor", &URL_SAFE_NO_PAD.encode(place));
    form.finish()
}

fn bad_key(dice: &mut Dice, scene: &Scene) -> String {
    match dice.below(3) {
        0 => scene.key().to_uppercase(),
        1 => scene.key()[..scene.key().len() - 1].to_owned(),
        _ => dice.horror(),
    }
}

/// Enough of a body to see what it is.
fn shown(body: &[u8]) -> String {
    let start = body[..body.len().min(2_000)].escape_ascii().to_string();
    if body.len() > 2_000 { format!("{start}… ({} bytes)", body.len()) } else { start }
}
