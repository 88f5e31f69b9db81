//! What calls tell about whole accounts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::super::{CallEnded, End, Fact};
use crate::ids::{AccountId, AttemptId};
use crate::live::Changed;
use crate::messages::KnownBy;
use crate::outbox::{Fault, circuit};
use crate::store::Tx;

/// A call that Twilio took closes its account's circuit; one that shows the whole account to be
/// stopped opens it. A trial that proved neither gives its turn back.
pub(super) async fn switch(
    tx: &mut Tx,
    facts: &[Fact],
    accounts: &BTreeMap<AttemptId, (AccountId, DateTime<Utc>)>,
) -> Result<Changed, sqlx::Error> {
    let mut changed = Changed::default();
    let mut works = BTreeSet::new();
    for fact in facts {
        let CallEnded { attempt, at, end, .. } = match fact {
            Fact::Receipt(receipt) => {
                if receipt.known_by == KnownBy::ApiAnswer {
                    works.insert(receipt.account_id);
                }
                continue;
            }
            Fact::CallEnded(ended) => ended,
        };
        let Some((account, began)) = accounts.get(attempt).copied() else { continue };
        match end {
            // A refusal of this one text is an answer too: login and account work.
            End::Refused { .. } | End::NotSent { consumes_try: true, .. } => {
                works.insert(account);
            }
            End::NotSent { fault: Some(fault), .. } => {
                circuit::open(tx, account, *fault, began, *at).await?;
                changed.merge(&Changed::anything());
            }
            // Twilio is there, and busy: the next trial waits as long as this text.
            End::NotSent { due_at, .. } => circuit::end_trial(tx, account, began, *due_at).await?,
            End::Unknown { .. } if circuit::is_trial(tx, account, began).await? => {
                circuit::open(tx, account, Fault::Unreachable, began, *at).await?;
                changed.merge(&Changed::anything());
            }
            End::Unknown { .. } | End::Lost { .. } | End::NoReceipt => {}
        }
    }
    for account in works {
        if circuit::close(tx, account).await? {
            changed.merge(&Changed::anything());
        }
    }
    Ok(changed)
}
