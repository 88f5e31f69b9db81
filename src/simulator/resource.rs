//! The JSON that Twilio answers with: one message, or a page of them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    accounts::Account,
    refusal::code_name,
    sent::{Direction, Sent, Status},
};

/// What one segment costs here, in US dollars.
const SEGMENT_PRICE: f64 = 0.0079;

/// A message as the API shows it. Numbers are strings where Twilio's are.
#[derive(Debug, Serialize)]
pub(super) struct Resource {
    account_sid: String,
    api_version: &'static str,
    body: String,
    date_created: String,
    date_sent: Option<String>,
    date_updated: String,
    direction: Direction,
    error_code: Option<u32>,
    error_message: Option<String>,
    from: Option<String>,
    messaging_service_sid: Option<String>,
    num_media: String,
    num_segments: String,
    price: Option<String>,
    price_unit: &'static str,
    sid: String,
    status: Status,
    subresource_uris: Value,
    to: String,
    uri: String,
}

impl Resource {
    /// The message as it is now; it has a price once it was sent `price_after` ago.
    pub(super) fn of(message: &Sent, price_after: Duration) -> Self {
        let base = format!("/2010-04-01/Accounts/{}/Messages/{}", message.account_sid, message.sid);
        let waits = matches!(message.status, Status::Accepted | Status::Scheduled);
        let priced = message.left.is_some_and(|left| left.elapsed() >= price_after);
        Self {
            account_sid: message.account_sid.clone(),
            api_version: "2010-04-01",
            body: message.body.clone(),
            date_created: rfc2822(message.created_at),
            date_sent: message.sent_at.map(rfc2822),
            date_updated: rfc2822(message.updated_at),
            direction: message.direction,
            error_code: message.error_code,
            error_message: message.error_code.and_then(code_name),
            from: message.from.clone(),
            messaging_service_sid: message.messaging_service_sid.clone(),
            num_media: message.num_media.to_string(),
            num_segments: if waits { 0 } else { message.segments }.to_string(),
            price: priced.then(|| format!("-{:.5}", SEGMENT_PRICE * f64::from(message.segments))),
            price_unit: "USD",
            sid: message.sid.clone(),
            status: message.status,
            subresource_uris: json!({ "media": format!("{base}/Media.json") }),
            to: message.to.clone(),
            uri: format!("{base}.json"),
        }
    }
}

/// `Thu, 24 Aug 2023 05:01:45 +0000`.
pub(super) fn rfc2822(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// The account as the API shows it, without its token.
pub(super) fn account(account: &Account, suspended: bool, since: DateTime<Utc>) -> Value {
    let uri = format!("/2010-04-01/Accounts/{}", account.sid);
    json!({
        "sid": account.sid,
        "owner_account_sid": account.sid,
        "friendly_name": "Simulated account",
        "status": if suspended { "suspended" } else { "active" },
        "type": "Full",
        "date_created": rfc2822(since),
        "date_updated": rfc2822(since),
        "uri": format!("{uri}.json"),
        "subresource_uris": { "messages": format!("{uri}/Messages.json") },
    })
}

/// The account's numbers as the API shows them, on one page.
pub(super) fn numbers(account: &Account, wanted: Option<&str>) -> Value {
    let base = format!("/2010-04-01/Accounts/{}/IncomingPhoneNumbers", account.sid);
    let entries: Vec<Value> = account
        .numbers
        .iter()
        .filter(|number| wanted.is_none_or(|wanted| wanted == number.as_str()))
        .map(|number| {
            let sid = format!("PN{:0>32}", number.trim_start_matches('+'));
            json!({
                "sid": sid,
                "account_sid": account.sid,
                "phone_number": number,
                "friendly_name": number,
                "capabilities": { "sms": true, "mms": true, "voice": false, "fax": false },
                "status": "in-use",
                "api_version": "2010-04-01",
                "uri": format!("{base}/{sid}.json"),
            })
        })
        .collect();
    let uri = format!("{base}.json?PageSize=50&Page=0");
    json!({
        "incoming_phone_numbers": entries,
        "page": 0,
        "page_size": 50,
        "start": 0,
        "end": entries.len().saturating_sub(1),
        "first_page_uri": uri,
        "next_page_uri": null,
        "previous_page_uri": null,
        "uri": uri,
    })
}
