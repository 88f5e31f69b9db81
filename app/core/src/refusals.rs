//! Webhooks that were refused, counted by day, address and reason. Anybody can send us nonsense, so
//! a refusal costs a number in memory; every few seconds the numbers are written in one batch.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::clock::Clock;
use crate::error::Error;
use crate::service::Service;
use crate::store::{Store, as_parameter, on_store, on_tx, rows, time};

/// So long refusals are kept.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Which address was called, and why it was refused. Both come from short lists of ours, so that
/// nobody can fill memory or the table.
type Key = (&'static str, &'static str);

/// How often something was refused, and when last.
type Counted = BTreeMap<Key, (i64, DateTime<Utc>)>;

/// What was refused since it was last written.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<Mutex<Counted>>);

impl Refusals {
    /// Counts one refusal of a webhook.
    pub fn count(&self, clock: &Clock, hook: &'static str, reason: &'static str) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (times, last) = counted.entry((hook, reason)).or_insert((0, clock.now()));
        *times += 1;
        *last = clock.now();
    }

    fn take(&self) -> BTreeMap<Key, (i64, DateTime<Utc>)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn give_back(&self, taken: BTreeMap<Key, (i64, DateTime<Utc>)>) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, (times, last)) in taken {
            let entry = counted.entry(key).or_insert((0, last));
            entry.0 += times;
            entry.1 = entry.1.max(last);
        }
    }
}

/// Writes what was refused since last time, and forgets what is a month old.
///
/// # Errors
/// If the database fails; what was to be written is then written next time.
pub async fn write(service: &Service) -> Result<(), Error> {
    let taken = service.refusals.take();
    if taken.is_empty() {
        return Ok(());
    }
    match write_all(service, &taken).await {
        Ok(()) => Ok(()),
        Err(error) => {
            service.refusals.give_back(taken);
            Err(error)
        }
    }
}

async fn write_all(service: &Service, taken: &BTreeMap<Key, (i64, DateTime<Utc>)>) -> Result<(), Error> {
    #[derive(Serialize)]
    struct Row {
        day: String,
        hook: &'static str,
        reason: &'static str,
        times: i64,
        #[serde(serialize_with = "time")]
        at: DateTime<Utc>,
    }
    let rows: Vec<Row> = taken
        .iter()
        .map(|((hook, reason), (times, at))| Row { day: day(*at), hook, reason, times: *times, at: *at })
        .collect();
    let mut tx = service.store.begin().await?;
    let sql = rows!(day text, hook text, reason text, times bigint, at timestamptz =>
        "insert into refused_webhooks (day, hook, reason, times, last_at)
         select day, hook, reason, times, at from input where true order by day, hook, reason
         on conflict (day, hook, reason) do update set times = refused_webhooks.times + excluded.times,
           last_at = case when refused_webhooks.last_at < excluded.last_at then excluded.last_at
             else refused_webhooks.last_at end")
    .text(&tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(&rows)?).execute(ex).await.map(drop))?;
    let sql = "delete from refused_webhooks where day < $1";
    let oldest = day(service.clock.now() - KEPT);
    on_tx!(tx, |ex| sqlx::query(sql).bind(oldest).execute(ex).await.map(drop))?;
    Ok(tx.commit().await?)
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// Webhooks that were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Refused {
    /// `status` or `inbound`.
    pub hook: String,
    /// A word of ours for why.
    pub reason: String,
    /// How often.
    pub times: i64,
    /// The last time.
    pub last_at: DateTime<Utc>,
}

/// What was refused in these last days, the newest first.
///
/// # Errors
/// If the database fails.
pub async fn since(store: &Store, from: DateTime<Utc>) -> Result<Vec<Refused>, Error> {
    let sql = "select hook, reason, cast(sum(times) as bigint) as times, max(last_at) as last_at
         from refused_webhooks where day >= $1 group by hook, reason order by 4 desc, 1, 2";
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(day(from)).fetch_all(ex).await)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_written_is_counted_on() {
        let (refusals, clock) = (Refusals::default(), Clock::System);
        refusals.count(&clock, "status", "signature");
        let taken = refusals.take();
        refusals.count(&clock, "status", "signature");
        refusals.give_back(taken);
        let counted = refusals.take();
        assert_eq!(counted[&("status", "signature")].0, 2);
        assert!(refusals.take().is_empty());
    }
}
