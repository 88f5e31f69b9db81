//! Everything of a webhook but its body: query, method, content type, signature, other headers.

use axum::http::{HeaderName, HeaderValue, Method};
use usher_core::twilio::signature::{parse_form, sign};

use super::super::dice::Dice;
use super::super::scene::{Known, PUBLIC_URL, TOKEN};

/// Content types that are a form, and some that are none.
pub(super) const KINDS: [&str; 10] = [
    "application/json",
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/x-www-form-urlencoded; charset=utf-8",
    "APPLICATION/X-WWW-FORM-URLENCODED",
    "application/x-www-form-urlencoded;",
    "application/x-www-form-urlencoded,text/xml",
    "",
    ";",
    "application/x-www-form-urlencoded; charset=iso-8859-1; charset=utf-16",
];

/// The query: our ids as they should be, strange, somebody else's, or none.
pub(super) fn query(dice: &mut Dice, known: &Known) -> String {
    const QUERIES: [&str; 14] = [
        "?",
        "?m=",
        "?a=&m=",
        "?m=%00&a=%ff",
        "?a=%",
        "?a=%zz&m=%4",
        "?m=not-an-id",
        "?&&&=&=",
        "?a=a&a=b&a=c",
        "?m=00000000-0000-0000-0000-000000000000",
        "?a=00000000000000000000000000000000",
        "?a=ffffffff-ffff-ffff-ffff-ffffffffffff&m=ffffffff-ffff-ffff-ffff-ffffffffffff",
        "?M=1&A=2",
        "?m[]=1",
    ];
    match dice.below(10) {
        0..=5 => format!("?{}", known.query),
        6 => String::new(),
        7 => format!("?{}&{}", known.query, known.query.replace("m=", "a=").replacen("a=", "m=", 1)),
        8 => format!("?m={}", "x".repeat(dice.below(9_000))),
        _ => dice.word(&QUERIES),
    }
}

/// What stands in `X-Twilio-Signature`.
pub(super) struct Signature {
    pub(super) value: String,
    /// Made with the account's token, over all that it covers.
    pub(super) genuine: bool,
}

/// Signed after everything that was done to it; some are not, or by somebody else.
pub(super) fn signature(dice: &mut Dice, path: &str, body: &[u8]) -> Option<Signature> {
    // What does not parse has nothing to be signed but its address.
    let params = parse_form(body).unwrap_or_default();
    let address = format!("{PUBLIC_URL}{path}");
    let forged = |value: String| Some(Signature { value, genuine: false });
    match dice.below(20) {
        0 => None,
        1 => forged(dice.word(&["", "=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "not base64", "ÿÿÿ", "\t"])),
        2 => forged(sign("another token, of thirty-two chars", &address, &params)),
        3 => forged(sign(TOKEN, &format!("https://evil.example{path}"), &params)),
        _ => Some(Signature { value: sign(TOKEN, &address, &params), genuine: true }),
    }
}

/// Names another way of signing, which we have not agreed on.
pub(super) const SETTINGS: &str = "x-twilio-webhooks-signature-settings";

/// Headers that must not matter, and the one that must.
pub(super) fn strange(dice: &mut Dice) -> Vec<(HeaderName, HeaderValue)> {
    const HEADERS: [(&str, &str); 8] = [
        (SETTINGS, "key=x,algorithm=HMAC_SHA1"),
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-original-url", "/elsewhere"),
        ("i-twilio-idempotency-token", "\u{7f}"),
        ("expect", "100-continue"),
        ("accept-encoding", "gzip, br, zstd, \u{0}"),
        ("content-encoding", "gzip"),
    ];
    if !dice.percent(10) {
        return Vec::new();
    }
    let chosen = dice.one_of(&HEADERS).copied().unwrap_or(HEADERS[0]);
    let header = HeaderName::try_from(chosen.0).ok().zip(HeaderValue::try_from(chosen.1).ok());
    header.into_iter().collect()
}

pub(super) fn other_method(dice: &mut Dice) -> Method {
    let methods = [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::OPTIONS];
    dice.one_of(&methods).cloned().unwrap_or_default()
}
