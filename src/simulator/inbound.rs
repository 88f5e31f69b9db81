//! Texts from people: recorded, posted to the webhook, and obeyed when they say STOP.

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use usher_core::twilio::segments;

use super::{
    SimulatorError,
    accounts::Account,
    book::Book,
    overrides::{Overrides, Trouble},
    poster::Signed,
    sent::{Direction, Sent, Status},
    world::World,
};

const STOP: [&str; 8] = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
const START: [&str; 3] = ["START", "YES", "UNSTOP"];

/// A person's text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inbound {
    /// The webhook to post it to.
    pub url: String,
    /// The account that owns the number; signs the webhook.
    pub account_sid: String,
    /// The person's phone.
    pub from: String,
    /// The number they wrote to.
    pub to: String,
    /// What they wrote.
    #[serde(default)]
    pub body: String,
    /// `STOP`, `START` or `HELP`, as Advanced Opt-Out sends it.
    #[serde(default)]
    pub opt_out_type: Option<String>,
    /// The SID to use, so that one text can come twice; else a new one.
    #[serde(default)]
    pub message_sid: Option<String>,
    /// Further parameters, signed like the rest; they replace ours of the same name.
    #[serde(default)]
    pub more: Vec<(String, String)>,
}

/// What the webhook said to it.
#[derive(Clone, Debug, Serialize)]
pub struct InboundAnswer {
    /// The SID of the text.
    pub message_sid: String,
    /// The HTTP status.
    pub status: u16,
    /// The content type, empty if none.
    pub content_type: String,
    /// The TwiML, or whatever it was.
    pub body: String,
}

/// Records a text, applies its opt-out word, and posts it.
pub(super) async fn deliver(world: &World, text: Inbound) -> Result<InboundAnswer, SimulatorError> {
    let account = world
        .accounts
        .get(&text.account_sid)
        .ok_or_else(|| SimulatorError::UnknownAccount(text.account_sid.clone()))?;
    world.count(|counts| counts.inbound += 1);
    let sid = text.message_sid.clone().unwrap_or_else(|| format!("SM{:032x}", rand::random::<u128>()));
    let service = account
        .messaging_services
        .iter()
        .find(|(_, numbers)| numbers.contains(&text.to))
        .map(|(sid, _)| sid.clone());
    let message = message(world, &text, &sid, service);
    let params = params(&message, &text);
    record(&mut world.book(), &account, &text, message);
    post(world, &account, &text.url, &params, sid).await
}

fn record(book: &mut Book, account: &Account, text: &Inbound, message: Sent) {
    if book.get(&message.sid).is_none() {
        book.add(message);
    }
    let senders = account.opt_out_scope(&text.to);
    match opt_out_word(text) {
        Some(true) => book.opt_out(&account.sid, senders, &text.from),
        Some(false) => book.opt_in(&account.sid, senders, &text.from),
        None => {}
    }
}

async fn post(
    world: &World,
    account: &Account,
    url: &str,
    params: &[(String, String)],
    message_sid: String,
) -> Result<InboundAnswer, SimulatorError> {
    let (url, overrides) = Overrides::split(url);
    let request = Signed { url, auth_token: &account.auth_token, params };
    let end = Instant::now() + overrides.total;
    let token = format!("{:032x}", rand::random::<u128>());
    let answer = world.poster.post(&request, &token, &overrides, end).await?;
    let answer = answer.map_err(|trouble| SimulatorError::NoAnswer {
        url: url.to_owned(),
        connected: trouble != Trouble::Connect,
    })?;
    let content_type = answer.headers().get(http::header::CONTENT_TYPE);
    Ok(InboundAnswer {
        message_sid,
        status: answer.status().as_u16(),
        content_type: content_type.and_then(|kind| kind.to_str().ok()).unwrap_or("").to_owned(),
        body: answer.text().await?,
    })
}

/// Whether the person leaves (`true`) or comes back (`false`).
fn opt_out_word(text: &Inbound) -> Option<bool> {
    let word = text.opt_out_type.as_ref().unwrap_or(&text.body).trim().to_ascii_uppercase();
    if STOP.contains(&word.as_str()) {
        return Some(true);
    }
    START.contains(&word.as_str()).then_some(false)
}

fn message(world: &World, text: &Inbound, sid: &str, service: Option<String>) -> Sent {
    let now = world.now();
    Sent {
        sid: sid.to_owned(),
        account_sid: text.account_sid.clone(),
        direction: Direction::Inbound,
        to: text.to.clone(),
        from: Some(text.from.clone()),
        messaging_service_sid: service,
        validity_period: None,
        segments: segments::count(&text.body).segments,
        body_received: text.body.clone(),
        body: text.body.clone(),
        status: Status::Received,
        error_code: None,
        status_callback: None,
        num_media: 0,
        created_at: now,
        updated_at: now,
        sent_at: Some(now),
        trail: vec![(Status::Received, now)],
        callbacks: Vec::new(),
        deleted: false,
        sender: text.from.clone(),
        nth: 0,
        born: Instant::now(),
        left: Some(Instant::now()),
    }
}

/// The parameters Twilio posts. The geography is often unknown, and signed as empty.
fn params(message: &Sent, text: &Inbound) -> Vec<(String, String)> {
    let mut params = vec![
        ("MessageSid", message.sid.clone()),
        ("SmsSid", message.sid.clone()),
        ("SmsMessageSid", message.sid.clone()),
        ("AccountSid", message.account_sid.clone()),
        ("From", text.from.clone()),
        ("To", text.to.clone()),
        ("Body", text.body.clone()),
        ("NumMedia", "0".to_owned()),
        ("NumSegments", message.segments.to_string()),
        ("SmsStatus", "received".to_owned()),
        ("ApiVersion", "2010-04-01".to_owned()),
        ("FromCity", String::new()),
        ("FromState", String::new()),
        ("FromZip", String::new()),
        ("FromCountry", "US".to_owned()),
        ("ToCity", String::new()),
        ("ToState", String::new()),
        ("ToZip", String::new()),
        ("ToCountry", "US".to_owned()),
    ];
    params.extend(message.messaging_service_sid.clone().map(|sid| ("MessagingServiceSid", sid)));
    params.extend(text.opt_out_type.clone().map(|kind| ("OptOutType", kind)));
    params.retain(|(name, _)| !text.more.iter().any(|(given, _)| given == name));
    let ours = params.into_iter().map(|(name, value)| (name.to_owned(), value));
    ours.chain(text.more.iter().cloned()).collect()
}
