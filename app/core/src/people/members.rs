//! The people of an organization as an owner manages them: who is in, in which role, and the links
//! that let them in.

use chrono::{DateTime, Utc};

use super::{NewUser, Person, Role, links, users};
use crate::audit::{self, Deed};
use crate::error::{Error, Problems};
use crate::ids::{OrgId, UserId};
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};

/// Somebody of an organization, as its people see them.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Member {
    /// Who.
    pub user_id: UserId,
    /// What others call them; may be empty.
    pub name: String,
    /// How they sign in.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Since when they are in or invited.
    pub since: DateTime<Utc>,
    /// Whether they have opened a link of this organization.
    pub has_joined: bool,
    /// When one of their sessions was last used, to a few minutes.
    pub seen_at: Option<DateTime<Utc>>,
    /// Until when a link that was made for them works.
    pub link_until: Option<DateTime<Utc>>,
}

/// Everybody of an organization, owners first.
///
/// # Errors
/// If the database fails.
pub async fn list(service: &Service, org: OrgId) -> Result<Vec<Member>, Error> {
    let sql = "select u.id as user_id, u.name, u.email, m.role, m.created_at as since,
           m.joined_at is not null as has_joined,
           (select max(s.seen_at) from sessions s where s.user_id = u.id and m.joined_at is not null) as seen_at,
           (select max(l.expires_at) from sign_in_links l where l.user_id = u.id and l.org_id = m.org_id
             and l.used_at is null and l.expires_at > $2 and not l.reusable) as link_until
         from memberships m join users u on u.id = m.user_id where m.org_id = $1
         order by case m.role when 'owner' then 0 when 'organizer' then 1 else 2 end, m.created_at, u.id";
    Ok(on_store!(read & service.store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(service.clock.now())
        .fetch_all(ex)
        .await)?)
}

/// Those who can let others in or do what a role may not: owners, by name.
///
/// # Errors
/// If the database fails.
pub async fn owners(store: &Store, org: OrgId) -> Result<Vec<(String, String)>, Error> {
    let sql = "select u.name, u.email from memberships m join users u on u.id = m.user_id
         where m.org_id = $1 and m.role = 'owner' and m.joined_at is not null order by m.created_at, u.id limit 5";
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(org).fetch_all(ex).await)?)
}

/// How somebody gets in again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// By this token of a link, which is stored nowhere.
    Link(String),
    /// With the password they have, which opens another organization too.
    OwnPassword,
}

fn check_owner(person: &Person) -> Result<(), Error> {
    if person.role == Role::Owner {
        return Ok(());
    }
    Err(Error::NotAllowed("Only an owner can change who is let in. Ask one."))
}

/// Invites somebody who is not in yet; returns the token of their link, which is stored nowhere.
///
/// # Errors
/// [`Error::Invalid`] for an email that is none or somebody who is in already,
/// [`Error::NotAllowed`] for anybody but an owner.
pub async fn invite(service: &Service, owner: &Person, new: &NewUser) -> Result<String, Error> {
    check_owner(owner)?;
    let mut problems = Problems::default();
    if let Some(email) = problems.take("email", users::email(&new.email)) {
        let sql = "select exists (select 1 from memberships m join users u on u.id = m.user_id
             where m.org_id = $1 and u.email = $2)";
        let is_in: bool = on_store!(read & service.store, |ex| sqlx::query_scalar(sql)
            .bind(owner.org_id)
            .bind(email)
            .fetch_one(ex)
            .await)?;
        if is_in {
            problems.add(
                "email",
                "They are in the list below already. Change their role or make a new link there.",
            );
        }
    }
    problems.none()?;
    let user = users::create(service, owner.org_id, new).await?;
    audit(service, owner, "invite", &format!("{} as {}", new.email.trim(), new.role.as_str())).await?;
    links::create(service, owner.org_id, user, false).await
}

/// A new link for somebody, whose email is returned, who lost theirs or their password. Links from before work no more.
///
/// # Errors
/// [`Error::NotFound`] for a stranger, [`Error::NotAllowed`] for anybody but an owner.
pub async fn new_link(service: &Service, owner: &Person, user: UserId) -> Result<(String, Entry), Error> {
    check_owner(owner)?;
    let member = users::find_invited(&service.store, user, owner.org_id).await?.ok_or(Error::NotFound)?;
    let sql = "delete from sign_in_links where org_id = $1 and user_id = $2 and not reusable";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(owner.org_id)
        .bind(user)
        .execute(ex)
        .await
        .map(drop))?;
    audit(service, owner, "make sign-in link", &member.email).await?;
    let has_joined = users::find_member(&service.store, user, owner.org_id).await?.is_some();
    let mut tx = service.store.begin_read().await?;
    let is_elsewhere = users::is_elsewhere(&mut tx, owner.org_id, user).await?;
    tx.commit().await?;
    if has_joined && is_elsewhere {
        return Ok((member.email, Entry::OwnPassword));
    }
    Ok((member.email, Entry::Link(links::create(service, owner.org_id, user, false).await?)))
}

/// Gives somebody another role.
///
/// # Errors
/// [`Error::Refused`] for the last owner, [`Error::NotFound`] for a stranger,
/// [`Error::NotAllowed`] for anybody but an owner.
pub async fn change_role(
    service: &Service,
    owner: &Person,
    user: UserId,
    role: Role,
) -> Result<String, Error> {
    check_owner(owner)?;
    let mut tx = service.store.begin().await?;
    let (email, before) = lock(&mut tx, owner.org_id, user).await?;
    if before == Role::Owner && role != Role::Owner {
        check_not_last(&mut tx, owner.org_id, user).await?;
    }
    let sql = "update memberships set role = $3 where org_id = $1 and user_id = $2";
    on_tx!(tx, |ex| sqlx::query(sql).bind(owner.org_id).bind(user).bind(role).execute(ex).await.map(drop))?;
    let subject = format!("{email}: {} to {}", before.as_str(), role.as_str());
    audit::write_in(&mut tx, service, &deed(owner, "change role", &subject)).await?;
    tx.commit().await?;
    Ok(email)
}

/// Lets somebody in no more: their links end, and their sessions unless they have other organizations.
///
/// # Errors
/// As [`change_role`].
pub async fn remove(service: &Service, owner: &Person, user: UserId) -> Result<String, Error> {
    check_owner(owner)?;
    let mut tx = service.store.begin().await?;
    let (email, role) = lock(&mut tx, owner.org_id, user).await?;
    if role == Role::Owner {
        check_not_last(&mut tx, owner.org_id, user).await?;
    }
    for sql in [
        "delete from memberships where org_id = $1 and user_id = $2",
        "delete from sign_in_links where org_id = $1 and user_id = $2",
        // A session in this organization is worth nothing without the membership; with no other
        // organization left it is worth nothing at all.
        "delete from sessions where user_id = $2
           and not exists (select 1 from memberships where user_id = $2 and org_id <> $1)",
    ] {
        on_tx!(tx, |ex| sqlx::query(sql).bind(owner.org_id).bind(user).execute(ex).await.map(drop))?;
    }
    audit::write_in(&mut tx, service, &deed(owner, "remove", &email)).await?;
    tx.commit().await?;
    Ok(email)
}

/// Email and role of a member, whose organization's memberships nobody else changes until the end.
async fn lock(tx: &mut Tx, org: OrgId, user: UserId) -> Result<(String, Role), Error> {
    // Two owners who remove each other at once must not leave nobody.
    if let Tx::Postgres(tx) = tx {
        let sql = "select id from organizations where id = $1 for update";
        sqlx::query(sql).bind(org).execute(&mut **tx).await?;
    }
    let sql = "select u.email, m.role from memberships m join users u on u.id = m.user_id
         where m.org_id = $1 and m.user_id = $2";
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(user).fetch_optional(ex).await)?.ok_or(Error::NotFound)
}

/// Somebody else who is in must be an owner: one who was only invited may never come.
async fn check_not_last(tx: &mut Tx, org: OrgId, user: UserId) -> Result<(), Error> {
    let sql =
        "select exists (select 1 from memberships where org_id = $1 and user_id <> $2 and role = 'owner'
         and joined_at is not null)";
    if on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(user).fetch_one(ex).await)? {
        return Ok(());
    }
    Err(Error::Refused("This is the last owner. Make somebody else an owner first.".into()))
}

fn deed<'a>(owner: &'a Person, action: &'a str, subject: &'a str) -> Deed<'a> {
    Deed { org: Some(owner.org_id), user: Some(owner.user_id), actor: &owner.email, action, subject }
}

async fn audit(service: &Service, owner: &Person, action: &str, subject: &str) -> Result<(), Error> {
    audit::write(service, &deed(owner, action, subject)).await
}
