//! Twilio's REST API: the four calls we make, each answer sorted by what it proves.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// No request outlives this; the lease of an attempt is longer.
pub const DEADLINE: Duration = Duration::from_secs(20);
/// Twilio's own API.
pub const TWILIO: &str = "https://api.twilio.com";

/// How to log in to one account.
#[derive(Clone)]
pub struct Login {
    /// The `AC…` sid, which is also in every path.
    pub account_sid: String,
    /// The account's sid or an API key's.
    pub user: String,
    /// The auth token or the API key's secret.
    pub password: String,
}

/// A text as handed to Twilio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// The recipient in E.164.
    pub to: String,
    /// A number in E.164 or a Messaging Service (`MG…`).
    pub sender: String,
    /// At most 1,600 characters.
    pub body: String,
    /// Where statuses go, with the connection overrides; `None` if Twilio cannot reach us.
    pub status_callback: Option<String>,
    /// Seconds after which Twilio gives up, 1 to 36000.
    pub validity_period: Option<i64>,
}

/// Twilio's record of a text. Nearly every field may be null.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Message {
    /// `SM…` or `MM…`.
    pub sid: String,
    /// Twilio's word.
    pub status: String,
    /// The recipient.
    #[serde(default)]
    pub to: Option<String>,
    /// Null with a Messaging Service until it has chosen.
    #[serde(default)]
    pub from: Option<String>,
    /// As stored by Twilio: trial accounts prefix it, Smart Encoding changes it.
    #[serde(default)]
    pub body: Option<String>,
    /// A number in a string.
    #[serde(default)]
    pub num_segments: Option<String>,
    /// A negative amount in a string; null at first.
    #[serde(default)]
    pub price: Option<String>,
    /// ISO 4217.
    #[serde(default)]
    pub price_unit: Option<String>,
    /// Why it failed.
    #[serde(default)]
    pub error_code: Option<i64>,
    /// RFC 2822.
    #[serde(default)]
    pub date_created: Option<String>,
    /// `inbound`, or one of the outbound kinds.
    #[serde(default)]
    pub direction: Option<String>,
    /// The Messaging Service, if one was used.
    #[serde(default)]
    pub messaging_service_sid: Option<String>,
}

impl Message {
    /// When Twilio made it.
    #[must_use]
    pub fn created_at(&self) -> Option<DateTime<Utc>> {
        let date = DateTime::parse_from_rfc2822(self.date_created.as_deref()?).ok()?;
        Some(date.with_timezone(&Utc))
    }
}

/// One page of Twilio's list, newest first.
#[derive(Clone, Debug, Deserialize)]
pub struct Page {
    /// The texts of this page.
    pub messages: Vec<Message>,
    /// Relative to the host; null at the end.
    pub next_page_uri: Option<String>,
}

/// Which texts to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only to this phone.
    pub to: Option<String>,
    /// Only from this number.
    pub from: Option<String>,
    /// On or after this UTC date, as `YYYY-MM-DD`.
    pub sent_from: Option<String>,
    /// At most 1,000.
    pub page_size: Option<u32>,
}

/// Twilio's record of an account.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    /// `AC…`.
    pub sid: String,
    /// What its owner calls it.
    #[serde(default)]
    pub friendly_name: Option<String>,
    /// `active`, `suspended` or `closed`.
    pub status: String,
}

/// Why a call gave no answer, sorted by what it proves about the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The connection was never made: Twilio did not see the request.
    #[error("Twilio could not be reached: {0}")]
    NotSent(String),
    /// Twilio says no (4xx): nothing was accepted.
    #[error("Twilio refused the request (HTTP {http_status}, code {code:?}): {message}")]
    Refused {
        /// The HTTP status.
        http_status: u16,
        /// Twilio's code, where the answer has one.
        code: Option<u32>,
        /// Twilio's words.
        message: String,
        /// Seconds to wait, where the answer says so.
        retry_after: Option<u64>,
        /// The answer as it came.
        body: String,
    },
    /// The request may have been carried out: time-out, cut connection, 5xx, unreadable answer.
    #[error("Twilio's answer is unknown: {0}")]
    Unknown(String),
}

/// A client for one Twilio address; cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
}

/// True for Twilio's own API, which refuses callback addresses that are not public.
#[must_use]
pub fn is_twilio(base: &str) -> bool {
    let host = url::Url::parse(base).ok().and_then(|base| base.host_str().map(str::to_owned));
    host.is_some_and(|host| host == "twilio.com" || host.ends_with(".twilio.com"))
}

/// The HTTP client cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("The HTTP client cannot be made: {0}")]
pub struct ClientError(#[from] reqwest::Error);

impl Client {
    /// A client for this address, Twilio's own or a simulator's.
    ///
    /// # Errors
    /// If the system's network library cannot be set up.
    pub fn new(base: &str) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .timeout(DEADLINE)
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            // A repeat on another connection would be a second text.
            .retry(reqwest::retry::never())
            .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned() })
    }

    /// Hands a text to Twilio. Not idempotent: after [`CallError::Unknown`] it must be looked up.
    ///
    /// # Errors
    /// [`CallError`], by what it proves.
    pub async fn create_message(
        &self,
        login: &Login,
        new: &NewMessage,
    ) -> Result<(Message, String), CallError> {
        let sender = if new.sender.starts_with("MG") { "MessagingServiceSid" } else { "From" };
        let mut form = vec![("To", new.to.clone()), (sender, new.sender.clone()), ("Body", new.body.clone())];
        form.extend(new.status_callback.clone().map(|url| ("StatusCallback", url)));
        form.extend(new.validity_period.map(|seconds| ("ValidityPeriod", seconds.to_string())));
        let request = self.http.post(self.url(login, "/Messages.json")).form(&form);
        self.call(login, request).await
    }

    /// Twilio's record of one text.
    ///
    /// # Errors
    /// [`CallError`]; `Refused` with code 20404 for one it does not have.
    pub async fn fetch_message(&self, login: &Login, sid: &str) -> Result<(Message, String), CallError> {
        self.call(login, self.http.get(self.url(login, &format!("/Messages/{sid}.json")))).await
    }

    /// Twilio's list, newest first; follow [`Page::next_page_uri`] with [`Client::next_page`].
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn list_messages(&self, login: &Login, filter: &Filter) -> Result<Page, CallError> {
        let mut query: Vec<(&str, String)> = Vec::new();
        query.extend(filter.to.clone().map(|to| ("To", to)));
        query.extend(filter.from.clone().map(|from| ("From", from)));
        // The comparison is part of the parameter's name.
        query.extend(filter.sent_from.clone().map(|date| ("DateSent>", date)));
        query.extend(filter.page_size.map(|size| ("PageSize", size.to_string())));
        let mut url = url::Url::parse(&self.url(login, "/Messages.json")).map_err(unusable_address)?;
        url.query_pairs_mut().extend_pairs(query);
        self.call(login, self.http.get(url)).await.map(|(page, _)| page)
    }

    /// The page behind [`Page::next_page_uri`].
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn next_page(&self, login: &Login, next_page_uri: &str) -> Result<Page, CallError> {
        if !next_page_uri.starts_with('/') {
            return Err(CallError::Unknown("the list's next page lies elsewhere".into()));
        }
        self.call(login, self.http.get(format!("{}{next_page_uri}", self.base))).await.map(|(page, _)| page)
    }

    /// The account itself: proof that the login works.
    ///
    /// # Errors
    /// [`CallError`]; `Refused` with 401 if the login is wrong.
    pub async fn fetch_account(&self, login: &Login) -> Result<Account, CallError> {
        let url = format!("{}/2010-04-01/Accounts/{}.json", self.base, login.account_sid);
        self.call(login, self.http.get(url)).await.map(|(account, _)| account)
    }

    fn url(&self, login: &Login, path: &str) -> String {
        format!("{}/2010-04-01/Accounts/{}{path}", self.base, login.account_sid)
    }

    /// The answer, parsed and as it came.
    async fn call<T: for<'de> Deserialize<'de>>(
        &self,
        login: &Login,
        request: reqwest::RequestBuilder,
    ) -> Result<(T, String), CallError> {
        let answer =
            request.basic_auth(&login.user, Some(&login.password)).send().await.map_err(|error| {
                if error.is_connect() || error.is_builder() {
                    CallError::NotSent(cause(&error))
                } else {
                    CallError::Unknown(cause(&error))
                }
            })?;
        let http_status = answer.status();
        let retry_after = answer
            .headers()
            .get(reqwest::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = answer.text().await.map_err(|error| CallError::Unknown(cause(&error)))?;
        if http_status.is_success() {
            let parsed = serde_json::from_str(&body)
                .map_err(|error| CallError::Unknown(format!("HTTP {http_status}, unreadable: {error}")))?;
            return Ok((parsed, body));
        }
        if http_status.is_redirection() {
            return Err(CallError::NotSent(format!("HTTP {http_status}: TWILIO_API_BASE redirects")));
        }
        if !http_status.is_client_error() {
            return Err(CallError::Unknown(format!("HTTP {http_status}")));
        }
        match refusal(http_status.as_u16(), retry_after, body) {
            // Not Twilio's words but a gateway's: Twilio did not refuse this text.
            CallError::Refused { code: None, http_status: status @ (403 | 404 | 407), .. } => {
                Err(CallError::NotSent(format!("HTTP {status} from a gateway")))
            }
            CallError::Refused { code: None, http_status: 408, .. } => {
                Err(CallError::Unknown("HTTP 408 from a gateway".into()))
            }
            refused => Err(refused),
        }
    }
}

/// A gateway in between may answer without Twilio's JSON, so no field is required.
fn refusal(http_status: u16, retry_after: Option<u64>, body: String) -> CallError {
    let json: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
    CallError::Refused {
        http_status,
        code: json["code"].as_u64().and_then(|code| u32::try_from(code).ok()),
        message: json["message"].as_str().unwrap_or("no reason given").to_owned(),
        retry_after,
        body,
    }
}

fn unusable_address(error: url::ParseError) -> CallError {
    CallError::NotSent(format!("the address of Twilio's API is not usable: {error}"))
}

/// The innermost cause, which names the network fault.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
