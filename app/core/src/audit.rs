//! Who did what to whom.

use chrono::{DateTime, Utc};

use crate::error::Error;
use crate::ids::{DeedId, OrgId, UserId};
use crate::messages::Author;
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};

/// One entry of the audit log.
#[derive(Clone, Debug)]
pub struct Deed<'a> {
    /// Where.
    pub org: Option<OrgId>,
    /// Who, if a person.
    pub user: Option<UserId>,
    /// What the log calls them.
    pub actor: &'a str,
    /// What they did, in one or two words.
    pub action: &'a str,
    /// To whom or what.
    pub subject: &'a str,
}

/// Writes an entry.
///
/// # Errors
/// If the database fails.
pub async fn write(service: &Service, deed: &Deed<'_>) -> Result<(), Error> {
    let mut tx = service.store.begin().await?;
    write_in(&mut tx, service, deed).await?;
    Ok(tx.commit().await?)
}

/// Writes an entry in the transaction of the deed itself.
pub(crate) async fn write_in(tx: &mut Tx, service: &Service, deed: &Deed<'_>) -> Result<(), sqlx::Error> {
    let sql = "insert into audit_log (id, org_id, user_id, actor, action, subject, at) values ($1, $2, $3, $4, $5, $6, $7)";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(service.clock.new_id())
        .bind(deed.org)
        .bind(deed.user)
        .bind(deed.actor)
        .bind(deed.action)
        .bind(deed.subject)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))
}

/// As [`write_in`], of a deed in an organization.
pub(crate) async fn note(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    author: &Author,
    action: &str,
    subject: &str,
) -> Result<(), sqlx::Error> {
    let deed = Deed { org: Some(org), user: author.user, actor: &author.name, action, subject };
    write_in(tx, service, &deed).await
}

/// One entry as its organization reads it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    /// Its id.
    pub id: DeedId,
    /// Who.
    pub actor: String,
    /// What they did.
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// Older ones exist before this one.
    pub older: Option<DeedId>,
}

/// Entries on a page.
pub const PAGE: usize = 50;

/// A page of an organization's log, newest first; from the entries before one if it is given.
///
/// # Errors
/// If the database fails.
pub async fn page(store: &Store, org: OrgId, before: Option<DeedId>) -> Result<Page, Error> {
    let sql = "select id, actor, action, subject, at from audit_log
         where org_id = $1 and ($2 is null or id < $2) order by id desc limit $3";
    let mut entries: Vec<Entry> = on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(before)
        .bind(i64::try_from(PAGE + 1).unwrap_or(i64::MAX))
        .fetch_all(ex)
        .await)?;
    let is_more = entries.len() > PAGE;
    entries.truncate(PAGE);
    Ok(Page { older: entries.last().filter(|_| is_more).map(|entry| entry.id), entries })
}
