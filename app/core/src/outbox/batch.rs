//! What one claim writes: attempts with their leases, the texts' new status, trail and counters.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::claim::Due;
use crate::counters::Changes;
use crate::error::Error;
use crate::ids::{AccountId, AttemptId, MessageId, OrgId, ProcessId};
use crate::live::Changed;
use crate::messages::{Kind, NewStep, Purpose, Status, write_trail};
use crate::service::Service;
use crate::store::{Tx, as_parameter, on_tx, optional_time, rows, time};

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
    /// Twilio tries no longer than this.
    pub until: Option<DateTime<Utc>>,
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
    to_send: Vec<(Due, NewAttempt, Option<DateTime<Utc>>)>,
    busy: HashSet<(AccountId, String)>,
    updates: Vec<Update>,
    readdressed: Vec<Readdressed>,
    steps: Vec<NewStep>,
    counters: Changes,
    changed: Changed,
}

#[derive(Serialize)]
struct Update {
    id: MessageId,
    status: Status,
    hold: Option<&'static str>,
    reason: Option<&'static str>,
    #[serde(serialize_with = "optional_time")]
    due_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct Readdressed {
    id: MessageId,
    phone: String,
}

/// What becomes of one text.
struct Fate {
    status: Status,
    hold: Option<&'static str>,
    reason: Option<&'static str>,
    due_at: Option<DateTime<Utc>>,
    kind: Kind,
    attempt: Option<AttemptId>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(service: &'a Service, now: DateTime<Utc>) -> Self {
        Self {
            service,
            now,
            to_send: Vec::new(),
            busy: HashSet::new(),
            updates: Vec::new(),
            readdressed: Vec::new(),
            steps: Vec::new(),
            counters: Changes::default(),
            changed: Changed::default(),
        }
    }

    /// Whether another text to the same phone goes in this batch. Codes are told apart by their
    /// bodies, so they need not wait for their phone.
    pub(super) fn is_busy(&self, text: &Due) -> bool {
        let account = text.account_id.or(self.service.default_account_id);
        text.belonging.purpose != Purpose::Otp
            && account.is_some_and(|account| self.busy.contains(&(account, text.to_phone.clone())))
    }

    pub(super) fn block(&mut self, text: &Due, reason: &'static str) {
        let kind = Kind::Blocked;
        let fate = Fate {
            status: Status::Blocked,
            hold: None,
            reason: Some(reason),
            due_at: None,
            kind,
            attempt: None,
        };
        self.advance(text, fate);
    }

    pub(super) fn cancel(&mut self, text: &Due, reason: &'static str) {
        let kind = Kind::Canceled;
        let fate = Fate {
            status: Status::Canceled,
            hold: None,
            reason: Some(reason),
            due_at: None,
            kind,
            attempt: None,
        };
        self.advance(text, fate);
    }

    pub(super) fn hold(&mut self, text: &Due, hold: &'static str, until: DateTime<Utc>) {
        let kind = Kind::Held;
        let fate = Fate {
            status: Status::Scheduled,
            hold: Some(hold),
            reason: None,
            due_at: Some(until),
            kind,
            attempt: None,
        };
        self.advance(text, fate);
    }

    /// Sends it to the number that the person has now. Nobody has it yet: what is claimed again was refused.
    pub(super) fn readdress(&mut self, text: &Due) {
        self.readdressed.push(Readdressed { id: text.id, phone: text.phone_now.clone() });
        let mut step =
            NewStep::new(text.belonging.org_id, text.id, text.steps + 1, Kind::Readdressed, self.now);
        step.note = Some(text.phone_now.clone());
        self.steps.push(step);
        text.belonging.has_changed(&mut self.changed);
    }

    pub(super) fn send(
        &mut self,
        text: Due,
        account_id: AccountId,
        sender: String,
        until: Option<DateTime<Utc>>,
    ) {
        let exclusive = text.belonging.purpose != Purpose::Otp;
        if exclusive {
            self.busy.insert((account_id, text.to_phone.clone()));
        }
        let attempt = NewAttempt {
            id: AttemptId(self.service.clock.new_id()),
            org_id: text.belonging.org_id,
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
        self.to_send.push((text, attempt, until));
    }

    fn advance(&mut self, text: &Due, fate: Fate) {
        let Fate { status, hold, reason, due_at, kind, attempt } = fate;
        self.updates.push(Update { id: text.id, status, hold, reason, due_at });
        // A text that waits for the same thing a little longer has nothing new to tell.
        if kind != Kind::Held || text.hold.as_deref() != hold {
            let mut step = NewStep::new(text.belonging.org_id, text.id, text.steps + 1, kind, self.now);
            step.status = Some(status);
            step.attempt_id = attempt;
            step.note = reason.or(hold).map(str::to_owned);
            self.steps.push(step);
        }
        if text.counts {
            self.counters.remove(&text.belonging, text.status, text.error_code);
            self.counters.add(&text.belonging, status, None);
        }
        text.belonging.has_changed(&mut self.changed);
    }

    pub(super) async fn write(mut self, tx: &mut Tx) -> Result<(Vec<Job>, Changed), Error> {
        let to_send = std::mem::take(&mut self.to_send);
        let attempts: Vec<&NewAttempt> = to_send.iter().map(|(_, attempt, _)| attempt).collect();
        let made: HashSet<AttemptId> = insert_attempts(tx, &attempts).await?.into_iter().collect();
        let mut jobs = Vec::with_capacity(made.len());
        // An attempt that was not made met another one to the same phone: its text waits.
        for (text, attempt, until) in to_send.into_iter().filter(|(_, attempt, _)| made.contains(&attempt.id))
        {
            let (status, kind) = (Status::Sending, Kind::Claimed);
            let attempt_id = Some(attempt.id);
            self.advance(
                &text,
                Fate { status, hold: None, reason: None, due_at: None, kind, attempt: attempt_id },
            );
            jobs.push(Job {
                attempt: attempt.id,
                message: text.id,
                account: attempt.account_id,
                to: text.to_phone,
                sender: attempt.sender,
                body: text.body,
                until,
                attempts_before: text.attempts,
                tries: text.tries,
                claimed_at: attempt.started_at,
                lease_until: attempt.lease_until,
            });
        }
        if !self.updates.is_empty() {
            let sql = rows!(id uuid, status text, hold text, reason text, due_at timestamptz =>
                "update messages set status = i.status, hold = i.hold, reason = i.reason, error_code = null,
                   due_at = coalesce(i.due_at, messages.due_at),
                   secret = case when i.status in ('blocked', 'canceled') then null else messages.secret end,
                   final_at = case when i.status in ('blocked', 'canceled') then $2 else null end
                 from input i where messages.id = i.id")
            .text(tx);
            on_tx!(tx, |ex| sqlx::query(sql)
                .bind(as_parameter(&self.updates)?)
                .bind(self.now)
                .execute(ex)
                .await
                .map(drop))?;
        }
        if !self.readdressed.is_empty() {
            let sql = rows!(id uuid, phone text =>
                "update messages set to_phone = i.phone from input i where messages.id = i.id")
            .text(tx);
            let readdressed = as_parameter(&self.readdressed)?;
            on_tx!(tx, |ex| sqlx::query(sql).bind(readdressed).execute(ex).await.map(drop))?;
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
