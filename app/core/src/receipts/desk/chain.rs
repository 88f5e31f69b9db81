//! A text that was retried turns out delivered after all: its chain is delivered, so it counts
//! in place of the retry, and a retry that still waits is stopped.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::super::text::Case;
use super::DeskError;
use crate::ids::MessageId;
use crate::messages::Status;

/// Lets every text that has just been delivered count in place of the retry that replaced it.
pub(super) fn recount(cases: &mut BTreeMap<MessageId, Case>, now: DateTime<Utc>) -> Result<(), DeskError> {
    let late: Vec<(MessageId, uuid::Uuid)> = cases
        .values()
        .filter(|case| case.text.status == Status::Delivered && !case.text.counts)
        .map(|case| (case.text.id, case.text.chain_id))
        .collect();
    for (id, chain_id) in late {
        let counting = cases.values_mut().find(|case| case.text.chain_id == chain_id && case.text.counts);
        // Another process retried it while we waited for the lock: with that retry locked too, it
        // comes out right.
        let counting = counting.ok_or_else(|| DeskError::Again("a chain has grown".into()))?;
        if counting.text.status != Status::Delivered {
            counting.stop_counting(now);
            if let Some(case) = cases.get_mut(&id) {
                case.text.counts = true;
            }
        }
    }
    Ok(())
}
