//! What calls tell about whole accounts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::super::{CallEnded, End, Fact};
use crate::ids::{AccountId, AttemptId};
use crate::live::Changed;
use crate::messages::KnownBy;
use crate::outbox::circuit;
use crate::store::Tx;

/// A call that Twilio took closes its account's circuit; one that shows the whole account to be
/// stopped opens it.
pub(super) async fn switch(
    tx: &mut Tx,
    facts: &[Fact],
    accounts: &BTreeMap<AttemptId, (AccountId, DateTime<Utc>)>,
) -> Result<Changed, sqlx::Error> {
    let mut changed = Changed::default();
    let mut works = BTreeSet::new();
    for fact in facts {
        match fact {
            Fact::Receipt(receipt) if receipt.known_by == KnownBy::ApiAnswer => {
                works.insert(receipt.account_id);
            }
            // A refusal of this one text is an answer too: login and account work.
            Fact::CallEnded(CallEnded { attempt, end: End::Refused { .. }, .. }) => {
                works.extend(accounts.get(attempt).map(|(account, _)| *account));
            }
            Fact::CallEnded(CallEnded {
                attempt, at, end: End::NotSent { fault: Some(fault), .. }, ..
            }) => {
                if let Some((account, began)) = accounts.get(attempt) {
                    circuit::open(tx, *account, *fault, *began, *at).await?;
                    changed.merge(&Changed::anything());
                }
            }
            _ => {}
        }
    }
    for account in works {
        if circuit::close(tx, account).await? {
            changed.merge(&Changed::anything());
        }
    }
    Ok(changed)
}
