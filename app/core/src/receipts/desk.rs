//! Where facts meet texts: reads the texts they are about, applies them, writes the difference,
//! in one transaction and a fixed number of statements whatever the number of facts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::heard::News;
use super::text::{Attempt, Case, Text};
use super::{Fact, Receipt, Recorded};
use crate::clock::Clock;
use crate::counters::Changes;
use crate::ids::{AccountId, AttemptId, MessageId};
use crate::live::{Changed, Hub};
use crate::lookups::Patience;
use crate::messages::{KnownBy, Status, write_trail};
use crate::orgs::Defaults;
use crate::store::{Store, Tx, was_in_the_way};
use crate::suppressions;

mod chain;
mod circuits;
mod heard;
mod read;
mod save;
mod unmatched;
mod unreachable;

pub(crate) use heard::Heard;

/// What a commit may take once its transaction is open.
const COMMIT_PATIENCE: Duration = Duration::from_secs(5);

/// Why facts were not recorded.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeskError {
    /// The database is away or too slow: nobody's receipt can be stored.
    #[error("the database is away: {0}")]
    Away(String),
    /// Another transaction was in the way; the same facts may be stored now.
    #[error("another transaction was in the way: {0}")]
    Again(String),
    /// The database refused a row.
    #[error("the database refused a row: {0}")]
    Row(sqlx::Error),
}

impl From<sqlx::Error> for DeskError {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
        match code.as_deref() {
            _ if was_in_the_way(&error) => Self::Again(error.to_string()),
            // A neighbour process wrote first, which looks different on the next try.
            Some("23505") => Self::Again(error.to_string()),
            Some(code) if code.len() == 5 && (code.starts_with("22") || code.starts_with("23")) => {
                Self::Row(error)
            }
            // SQLite: constraint (19 in the low byte) and mismatched type.
            Some(code) if code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 19 | 20)) => {
                Self::Row(error)
            }
            _ if matches!(error, sqlx::Error::Encode(_) | sqlx::Error::ColumnDecode { .. }) => {
                Self::Row(error)
            }
            _ => Self::Away(error.to_string()),
        }
    }
}

/// What became of facts, once their transaction commits.
struct Applied {
    recorded: Vec<Recorded>,
    changed: Changed,
    news: News,
}

/// What the writer needs.
#[derive(Clone)]
pub(crate) struct Desk {
    pub store: Store,
    pub clock: Clock,
    pub hub: Hub,
    pub shard: i64,
    pub patience: Patience,
    pub defaults: Defaults,
    pub heard: Heard,
}

impl Desk {
    /// Records facts; answers in their order.
    pub(super) async fn record(
        &self,
        facts: &[Fact],
        patience: Duration,
    ) -> Result<Vec<Recorded>, DeskError> {
        let begun = tokio::time::timeout(patience, self.store.begin()).await;
        let mut tx = begun.map_err(|_| DeskError::Away("no transaction in time".into()))??;
        let work = async {
            let applied = self.apply(&mut tx, facts).await?;
            tx.commit().await?;
            Ok::<_, DeskError>(applied)
        };
        let done = tokio::time::timeout(COMMIT_PATIENCE, work).await;
        let applied = done.map_err(|_| DeskError::Away("no commit in time".into()))??;
        self.heard.remember(applied.news.first_heard);
        self.hub.tell(applied.changed);
        Ok(applied.recorded)
    }

    async fn apply(&self, tx: &mut Tx, facts: &[Fact]) -> Result<Applied, DeskError> {
        let matches = read::matches(tx, facts).await?;
        let other_account = |k: usize, receipt: &Receipt| {
            matches
                .get(&k)
                .and_then(|found| found.account_id)
                .is_some_and(|account| account != receipt.account_id)
        };
        let mut cases = read::cases(tx, &matches).await?;
        let before: BTreeMap<MessageId, (Text, Vec<Attempt>)> =
            cases.iter().map(|(id, case)| (*id, (case.text.clone(), case.attempts.clone()))).collect();
        let mut recorded = vec![Recorded::Stored; facts.len()];
        let mut unmatched = Vec::new();
        let mut sids = BTreeMap::new();
        let mut called_back = BTreeSet::new();
        for (k, fact) in facts.iter().enumerate() {
            let case = matches.get(&k).and_then(|found| cases.get_mut(&found.message_id));
            match (fact, case) {
                (Fact::Receipt(receipt), _) if other_account(k, receipt) => {
                    recorded[k] = Recorded::OtherAccount
                }
                (Fact::Receipt(receipt), Some(case)) => match case.find(receipt) {
                    Some(attempt) => {
                        case.receive(attempt, receipt, &self.patience);
                        // A look-up also finds what two processes kept past each other.
                        let again = receipt.known_by == KnownBy::LookUp;
                        *sids.entry(receipt.sid.clone()).or_insert(false) |= again;
                        called_back.extend((receipt.known_by == KnownBy::Callback).then_some(attempt));
                    }
                    None => unmatched.push(receipt),
                },
                (Fact::Receipt(receipt), None) => unmatched.push(receipt),
                (Fact::CallEnded(ended), Some(case)) => case.end_call(ended),
                (Fact::CallEnded(ended), None) => {
                    tracing::error!(attempt = %ended.attempt, "a call ended whose attempt is not on record");
                }
            }
        }
        unmatched::keep(tx, &self.clock, &unmatched).await?;
        unmatched::link(tx, &mut cases, &before, &sids, &self.patience).await?;
        for case in cases.values_mut() {
            case.settle();
        }
        chain::recount(&mut cases, self.clock.now())?;
        let accounts: BTreeMap<AttemptId, (AccountId, DateTime<Utc>)> = cases
            .values()
            .flat_map(|case| &case.attempts)
            .map(|attempt| (attempt.id, (attempt.account_id, attempt.started_at)))
            .collect();
        let news = News::of(&self.heard, &cases, &before, &called_back);
        let mut changed = news.write(tx, self.clock.now()).await?;
        changed.merge(&circuits::switch(tx, facts, &accounts).await?);
        changed.merge(&self.write(tx, cases, &before).await?);
        Ok(Applied { recorded, changed, news })
    }

    async fn write(
        &self,
        tx: &mut Tx,
        cases: BTreeMap<MessageId, Case>,
        before: &BTreeMap<MessageId, (Text, Vec<Attempt>)>,
    ) -> Result<Changed, DeskError> {
        let mut counters = Changes::default();
        let mut changed = Changed::default();
        let mut suppressed = Vec::new();
        let mut texts = Vec::new();
        let mut attempts = Vec::new();
        let mut steps = Vec::new();
        for (id, mut case) in cases {
            let Some((old, old_attempts)) = before.get(&id) else {
                continue;
            };
            if old.counts {
                counters.remove(&old.belonging(), old.status, old.error_code);
            }
            if case.text.counts {
                counters.add(&case.text.belonging(), case.text.status, case.text.error_code);
            }
            case.text.belonging().has_changed(&mut changed);
            suppressed.extend(self.suppress(tx, old, &case).await?);
            // A phone that is free again, or a text that waits again, is work for the outbox.
            changed.outbox |= case.text.status == Status::Queued && old.status != Status::Queued;
            changed.outbox |=
                case.attempts.iter().zip(old_attempts).any(|(new, old)| old.exclusive && !new.exclusive);
            attempts.extend(
                case.attempts
                    .into_iter()
                    .zip(old_attempts)
                    .filter(|(new, old)| new != *old)
                    .map(|(new, old)| save::Changed { old: old.clone(), new }),
            );
            steps.append(&mut case.steps);
            if case.text != *old {
                texts.push(save::Changed { old: old.clone(), new: case.text });
            }
        }
        save::attempts(tx, &attempts).await?;
        save::texts(tx, &texts).await?;
        write_trail(tx, &steps).await?;
        suppressions::add(tx, &suppressed).await?;
        counters.write(tx, self.shard).await?;
        Ok(changed)
    }
}

/// A place for a fact's own id in a JSON parameter.
fn hex_id(id: Uuid) -> String {
    id.simple().to_string()
}
