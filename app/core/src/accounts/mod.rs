//! Twilio accounts: stored once per `AccountSid`, used by one or more organizations.

mod own;

pub use own::{Texting, Typed, connect_own, text_yourself, texting, use_configured};

use crate::clock::Clock;
use crate::error::Error;
use crate::ids::{AccountId, OrgId};
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};
use crate::twilio::client::{CallError, Login};

/// The account from the configuration; its secrets stay there.
#[derive(Clone)]
pub struct DefaultAccount {
    /// `AC…`.
    pub sid: String,
    /// Logs in, and signs webhooks.
    pub token: String,
    /// Also signs webhooks, while a token is being rotated.
    pub previous_token: Option<String>,
    /// Logs in instead of the token, where set: `SK…` and its secret.
    pub api_key: Option<(String, String)>,
}

/// What a webhook of one account may be signed with.
#[derive(Clone)]
pub struct SigningKeys {
    /// The account.
    pub account_id: AccountId,
    /// The current token and, during a rotation, the previous one.
    pub tokens: Vec<String>,
}

/// The account that an organization's texts go through; `None` if none is set up.
///
/// # Errors
/// If the database fails.
pub(crate) async fn account_of(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
) -> Result<Option<AccountId>, sqlx::Error> {
    let sql = "select account_id from organizations where id = $1";
    let own: Option<AccountId> = on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).fetch_one(ex).await)?;
    Ok(own.or(service.default_account_id))
}

/// Makes sure that the configured account has its row.
pub(crate) async fn ensure_default(
    store: &Store,
    clock: &Clock,
    account: &DefaultAccount,
) -> Result<AccountId, sqlx::Error> {
    let sql = "insert into accounts (id, sid, created_at) values ($1, $2, $3)
         on conflict (sid) do update set sid = excluded.sid returning id";
    on_store!(write store, |ex| sqlx::query_scalar(sql)
        .bind(clock.new_id()).bind(&account.sid).bind(clock.now()).fetch_one(ex).await)
}

/// What webhooks of this account may be signed with; `None` for an account that is not ours.
///
/// # Errors
/// If the database fails or a stored token does not open.
pub async fn signing_keys(service: &Service, sid: &str) -> Result<Option<SigningKeys>, Error> {
    if let (Some(account), Some(account_id)) = (&service.settings.default_account, service.default_account_id)
        && account.sid == sid
    {
        let tokens = [Some(account.token.clone()), account.previous_token.clone()];
        return Ok(Some(SigningKeys { account_id, tokens: tokens.into_iter().flatten().collect() }));
    }
    let sql =
        "select id, sid, token, previous_token, api_key_sid, api_key_secret from accounts where sid = $1";
    let row: Option<Row> =
        on_store!(read & service.store, |ex| sqlx::query_as(sql).bind(sid).fetch_optional(ex).await)?;
    let Some(row) = row else { return Ok(None) };
    let tokens = [row.open(service, "token", row.token.as_ref())?, row.open_previous(service)];
    Ok(Some(SigningKeys { account_id: row.id, tokens: tokens.into_iter().flatten().collect() }))
}

/// How to log in to an account.
///
/// # Errors
/// If the account has no secrets here, or the database fails.
pub async fn login(service: &Service, id: AccountId) -> Result<Login, Error> {
    if let (Some(account), true) = (&service.settings.default_account, service.default_account_id == Some(id))
    {
        let (user, password) =
            account.api_key.clone().unwrap_or_else(|| (account.sid.clone(), account.token.clone()));
        return Ok(Login { account_sid: account.sid.clone(), user, password });
    }
    let sql =
        "select id, sid, token, previous_token, api_key_sid, api_key_secret from accounts where id = $1";
    let row: Row = on_store!(read & service.store, |ex| sqlx::query_as(sql).bind(id).fetch_one(ex).await)?;
    let key = row.open(service, "API key secret", row.api_key_secret.as_ref())?;
    let (user, password) = match (row.api_key_sid.clone(), key) {
        (Some(key_sid), Some(secret)) => (key_sid, secret),
        _ => {
            let token = row.open(service, "token", row.token.as_ref())?;
            (
                row.sid.clone(),
                token.ok_or_else(|| Error::Broken(format!("account {} has no token", row.sid)))?,
            )
        }
    };
    Ok(Login { account_sid: row.sid, user, password })
}

/// Gives an organization its own account and sender, once Twilio has confirmed the login.
///
/// # Errors
/// [`Error::Refused`] if Twilio does not confirm it; else if the database fails.
pub async fn connect(
    service: &Service,
    org: OrgId,
    sid: &str,
    token: &str,
    sender: &str,
) -> Result<AccountId, Error> {
    let login = Login { account_sid: sid.into(), user: sid.into(), password: token.into() };
    let confirmed = service.twilio.fetch_account(&login).await.map_err(|error| match error {
        CallError::Refused { .. } => {
            Error::Refused("Twilio refused this login. Check the account SID and the auth token.".into())
        }
        CallError::NotSent(_) | CallError::Unknown(_) => Error::Refused(
            "Twilio could not be asked whether this login works. Nothing was changed; try again.".into(),
        ),
    })?;
    let before: Option<Row> = {
        let sql =
            "select id, sid, token, previous_token, api_key_sid, api_key_secret from accounts where sid = $1";
        on_store!(read & service.store, |ex| sqlx::query_as(sql)
            .bind(&confirmed.sid)
            .fetch_optional(ex)
            .await)?
    };
    let same =
        before.as_ref().map(|row| row.open(service, "token", row.token.as_ref())).transpose()?.flatten();
    let replaced =
        before.and_then(|row| if same.as_deref() == Some(token) { row.previous_token } else { row.token });
    let sealed = service.vault.seal(&place("token", &confirmed.sid), token)?;
    let now = service.clock.now();
    let mut tx = service.store.begin().await?;
    let sql = "insert into accounts (id, sid, token, confirmed_at, created_at) values ($1, $2, $3, $4, $4)
         on conflict (sid) do update set previous_token = $5, token = excluded.token, api_key_sid = null,
           api_key_secret = null, confirmed_at = excluded.confirmed_at returning id";
    let id: AccountId = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(service.clock.new_id())
        .bind(&confirmed.sid)
        .bind(&sealed)
        .bind(now)
        .bind(replaced)
        .fetch_one(ex)
        .await)?;
    let sql = "update organizations set account_id = $2, sender = $3 where id = $1";
    on_tx!(tx, |ex| sqlx::query(sql).bind(org).bind(id).bind(sender).execute(ex).await.map(drop))?;
    tx.commit().await?;
    Ok(id)
}

/// The account and sender of an organization: its own, else the configured ones; `None` where
/// something is missing, so that a text cannot be sent. `own` is what its row says.
pub(crate) fn sender_for(
    service: &Service,
    own: (Option<AccountId>, Option<String>),
) -> Option<(AccountId, String)> {
    match own {
        (Some(account), Some(sender)) => Some((account, sender)),
        (Some(_), None) => None,
        (None, sender) => {
            service.default_account_id.zip(sender.or_else(|| service.settings.default_sender.clone()))
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: AccountId,
    sid: String,
    token: Option<Vec<u8>>,
    previous_token: Option<Vec<u8>>,
    api_key_sid: Option<String>,
    api_key_secret: Option<Vec<u8>>,
}

impl Row {
    fn open(&self, service: &Service, what: &str, sealed: Option<&Vec<u8>>) -> Result<Option<String>, Error> {
        Ok(sealed.map(|sealed| service.vault.open(&place(what, &self.sid), sealed)).transpose()?)
    }

    /// A token that was replaced keeps the seal of its old place. One that opens no more only
    /// ends the rotation early; it must not stop webhooks that the current token signed.
    fn open_previous(&self, service: &Service) -> Option<String> {
        self.open(service, "token", self.previous_token.as_ref()).unwrap_or_else(|error| {
            tracing::warn!(%error, account = self.sid, "the previous token cannot be used");
            None
        })
    }
}

/// What a secret is sealed for: this field of this account.
fn place(what: &str, sid: &str) -> String {
    format!("accounts {sid} {what}")
}
