//! Keys for programs that call the JSON API; shown once, stored hashed.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::error::{Error, Problems};
use crate::ids::OrgId;
use crate::messages::Author;
use crate::service::Service;
use crate::store::{on_store, on_tx};
use crate::vault;

/// When a key was last used is known to this precision, so that calls need no write each.
const NOTE_USE_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Makes a key for an organization and returns it; it can never be shown again.
///
/// # Errors
/// [`Error::Invalid`] for its name, [`Error::NotFound`] for a strange organization.
pub async fn create(service: &Service, org: OrgId, name: &str) -> Result<String, Error> {
    let mut problems = Problems::default();
    let name =
        problems.required("name", name, 100, "Give the key a name, such as the program that will use it.");
    problems.none()?;
    let key = format!("usher_{}", service.random.token()?);
    let mut tx = service.store.begin().await?;
    let known: bool =
        on_tx!(tx, |ex| sqlx::query_scalar("select exists (select 1 from organizations where id = $1)")
            .bind(org)
            .fetch_one(ex)
            .await)?;
    if !known {
        return Err(Error::NotFound);
    }
    let sql = "insert into api_keys (id, org_id, name, key_hash, created_at) values ($1, $2, $3, $4, $5)";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(service.clock.new_id())
        .bind(org)
        .bind(name)
        .bind(vault::hash(key.as_bytes()))
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))?;
    tx.commit().await?;
    Ok(key)
}

/// A key that is in force.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ApiKey {
    /// Its id; the key itself is not kept.
    pub id: Uuid,
    /// Whose it is.
    pub org_id: OrgId,
    /// The program that uses it, as its owner called it.
    pub name: String,
    used_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// Whose deeds its calls are, in trails.
    #[must_use]
    pub fn author(&self) -> Author {
        Author { user: None, name: format!("{} (API key)", self.name), via: "api" }
    }
}

/// The key that a program showed, and notes that it is used; `None` for a key that is none or was
/// revoked. That the note cannot be written is a warning in the log and hinders nobody.
///
/// # Errors
/// If the database fails.
pub async fn recognize(service: &Service, key: &str) -> Result<Option<ApiKey>, sqlx::Error> {
    let sql = "select id, org_id, name, used_at from api_keys where key_hash = $1 and revoked_at is null";
    let found: Option<ApiKey> = on_store!(read & service.store, |ex| sqlx::query_as(sql)
        .bind(vault::hash(key.as_bytes()))
        .fetch_optional(ex)
        .await)?;
    let now = service.clock.now();
    if let Some(key) = &found
        && key.used_at.is_none_or(|used_at| now - used_at > NOTE_USE_EVERY)
    {
        let sql = "update api_keys set used_at = $3 where org_id = $1 and id = $2";
        let noted = on_store!(write & service.store, |ex| sqlx::query(sql)
            .bind(key.org_id)
            .bind(key.id)
            .bind(now)
            .execute(ex)
            .await
            .map(drop));
        if let Err(error) = noted {
            tracing::warn!(%error, key = %key.id, "the use of an API key cannot be noted");
        }
    }
    Ok(found)
}
