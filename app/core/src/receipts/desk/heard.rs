//! Which senders Twilio calls us back about. Where the first news of text after text comes by
//! look-up and no callback ever came, receipts do not reach us: that is remembered, and said.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::text::{Attempt, Case, Text};
use crate::ids::{AccountId, AttemptId, MessageId};
use crate::live::Changed;
use crate::messages::{KnownBy, Status};
use crate::store::{Tx, as_parameter, on_tx, optional_time, rows, time};

type Sender = (AccountId, String);

/// The senders that this process has recorded as heard of, so that it does so once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard(Arc<Mutex<HashSet<Sender>>>);

impl Heard {
    fn has(&self, sender: &Sender) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(sender)
    }

    /// To be called after the commit.
    pub(super) fn remember(&self, senders: BTreeSet<Sender>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(senders);
    }
}

/// What one batch of facts says about senders.
#[derive(Default)]
pub(super) struct News {
    /// Called back about for the first time in this process's life.
    pub(super) first_heard: BTreeSet<Sender>,
    /// Texts whose first news came by look-up, and since when they waited for it.
    missed: BTreeMap<Sender, (i64, DateTime<Utc>)>,
}

impl News {
    /// Compares the attempts as they are now with what they were; `called_back` are those that a
    /// callback was about.
    pub(super) fn of(
        heard: &Heard,
        cases: &BTreeMap<MessageId, Case>,
        before: &BTreeMap<MessageId, (Text, Vec<Attempt>)>,
        called_back: &BTreeSet<AttemptId>,
    ) -> Self {
        let mut news = Self::default();
        for (id, case) in cases {
            let old = before.get(id).map(|(_, attempts)| attempts.as_slice()).unwrap_or_default();
            for (attempt, old) in case.attempts.iter().zip(old) {
                let sender = (attempt.account_id, attempt.sender.clone());
                let called = called_back.contains(&attempt.id);
                if !(called || is_missed(old, attempt)) || heard.has(&sender) {
                    continue;
                }
                if called {
                    news.first_heard.insert(sender);
                } else {
                    let (texts, since) = news.missed.entry(sender).or_insert((0, attempt.started_at));
                    *texts += 1;
                    *since = attempt.started_at.min(*since);
                }
            }
        }
        news
    }

    /// Writes what is new. A sender's first callback ends the trouble on every page.
    pub(super) async fn write(&self, tx: &mut Tx, now: DateTime<Utc>) -> Result<Changed, sqlx::Error> {
        #[derive(Serialize)]
        struct Row<'a> {
            account_id: AccountId,
            sender: &'a str,
            #[serde(serialize_with = "optional_time")]
            heard_at: Option<DateTime<Utc>>,
            missed: i64,
            #[serde(serialize_with = "time")]
            missed_since: DateTime<Utc>,
        }
        let heard = self.first_heard.iter().map(|(account_id, sender)| Row {
            account_id: *account_id,
            sender,
            heard_at: Some(now),
            missed: 0,
            missed_since: now,
        });
        let missed = self.missed.iter().filter(|(sender, _)| !self.first_heard.contains(*sender)).map(
            |((account_id, sender), (missed, since))| Row {
                account_id: *account_id,
                sender,
                heard_at: None,
                missed: *missed,
                missed_since: *since,
            },
        );
        let mut rows: Vec<Row<'_>> = heard.chain(missed).collect();
        if rows.is_empty() {
            return Ok(Changed::default());
        }
        // Always in this order: two processes must not wait for each other in a circle.
        rows.sort_by_key(|row| (row.account_id, row.sender));
        let sql = rows!(account_id uuid, sender text, heard_at timestamptz, missed bigint, missed_since timestamptz =>
            "insert into heard_senders (account_id, sender, heard_at, missed, missed_since)
             select account_id, sender, heard_at, missed, missed_since from input where true
             order by account_id, sender
             on conflict (account_id, sender) do update set
               heard_at = coalesce(heard_senders.heard_at, excluded.heard_at),
               missed = heard_senders.missed + excluded.missed,
               missed_since = case when heard_senders.missed_since < excluded.missed_since
                 then heard_senders.missed_since else excluded.missed_since end
             where heard_senders.heard_at is null")
        .text(tx);
        on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(&rows)?).execute(ex).await.map(drop))?;
        Ok(if self.first_heard.is_empty() { Changed::default() } else { Changed::anything() })
    }
}

/// The first news after Twilio's own answer came by look-up.
fn is_missed(old: &Attempt, new: &Attempt) -> bool {
    let waited = matches!(old.status, None | Some(Status::Accepted));
    let arrived = new.status.is_some_and(|status| status > Status::Accepted);
    waited && arrived && new.known_by == Some(KnownBy::LookUp)
}
