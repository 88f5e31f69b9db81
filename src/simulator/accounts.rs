//! The Twilio accounts that exist here, and who may speak for them.

use std::{collections::HashMap, fmt, sync::Arc};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{SimulatorError, refusal::Refusal, world::World};

/// A Twilio account with its keys and senders.
#[derive(Clone, Default)]
pub struct Account {
    /// `AC` and 32 hex digits.
    pub sid: String,
    /// Signs webhooks, and is a password for the REST API.
    pub auth_token: String,
    /// API keys: SID (`SK…`) and secret. They are standard keys: the account itself is closed
    /// to them.
    pub api_keys: Vec<(String, String)>,
    /// The numbers it may send from, E.164.
    pub numbers: Vec<String>,
    /// Messaging Services: SID (`MG…`) and the numbers of the pool.
    pub messaging_services: Vec<(String, Vec<String>)>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("sid", &self.sid).finish_non_exhaustive()
    }
}

impl Account {
    /// The sender pool of one of its Messaging Services.
    pub(super) fn pool(&self, service: &str) -> Option<&[String]> {
        let (_, numbers) = self.messaging_services.iter().find(|(sid, _)| sid == service)?;
        Some(numbers)
    }

    /// Everything that shares an opt-out with this number: the number, the services it belongs
    /// to, and their other numbers.
    pub(super) fn opt_out_scope(&self, number: &str) -> Vec<String> {
        let mut scope = vec![number.to_owned()];
        for (sid, numbers) in &self.messaging_services {
            if numbers.iter().any(|pooled| pooled == number) {
                scope.push(sid.clone());
                scope.extend(numbers.iter().cloned());
            }
        }
        scope
    }

    fn check(&self) -> Result<(), SimulatorError> {
        let refuse = |reason| Err(SimulatorError::Account { sid: self.sid.clone(), reason });
        if !is_sid("AC", &self.sid) {
            return refuse("its SID has to be AC and 32 hex digits");
        }
        if self.auth_token.is_empty() {
            return refuse("it has no auth token");
        }
        if !self.messaging_services.iter().all(|(sid, _)| is_sid("MG", sid)) {
            return refuse("a Messaging Service SID has to be MG and 32 hex digits");
        }
        Ok(())
    }
}

/// Whether `text` is a SID with this prefix.
pub(super) fn is_sid(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// All accounts by SID.
pub(super) struct Accounts(HashMap<String, Arc<Account>>);

impl Accounts {
    pub(super) fn new(accounts: Vec<Account>) -> Result<Self, SimulatorError> {
        let mut by_sid = HashMap::new();
        for account in accounts {
            account.check()?;
            by_sid.insert(account.sid.clone(), Arc::new(account));
        }
        Ok(Self(by_sid))
    }

    pub(super) fn get(&self, sid: &str) -> Option<Arc<Account>> {
        self.0.get(sid).cloned()
    }
}

/// A request whose login was right for the account in its path.
pub(super) struct Login {
    pub(super) account: Arc<Account>,
    /// An API key, not the account's own token.
    pub(super) with_key: bool,
}

impl FromRequestParts<Arc<World>> for Login {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, Self::Rejection> {
        let path = RawPathParams::from_request_parts(parts, world).await.map_err(|error| {
            tracing::error!(%error, "a Twilio route without an account");
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, 20500)
        })?;
        let sid = path.iter().find(|(name, _)| *name == "account").map_or("", |(_, value)| value);
        let sid = sid.strip_suffix(".json").unwrap_or(sid);
        let login = if world.faults().wrong_login {
            None
        } else {
            world.accounts.get(sid).and_then(|account| login(account, &parts.headers))
        };
        login.ok_or_else(|| {
            world.count(|counts| counts.unauthorized += 1);
            Refusal::new(StatusCode::UNAUTHORIZED, 20003)
        })
    }
}

fn login(account: Arc<Account>, headers: &HeaderMap) -> Option<Login> {
    let (user, password) = basic(headers)?;
    if user == account.sid && password == account.auth_token {
        return Some(Login { account, with_key: false });
    }
    let is_key = account.api_keys.iter().any(|(sid, key)| *sid == user && *key == password);
    is_key.then_some(Login { account, with_key: true })
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}
