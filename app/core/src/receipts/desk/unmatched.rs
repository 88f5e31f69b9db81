//! Receipts that name no text of ours yet: kept, and linked when their text turns up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::Receipt;
use super::super::text::{Attempt, Case, Text};
use super::hex_id;
use crate::clock::Clock;
use crate::ids::{AccountId, AttemptId, MessageId};
use crate::lookups::Patience;
use crate::messages::KnownBy;
use crate::store::{Tx, as_parameter, on_tx, rows, time};

#[derive(Serialize)]
struct Kept<'a> {
    id: String,
    account_id: AccountId,
    sid: &'a str,
    message_hint: Option<MessageId>,
    attempt_hint: Option<AttemptId>,
    status: &'a str,
    error_code: Option<i64>,
    source: KnownBy,
    payload: &'a str,
    #[serde(serialize_with = "time")]
    at: DateTime<Utc>,
}

pub(super) async fn keep(tx: &mut Tx, clock: &Clock, receipts: &[&Receipt]) -> Result<(), sqlx::Error> {
    if receipts.is_empty() {
        return Ok(());
    }
    let kept: Vec<Kept<'_>> = receipts
        .iter()
        .map(|receipt| Kept {
            id: hex_id(clock.new_id()),
            account_id: receipt.account_id,
            sid: &receipt.sid,
            message_hint: receipt.message,
            attempt_hint: receipt.attempt,
            status: &receipt.word,
            error_code: receipt.error_code,
            source: receipt.known_by,
            payload: &receipt.payload,
            at: receipt.at,
        })
        .collect();
    let sql = rows!(id uuid, account_id uuid, sid text, message_hint uuid, attempt_hint uuid, status text,
        error_code bigint, source text, payload text, at timestamptz =>
        "insert into unmatched_receipts
           (id, account_id, sid, message_hint, attempt_hint, status, error_code, source, payload, at)
         select id, account_id, sid, message_hint, attempt_hint, status, error_code, source, payload, at from input")
    .text(tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(&kept)?).execute(ex).await.map(drop))
}

#[derive(sqlx::FromRow)]
struct Linked {
    account_id: AccountId,
    sid: String,
    status: String,
    error_code: Option<i64>,
    source: KnownBy,
    payload: String,
    at: DateTime<Utc>,
}

/// Takes the kept receipts of every sid that an attempt has just got, or that is to be looked at
/// again, and applies them.
pub(super) async fn link(
    tx: &mut Tx,
    cases: &mut BTreeMap<MessageId, Case>,
    before: &BTreeMap<MessageId, (Text, Vec<Attempt>)>,
    seen: &BTreeMap<String, bool>,
    patience: &Patience,
) -> Result<(), sqlx::Error> {
    #[derive(Serialize)]
    struct Sid<'a> {
        sid: &'a str,
        account_id: AccountId,
    }
    let known: BTreeSet<&str> = before
        .values()
        .flat_map(|(_, attempts)| attempts)
        .filter_map(|attempt| attempt.sid.as_deref())
        .collect();
    let fresh: Vec<Sid<'_>> = cases
        .values()
        .flat_map(|case| &case.attempts)
        .filter_map(|attempt| Some(Sid { sid: attempt.sid.as_deref()?, account_id: attempt.account_id }))
        .filter(|fresh| seen.get(fresh.sid).is_some_and(|again| *again || !known.contains(fresh.sid)))
        .collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let sql = rows!(sid text, account_id uuid =>
        "delete from unmatched_receipts where (sid, account_id) in (select sid, account_id from input)
         returning account_id, sid, status, error_code, source, payload, at")
    .text(tx);
    let mut linked: Vec<Linked> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(as_parameter(&fresh)?).fetch_all(ex).await)?;
    linked.sort_by_key(|linked| linked.at);
    for linked in linked {
        let receipt = Receipt {
            account_id: linked.account_id,
            sid: linked.sid,
            attempt: None,
            message: None,
            word: linked.status,
            error_code: linked.error_code,
            from: None,
            segments: None,
            price: None,
            price_unit: None,
            known_by: linked.source,
            at: linked.at,
            payload: linked.payload,
        };
        for case in cases.values_mut() {
            if let Some(attempt) = case.find(&receipt) {
                case.receive(attempt, &receipt, patience);
            }
        }
    }
    Ok(())
}
