//! “No receipt has ever come for this sender”: statuses come by look-up alone.

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::Error;
use crate::ids::OrgId;
use crate::service::Service;
use crate::store::on_store;

/// Fewer texts prove nothing: some carriers give no receipt.
const TEXTS: i64 = 3;
/// A callback may be on its way for so long.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// A sender whose receipts do not reach us.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Silence {
    /// The number or Messaging Service.
    pub sender: String,
    /// How many of its texts got their news by look-up.
    pub missed: i64,
    /// Since when.
    #[sqlx(rename = "missed_since")]
    pub since: DateTime<Utc>,
}

/// The sender of this organization, if callbacks about it were asked for and none has ever come.
///
/// # Errors
/// If the database fails.
pub async fn silence_of(service: &Service, org: OrgId) -> Result<Option<Silence>, Error> {
    if !service.settings.status_callbacks {
        return Ok(None);
    }
    let sql = "select h.sender, h.missed, h.missed_since from organizations o
         join heard_senders h on h.account_id = coalesce(o.account_id, $2)
           and h.sender = coalesce(o.sender, case when o.account_id is null then $3 end)
         where o.id = $1 and h.heard_at is null and h.missed >= $4 and h.missed_since < $5";
    Ok(on_store!(read & service.store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(service.default_account_id)
        .bind(&service.settings.default_sender)
        .bind(TEXTS)
        .bind(service.clock.now() - PATIENCE)
        .fetch_optional(ex)
        .await)?)
}
