//! Who did what to whom.

use crate::error::Error;
use crate::ids::{OrgId, UserId};
use crate::service::Service;
use crate::store::{Tx, on_tx};

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
