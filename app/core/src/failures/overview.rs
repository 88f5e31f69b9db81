//! Failures counted by their reasons.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Key, Need, failure};
use crate::clock::first_id_of;
use crate::error::Error;
use crate::ids::OrgId;
use crate::messages::{Outcome, Purpose, Status, retry_refusal};
use crate::service::Service;
use crate::store::on_store;

/// So many of the newest failures are looked at, so that the page stays quick whatever happened.
pub const LOOKED_AT: i64 = 20_000;

/// One reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What they failed of.
    pub key: Key,
    /// How many failed of it.
    pub texts: i64,
    /// How many of those can be tried again.
    pub can_retry: i64,
}

impl Reason {
    /// What it needs before it can arrive.
    #[must_use]
    pub fn need(&self) -> Need {
        self.key.need()
    }
}

/// All reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// By what to do, then by how many.
    pub reasons: Vec<Reason>,
    /// There are older ones that were not looked at.
    pub cut: bool,
}

impl Overview {
    /// How many need nothing but another try and can have one: those that a retry of all takes.
    #[must_use]
    pub fn can_retry(&self) -> i64 {
        let ready = self.reasons.iter().filter(|reason| reason.need() == Need::Retry);
        ready.map(|reason| reason.can_retry).sum()
    }

    /// How many there are.
    #[must_use]
    pub fn texts(&self) -> i64 {
        self.reasons.iter().map(|reason| reason.texts).sum()
    }
}

/// Texts that are alike in all that decides whether a retry can work.
#[derive(sqlx::FromRow)]
struct Alike {
    status: Status,
    error_code: Option<i64>,
    reason: Option<String>,
    purpose: Purpose,
    chain_position: i64,
    late: bool,
    suppressed: bool,
    texts: i64,
}

impl Alike {
    /// As a retry of all decides it.
    fn can_retry(&self) -> bool {
        self.status.outcome() != Some(Outcome::Unconfirmed)
            && !self.late
            && !self.suppressed
            && retry_refusal(
                self.purpose,
                self.status,
                self.error_code,
                self.reason.as_deref(),
                self.chain_position,
            )
            .is_none()
    }
}

/// Why texts recorded since then did not arrive. Of more than twenty thousand the newest are
/// looked at.
///
/// # Errors
/// If the database fails.
pub async fn overview(service: &Service, org: OrgId, since: DateTime<Utc>) -> Result<Overview, Error> {
    const SQL: &str = concat!(
        "select status, error_code, reason, purpose, chain_position, late, suppressed, count(*) as texts from (
           select m.status, m.error_code, m.reason, m.purpose, m.chain_position,
             coalesce(m.expires_at <= $3, $5) as late,
             m.contact_id in (select c.id from suppressions s join contacts c on c.org_id = s.org_id and c.phone = s.phone
               where s.org_id = $1 and s.lifted_at is null) as suppressed
           from messages m where ",
        failure!(),
        " order by m.id desc limit $4) newest
         group by status, error_code, reason, purpose, chain_position, late, suppressed"
    );
    let alike: Vec<Alike> = on_store!(read & service.store, |ex| sqlx::query_as(SQL)
        .bind(org)
        .bind(first_id_of(since))
        .bind(service.clock.now())
        .bind(LOOKED_AT)
        .bind(false)
        .fetch_all(ex)
        .await)?;
    Ok(gather(&alike))
}

fn gather(alike: &[Alike]) -> Overview {
    let mut reasons: BTreeMap<Key, Reason> = BTreeMap::new();
    let mut looked_at = 0;
    for texts in alike {
        looked_at += texts.texts;
        let Some(outcome) = texts.status.outcome() else { continue };
        let Some(key) = Key::of(outcome, texts.error_code, texts.reason.as_deref()) else { continue };
        let reason = reasons.entry(key).or_insert(Reason { key, texts: 0, can_retry: 0 });
        reason.texts += texts.texts;
        reason.can_retry += if texts.can_retry() { texts.texts } else { 0 };
    }
    let mut reasons: Vec<Reason> = reasons.into_values().collect();
    reasons.sort_by_key(|reason| (reason.need(), -reason.texts, reason.key));
    Overview { reasons, cut: looked_at >= LOOKED_AT }
}
