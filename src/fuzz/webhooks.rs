//! Twilio's webhooks: valid ones, bent out of shape before they are signed, so that they reach the
//! parsers behind the signature; and some that Twilio never signed.

mod headers;
mod params;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use futures::stream;
use usher_core::twilio::signature::parse_form;

use self::headers::{KINDS, SETTINGS, other_method, query, signature, strange};
use self::params::{bend, callback, encode, text};
use super::dice::Dice;
use super::scene::{ACCOUNT, Scene};
use super::target::{Answer, Throw};

/// The largest body that the contract allows.
const LIMIT: usize = 64 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";
/// Which webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Status callbacks.
    Status,
    /// Texts from people.
    Inbound,
}

type Params = Vec<(String, String)>;

impl Route {
    fn path(self) -> &'static str {
        match self {
            Self::Status => "/api/webhooks/twilio/status",
            Self::Inbound => "/api/webhooks/twilio/inbound",
        }
    }

    fn done(self) -> u16 {
        match self {
            Self::Status => 204,
            Self::Inbound => 200,
        }
    }
}

/// A request to this webhook.
pub(crate) fn throw(route: Route, dice: &mut Dice, scene: &Scene) -> Option<Throw> {
    let known = dice.one_of(scene.recent())?.clone();
    let mut params = match route {
        Route::Status => callback(dice, &known),
        Route::Inbound => text(dice, &known),
    };
    let bent = dice.percent(90);
    for _ in 0..if bent { dice.below(4) } else { 0 } {
        bend(dice, &mut params);
    }
    let mut body = encode(dice, &params);
    let spoilt = bent && dice.percent(25);
    for _ in 0..if spoilt { 1 + dice.below(3) } else { 0 } {
        dice.spoil(&mut body);
    }
    let path = format!("{}{}", route.path(), query(dice, &known));
    let method = if dice.percent(2) { other_method(dice) } else { Method::POST };
    let kind = if dice.percent(5) { dice.word(&KINDS) } else { FORM.to_owned() };
    let signature = signature(dice, &path, &body);
    let cut = dice.percent(1);
    let builder = Request::builder().method(method.clone()).uri(&path).header(header::CONTENT_TYPE, &kind);
    let mut request =
        builder.body(if cut { breaks_off(body.clone()) } else { Body::from(body.clone()) }).ok()?;
    let headers = request.headers_mut();
    if let Some(value) =
        signature.as_ref().and_then(|signature| HeaderValue::from_bytes(signature.value.as_bytes()).ok())
    {
        headers.insert("x-twilio-signature", value);
    }
    let strange = strange(dice);
    for (name, value) in &strange {
        headers.insert(name, value.clone());
    }
    let shown = format!(
        "{method} {path}\ncontent-type: {kind}\nsignature: {}\nother headers: {strange:?}{}\n\n{}",
        signature.as_ref().map_or("none", |signature| &signature.value),
        if cut { "\nthe body breaks off" } else { "" },
        shown(&body),
    );
    let asked = Asked {
        route,
        is_post: method == Method::POST,
        is_form: is_form(&kind),
        cut,
        genuine: signature.is_some_and(|signature| signature.genuine)
            && !strange.iter().any(|(name, _)| name.as_str() == SETTINGS),
        plain: !bent,
        body,
    };
    Some(Throw { request, allowed: asked.allowed(), fault, shown })
}

/// What decides, in the contract's order, what may be answered.
struct Asked {
    route: Route,
    is_post: bool,
    is_form: bool,
    cut: bool,
    genuine: bool,
    plain: bool,
    body: Vec<u8>,
}

impl Asked {
    fn allowed(&self) -> Vec<u16> {
        if !self.is_post {
            return vec![405];
        }
        if self.body.len() > LIMIT {
            return vec![413];
        }
        if self.cut {
            return vec![400];
        }
        let params = match parse_form(&self.body) {
            Ok(params) if self.is_form => params,
            _ => return vec![400],
        };
        let ours = params.iter().any(|(name, value)| name == "AccountSid" && value == ACCOUNT);
        if !self.genuine || !ours {
            return vec![403];
        }
        let several = |name: &str| {
            let mut values: Vec<&str> =
                params.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect();
            values.sort_unstable();
            values.dedup();
            values.len() > 1
        };
        let contradicts = several("MessageSid") || several("AccountSid");
        if contradicts || (self.route == Route::Status && several("MessageStatus")) {
            return vec![400];
        }
        // A SID that is none is refused too; what is none, the parser may decide.
        if self.plain { vec![self.route.done()] } else { vec![self.route.done(), 400] }
    }
}

/// What is wrong with an answer whose status is allowed: what an inbound text is answered with
/// Twilio sends to the person.
fn fault(answer: &Answer) -> Option<String> {
    let kind =
        answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let body = String::from_utf8_lossy(&answer.body);
    let right = match answer.status {
        StatusCode::OK => body == "<Response/>" && kind.starts_with("text/xml"),
        _ => body.is_empty(),
    };
    (!right).then(|| format!("answered {} with “{body}” as {kind}", answer.status))
}

/// A body whose connection is cut before its end.
fn breaks_off(body: Vec<u8>) -> Body {
    let cut = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Body::from_stream(stream::iter([Ok(body), Err(cut)]))
}

fn is_form(kind: &str) -> bool {
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM))
}

/// Enough of a body to see what it is.
fn shown(body: &[u8]) -> String {
    let start = body[..body.len().min(2_000)].escape_ascii().to_string();
    if body.len() > 2_000 { format!("{start}… ({} bytes)", body.len()) } else { start }
}
