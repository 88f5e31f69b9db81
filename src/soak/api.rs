//! The product's JSON API, called as a careful program does: every request that makes something has
//! a key, and is asked again under that key until it is answered, whatever breaks in between.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tokio::time::Instant;
use usher_core::ids::OrgId;
use usher_core::{Service, api_keys};
use uuid::Uuid;

use super::error::{Doing, SoakError};

/// One key may call a hundred times a second; texts are written by several.
const KEYS: usize = 4;
/// A call that takes longer is broken; the API itself gives up before that.
const DEADLINE: Duration = Duration::from_secs(30);
/// Between two tries while the product or its database is away.
const PAUSE: Duration = Duration::from_millis(200);
/// A product that does not answer for so long is not coming back.
const PATIENCE: Duration = Duration::from_secs(180);

/// A way in.
pub(crate) struct Api {
    client: Client,
    url: String,
    keys: Vec<String>,
    turn: AtomicUsize,
    calls: AtomicU64,
    broken: AtomicU64,
    replayed: AtomicU64,
}

/// How the calls went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traffic {
    /// All of them, repeats included.
    pub(crate) calls: u64,
    /// Those that were cut off, given up, or answered with a failure that may pass.
    pub(crate) broken: u64,
    /// Those that were answered as a request before them.
    pub(crate) replayed: u64,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    method: Method,
    path: String,
    key: Option<String>,
    body: Value,
}

/// What came of it in the end.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// It was done.
    Done(Value),
    /// It cannot be done now: 409, with the reason.
    Refused(String),
}

/// What came of one try.
enum Try {
    Answered(Answer),
    /// It may have been done or not.
    Broken(String),
}

impl Ask {
    /// A request that makes something, once under this key.
    pub(crate) fn make(path: impl Into<String>, key: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), key: Some(key.into()), body }
    }

    /// A request that changes something, with the same result however often it is made.
    pub(crate) fn change(method: Method, path: impl Into<String>, body: Value) -> Self {
        Self { method, path: path.into(), key: None, body }
    }
}

impl Answer {
    /// What was done.
    ///
    /// # Errors
    /// If it was refused.
    pub(crate) fn done(self, what: &str) -> Result<Value, SoakError> {
        match self {
            Self::Done(value) => Ok(value),
            Self::Refused(why) => Err(SoakError::new(what, why)),
        }
    }
}

/// The id of what was made.
///
/// # Errors
/// If the answer has none.
pub(crate) fn id(answer: &Value) -> Result<Uuid, SoakError> {
    let id = answer["id"].as_str().and_then(|id| Uuid::try_parse(id).ok());
    id.ok_or_else(|| SoakError::new("reading an answer of the API", format!("it has no id: {answer}")))
}

impl Api {
    /// A way in at this address, with new keys of an organization.
    pub(crate) async fn of(service: &Service, org: OrgId, url: &str) -> Result<Self, SoakError> {
        let mut keys = Vec::new();
        for n in 0..KEYS {
            keys.push(api_keys::create(service, org, &format!("soak {n}")).await.doing("making an API key")?);
        }
        let builder = Client::builder().no_proxy().tls_certs_only([]).timeout(DEADLINE);
        let client = builder.build().doing("making a client of the API")?;
        let url = url.trim_end_matches('/').to_owned();
        let [calls, broken, replayed] = [const { AtomicU64::new(0) }; 3];
        Ok(Self { client, url, keys, turn: AtomicUsize::new(0), calls, broken, replayed })
    }

    /// How the calls went so far.
    pub(crate) fn traffic(&self) -> Traffic {
        let [calls, broken, replayed] =
            [&self.calls, &self.broken, &self.replayed].map(|count| count.load(Ordering::Relaxed));
        Traffic { calls, broken, replayed }
    }

    /// Asks until there is an answer.
    ///
    /// # Errors
    /// If the product refuses what should be fine, or does not come back.
    pub(crate) async fn ask(&self, ask: &Ask) -> Result<Answer, SoakError> {
        let began = Instant::now();
        loop {
            match self.once(ask).await? {
                Try::Answered(answer) => return Ok(answer),
                Try::Broken(why) if began.elapsed() > PATIENCE => {
                    return Err(SoakError::new(format!("calling {}", ask.path), why));
                }
                Try::Broken(_) => {}
            }
            self.broken.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Asks once, and hangs up after so long without reading the answer.
    ///
    /// # Errors
    /// If the product refuses what should be fine.
    pub(crate) async fn give_up_after(&self, wait: Duration, ask: &Ask) -> Result<(), SoakError> {
        self.broken.fetch_add(1, Ordering::Relaxed);
        match tokio::time::timeout(wait, self.once(ask)).await {
            Ok(answered) => answered.map(drop),
            Err(_) => Ok(()),
        }
    }

    async fn once(&self, ask: &Ask) -> Result<Try, SoakError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let answer = match self.request(ask).send().await {
            Ok(answer) => answer,
            Err(error) => return Ok(Try::Broken(error.to_string())),
        };
        let (status, headers) = (answer.status(), answer.headers().clone());
        // An answer whose end is missing is none.
        let text = match answer.text().await {
            Ok(text) => text,
            Err(error) => return Ok(Try::Broken(error.to_string())),
        };
        if headers.contains_key("idempotent-replayed") {
            self.replayed.fetch_add(1, Ordering::Relaxed);
        }
        match status {
            status if status.is_success() => {
                let value = serde_json::from_str(&text).doing("reading an answer of the API")?;
                Ok(Try::Answered(Answer::Done(value)))
            }
            // The same request under the same key is never another one.
            StatusCode::CONFLICT if !text.contains("Idempotency-Key") => {
                Ok(Try::Answered(Answer::Refused(text)))
            }
            StatusCode::TOO_MANY_REQUESTS => Ok(Try::Broken(text)),
            status if status.is_server_error() => Ok(Try::Broken(format!("{status}: {text}"))),
            status => Err(SoakError::new(format!("calling {}", ask.path), format!("{status}: {text}"))),
        }
    }

    fn request(&self, ask: &Ask) -> RequestBuilder {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % KEYS;
        let request = self.client.request(ask.method.clone(), format!("{}{}", self.url, ask.path));
        let request = request.bearer_auth(self.keys.get(turn).map_or("", String::as_str));
        let request = match &ask.key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        request.json(&ask.body)
    }
}
