//! Sessions of signed-in people: only a hash of the cookie's value is stored.

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::ids::UserId;
use crate::store::{Store, is_unique_violation, on_store};
use crate::vault;

/// A session as stored.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose it is, once somebody signed in.
    pub user_id: Option<UserId>,
    /// What the web layer keeps in it.
    pub data: Vec<u8>,
    /// When it ends unless it is used.
    pub expires_at: DateTime<Utc>,
    /// From where somebody signed in, as the server saw it.
    pub address: Option<String>,
    /// What the browser called itself then.
    pub user_agent: Option<String>,
}

/// A session as the person who opened it sees it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Opened {
    /// The hash of its key, which opens nothing.
    pub id_hash: Vec<u8>,
    /// From where they signed in.
    pub address: Option<String>,
    /// What the browser called itself then.
    pub user_agent: Option<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to a few minutes.
    pub seen_at: DateTime<Utc>,
}

/// Stores a session under a new key; false if the key is taken.
///
/// # Errors
/// If the database fails.
pub async fn create(store: &Store, clock: &Clock, key: &str, session: &Session) -> Result<bool, sqlx::Error> {
    let sql =
        "insert into sessions (id_hash, user_id, data, created_at, seen_at, expires_at, address, user_agent)
         values ($1, $2, $3, $4, $4, $5, $6, $7)";
    let stored = on_store!(write store, |ex| sqlx::query(sql)
        .bind(hash(key)).bind(session.user_id).bind(&session.data).bind(clock.now()).bind(session.expires_at)
        .bind(&session.address).bind(&session.user_agent)
        .execute(ex).await.map(drop));
    match stored {
        Err(error) if is_unique_violation(&error) => Ok(false),
        other => other.map(|()| true),
    }
}

/// Changes a session; one that was ended meanwhile stays ended.
///
/// # Errors
/// If the database fails.
pub async fn save(store: &Store, clock: &Clock, key: &str, session: &Session) -> Result<(), sqlx::Error> {
    let sql = "update sessions set user_id = $2, data = $3, seen_at = $4, expires_at = $5 where id_hash = $1";
    on_store!(write store, |ex| sqlx::query(sql)
        .bind(hash(key)).bind(session.user_id).bind(&session.data).bind(clock.now()).bind(session.expires_at)
        .execute(ex).await.map(drop))
}

/// A session that has not ended.
///
/// # Errors
/// If the database fails.
pub async fn find(store: &Store, clock: &Clock, key: &str) -> Result<Option<Session>, sqlx::Error> {
    let sql = "select user_id, data, expires_at from sessions where id_hash = $1 and expires_at > $2";
    let row: Option<(Option<UserId>, Vec<u8>, DateTime<Utc>)> = on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(hash(key)).bind(clock.now()).fetch_optional(ex).await)?;
    Ok(row.map(|(user_id, data, expires_at)| Session {
        user_id,
        data,
        expires_at,
        address: None,
        user_agent: None,
    }))
}

/// The open sessions of a user, the one used last first.
///
/// # Errors
/// If the database fails.
pub async fn of_user(store: &Store, clock: &Clock, user: UserId) -> Result<Vec<Opened>, sqlx::Error> {
    let sql = "select id_hash, address, user_agent, created_at, seen_at from sessions
         where user_id = $1 and expires_at > $2 order by seen_at desc, id_hash limit 100";
    on_store!(read store, |ex| sqlx::query_as(sql).bind(user).bind(clock.now()).fetch_all(ex).await)
}

/// Ends one session of a user; false if it is not theirs or has ended already.
///
/// # Errors
/// If the database fails.
pub async fn end_of_user(store: &Store, user: UserId, id_hash: &[u8]) -> Result<bool, sqlx::Error> {
    let sql = "delete from sessions where user_id = $1 and id_hash = $2";
    on_store!(write store, |ex| sqlx::query(sql).bind(user).bind(id_hash).execute(ex).await
        .map(|done| done.rows_affected() == 1))
}

/// Ends every session of a user but the one with this key; returns how many.
///
/// # Errors
/// If the database fails.
pub async fn end_others(store: &Store, user: UserId, key: &str) -> Result<u64, sqlx::Error> {
    let sql = "delete from sessions where user_id = $1 and id_hash <> $2";
    on_store!(write store, |ex| sqlx::query(sql).bind(user).bind(hash(key)).execute(ex).await
        .map(|done| done.rows_affected()))
}

/// Ends a session.
///
/// # Errors
/// If the database fails.
pub async fn end(store: &Store, key: &str) -> Result<(), sqlx::Error> {
    on_store!(write store, |ex| sqlx::query("delete from sessions where id_hash = $1").bind(hash(key)).execute(ex).await.map(drop))
}

/// Forgets sessions that have ended by themselves.
///
/// # Errors
/// If the database fails.
pub async fn forget_ended(store: &Store, clock: &Clock) -> Result<(), sqlx::Error> {
    on_store!(write store, |ex| sqlx::query("delete from sessions where expires_at <= $1").bind(clock.now()).execute(ex).await.map(drop))
}

/// What is stored of a session's key.
#[must_use]
pub fn hash(key: &str) -> Vec<u8> {
    vault::hash(key.as_bytes())
}
