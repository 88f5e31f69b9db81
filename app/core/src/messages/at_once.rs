//! Texts that answer what somebody has just done. A limit does not hold them, for later they are
//! of no use: it refuses them at once, and there is no record of a text that nobody asked to keep.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

use super::Purpose;
use crate::clock::first_id_of;
use crate::contacts;
use crate::error::Error;
use crate::ids::{ContactId, OrgId};
use crate::orgs;
use crate::service::Service;
use crate::store::{Tx, on_tx};

const DAY: TimeDelta = TimeDelta::hours(24);
const HOUR: TimeDelta = TimeDelta::hours(1);

/// Refuses a text that answers somebody while a limit of the organization is reached.
///
/// # Errors
/// [`Error::TooOften`] with the time it will take.
pub(crate) async fn refuse_over_limit(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    contact: ContactId,
    purpose: Purpose,
) -> Result<(), Error> {
    if !purpose.answers_somebody() {
        return Ok(());
    }
    let settings = orgs::settings_in(tx, org).await?;
    let now = service.clock.now();
    if let Some(limit) = settings.texts_per_contact_per_day {
        // Else texts that are asked for at once would all find room for one more.
        contacts::lock(tx, org, contact).await?;
        if let Some(first) = first_of_last(tx, org, contact, limit, now).await? {
            let why = "This person was texted as often as your organization allows in 24 hours.";
            return Err(Error::TooOften { why, wait: first + DAY - now });
        }
    }
    if let Some(limit) = settings.texts_per_hour {
        let hour = now.duration_trunc(HOUR).unwrap_or(now);
        let sql = "select exists (select 1 from org_hours where org_id = $1 and hour = $2 and texts >= $3)";
        let reached: bool = on_tx!(tx, |ex| sqlx::query_scalar(sql)
            .bind(org)
            .bind(hour)
            .bind(i64::from(limit))
            .fetch_one(ex)
            .await)?;
        if reached {
            let why = "Your organization has sent as many texts as it allows in an hour.";
            return Err(Error::TooOften { why, wait: hour + HOUR - now });
        }
    }
    Ok(())
}

/// When the first of the last `limit` texts of 24 hours was made; `None` if there were fewer. Texts
/// that wait count as those that have left do: they will reach the person too.
async fn first_of_last(
    tx: &mut Tx,
    org: OrgId,
    contact: ContactId,
    limit: u32,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    let since: Uuid = first_id_of(now - DAY);
    let sql = "select created_at from messages
         where org_id = $1 and contact_id = $2 and id >= $3 and direction = 'out' and created_at > $4
           and status not in ('blocked', 'canceled', 'failed')
         order by id desc limit 1 offset $5";
    on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(org)
        .bind(contact)
        .bind(since)
        .bind(now - DAY)
        .bind(i64::from(limit.saturating_sub(1)))
        .fetch_optional(ex)
        .await)
}
