//! What one claim writes: attempts with their leases, the texts' new status, trail and counters.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::claim::Due;
use crate::counters::{Changes, Counted};
use crate::error::Error;
use crate::ids::{AccountId, AttemptId, MessageId, OrgId, ProcessId};
use crate::live::Changed;
use crate::messages::{Kind, NewStep, Purpose, Status, write_trail};
use crate::service::Service;
use crate::store::{Tx, as_parameter, on_tx, rows, time};

/// How long a claimed text belongs to its worker. Longer than any request, see
/// [`crate::twilio::client::DEADLINE`].
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// A claimed text, ready to be handed to Twilio.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub attempt: AttemptId,
    pub message: MessageId,
    pub account: AccountId,
    pub to: String,
    pub sender: String,
    pub body: String,
    pub expires_at: Option<DateTime<Utc>>,
    pub attempts_before: i64,
    pub tries: i64,
    pub claimed_at: DateTime<Utc>,
    pub lease_until: DateTime<Utc>,
}

#[derive(Serialize)]
struct NewAttempt {
    id: AttemptId,
    org_id: OrgId,
    message_id: MessageId,
    number: i64,
    account_id: AccountId,
    to_phone: String,
    sender: String,
    process_id: ProcessId,
    #[serde(serialize_with = "time")]
    lease_until: DateTime<Utc>,
    #[serde(serialize_with = "time")]
    started_at: DateTime<Utc>,
    exclusive: bool,
}

/// What one claim writes, gathered text by text.
pub(super) struct Batch<'a> {
    service: &'a Service,
    now: DateTime<Utc>,
    to_send: Vec<(Due, NewAttempt)>,
    busy: HashSet<(AccountId, String)>,
    updates: Vec<Update>,
    steps: Vec<NewStep>,
    counters: Changes,
    changed: Changed,
}

#[derive(Serialize)]
struct Update {
    id: MessageId,
    status: Status,
    reason: Option<&'static str>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(service: &'a Service, now: DateTime<Utc>) -> Self {
        Self {
            service,
            now,
            to_send: Vec::new(),
            busy: HashSet::new(),
            updates: Vec::new(),
            steps: Vec::new(),
            counters: Changes::default(),
            changed: Changed::default(),
        }
    }

    pub(super) fn block(&mut self, text: &Due, reason: &'static str) {
        self.advance(text, Status::Blocked, Some(reason), Kind::Blocked, None);
    }

    pub(super) fn send(&mut self, text: Due, account_id: AccountId, sender: String) {
        // Codes are told apart by their bodies, so they need not wait for their phone.
        let exclusive = text.purpose != Purpose::Otp;
        if exclusive && !self.busy.insert((account_id, text.to_phone.clone())) {
            return;
        }
        let attempt = NewAttempt {
            id: AttemptId(self.service.clock.new_id()),
            org_id: text.org_id,
            message_id: text.id,
            number: text.attempts + 1,
            account_id,
            to_phone: text.to_phone.clone(),
            sender,
            process_id: self.service.process,
            lease_until: self.now + LEASE,
            started_at: self.now,
            exclusive,
        };
        self.to_send.push((text, attempt));
    }

    fn advance(
        &mut self,
        text: &Due,
        status: Status,
        reason: Option<&'static str>,
        kind: Kind,
        attempt: Option<AttemptId>,
    ) {
        self.updates.push(Update { id: text.id, status, reason });
        let mut step = NewStep::new(text.org_id, text.id, text.steps + 1, kind, self.now);
        step.status = Some(status);
        step.attempt_id = attempt;
        step.note = reason.map(str::to_owned);
        self.steps.push(step);
        if text.counts {
            let counted = |status, error_code| Counted {
                org_id: text.org_id,
                event_id: text.event_id,
                purpose: text.purpose,
                status,
                error_code,
            };
            self.counters.remove(counted(text.status, text.error_code));
            self.counters.add(counted(status, None));
        }
        let ids = [Some(text.contact_id.0), text.event_id.map(|event| event.0), Some(text.org_id.0)];
        self.changed.ids.extend(ids.into_iter().flatten());
    }

    pub(super) async fn write(mut self, tx: &mut Tx) -> Result<(Vec<Job>, Changed), Error> {
        let to_send = std::mem::take(&mut self.to_send);
        let attempts: Vec<&NewAttempt> = to_send.iter().map(|(_, attempt)| attempt).collect();
        let made: HashSet<AttemptId> = insert_attempts(tx, &attempts).await?.into_iter().collect();
        let mut jobs = Vec::with_capacity(made.len());
        // An attempt that was not made met another one to the same phone: its text waits.
        for (text, attempt) in to_send.into_iter().filter(|(_, attempt)| made.contains(&attempt.id)) {
            self.advance(&text, Status::Sending, None, Kind::Claimed, Some(attempt.id));
            jobs.push(Job {
                attempt: attempt.id,
                message: text.id,
                account: attempt.account_id,
                to: text.to_phone,
                sender: attempt.sender,
                body: text.body,
                expires_at: text.expires_at,
                attempts_before: text.attempts,
                tries: text.tries,
                claimed_at: attempt.started_at,
                lease_until: attempt.lease_until,
            });
        }
        if !self.updates.is_empty() {
            let sql = rows!(id uuid, status text, reason text =>
                "update messages set status = i.status, hold = null, reason = i.reason, error_code = null,
                   final_at = case when i.status = 'blocked' then $2 else null end
                 from input i where messages.id = i.id")
            .text(tx);
            on_tx!(tx, |ex| sqlx::query(sql)
                .bind(as_parameter(&self.updates)?)
                .bind(self.now)
                .execute(ex)
                .await
                .map(drop))?;
        }
        write_trail(tx, &self.steps).await?;
        self.counters.write(tx, self.service.shard()).await?;
        Ok((jobs, self.changed))
    }
}

async fn insert_attempts(tx: &mut Tx, attempts: &[&NewAttempt]) -> Result<Vec<AttemptId>, sqlx::Error> {
    if attempts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = rows!(id uuid, org_id uuid, message_id uuid, number bigint, account_id uuid, to_phone text, sender text,
        process_id uuid, lease_until timestamptz, started_at timestamptz, exclusive boolean =>
        "insert into attempts (id, org_id, message_id, number, account_id, to_phone, sender, process_id, lease_until,
           started_at, exclusive, lookups)
         select id, org_id, message_id, number, account_id, to_phone, sender, process_id, lease_until, started_at,
           exclusive, 0 from input where true
         -- Always in this order: two processes that claim for the same phones must not wait in a circle.
         order by account_id, to_phone on conflict do nothing returning id")
    .text(tx);
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(as_parameter(attempts)?).fetch_all(ex).await)
}
