//! Finding and locking the texts that facts are about.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::Fact;
use super::super::text::{Attempt, Case, Text};
use crate::ids::{AccountId, AttemptId, MessageId};
use crate::messages::trail;
use crate::store::{Tx, as_ids, as_parameter, on_tx, rows};

/// Which text a fact was found to be about, and the account of the attempt it names.
#[derive(sqlx::FromRow)]
pub(super) struct Match {
    k: i64,
    pub message_id: MessageId,
    pub account_id: Option<AccountId>,
    /// Whether the text counts; another of its chain does if not.
    counts: bool,
}

/// Finds the text that each fact is about: by sid, by the attempt or by the text it names.
pub(super) async fn matches(tx: &mut Tx, facts: &[Fact]) -> Result<BTreeMap<usize, Match>, sqlx::Error> {
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
        "select i.k, a.message_id, a.account_id, m.counts, 0 as rank from input i join attempts a on a.sid = i.sid
           join messages m on m.id = a.message_id
         union all
         select i.k, a.message_id, a.account_id, m.counts, 1 from input i join attempts a on a.id = i.attempt_id
           join messages m on m.id = a.message_id where i.sid is null or a.sid is null or a.sid <> i.sid
         union all
         select i.k, m.id, a.account_id, m.counts, 2 from input i join messages m on m.id = i.message_id
           left join attempts a on a.message_id = m.id where i.attempt_id is null
         order by k, rank")
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

/// Reads the texts that facts are about, and the ones that count in the place of those that were
/// retried; all locked in id order, so that processes never wait for each other in a circle.
pub(super) async fn cases(
    tx: &mut Tx,
    matches: &BTreeMap<usize, Match>,
) -> Result<BTreeMap<MessageId, Case>, sqlx::Error> {
    let mut ids: BTreeSet<MessageId> = matches.values().map(|found| found.message_id).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let replaced = matches.values().filter(|found| !found.counts).map(|found| found.message_id);
    let replaced: BTreeSet<MessageId> = replaced.collect();
    if !replaced.is_empty() {
        ids.extend(counting_instead(tx, &as_ids(&replaced)?).await?);
    }
    let ids_in_order = as_ids(&ids)?;
    let texts = lock(tx, &ids_in_order).await?;
    // Statements of their own, after the lock: what others did while we waited for it is seen.
    let progress = trail::progress(tx, ids.iter().copied()).await?;
    let attempts = rows!(id uuid =>
        "select a.id, a.message_id, a.account_id, a.sender, a.ended_at, a.result, a.http_status, a.exclusive, a.sid,
           a.status, a.error_code, a.known_by, a.known_at, a.first_known_at, a.started_at, a.next_lookup_at, a.lookups
         from input i join attempts a on a.message_id = i.id order by a.message_id, a.number")
    .text(tx);
    let attempts: Vec<Attempt> =
        on_tx!(tx, |ex| sqlx::query_as(attempts).bind(&ids_in_order).fetch_all(ex).await)?;
    let mut cases: BTreeMap<MessageId, Case> = BTreeMap::new();
    for mut text in texts {
        text.steps = progress.get(&text.id).map_or(0, |progress| progress.steps);
        cases.insert(text.id, Case { text, attempts: Vec::new(), steps: Vec::new() });
    }
    for attempt in attempts {
        if let Some(case) = cases.get_mut(&attempt.message_id) {
            case.attempts.push(attempt);
        }
    }
    Ok(cases)
}

/// Of the chains of these texts, which do not count themselves, the ones that do. A text that is replaced only now is
/// met by its chain's own rule, which has everything read again.
async fn counting_instead(tx: &mut Tx, ids: &str) -> Result<Vec<MessageId>, sqlx::Error> {
    let sql = rows!(id uuid =>
        "select r.id from input i join messages m on m.id = i.id and not m.counts
           join messages r on r.chain_id = m.chain_id and r.retry_of is not null and r.counts
         union
         select r.id from input i join messages m on m.id = i.id and not m.counts
           join messages r on r.id = m.chain_id and r.counts")
    .text(tx);
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(ids).fetch_all(ex).await)
}

async fn lock(tx: &mut Tx, ids: &str) -> Result<Vec<Text>, sqlx::Error> {
    let locked = rows!(id uuid =>
        "select m.id, m.org_id, m.event_id, m.send_id, m.contact_id, m.purpose, m.to_phone, m.from_phone, m.status, m.hold,
           m.reason, m.error_code, m.final_by, m.counts, m.chain_id, m.due_at, m.tries, m.segments, m.price,
           m.price_unit, m.sent_at, m.delivered_at, m.final_at
         from messages m where m.id in (select id from input) order by m.id");
    let sql = match tx {
        Tx::Sqlite(_) => locked.sqlite.to_owned(),
        // `for update` also makes the row the newest committed one, not the snapshot's.
        Tx::Postgres(_) => format!("{} for update of m", locked.postgres),
    };
    on_tx!(tx, |ex| sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(ids).fetch_all(ex).await)
}
