//! `X-Twilio-Signature`: the proof that a webhook comes from Twilio.
//!
//! The signature of a form post is the base64 of an HMAC-SHA1, keyed with the account's auth
//! token, over the URL as Twilio called it followed by every parameter: sorted by name in byte
//! order, name and value joined without a separator. A repeated name is written before each of its
//! distinct values, which are sorted too.
//!
//! Twilio also signs JSON bodies, by their hash in the URL, and in a beta of 2026 with a shared key
//! instead of the token, which a header names. It posts neither to a messaging webhook unless told
//! to; ours refuse both rather than fall back.
//!
//! Source of the rules: Twilio's page on webhook security and its `RequestValidator` (Python
//! library 9.13.0), which made the vectors in `signature_vectors.json`.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Whether `signature` is Twilio's for a form post: HMAC-SHA1, compared in constant time.
///
/// Twilio is not consistent about ports, so two forms of the URL count, as in its own libraries:
/// the one given, and the one without its port, or with the default port if it has none. An empty
/// token matches nothing, since anyone could sign with it.
#[must_use]
pub fn matches(token: &str, url: &str, params: &[(String, String)], signature: &str) -> bool {
    // The decoder takes only the canonical form, so equal bytes mean an equal signature.
    let Ok(tag) = STANDARD.decode(signature) else {
        return false;
    };
    let signed = |url: &str| mac(token, url, params).is_some_and(|mac| mac.verify_slice(&tag).is_ok());
    !token.is_empty() && (signed(url) || other_port_form(url).is_some_and(|url| signed(&url)))
}

/// The signature that Twilio sends with a form post to exactly this `url`.
#[must_use]
pub fn sign(token: &str, url: &str, params: &[(String, String)]) -> String {
    // HMAC takes keys of any length, so this is never empty; if it were, it would match nothing.
    mac(token, url, params).map(|mac| STANDARD.encode(mac.finalize().into_bytes())).unwrap_or_default()
}

fn mac(token: &str, url: &str, params: &[(String, String)]) -> Option<Hmac<Sha1>> {
    let mut sorted: Vec<_> = params.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(token.as_bytes()).ok()?;
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
        let port = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
        return Some(format!("{scheme}://{authority}:{port}{tail}"));
    }
    match authority.split_once(':') {
        Some((host, port)) if !port.contains(':') => Some(format!("{scheme}://{host}{tail}")),
        _ => None,
    }
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
