//! What a code says about the phone: its person opted out, or the number is dead. Either becomes a
//! suppression in the transaction of its receipt.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::super::text::{Case, Text};
use super::Desk;
use crate::ids::OrgId;
use crate::orgs;
use crate::store::{Tx, on_tx};
use crate::suppressions::{New, Source};
use crate::twilio::codes::{self, Dead};

impl Desk {
    /// The suppressions that a text's new code brings about.
    pub(super) async fn suppress(
        &self,
        tx: &mut Tx,
        old: &Text,
        case: &Case,
    ) -> Result<Vec<New>, sqlx::Error> {
        let new_code = case.text.error_code.filter(|code| old.error_code != Some(*code));
        let Some(code) = new_code.and_then(|code| u32::try_from(code).ok()) else { return Ok(Vec::new()) };
        if codes::is_opt_out(code) {
            return self.opt_out(tx, case).await;
        }
        let dead = match codes::is_dead_number(code) {
            None => false,
            Some(Dead::AtOnce) => true,
            Some(Dead::TwiceOnDifferentDays) => failed_on_another_day(tx, &case.text).await?,
        };
        Ok(dead.then(|| self.dead(&case.text, code)).into_iter().collect())
    }

    /// Twilio says that this person opted out of this sender: that binds every organization that
    /// uses it, from this transaction on.
    async fn opt_out(&self, tx: &mut Tx, case: &Case) -> Result<Vec<New>, sqlx::Error> {
        let Some(attempt) = case.attempts.last() else { return Ok(Vec::new()) };
        let mut orgs =
            orgs::using_sender(tx, &self.defaults, attempt.account_id, &attempt.sender, None).await?;
        if !orgs.contains(&case.text.org_id) {
            orgs.push(case.text.org_id);
        }
        let suppression = |org_id| New {
            id: self.clock.new_id(),
            org_id,
            phone: case.text.to_phone.clone(),
            source: Source::TwilioOptOut,
            sender: attempt.sender.clone(),
            reason: "Twilio refused a text with 21610".into(),
            at: self.clock.now(),
        };
        Ok(orgs.into_iter().map(suppression).collect())
    }

    fn dead(&self, text: &Text, code: u32) -> New {
        New {
            id: self.clock.new_id(),
            org_id: text.org_id,
            phone: text.to_phone.clone(),
            source: Source::Dead,
            // The number is dead whoever texts it.
            sender: String::new(),
            reason: format!("{} (Twilio's code {code})", codes::describe(code).title),
            at: self.clock.now(),
        }
    }
}

/// Whether another text to this phone ended with such a code on another day of the organization's
/// zone. What came before a text that did arrive, or before an owner lifted the suppression,
/// proves nothing any more.
async fn failed_on_another_day(tx: &mut Tx, text: &Text) -> Result<bool, sqlx::Error> {
    let Some(at) = text.final_at else { return Ok(false) };
    let sql = "select m.final_at from messages m
         where m.org_id = $1 and m.contact_id = $2 and m.to_phone = $3 and m.id <> $4
           and m.error_code in (30005, 30006) and m.final_at is not null
           and not exists (select 1 from messages d where d.org_id = $1 and d.contact_id = $2
             and d.to_phone = $3 and d.delivered_at > m.final_at)
           and not exists (select 1 from suppressions s where s.org_id = $1 and s.phone = $3
             and s.source = 'dead' and s.lifted_at > m.final_at)";
    let others: Vec<DateTime<Utc>> = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(text.org_id)
        .bind(text.contact_id)
        .bind(&text.to_phone)
        .bind(text.id)
        .fetch_all(ex)
        .await)?;
    if others.is_empty() {
        return Ok(false);
    }
    let zone = zone_of(tx, text.org_id).await?;
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    Ok(others.into_iter().any(|other| day(other) != day(at)))
}

async fn zone_of(tx: &mut Tx, org: OrgId) -> Result<Tz, sqlx::Error> {
    let sql = "select timezone from organizations where id = $1";
    let name: String = on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).fetch_one(ex).await)?;
    name.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}
