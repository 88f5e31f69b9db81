//! An event's texts in numbers, for programs: what the dashboard shows, without the list.

use std::collections::BTreeMap;

use super::causes::{Reason, reasons};
use super::filter::Filter;
use super::meant::Meant;
use super::pace::pace;
use super::{Purpose, Status};
use crate::counters::{self, Totals};
use crate::error::Error;
use crate::ids::{EventId, OrgId};
use crate::store::Store;

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
    /// From Twilio's taking a text to the phone's receipt, over the newest 250 that were
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
    let all = Filter::default();
    let all = Meant::of(&mut tx, org, event, &all).await?;
    let pace = pace(&mut tx, &all).await?;
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
        median_seconds_to_delivery: pace.map(|pace| pace.median),
    })
}
