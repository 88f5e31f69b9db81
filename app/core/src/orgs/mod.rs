//! Organizations: the tenants. Nothing crosses from one to another.

mod profile;
mod settings;

pub use profile::{rename, set};
pub use settings::{Change, Settings, change, settings};
pub(crate) use settings::{settings_in, settings_of};

use chrono_tz::Tz;

use crate::error::{Error, Problems};
use crate::ids::{AccountId, OrgId};
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};

/// Makes an organization.
///
/// # Errors
/// [`Error::Invalid`] for its name or zone.
pub async fn create(service: &Service, name: &str, timezone: &str) -> Result<OrgId, Error> {
    let mut problems = Problems::default();
    let name = problems.required("name", name, 200, "Give the organization a name.");
    let zone = timezone.trim().parse::<Tz>();
    let zone = problems.take("timezone", zone.map_err(|_| "Choose a time zone such as America/New_York."));
    problems.none()?;
    let zone = zone.ok_or_else(|| Error::Broken("an organization without zone passed its check".into()))?;
    let id = OrgId(service.clock.new_id());
    let sql = "insert into organizations (id, name, timezone, created_at) values ($1, $2, $3, $4)";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(id)
        .bind(name)
        .bind(zone.name())
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))?;
    Ok(id)
}

/// Whether there is any organization yet.
///
/// # Errors
/// If the database fails.
pub async fn any(store: &Store) -> Result<bool, sqlx::Error> {
    on_store!(read store, |ex| sqlx::query_scalar("select exists (select 1 from organizations)").fetch_one(ex).await)
}

/// What organizations without an account or sender of their own use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    pub account: Option<AccountId>,
    pub sender: Option<String>,
}

/// Every organization that sends through this account and one of these two senders: a number and
/// the Messaging Service it is in.
pub(crate) async fn using_sender(
    tx: &mut Tx,
    defaults: &Defaults,
    account: AccountId,
    sender: &str,
    other: Option<&str>,
) -> Result<Vec<OrgId>, sqlx::Error> {
    let sql = "select id from organizations where coalesce(account_id, $1) = $2
           and coalesce(sender, case when account_id is null then $3 end) in ($4, $5) order by id";
    on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(defaults.account)
        .bind(account)
        .bind(&defaults.sender)
        .bind(sender)
        .bind(other)
        .fetch_all(ex)
        .await)
}
