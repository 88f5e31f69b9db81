//! The first organization and its owner, made together or not at all.

use chrono_tz::Tz;

use super::{NewUser, passwords, users};
use crate::error::{Error, Problems};
use crate::ids::{OrgId, UserId};
use crate::service::Service;
use crate::store::{Tx, on_tx};

/// The lock of the first start; any number that nothing else uses.
const FOUNDING: i64 = 0x7573_6865_7201;

/// Makes the first organization and its owner.
///
/// # Errors
/// [`Error::Invalid`] for what was typed (`org_name`, `timezone`, `name`, `email`, `password`),
/// [`Error::NotFound`] if there is an organization already.
pub async fn found(
    service: &Service,
    org_name: &str,
    timezone: &str,
    owner: &NewUser,
    password: &str,
) -> Result<(UserId, OrgId), Error> {
    let mut problems = Problems::default();
    let org_name = problems.required("org_name", org_name, 200, "Give the organization a name.");
    let zone = timezone.trim().parse::<Tz>();
    let zone = problems.take("timezone", zone.map_err(|_| "Choose a time zone such as America/New_York."));
    let name = problems.text("name", &owner.name, 200);
    let email = problems.take("email", users::email(&owner.email));
    if let Some(problem) = passwords::problem(password) {
        problems.add("password", problem);
    }
    problems.none()?;
    let (Some(zone), Some(email)) = (zone, email) else {
        return Err(Error::Broken("a founding without zone or email passed its check".into()));
    };
    let hash = passwords::hash(password, service.settings.password_memory_kib).await?;
    let (user, org, now) =
        (UserId(service.clock.new_id()), OrgId(service.clock.new_id()), service.clock.now());
    let mut tx = service.store.begin().await?;
    // Two people with the link at once: the second waits here, and then finds an organization.
    if let Tx::Postgres(tx) = &mut tx {
        sqlx::query("select pg_advisory_xact_lock($1)").bind(FOUNDING).execute(&mut **tx).await?;
    }
    let sql = "insert into organizations (id, name, timezone, created_at)
         select $1, $2, $3, $4 where not exists (select 1 from organizations)";
    let made = on_tx!(tx, |ex| sqlx::query(sql)
        .bind(org)
        .bind(org_name)
        .bind(zone.name())
        .bind(now)
        .execute(ex)
        .await
        .map(|done| done.rows_affected()))?;
    if made != 1 {
        return Err(Error::NotFound);
    }
    let sql = "insert into users (id, email, name, password_hash, created_at) values ($1, $2, $3, $4, $5)";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(user)
        .bind(email)
        .bind(name)
        .bind(hash)
        .bind(now)
        .execute(ex)
        .await
        .map(drop))?;
    let sql =
        "insert into memberships (org_id, user_id, role, created_at, joined_at) values ($1, $2, $3, $4, $4)";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(org)
        .bind(user)
        .bind(owner.role)
        .bind(now)
        .execute(ex)
        .await
        .map(drop))?;
    tx.commit().await?;
    Ok((user, org))
}
