//! Phones that must not be texted.

mod by_hand;
mod list;

pub use by_hand::{Lifted, add_by_hand, lift, opt_out};
pub use list::{Page, Suppression, Wanted, find, in_force, list};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::ids::OrgId;
use crate::phones::Phone;
use crate::store::{Tx, as_parameter, hex, on_tx, rows, time};
use uuid::Uuid;

/// Why a phone must not be texted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type, Serialize)]
#[sqlx(type_name = "text")]
pub enum Source {
    /// They replied STOP.
    #[sqlx(rename = "stop")]
    #[serde(rename = "stop")]
    Stop,
    /// Twilio says that they opted out.
    #[sqlx(rename = "21610")]
    #[serde(rename = "21610")]
    TwilioOptOut,
    /// Somebody of the organization said so.
    #[sqlx(rename = "staff")]
    #[serde(rename = "staff")]
    Staff,
    /// The number cannot receive texts.
    #[sqlx(rename = "dead")]
    #[serde(rename = "dead")]
    Dead,
}

impl Source {
    /// Whether an owner may lift it: the organization's own, and numbers that may work again. What the
    /// person asked for, only they take back.
    #[must_use]
    pub fn may_be_lifted(self) -> bool {
        matches!(self, Self::Staff | Self::Dead)
    }
}

/// A suppression that comes into force.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct New {
    #[serde(serialize_with = "hex")]
    pub id: Uuid,
    pub org_id: OrgId,
    pub phone: String,
    pub source: Source,
    /// The number or service through which it came; empty where it came through none.
    pub sender: String,
    pub reason: String,
    #[serde(serialize_with = "time")]
    pub at: DateTime<Utc>,
}

/// Puts suppressions in force and returns whose they are; one that is in force already stays as it
/// is.
pub(crate) async fn add(tx: &mut Tx, new: &[New]) -> Result<Vec<OrgId>, sqlx::Error> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let sql = rows!(id uuid, org_id uuid, phone text, source text, sender text, reason text, at timestamptz =>
        "insert into suppressions (id, org_id, phone, source, sender, reason, created_at)
         select id, org_id, phone, source, sender, reason, at from input where true on conflict do nothing
         returning org_id");
    let sql = sql.text(tx);
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(as_parameter(new)?).fetch_all(ex).await)
}

/// The person's START lifts what came through this sender, in every organization; returns in which.
pub(crate) async fn lift_by_start(
    tx: &mut Tx,
    phone: &Phone,
    sender: &str,
    now: DateTime<Utc>,
) -> Result<Vec<OrgId>, sqlx::Error> {
    let sql = "update suppressions set lifted_at = $3, lifted_reason = 'They wrote START'
         where phone = $1 and sender = $2 and source in ('stop', '21610') and lifted_at is null returning org_id";
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(phone.as_str()).bind(sender).bind(now).fetch_all(ex).await)
}
