//! `X-Twilio-Signature`: the proof that a webhook comes from Twilio.
//!
//! The signature of a form post is the base64 of an HMAC-SHA1, keyed with the account's auth
//! token, over the URL as Twilio called it followed by every parameter: sorted by name in byte
//! order, name and value joined without a separator. A repeated name is written before each of its
//! distinct values, which are sorted too. A JSON body is not signed itself: its SHA-256 is in the
//! URL, and the URL is signed.
//!
//! Source of the rules: Twilio's page on webhook security and its `RequestValidator` (Python
//! library 9.13.0), which made the vectors in `signature_vectors.json`.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// A webhook as it arrived, with all that its signature covers.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The URL as Twilio called it: our public scheme and host, then path and query as received,
    /// still percent-encoded, without fragment.
    pub url: &'a str,
    /// What was posted.
    pub body: Body<'a>,
    /// The header `X-Twilio-Signature`; empty when absent, which no secret matches.
    pub signature: &'a str,
    /// The header `X-Twilio-Webhooks-Signature-Settings`, which Twilio sends when it signed with a
    /// shared key.
    pub settings: Option<&'a str>,
}

/// What a webhook posted, by its content type.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    /// `application/x-www-form-urlencoded`, decoded by [`parse_form`]. A GET has none: `&[]`.
    Form(&'a [(String, String)]),
    /// Anything else: the raw bytes, whose hash has to be in the URL as `bodySHA256`.
    Json(&'a [u8]),
}

/// The key of a signature. Each kind opens only requests that say they were signed with it.
#[derive(Clone, Copy)]
pub enum Secret<'a> {
    /// The auth token of the account that owns the message; not the secret of an API key.
    AuthToken(&'a str),
    /// The secret of a webhook shared key (Twilio's public beta of 2026).
    SharedKey(&'a str),
}

/// Whether Twilio signed this request with this secret.
///
/// A request that names an algorithm was signed with a shared key and is refused under an auth
/// token, and the other way round; there is no fallback.
#[must_use]
pub fn verify(request: &Request<'_>, secret: Secret<'_>) -> bool {
    let params = match request.body {
        Body::Form(params) => params,
        Body::Json(body) if body_hash_matches(request.url, body) => &[],
        Body::Json(_) => return false,
    };
    match (secret, request.settings.and_then(named_algorithm)) {
        (Secret::AuthToken(token), None) => matches(token, request.url, params, request.signature),
        (Secret::SharedKey(key), Some(algorithm)) if is(algorithm, "HMAC_SHA256") => {
            matches_with::<Hmac<Sha256>>(key, request.url, params, request.signature)
        }
        (Secret::SharedKey(key), Some(algorithm)) if is(algorithm, "HMAC_SHA1") => {
            matches(key, request.url, params, request.signature)
        }
        _ => false,
    }
}

/// Whether `signature` is Twilio's for a form post: HMAC-SHA1, compared in constant time.
///
/// Twilio is not consistent about ports, so two forms of the URL count, as in its own libraries:
/// the one given, and the one without its port, or with the default port if it has none. An empty
/// token matches nothing, since anyone could sign with it.
#[must_use]
pub fn matches(token: &str, url: &str, params: &[(String, String)], signature: &str) -> bool {
    matches_with::<Hmac<Sha1>>(token, url, params, signature)
}

/// The signature that Twilio sends with a form post to exactly this `url`.
#[must_use]
pub fn sign(token: &str, url: &str, params: &[(String, String)]) -> String {
    // HMAC takes keys of any length, so this is never empty; if it were, it would match nothing.
    mac::<Hmac<Sha1>>(token, url, params)
        .map(|mac| STANDARD.encode(mac.finalize().into_bytes()))
        .unwrap_or_default()
}

fn matches_with<M: KeyInit + Mac>(
    secret: &str,
    url: &str,
    params: &[(String, String)],
    signature: &str,
) -> bool {
    // The decoder takes only the canonical form, so equal bytes mean an equal signature.
    let Ok(tag) = STANDARD.decode(signature) else {
        return false;
    };
    let signed = |url: &str| mac::<M>(secret, url, params).is_some_and(|mac| mac.verify_slice(&tag).is_ok());
    !secret.is_empty() && (signed(url) || other_port_form(url).is_some_and(|url| signed(&url)))
}

fn mac<M: KeyInit + Mac>(secret: &str, url: &str, params: &[(String, String)]) -> Option<M> {
    let mut sorted: Vec<_> = params.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut mac = <M as KeyInit>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(url.as_bytes());
    for (name, value) in sorted {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    Some(mac)
}

/// The URL without its port, or with the default one if it has none.
///
/// Where a port stands beside a password or an IPv6 address there is no other form: Twilio's
/// Python library fails on those too.
fn other_port_form(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let has_port = host.rsplit_once(']').map_or(host, |(_, port)| port).contains(':');
    if !has_port {
        let port = if is(scheme, "https") { 443 } else { 80 };
        return Some(format!("{scheme}://{authority}:{port}{tail}"));
    }
    match authority.split_once(':') {
        Some((host, port)) if !port.contains(':') => Some(format!("{scheme}://{host}{tail}")),
        _ => None,
    }
}

/// Whether the URL's first `bodySHA256` that is not blank is the lower-case hex of the body's hash.
fn body_hash_matches(url: &str, body: &[u8]) -> bool {
    let without_fragment = url.split_once('#').map_or(url, |(url, _)| url);
    let Some((_, query)) = without_fragment.split_once('?') else {
        return false;
    };
    let hash: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name == "bodySHA256" && !value.is_empty())
        .is_some_and(|(_, value)| value == hash)
}

/// The algorithm in `key=webhooks_sharedkey_…,algorithm=HMAC_SHA256`.
fn named_algorithm(settings: &str) -> Option<&str> {
    settings
        .split(',')
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
        .find(|(name, value)| *name == "algorithm" && !value.is_empty())
        .map(|(_, value)| value)
}

fn is(word: &str, expected: &str) -> bool {
    word.eq_ignore_ascii_case(expected)
}

/// Why a body is not a form that Twilio can have sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// A `%` that is not followed by two hex digits. Browsers let it pass as text; Twilio escapes
    /// every `%`, so this body is not Twilio's.
    #[error("a percent sign is not followed by two hex digits")]
    Percent,
    /// A name or a value that is not UTF-8 once decoded.
    #[error("a name or a value is not UTF-8")]
    Utf8,
}

/// Decodes `application/x-www-form-urlencoded`, keeping order, repeats and empty values: all of
/// them are signed. Its length is for the caller to limit.
///
/// # Errors
///
/// [`FormError`] if a name or a value has a malformed escape or is not UTF-8; nothing is guessed,
/// because a guess would be signed text that Twilio never wrote.
pub fn parse_form(body: &[u8]) -> Result<Vec<(String, String)>, FormError> {
    body.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            Ok((name, value))
        })
        .collect()
}

fn decode(encoded: &[u8]) -> Result<String, FormError> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut bytes = encoded.iter().copied();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => escaped(bytes.next(), bytes.next()).ok_or(FormError::Percent)?,
            byte => byte,
        });
    }
    String::from_utf8(decoded).map_err(|_| FormError::Utf8)
}

fn escaped(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high?)? * 16 + digit(low?)?).ok()
}

#[cfg(test)]
mod tests;
