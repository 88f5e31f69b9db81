//! What a create asks for, and everything for which Twilio refuses it.

use axum::http::{HeaderMap, StatusCode, header};
use chrono::{DateTime, TimeDelta, Utc};
use url::{Host, Url, form_urlencoded};

use super::{
    accounts::{Account, is_sid},
    outcomes::{self, Outcome},
    refusal::Refusal,
};

/// A create that Twilio takes in.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) to: String,
    pub(super) from: Option<String>,
    pub(super) service: Option<String>,
    /// The number that will really send.
    pub(super) sender: String,
    pub(super) body: String,
    pub(super) num_media: usize,
    pub(super) status_callback: Option<String>,
    pub(super) validity_period: Option<u32>,
    pub(super) send_at: Option<DateTime<Utc>>,
    pub(super) outcome: Outcome,
}

/// The decoded form of a request.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Twilio takes forms and nothing else.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            let refusal = Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, 20001);
            return Err(refusal.saying("Content-Type must be application/x-www-form-urlencoded"));
        }
        Ok(Self(form_urlencoded::parse(body).into_owned().collect()))
    }

    /// The value of a parameter, empty or not.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that says something.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(key, value)| key == name && !value.is_empty()).count()
    }
}

/// What a refusal depends on besides the request itself.
pub(super) struct Rules {
    pub(super) now: DateTime<Utc>,
    /// Callback addresses have to be ones that the internet can reach.
    pub(super) public_only: bool,
}

impl Order {
    /// Checks a create in Twilio's order.
    pub(super) fn read(form: &Form, account: &Account, rules: &Rules) -> Result<Self, Refusal> {
        let to = form.filled("To").ok_or_else(|| Refusal::of(21604))?;
        let (from, service) = (form.filled("From"), form.filled("MessagingServiceSid"));
        if from.is_none() && service.is_none() {
            return Err(Refusal::of(21603));
        }
        let body = form.filled("Body").unwrap_or_default();
        let num_media = form.count("MediaUrl");
        if body.is_empty() && num_media == 0 && form.filled("ContentSid").is_none() {
            return Err(Refusal::of(21602));
        }
        if body.chars().count() > 1600 {
            return Err(Refusal::of(21617));
        }
        if !is_phone(to) {
            return Err(Refusal::of(21211));
        }
        let status_callback = form.filled("StatusCallback");
        if status_callback.is_some_and(|url| !is_callback(url, rules.public_only)) {
            return Err(Refusal::of(21609));
        }
        let validity_period = validity(form)?;
        let send_at = send_at(form, service.is_some(), rules.now)?;
        let sender = sender(account, from, service, to)?;
        let outcome = outcomes::of(to, service.is_some());
        if let Outcome::Refused(code) = outcome {
            return Err(Refusal::of(code));
        }
        Ok(Self {
            to: to.to_owned(),
            from: from.map(str::to_owned),
            service: service.map(str::to_owned),
            sender,
            body: body.to_owned(),
            num_media,
            status_callback: status_callback.map(str::to_owned),
            validity_period,
            send_at,
            outcome,
        })
    }
}

/// E.164: a plus, no leading zero, at most 15 digits. An unescaped plus arrives as a space and
/// fails here, as it does at Twilio.
fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_callback(address: &str, public_only: bool) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    if !matches!(url.scheme(), "http" | "https") || address.len() > 4000 {
        return false;
    }
    match url.host() {
        None => false,
        Some(Host::Domain(name)) => {
            let local = !name.contains('.')
                || [".localhost", ".local", ".internal", ".test"].iter().any(|end| name.ends_with(end));
            !(name.contains('_') || public_only && local)
        }
        Some(Host::Ipv4(ip)) => {
            let local = ip.is_loopback() || ip.is_private() || ip.is_unspecified();
            !(public_only && (local || ip.is_link_local()))
        }
        Some(Host::Ipv6(ip)) => {
            let local = ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local();
            !(public_only && (local || ip.is_unicast_link_local()))
        }
    }
}

fn validity(form: &Form) -> Result<Option<u32>, Refusal> {
    match form.filled("ValidityPeriod").map(str::parse::<u32>) {
        None => Ok(None),
        Some(Ok(seconds @ 1..=36_000)) => Ok(Some(seconds)),
        Some(_) => Err(Refusal::of(21624)),
    }
}

/// Schedules need a Messaging Service and a time from 15 minutes to 35 days ahead.
fn send_at(form: &Form, with_service: bool, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Refusal> {
    match (form.filled("ScheduleType"), form.filled("SendAt")) {
        (None, None) => Ok(None),
        _ if !with_service => Err(Refusal::of(35118)),
        (Some("fixed"), None) => Err(Refusal::of(35111)),
        (Some("fixed"), Some(time)) => {
            let time = DateTime::parse_from_rfc3339(time).map_err(|_| Refusal::of(35114))?.to_utc();
            let ahead = time - now;
            if ahead < TimeDelta::minutes(15) || ahead > TimeDelta::days(35) {
                return Err(Refusal::of(35114));
            }
            Ok(Some(time))
        }
        _ => Err(Refusal::of(20001)),
    }
}

/// The number that will send, if the account may send from it.
fn sender(account: &Account, from: Option<&str>, service: Option<&str>, to: &str) -> Result<String, Refusal> {
    if let Some(Err(code)) = from.and_then(outcomes::magic_sender) {
        return Err(Refusal::of(code));
    }
    let Some(service) = service else {
        let from = from.unwrap_or_default();
        let owned =
            account.numbers.iter().any(|number| number == from) || outcomes::magic_sender(from).is_some();
        return if owned { Ok(from.to_owned()) } else { Err(Refusal::of(21606)) };
    };
    if !is_sid("MG", service) {
        return Err(Refusal::of(21705));
    }
    let pool = account.pool(service).ok_or_else(|| Refusal::of(21701))?;
    match from {
        Some(from) if pool.iter().any(|number| number == from) => Ok(from.to_owned()),
        Some(_) => Err(Refusal::of(21711)),
        None => {
            // Sticky: the same person always hears from the same number.
            let person = to.bytes().fold(0_usize, |sum, byte| sum.wrapping_add(usize::from(byte)));
            let place = person.checked_rem(pool.len()).unwrap_or_default();
            pool.get(place).cloned().ok_or_else(|| Refusal::of(21704))
        }
    }
}
