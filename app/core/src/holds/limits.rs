//! How many texts a person gets in a day, and an organization sends in an hour.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::Serialize;

use crate::ids::{AccountId, OrgId};
use crate::store::{Tx, as_parameter, on_tx, rows};

/// Over which a person's limit is counted.
const DAY: TimeDelta = TimeDelta::hours(24);

/// Somebody's phone, as an organization's account reaches it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Reach {
    pub org_id: OrgId,
    pub account_id: AccountId,
    pub phone: String,
}

/// When each of these people was texted in the last 24 hours, newest first. What Twilio refused
/// never reached anybody and does not count.
pub(crate) async fn texted(
    tx: &mut Tx,
    people: &[Reach],
    now: DateTime<Utc>,
) -> Result<HashMap<Reach, Vec<DateTime<Utc>>>, sqlx::Error> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = rows!(org_id uuid, account_id uuid, phone text =>
        "select a.org_id, a.account_id, a.to_phone, a.started_at from input i
         join attempts a on a.account_id = i.account_id and a.to_phone = i.phone and a.org_id = i.org_id
         where a.started_at > $2 and (a.result is null or a.result in ('accepted', 'unknown'))
         order by a.started_at desc")
    .text(tx);
    let found: Vec<(OrgId, AccountId, String, DateTime<Utc>)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(as_parameter(people)?).bind(now - DAY).fetch_all(ex).await)?;
    let mut texted: HashMap<Reach, Vec<DateTime<Utc>>> = HashMap::new();
    for (org_id, account_id, phone, at) in found {
        texted.entry(Reach { org_id, account_id, phone }).or_default().push(at);
    }
    Ok(texted)
}

/// When each of these phones may be texted again, if an organization allows a person `limit` texts; those
/// that may be texted now, by what is counted here, are left out.
pub(crate) async fn full(
    tx: &mut Tx,
    (org_id, account_id): (OrgId, AccountId),
    phones: &[&str],
    limit: u32,
    now: DateTime<Utc>,
) -> Result<HashMap<String, DateTime<Utc>>, sqlx::Error> {
    let reaches: Vec<Reach> =
        phones.iter().map(|phone| Reach { org_id, account_id, phone: (*phone).to_owned() }).collect();
    let texted = texted(tx, &reaches, now).await?;
    let free =
        |(reach, texted): (Reach, Vec<DateTime<Utc>>)| Some((reach.phone, free_again(&texted, limit)?));
    Ok(texted.into_iter().filter_map(free).collect())
}

/// When somebody who was texted at these times, newest first, may be texted again; `None` for now.
pub(crate) fn free_again(texted: &[DateTime<Utc>], limit: u32) -> Option<DateTime<Utc>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    texted.get(limit.saturating_sub(1)).map(|at| *at + DAY)
}

/// What is left of organizations' hours, while one transaction hands out turns.
#[derive(Debug, Default)]
pub(crate) struct Hours(BTreeMap<OrgId, Hour>);

#[derive(Debug)]
struct Hour {
    limit: i64,
    before: i64,
    now: i64,
    next: DateTime<Utc>,
}

impl Hours {
    /// Holds the hours of these organizations until the transaction ends; always in the same order,
    /// so that two processes do not wait for each other in a circle.
    pub(crate) async fn open(
        tx: &mut Tx,
        limits: &BTreeMap<OrgId, u32>,
        now: DateTime<Utc>,
    ) -> Result<Self, sqlx::Error> {
        let hour = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
        let mut hours = BTreeMap::new();
        for (org, limit) in limits {
            let sql = "insert into org_hours (org_id, hour, texts) values ($1, $2, 0)
                 on conflict (org_id) do update set
                   texts = case when org_hours.hour = excluded.hour then org_hours.texts else 0 end,
                   hour = excluded.hour
                 returning texts";
            let before: i64 =
                on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(hour).fetch_one(ex).await)?;
            let next = hour + TimeDelta::hours(1);
            hours.insert(*org, Hour { limit: i64::from(*limit), before, now: before, next });
        }
        Ok(Self(hours))
    }

    /// When this organization may send again; `None` for now.
    pub(crate) fn free_again(&self, org: OrgId) -> Option<DateTime<Utc>> {
        self.0.get(&org).filter(|hour| hour.now >= hour.limit).map(|hour| hour.next)
    }

    /// One more text goes.
    pub(crate) fn take(&mut self, org: OrgId) {
        if let Some(hour) = self.0.get_mut(&org) {
            hour.now += 1;
        }
    }

    /// Writes what was taken.
    pub(crate) async fn close(self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        #[derive(Serialize)]
        struct Row {
            org_id: OrgId,
            texts: i64,
        }
        let taken: Vec<Row> = self
            .0
            .into_iter()
            .filter(|(_, hour)| hour.now != hour.before)
            .map(|(org_id, hour)| Row { org_id, texts: hour.now - hour.before })
            .collect();
        if taken.is_empty() {
            return Ok(());
        }
        let sql = rows!(org_id uuid, texts bigint =>
            "update org_hours set texts = org_hours.texts + i.texts from input i where org_hours.org_id = i.org_id")
        .text(tx);
        on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(&taken)?).execute(ex).await.map(drop))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_as_many_as_are_allowed_must_be_a_day_old() {
        let at = |hour| DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        let texted = [at(9), at(5), at(2)];
        assert_eq!(free_again(&texted, 4), None);
        assert_eq!(free_again(&texted, 3), Some(at(26)));
        assert_eq!(free_again(&texted, 1), Some(at(33)));
    }
}
