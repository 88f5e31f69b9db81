//! Users and their memberships in organizations.

use crate::error::{Error, Problems};
use crate::ids::{OrgId, UserId};
use crate::people::{Person, Role, passwords};
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};

/// A person to be let in.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// How they sign in.
    pub email: String,
    /// What others call them; may be empty.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Invites somebody into an organization, or gives who is in it already another role. They are in once they
/// opened a link of this organization, or by [`join`].
///
/// # Errors
/// [`Error::Invalid`] for an email that is none, [`Error::NotFound`] for a strange organization.
pub async fn create(service: &Service, org: OrgId, new: &NewUser) -> Result<UserId, Error> {
    let mut problems = Problems::default();
    let name = problems.text("name", &new.name, 200);
    let email = problems.take("email", email(&new.email));
    problems.none()?;
    let email = email.ok_or_else(|| Error::Broken("a user without email passed the check".into()))?;
    let mut tx = service.store.begin().await?;
    let known: bool =
        on_tx!(tx, |ex| sqlx::query_scalar("select exists (select 1 from organizations where id = $1)")
            .bind(org)
            .fetch_one(ex)
            .await)?;
    if !known {
        return Err(Error::NotFound);
    }
    let user = ensure(&mut tx, service, &email, &name).await?;
    let sql = "insert into memberships (org_id, user_id, role, created_at) values ($1, $2, $3, $4)
         on conflict (org_id, user_id) do update set role = excluded.role";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(org)
        .bind(user)
        .bind(new.role)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))?;
    tx.commit().await?;
    Ok(user)
}

async fn ensure(tx: &mut Tx, service: &Service, email: &str, name: &str) -> Result<UserId, sqlx::Error> {
    let sql = "insert into users (id, email, name, created_at) values ($1, $2, $3, $4)
         on conflict (email) do update set name = case when users.name = '' then excluded.name else users.name end
         returning id";
    on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(service.clock.new_id())
        .bind(email)
        .bind(name)
        .bind(service.clock.now())
        .fetch_one(ex)
        .await)
}

/// An email in the form that is stored. Only a message that arrives proves more.
pub(crate) fn email(text: &str) -> Result<String, &'static str> {
    let email = text.trim().to_lowercase();
    let well_formed = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !host.contains('@')
    });
    let plain = !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if well_formed && plain && email.len() <= 254 {
        Ok(email)
    } else {
        Err("Enter an email address such as ana@example.com.")
    }
}

macro_rules! person {
    ($rest:literal) => {
        concat!(
            "select u.id as user_id, u.name, u.email, o.id as org_id, o.name as org_name,
               o.timezone as org_timezone, m.role
             from users u join memberships m on m.user_id = u.id join organizations o on o.id = m.org_id
             where u.id = $1 and ",
            $rest
        )
    };
}

/// A user as a member of one organization; `None` before they joined it and once they are no longer let in.
///
/// # Errors
/// If the database fails.
pub async fn find_member(store: &Store, user: UserId, org: OrgId) -> Result<Option<Person>, Error> {
    let sql = person!("o.id = $2 and m.joined_at is not null");
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(user).bind(org).fetch_optional(ex).await)?)
}

/// A user as a member of one organization or as invited to it; `None` for anybody else.
///
/// # Errors
/// If the database fails.
pub(super) async fn find_invited(store: &Store, user: UserId, org: OrgId) -> Result<Option<Person>, Error> {
    let sql = person!("o.id = $2");
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(user).bind(org).fetch_optional(ex).await)?)
}

/// Lets somebody who is invited in, without a link: for whoever runs the installation.
///
/// # Errors
/// If the database fails.
pub async fn join(service: &Service, org: OrgId, user: UserId) -> Result<(), Error> {
    let mut tx = service.store.begin().await?;
    join_in(&mut tx, service, org, user).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn join_in(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    user: UserId,
) -> Result<(), sqlx::Error> {
    let sql =
        "update memberships set joined_at = $3 where org_id = $1 and user_id = $2 and joined_at is null";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(org)
        .bind(user)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))
}

/// Whether somebody has joined another organization than this.
pub(super) async fn is_elsewhere(tx: &mut Tx, org: OrgId, user: UserId) -> Result<bool, sqlx::Error> {
    let sql = "select exists (select 1 from memberships where user_id = $1 and org_id <> $2
         and joined_at is not null)";
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(user).bind(org).fetch_one(ex).await)
}

/// Everywhere a user is let in, oldest membership first.
///
/// # Errors
/// If the database fails.
pub async fn memberships(store: &Store, user: UserId) -> Result<Vec<Person>, Error> {
    let sql = person!("m.joined_at is not null order by m.created_at, o.id");
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(user).fetch_all(ex).await)?)
}

/// Gives a user a password and signs them out everywhere.
///
/// # Errors
/// [`Error::Invalid`] if it is too short or too long.
pub async fn set_password(service: &Service, user: UserId, password: &str) -> Result<(), Error> {
    if let Some(problem) = passwords::problem(password) {
        return Err(Error::invalid("password", problem));
    }
    let hash = passwords::hash(password, service.settings.password_memory_kib).await?;
    let mut tx = service.store.begin().await?;
    store_password(&mut tx, user, &hash).await?;
    tx.commit().await?;
    Ok(())
}

/// Stores the hash of a new password and ends every session of its user.
pub(super) async fn store_password(tx: &mut Tx, user: UserId, hash: &str) -> Result<(), sqlx::Error> {
    let sql = "update users set password_hash = $2 where id = $1";
    on_tx!(tx, |ex| sqlx::query(sql).bind(user).bind(hash).execute(ex).await.map(drop))?;
    let sql = "delete from sessions where user_id = $1";
    on_tx!(tx, |ex| sqlx::query(sql).bind(user).execute(ex).await.map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_kept_in_lower_case_and_what_is_none_is_refused() {
        assert_eq!(email(" Ana@Example.COM "), Ok("ana@example.com".into()));
        for text in ["", "ana", "ana@", "@example.com", "ana@example", "a b@example.com", "a@b@example.com"] {
            assert!(email(text).is_err(), "{text}");
        }
    }
}
