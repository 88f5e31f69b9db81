//! Keys for programs that call the JSON API; shown once, stored hashed.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::audit::{self, Deed};
use crate::error::{Error, Problems, clean};
use crate::ids::OrgId;
use crate::messages::Author;
use crate::people::Person;
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};
use crate::vault;

/// When a key was last used is known to this precision, so that calls need no write each.
const NOTE_USE_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Makes a key for an organization and returns it; it can never be shown again.
///
/// # Errors
/// [`Error::Invalid`] for its name, [`Error::NotFound`] for a strange organization.
pub async fn create(service: &Service, org: OrgId, name: &str) -> Result<String, Error> {
    let mut tx = service.store.begin().await?;
    let key = create_in(&mut tx, service, org, name).await?;
    tx.commit().await?;
    Ok(key)
}

/// As [`create`], at the request of an owner.
///
/// # Errors
/// As [`create`]; [`Error::NotAllowed`] for anybody but an owner.
pub async fn issue(service: &Service, owner: &Person, name: &str) -> Result<String, Error> {
    check_owner(owner)?;
    let mut tx = service.store.begin().await?;
    let key = create_in(&mut tx, service, owner.org_id, name).await?;
    audit::write_in(&mut tx, service, &deed(owner, "make API key", &clean(name))).await?;
    tx.commit().await?;
    Ok(key)
}

fn check_owner(person: &Person) -> Result<(), Error> {
    if person.role.may_manage() {
        return Ok(());
    }
    Err(Error::NotAllowed("Only an owner makes and revokes keys. Ask one."))
}

fn deed<'a>(owner: &'a Person, action: &'a str, subject: &'a str) -> Deed<'a> {
    Deed { org: Some(owner.org_id), user: Some(owner.user_id), actor: &owner.email, action, subject }
}

async fn create_in(tx: &mut Tx, service: &Service, org: OrgId, name: &str) -> Result<String, Error> {
    let mut problems = Problems::default();
    let name =
        problems.required("name", name, 100, "Give the key a name, such as the program that will use it.");
    problems.none()?;
    let key = format!("usher_{}", service.random.token()?);
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
    Ok(key)
}

/// Keys that a list holds at most.
pub const MOST_LISTED: i64 = 100;

/// A key as its organization sees it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// Its id; the key itself is not kept.
    pub id: Uuid,
    /// The program that uses it, as its owner called it.
    pub name: String,
    /// Since when it works.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to a minute.
    pub used_at: Option<DateTime<Utc>>,
    /// Since when it works no more.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The keys of an organization, those in force first; of revoked ones the newest.
///
/// # Errors
/// If the database fails.
pub async fn list(store: &Store, org: OrgId) -> Result<Vec<Listed>, Error> {
    let sql = "select id, name, created_at, used_at, revoked_at from api_keys where org_id = $1
         order by revoked_at is not null, id desc limit $2";
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(MOST_LISTED).fetch_all(ex).await)?)
}

/// Revokes a key: from now on it opens nothing. Returns its name.
///
/// # Errors
/// [`Error::NotFound`] for a strange key, [`Error::NotAllowed`] for anybody but an owner.
pub async fn revoke(service: &Service, owner: &Person, id: Uuid) -> Result<String, Error> {
    check_owner(owner)?;
    let mut tx = service.store.begin().await?;
    let sql = "update api_keys set revoked_at = coalesce(revoked_at, $3) where org_id = $1 and id = $2 returning name";
    let name: Option<String> = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(owner.org_id)
        .bind(id)
        .bind(service.clock.now())
        .fetch_optional(ex)
        .await)?;
    let name = name.ok_or(Error::NotFound)?;
    audit::write_in(&mut tx, service, &deed(owner, "revoke API key", &name)).await?;
    tx.commit().await?;
    Ok(name)
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
