//! Keys for programs that call the JSON API; shown once, stored hashed.

use crate::error::{Error, Problems};
use crate::ids::OrgId;
use crate::service::Service;
use crate::store::{on_store, on_tx};
use crate::vault;

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

/// The organization that a key belongs to; `None` for a key that is none or was revoked.
///
/// # Errors
/// If the database fails.
pub async fn organization_of(service: &Service, key: &str) -> Result<Option<OrgId>, sqlx::Error> {
    let sql = "select org_id from api_keys where key_hash = $1 and revoked_at is null";
    on_store!(read & service.store, |ex| sqlx::query_scalar(sql)
        .bind(vault::hash(key.as_bytes()))
        .fetch_optional(ex)
        .await)
}
