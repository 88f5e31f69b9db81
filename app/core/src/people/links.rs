//! Sign-in links: how somebody gets in before they have a password.

use chrono::{DateTime, TimeDelta, Utc};

use super::sign_in::{self, SignInError};
use super::{Person, passwords, users};
use crate::error::Error;
use crate::ids::{OrgId, UserId};
use crate::service::Service;
use crate::store::{Tx, on_store, on_tx};
use crate::vault;

/// How long a link of the shell or an invitation works.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);

/// How a link lets somebody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// At once, again and again: the demo's.
    Open,
    /// With a password that they choose now.
    NewPassword,
    /// With the password that they have, since it opens another organization too.
    OwnPassword,
}

/// What a link leads to.
#[derive(Clone, Debug)]
pub struct Link {
    /// Who it is for.
    pub person: Person,
    /// How they get in.
    pub way: Way,
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
    let (user, org) = (good.user_id, good.org_id);
    let person = users::find_invited(&service.store, user, org).await?.ok_or_else(spent)?;
    let way = if good.reusable {
        Way::Open
    } else {
        let mut tx = service.store.begin_read().await?;
        let way = way(&mut tx, org, user).await?;
        tx.commit().await?;
        way
    };
    Ok(Link { person, way })
}

/// A password opens every organization that a user has joined, so a link of one of them must not set it
/// for somebody who is at home in another.
async fn way(tx: &mut Tx, org: OrgId, user: UserId) -> Result<Way, sqlx::Error> {
    let is_elsewhere = users::is_elsewhere(tx, org, user).await?;
    Ok(if is_elsewhere { Way::OwnPassword } else { Way::NewPassword })
}

/// Uses a link up and lets its user in, with the password that they choose or the one that they have.
/// `address` is where they come from, for whoever guesses.
///
/// # Errors
/// [`Error::Refused`] for a link that is used, expired or unknown and for too many tries,
/// [`Error::Invalid`] for the password; the link is then still good.
pub async fn spend(service: &Service, token: &str, password: &str, address: &str) -> Result<Person, Error> {
    let Link { person, way: before } = find(service, token).await?;
    let new = match before {
        Way::Open => None,
        Way::NewPassword => {
            if let Some(problem) = passwords::problem(password) {
                return Err(Error::invalid("password", problem));
            }
            Some(passwords::hash(password, service.settings.password_memory_kib).await?)
        }
        Way::OwnPassword => {
            check_own(service, &person, password, address).await?;
            None
        }
    };
    let mut tx = service.store.begin().await?;
    // Two links of one user, opened at once, go one after the other.
    let sql = "update users set name = name where id = $1";
    on_tx!(tx, |ex| sqlx::query(sql).bind(person.user_id).execute(ex).await.map(drop))?;
    if before != Way::Open
        && (way(&mut tx, person.org_id, person.user_id).await? != before
            || !use_up(&mut tx, service, token).await?)
    {
        return Err(spent());
    }
    if let Some(password) = new {
        users::store_password(&mut tx, person.user_id, &password).await?;
    }
    users::join_in(&mut tx, service, person.org_id, person.user_id).await?;
    tx.commit().await?;
    Ok(person)
}

/// Marks a link as used; false if somebody else was quicker.
async fn use_up(tx: &mut Tx, service: &Service, token: &str) -> Result<bool, sqlx::Error> {
    let sql = "update sign_in_links set used_at = $2 where token_hash = $1 and used_at is null";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(vault::hash(token.as_bytes()))
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(|done| done.rows_affected() == 1))
}

async fn check_own(service: &Service, person: &Person, password: &str, address: &str) -> Result<(), Error> {
    match sign_in::check(service, &person.email, password, address).await {
        Ok(_) => Ok(()),
        Err(SignInError::Wrong) => Err(Error::invalid("password", "That is not your password.")),
        Err(SignInError::TooMany) => Err(Error::Refused(SignInError::TooMany.to_string())),
        Err(SignInError::Failed(error)) => Err(error),
    }
}

fn spent() -> Error {
    Error::Refused("This link was already used or is too old. Ask whoever sent it for a new one.".into())
}
