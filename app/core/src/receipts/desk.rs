//! Where facts meet texts: reads the texts they are about, applies them, writes the difference,
//! in one transaction and a fixed number of statements whatever the number of facts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::text::{Attempt, Case, Text};
use super::{CallEnded, End, Fact, Receipt, Recorded};
use crate::clock::Clock;
use crate::counters::Changes;
use crate::ids::{AccountId, AttemptId, MessageId};
use crate::live::{Changed, Hub};
use crate::lookups::Patience;
use crate::messages::{KnownBy, Status, write_trail};
use crate::outbox::circuit;
use crate::store::{Store, Tx, as_parameter, on_tx, rows};
use crate::suppressions;
use crate::twilio::codes;

mod chain;
mod save;
mod unmatched;

/// What a commit may take once its transaction is open.
const COMMIT_PATIENCE: Duration = Duration::from_secs(5);

/// Why facts were not recorded.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeskError {
    /// The database is away or too slow.
    #[error("the database is away: {0}")]
    Away(String),
    /// The database refused a row.
    #[error("the database refused a row: {0}")]
    Row(sqlx::Error),
}

impl From<sqlx::Error> for DeskError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(_) | sqlx::Error::Encode(_) | sqlx::Error::ColumnDecode { .. } => {
                Self::Row(error)
            }
            other => Self::Away(other.to_string()),
        }
    }
}

/// What the writer needs.
#[derive(Clone)]
pub(crate) struct Desk {
    pub store: Store,
    pub clock: Clock,
    pub hub: Hub,
    pub shard: i64,
    pub patience: Patience,
}

/// Which text a fact was found to be about, and the account of the attempt it names.
#[derive(sqlx::FromRow)]
struct Match {
    k: i64,
    message_id: MessageId,
    account_id: Option<AccountId>,
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
            let (recorded, changed) = self.apply(&mut tx, facts).await?;
            tx.commit().await?;
            Ok::<_, DeskError>((recorded, changed))
        };
        let done = tokio::time::timeout(COMMIT_PATIENCE, work).await;
        let (recorded, changed) = done.map_err(|_| DeskError::Away("no commit in time".into()))??;
        self.hub.tell(changed);
        Ok(recorded)
    }

    async fn apply(&self, tx: &mut Tx, facts: &[Fact]) -> Result<(Vec<Recorded>, Changed), DeskError> {
        let matches = match_facts(tx, facts).await?;
        let other_account = |k: usize, receipt: &Receipt| {
            matches
                .get(&k)
                .and_then(|found| found.account_id)
                .is_some_and(|account| account != receipt.account_id)
        };
        let mut cases = self.open_cases(tx, &matches).await?;
        let before: BTreeMap<MessageId, (Text, Vec<Attempt>)> =
            cases.iter().map(|(id, case)| (*id, (case.text.clone(), case.attempts.clone()))).collect();
        let mut recorded = vec![Recorded::Stored; facts.len()];
        let mut unmatched = Vec::new();
        let mut new_sids = BTreeSet::new();
        for (k, fact) in facts.iter().enumerate() {
            let case = matches.get(&k).and_then(|found| cases.get_mut(&found.message_id));
            match (fact, case) {
                (Fact::Receipt(receipt), _) if other_account(k, receipt) => {
                    recorded[k] = Recorded::OtherAccount
                }
                (Fact::Receipt(receipt), Some(case)) => match case.find(receipt) {
                    Some(attempt) => {
                        case.receive(attempt, receipt, &self.patience);
                        new_sids.insert(receipt.sid.clone());
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
        unmatched::link(tx, &mut cases, &before, &new_sids, &self.patience).await?;
        for case in cases.values_mut() {
            case.settle();
        }
        let mut counters = Changes::default();
        chain::recount(tx, self, &mut cases, &mut counters).await?;
        let accounts: BTreeMap<AttemptId, (AccountId, DateTime<Utc>)> = cases
            .values()
            .flat_map(|case| &case.attempts)
            .map(|attempt| (attempt.id, (attempt.account_id, attempt.started_at)))
            .collect();
        let mut changed = self.write(tx, cases, &before, counters).await?;
        changed.merge(&switch_circuits(tx, facts, &accounts).await?);
        Ok((recorded, changed))
    }

    /// Reads the texts that facts are about, locked in id order so that processes never wait for
    /// each other in a circle, and then all their attempts.
    async fn open_cases(
        &self,
        tx: &mut Tx,
        matches: &BTreeMap<usize, Match>,
    ) -> Result<BTreeMap<MessageId, Case>, sqlx::Error> {
        #[derive(Serialize)]
        struct Id {
            id: MessageId,
        }
        let ids: BTreeSet<MessageId> = matches.values().map(|found| found.message_id).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ids = as_parameter(&ids.into_iter().map(|id| Id { id }).collect::<Vec<_>>())?;
        let locked = rows!(id uuid =>
            "select m.id, m.org_id, m.event_id, m.contact_id, m.purpose, m.to_phone, m.from_phone, m.status, m.hold,
               m.reason, m.error_code, m.final_by, m.counts, m.chain_id, m.due_at, m.tries, m.segments, m.price, m.price_unit,
               m.sent_at, m.delivered_at, m.final_at,
               (select coalesce(max(t.seq), 0) from trail t where t.message_id = m.id) as steps
             from messages m where m.id in (select id from input) order by m.id");
        let sql = match tx {
            Tx::Sqlite(_) => locked.sqlite.to_owned(),
            // `for update` also makes the row the newest committed one, not the snapshot's.
            Tx::Postgres(_) => format!("{} for update of m", locked.postgres),
        };
        let texts: Vec<Text> =
            on_tx!(tx, |ex| sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(&ids).fetch_all(ex).await)?;
        let attempts = rows!(id uuid =>
            "select a.id, a.message_id, a.account_id, a.sender, a.ended_at, a.result, a.http_status, a.exclusive, a.sid,
               a.status, a.error_code, a.known_by, a.known_at, a.first_known_at, a.started_at, a.next_lookup_at, a.lookups
             from input i join attempts a on a.message_id = i.id order by a.message_id, a.number")
        .text(tx);
        let attempts: Vec<Attempt> =
            on_tx!(tx, |ex| sqlx::query_as(attempts).bind(&ids).fetch_all(ex).await)?;
        let mut cases: BTreeMap<MessageId, Case> = texts
            .into_iter()
            .map(|text| (text.id, Case { text, attempts: Vec::new(), steps: Vec::new() }))
            .collect();
        for attempt in attempts {
            if let Some(case) = cases.get_mut(&attempt.message_id) {
                case.attempts.push(attempt);
            }
        }
        Ok(cases)
    }

    async fn write(
        &self,
        tx: &mut Tx,
        cases: BTreeMap<MessageId, Case>,
        before: &BTreeMap<MessageId, (Text, Vec<Attempt>)>,
        mut counters: Changes,
    ) -> Result<Changed, DeskError> {
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
                counters.remove(old.counted());
            }
            if case.text.counts {
                counters.add(case.text.counted());
            }
            changed.ids.extend(
                [Some(case.text.contact_id.0), case.text.event_id.map(|e| e.0), Some(case.text.org_id.0)]
                    .into_iter()
                    .flatten(),
            );
            suppressed.extend(self.opt_out(old, &case));
            // A phone that is free again, or a text that waits again, is work for the outbox.
            changed.outbox |= case.text.status == Status::Queued && old.status != Status::Queued;
            changed.outbox |=
                case.attempts.iter().zip(old_attempts).any(|(new, old)| old.exclusive && !new.exclusive);
            attempts.extend(
                case.attempts
                    .into_iter()
                    .zip(old_attempts)
                    .filter(|(new, old)| new != *old)
                    .map(|(new, _)| new),
            );
            steps.append(&mut case.steps);
            if case.text != *old {
                texts.push(case.text);
            }
        }
        save::attempts(tx, &attempts).await?;
        save::texts(tx, &texts).await?;
        write_trail(tx, &steps).await?;
        suppressions::add(tx, &suppressed).await?;
        counters.write(tx, self.shard).await?;
        Ok(changed)
    }

    /// Twilio says that this person opted out: that binds us from this transaction on.
    fn opt_out(&self, old: &Text, case: &Case) -> Option<suppressions::New> {
        let code = case.text.error_code.filter(|code| old.error_code != Some(*code))?;
        let code = u32::try_from(code).ok()?;
        codes::is_opt_out(code).then(|| suppressions::New {
            id: self.clock.new_id(),
            org_id: case.text.org_id,
            phone: case.text.to_phone.clone(),
            source: suppressions::Source::TwilioOptOut,
            sender: case.attempts.last().map(|attempt| attempt.sender.clone()).unwrap_or_default(),
            reason: format!("Twilio refused a text with {code}"),
            at: self.clock.now(),
        })
    }
}

/// A call that Twilio took closes its account's circuit; one that shows the whole account to be
/// stopped opens it.
async fn switch_circuits(
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

/// Finds the text that each fact is about: by sid, by the attempt or by the text it names.
async fn match_facts(tx: &mut Tx, facts: &[Fact]) -> Result<BTreeMap<usize, Match>, sqlx::Error> {
    #[derive(Serialize)]
    struct Clue<'a> {
        k: usize,
        sid: Option<&'a str>,
        attempt_id: Option<AttemptId>,
        message_id: Option<MessageId>,
    }
    let clues: Vec<Clue<'_>> = facts
        .iter()
        .enumerate()
        .map(|(k, fact)| match fact {
            Fact::Receipt(receipt) => {
                Clue { k, sid: Some(&receipt.sid), attempt_id: receipt.attempt, message_id: receipt.message }
            }
            Fact::CallEnded(ended) => {
                Clue { k, sid: None, attempt_id: Some(ended.attempt), message_id: None }
            }
        })
        .collect();
    let sql = rows!(k bigint, sid text, attempt_id uuid, message_id uuid =>
        "select i.k, a.message_id, a.account_id, 0 as rank from input i join attempts a on a.sid = i.sid
         union all
         select i.k, a.message_id, a.account_id, 1 from input i join attempts a on a.id = i.attempt_id
         union all
         select i.k, m.id, a.account_id, 2 from input i join messages m on m.id = i.message_id
           left join attempts a on a.message_id = m.id where i.attempt_id is null
         order by 1, 4")
    .text(tx);
    let found: Vec<Match> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(as_parameter(&clues)?).fetch_all(ex).await)?;
    let mut matches = BTreeMap::new();
    for found in found {
        let Ok(k) = usize::try_from(found.k) else {
            continue;
        };
        matches.entry(k).or_insert(found);
    }
    Ok(matches)
}

/// A place for a fact's own id in a JSON parameter.
fn hex_id(id: Uuid) -> String {
    id.simple().to_string()
}
