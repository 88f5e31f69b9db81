//! Sign-in links: how somebody gets in before they have a password.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Person, users};
use crate::error::Error;
use crate::ids::{OrgId, UserId};
use crate::service::Service;
use crate::store::{on_store, on_tx};
use crate::vault;

/// How long a link of the shell or an invitation works.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);

/// What a link leads to.
#[derive(Clone, Debug)]
pub struct Link {
    /// Who it is for.
    pub person: Person,
    /// The demo's link works again and again; every other one sets a password, once.
    pub reusable: bool,
}

/// Makes a link for a member; returns its token, which is stored nowhere.
///
/// # Errors
/// If the database fails or the system has no random bytes.
pub async fn create(service: &Service, org: OrgId, user: UserId, reusable: bool) -> Result<String, Error> {
    let token = service.random.token()?;
    let now = service.clock.now();
    let sql = "insert into sign_in_links (token_hash, org_id, user_id, reusable, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(vault::hash(token.as_bytes()))
        .bind(org)
        .bind(user)
        .bind(reusable)
        .bind(now)
        .bind(now + LIFETIME)
        .execute(ex)
        .await
        .map(drop))?;
    Ok(token)
}

#[derive(sqlx::FromRow)]
struct Row {
    org_id: OrgId,
    user_id: UserId,
    reusable: bool,
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
}

/// What a link leads to, without using it up: whoever scans mail for links must not spend it.
///
/// # Errors
/// [`Error::Refused`] for a link that is used, expired or unknown.
pub async fn find(service: &Service, token: &str) -> Result<Link, Error> {
    let sql =
        "select org_id, user_id, reusable, expires_at, used_at from sign_in_links where token_hash = $1";
    let row: Option<Row> = on_store!(read & service.store, |ex| sqlx::query_as(sql)
        .bind(vault::hash(token.as_bytes()))
        .fetch_optional(ex)
        .await)?;
    let good =
        row.filter(|row| row.used_at.is_none() && row.expires_at > service.clock.now()).ok_or_else(spent)?;
    let person = users::find_member(&service.store, good.user_id, good.org_id).await?.ok_or_else(spent)?;
    if !good.reusable {
        check_may_set_password(service, &person).await?;
    }
    Ok(Link { person, reusable: good.reusable })
}

/// A password opens every organization of a user, so a link of one of them must not set it for
/// somebody who is at home in another.
async fn check_may_set_password(service: &Service, person: &Person) -> Result<(), Error> {
    if has_password_elsewhere(service, person.org_id, person.user_id).await? {
        return Err(Error::Refused("You already have a password. Sign in with it.".into()));
    }
    Ok(())
}

/// Whether somebody is at home in another organization too.
pub(super) async fn has_password_elsewhere(
    service: &Service,
    org: OrgId,
    user: UserId,
) -> Result<bool, Error> {
    let sql = "select exists (select 1 from memberships m join users u on u.id = m.user_id
         where m.user_id = $1 and m.org_id <> $2 and u.password_hash is not null)";
    Ok(on_store!(read & service.store, |ex| sqlx::query_scalar(sql)
        .bind(user)
        .bind(org)
        .fetch_one(ex)
        .await)?)
}

/// Uses a link up and gives its user a password.
///
/// # Errors
/// [`Error::Refused`] for a link that is used, expired or unknown, [`Error::Invalid`] for the
/// password; the link is then still good.
pub async fn spend(service: &Service, token: &str, password: &str) -> Result<Person, Error> {
    let link = find(service, token).await?;
    if let Some(problem) = super::passwords::problem(password) {
        return Err(Error::invalid("password", problem));
    }
    let password = super::passwords::hash(password, service.settings.password_memory_kib).await?;
    let mut tx = service.store.begin().await?;
    let sql = "update sign_in_links set used_at = $2 where token_hash = $1 and used_at is null";
    let hash = vault::hash(token.as_bytes());
    let now = service.clock.now();
    let spent_now = on_tx!(tx, |ex| sqlx::query(sql)
        .bind(hash)
        .bind(now)
        .execute(ex)
        .await
        .map(|done| done.rows_affected()))?;
    if spent_now != 1 {
        return Err(spent());
    }
    users::store_password(&mut tx, link.person.user_id, &password).await?;
    tx.commit().await?;
    Ok(link.person)
}

fn spent() -> Error {
    Error::Refused("This link was already used or is too old. Ask whoever sent it for a new one.".into())
}
