//! A call that is sent twice acts once: the key that a program gives its request, what the request
//! did, and what was answered commit together. A twin that comes meanwhile waits for that commit
//! and reads the answer; after a crash there is neither key nor effect.

use chrono::TimeDelta;

use crate::error::Error;
use crate::ids::{MessageId, OrgId};
use crate::service::Service;
use crate::store::{Tx, on_store, on_tx};
use crate::vault;

/// How long a key is known.
pub const KEPT: TimeDelta = TimeDelta::days(7);
/// So many old keys are forgotten at once, so that nobody waits for it long.
const FORGOTTEN_AT_ONCE: u32 = 1_000;
const LONGEST_KEY: usize = 255;

/// A request under a key.
#[derive(Clone, Debug)]
pub struct Ticket {
    call: &'static str,
    key: String,
    request: Vec<u8>,
}

/// What a call answers, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Answer {
    /// The HTTP status.
    pub status: i64,
    /// The body, as JSON text.
    #[sqlx(rename = "answer")]
    pub body: String,
}

/// An answer, and whether it was given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// True if this request did nothing: an earlier one under its key did.
    pub replayed: bool,
}

impl Ticket {
    /// A request of this call under this key. Requests are the same if their parsed texts are.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that is none: 1 to 255 visible ASCII characters.
    pub fn new(call: &'static str, key: &[u8], request: &str) -> Result<Self, Error> {
        let key = std::str::from_utf8(key).ok().filter(|key| {
            (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
        });
        let key = key.ok_or_else(|| {
            Error::invalid("Idempotency-Key", "Use 1 to 255 visible ASCII characters without spaces.")
        })?;
        Ok(Self { call, key: key.to_owned(), request: vault::hash(request.as_bytes()) })
    }
}

impl Ticket {
    /// A form that was sent, under the key that its showing had; `None` for a form without one. Under one
    /// key the same is done once, and something else is another wish: somebody went back and wrote anew.
    ///
    /// # Errors
    /// [`Error::Refused`] for a key that we never made.
    pub(crate) fn of_form(call: &'static str, key: &str, request: &str) -> Result<Option<Self>, Error> {
        if key.is_empty() {
            return Ok(None);
        }
        let request_hash = vault::hash(request.as_bytes());
        let which: String = request_hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let ticket = Self::new(call, format!("{key}.{which}").as_bytes(), request);
        let strange = "This form cannot be read. Load the page again; nothing was done.";
        ticket.map(Some).map_err(|_| Error::Refused(strange.into()))
    }
}

impl Answer {
    /// The text that was recorded.
    pub(crate) fn of_text(id: MessageId) -> Self {
        Self { status: 303, body: id.to_string() }
    }
}

impl Answered {
    /// The text that was recorded.
    pub(crate) fn text(&self) -> Result<MessageId, Error> {
        let broken = || Error::Broken("what was done before cannot be read".into());
        MessageId::parse(&self.answer.body).ok_or_else(broken)
    }
}

/// Takes a key in the transaction of what the request does. `Some` is the answer of the request
/// that had it first; nothing else may be done then.
///
/// # Errors
/// [`Error::Refused`] if another request had it.
pub(crate) async fn open(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    ticket: Option<&Ticket>,
) -> Result<Option<Answered>, Error> {
    let Some(ticket) = ticket else {
        return Ok(None);
    };
    let now = service.clock.now();
    // Waits for whoever took the key and has not committed yet; a key past its time is new again.
    let sql = "insert into idempotency_keys (org_id, call, key, request, created_at) values ($1, $2, $3, $4, $5)
         on conflict (org_id, call, key) do update set request = excluded.request, status = null, answer = null,
           created_at = excluded.created_at
         where idempotency_keys.created_at <= $6
         returning key";
    let taken: Option<String> = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(org)
        .bind(ticket.call)
        .bind(&ticket.key)
        .bind(&ticket.request)
        .bind(now)
        .bind(now - KEPT)
        .fetch_optional(ex)
        .await)?;
    if taken.is_some() {
        return Ok(None);
    }
    let sql = "select status, answer from idempotency_keys
         where org_id = $1 and call = $2 and key = $3 and request = $4 and answer is not null";
    let answer: Option<Answer> = on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(ticket.call)
        .bind(&ticket.key)
        .bind(&ticket.request)
        .fetch_optional(ex)
        .await)?;
    let other = "This Idempotency-Key was used for another request. Use a new key for a new request.";
    let answer = answer.ok_or_else(|| Error::Refused(other.into()))?;
    Ok(Some(Answered { answer, replayed: true }))
}

/// The answer to this request, if it was given: for calls that need time before they can take the
/// key.
///
/// # Errors
/// If the database fails.
pub(crate) async fn known(
    service: &Service,
    org: OrgId,
    ticket: Option<&Ticket>,
) -> Result<Option<Answered>, Error> {
    let Some(ticket) = ticket else {
        return Ok(None);
    };
    let sql = "select status, answer from idempotency_keys
         where org_id = $1 and call = $2 and key = $3 and request = $4 and answer is not null and created_at > $5";
    let answer: Option<Answer> = on_store!(read & service.store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(ticket.call)
        .bind(&ticket.key)
        .bind(&ticket.request)
        .bind(service.clock.now() - KEPT)
        .fetch_optional(ex)
        .await)?;
    Ok(answer.map(|answer| Answered { answer, replayed: true }))
}

/// Stores the answer under its key, in the transaction that [`open`] took the key in.
pub(crate) async fn close(
    tx: &mut Tx,
    org: OrgId,
    ticket: Option<&Ticket>,
    answer: Answer,
) -> Result<Answered, Error> {
    if let Some(ticket) = ticket {
        let sql = "update idempotency_keys set status = $4, answer = $5
             where org_id = $1 and call = $2 and key = $3";
        on_tx!(tx, |ex| sqlx::query(sql)
            .bind(org)
            .bind(ticket.call)
            .bind(&ticket.key)
            .bind(answer.status)
            .bind(&answer.body)
            .execute(ex)
            .await
            .map(drop))?;
    }
    Ok(Answered { answer, replayed: false })
}

/// Answers a request that changes nothing, such as a dry run, as any other under a key: the same
/// again is answered as the first time. `look` is what it looks up if it was not.
///
/// # Errors
/// [`Error::Refused`] if another request had the key; else those of `look`.
pub async fn looked(
    service: &Service,
    org: OrgId,
    ticket: Option<&Ticket>,
    look: impl Future<Output = Result<Answer, Error>>,
) -> Result<Answered, Error> {
    if let Some(before) = known(service, org, ticket).await? {
        return Ok(before);
    }
    let answer = look.await?;
    let mut tx = service.store.begin().await?;
    if let Some(before) = open(&mut tx, service, org, ticket).await? {
        return Ok(before);
    }
    let answered = close(&mut tx, org, ticket, answer).await?;
    tx.commit().await?;
    Ok(answered)
}

/// Forgets keys past their time, all of them.
///
/// # Errors
/// If the database fails.
pub async fn forget_old(service: &Service) -> Result<(), sqlx::Error> {
    while forget_some(service).await? >= u64::from(FORGOTTEN_AT_ONCE) {}
    Ok(())
}

/// How many it forgot.
async fn forget_some(service: &Service) -> Result<u64, sqlx::Error> {
    let sql = "delete from idempotency_keys where (org_id, call, key) in
         (select org_id, call, key from idempotency_keys where created_at <= $1 order by created_at limit $2)";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(service.clock.now() - KEPT)
        .bind(i64::from(FORGOTTEN_AT_ONCE))
        .execute(ex)
        .await
        .map(|gone| gone.rows_affected()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_ascii() {
        let ticket = |key: &[u8]| Ticket::new("POST /x", key, "{}");
        assert!(ticket(b"a").is_ok() && ticket(&[b'~'; 255]).is_ok());
        for wrong in [b"".as_slice(), b"two words", b"tab\t", "ü".as_bytes(), b"\xff", &[b'a'; 256]] {
            assert!(matches!(ticket(wrong), Err(Error::Invalid(_))), "{wrong:?}");
        }
    }
}
