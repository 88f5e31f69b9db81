//! An event's texts in numbers, for programs: what the dashboard shows, without the list.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::dashboard::{Reason, reasons};
use super::{Purpose, Status};
use crate::counters::{self, Totals};
use crate::error::Error;
use crate::ids::{EventId, OrgId};
use crate::store::{Store, Tx, on_tx};

/// The median is taken over so many texts, the newest: an index leads to them, and they fit in
/// memory however many texts an event has.
const SAMPLE: i64 = 5_000;

/// An event's texts in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// By what became of them.
    pub totals: Totals,
    /// By where they stand; statuses without texts are left out.
    pub by_status: BTreeMap<Status, i64>,
    /// By why they were sent; purposes without texts are left out.
    pub by_purpose: BTreeMap<Purpose, i64>,
    /// Why texts failed, most frequent first.
    pub reasons: Vec<Reason>,
    /// From Twilio's taking a text to the phone's receipt, over the newest 5,000 that were
    /// delivered; `None` before the first.
    pub median_seconds_to_delivery: Option<f64>,
}

/// The summary of an event's texts that count.
///
/// # Errors
/// If the database fails. A strange event has no texts.
pub async fn summary(store: &Store, org: OrgId, event: EventId) -> Result<Summary, Error> {
    let mut tx = store.begin_read().await?;
    let counts = counters::of_scope(&mut tx, org, event.0).await?;
    let median_seconds_to_delivery = median_seconds(&mut tx, org, event).await?;
    tx.commit().await?;
    let mut by_status = BTreeMap::new();
    let mut by_purpose = BTreeMap::new();
    for count in &counts {
        *by_status.entry(count.status).or_default() += count.texts;
        *by_purpose.entry(count.purpose).or_default() += count.texts;
    }
    by_status.retain(|_, texts| *texts != 0);
    by_purpose.retain(|_, texts| *texts != 0);
    Ok(Summary {
        totals: Totals::of(&counts),
        by_status,
        by_purpose,
        reasons: reasons(&counts),
        median_seconds_to_delivery,
    })
}

async fn median_seconds(tx: &mut Tx, org: OrgId, event: EventId) -> Result<Option<f64>, Error> {
    let sql = "select m.sent_at, m.delivered_at from messages m
         where m.org_id = $1 and m.event_id = $2 and m.outcome = 'delivered' and m.counts and m.direction = 'out'
           and m.sent_at is not null and m.delivered_at is not null
         order by m.id desc limit $3";
    let times: Vec<(DateTime<Utc>, DateTime<Utc>)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(event).bind(SAMPLE).fetch_all(ex).await)?;
    let took = times.into_iter().map(|(sent, delivered)| (delivered - sent).num_milliseconds().max(0));
    Ok(median(took.collect()).map(|milliseconds| milliseconds / 1_000.0))
}

fn median(mut values: Vec<i64>) -> Option<f64> {
    values.sort_unstable();
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some((lower + upper) as f64 / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![7]), Some(7.0));
        assert_eq!(median(vec![9, 1, 4]), Some(4.0));
        assert_eq!(median(vec![9, 1, 4, 6]), Some(5.0));
    }
}
