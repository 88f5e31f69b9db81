//! Claiming due texts: each gets an attempt with a lease, in one transaction, and no text can be
//! claimed twice.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::circuit;
use crate::accounts;
use crate::counters::{Changes, Counted};
use crate::error::Error;
use crate::ids::{AccountId, AttemptId, ContactId, EventId, MessageId, OrgId, ProcessId};
use crate::live::Changed;
use crate::messages::{Kind, NewStep, Purpose, Status, trail, write_trail};
use crate::service::Service;
use crate::store::{Tx, as_parameter, on_tx, rows, time};
use crate::suppressions::{self, Source};

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
    pub lease_until: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Due {
    id: MessageId,
    org_id: OrgId,
    event_id: Option<EventId>,
    contact_id: ContactId,
    purpose: Purpose,
    status: Status,
    error_code: Option<i64>,
    to_phone: String,
    body: String,
    expires_at: Option<DateTime<Utc>>,
    counts: bool,
    account_id: Option<AccountId>,
    sender: Option<String>,
    tries: i64,
    on_trial: bool,
    #[sqlx(skip)]
    attempts: i64,
    #[sqlx(skip)]
    steps: i64,
}

/// What is to be done with a due text.
enum Verdict {
    Send { account: AccountId, sender: String },
    Block(&'static str),
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

/// Claims at most `room` due texts, codes first. Empty if none is due or their phones are busy.
pub(super) async fn claim(service: &Service, room: usize) -> Result<Vec<Job>, Error> {
    let mut jobs = Vec::new();
    // One query for each priority keeps them index ranges, whatever waits for later.
    for priority in 0..=2 {
        if jobs.len() < room {
            jobs.extend(claim_of_priority(service, priority, room - jobs.len()).await?);
        }
    }
    Ok(jobs)
}

async fn claim_of_priority(service: &Service, priority: i64, room: usize) -> Result<Vec<Job>, Error> {
    let now = service.clock.now();
    // A look without a lock: an idle worker must not take SQLite's write lock again and again.
    if !anything_due(service, priority, now).await? {
        return Ok(Vec::new());
    }
    let mut tx = service.store.begin().await?;
    let due = due(&mut tx, service, priority, now, room).await?;
    let mut batch = Batch::new(service, now);
    for text in due {
        match judge(&mut tx, service, &text, now).await? {
            Verdict::Block(reason) => batch.block(&text, reason),
            // While the account's circuit is open, only one text at a time tries.
            Verdict::Send { account, .. }
                if text.on_trial && !circuit::take_trial(&mut tx, account, now).await? => {}
            Verdict::Send { account, sender } => batch.send(text, account, sender),
        }
    }
    let (jobs, changed) = batch.write(&mut tx).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(jobs)
}

async fn anything_due(service: &Service, priority: i64, now: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    let sql = "select exists (select 1 from messages
         where status in ('scheduled', 'queued') and priority = $1 and due_at <= $2)";
    crate::store::on_store!(read & service.store, |ex| sqlx::query_scalar(sql)
        .bind(priority)
        .bind(now)
        .fetch_one(ex)
        .await)
}

async fn due(
    tx: &mut Tx,
    service: &Service,
    priority: i64,
    now: DateTime<Utc>,
    room: usize,
) -> Result<Vec<Due>, sqlx::Error> {
    macro_rules! due {
        ($lock:literal) => {
            concat!(
                "select m.id, m.org_id, m.event_id, m.contact_id, m.purpose, m.status, m.error_code, m.to_phone, m.body,
                   m.expires_at, m.counts, m.tries, o.account_id, o.sender, p.pause_reason is not null as on_trial
                 from messages m join organizations o on o.id = m.org_id
                 left join accounts p on p.id = coalesce(o.account_id, $3)
                 where m.status in ('scheduled', 'queued') and m.priority = $1 and m.due_at <= $2
                   and (p.paused_until is null or p.paused_until <= $2)
                   and (m.purpose = 'otp' or not exists (select 1 from attempts b where b.exclusive
                     and b.to_phone = m.to_phone and b.account_id = coalesce(o.account_id, $3)))
                 order by m.due_at, m.id limit $4", $lock)
        };
    }
    // SQLite has one writer, so nobody else can hold these rows.
    let sql = match tx {
        Tx::Sqlite(_) => due!(""),
        Tx::Postgres(_) => due!(" for update of m skip locked"),
    };
    let room = i64::try_from(room).unwrap_or(i64::MAX);
    let mut due: Vec<Due> = on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(priority)
        .bind(now)
        .bind(service.default_account_id)
        .bind(room)
        .fetch_all(ex)
        .await)?;
    let progress = trail::progress(tx, due.iter().map(|text| text.id)).await?;
    for text in &mut due {
        if let Some(progress) = progress.get(&text.id) {
            (text.attempts, text.steps) = (progress.attempts, progress.steps);
        }
    }
    Ok(due)
}

/// Suppression and expiry are looked at again: much can happen between a text's row and its turn.
async fn judge(
    tx: &mut Tx,
    service: &Service,
    text: &Due,
    now: DateTime<Utc>,
) -> Result<Verdict, sqlx::Error> {
    if text.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Ok(Verdict::Block("expired"));
    }
    match suppressions::in_force(tx, text.org_id, &text.to_phone).await? {
        Some(Source::Dead) => return Ok(Verdict::Block("dead_number")),
        Some(Source::Stop | Source::TwilioOptOut | Source::Staff) => {
            return Ok(Verdict::Block("opted_out"));
        }
        None => {}
    }
    let sender = accounts::sender_for(service, (text.account_id, text.sender.clone()));
    Ok(sender.map_or(Verdict::Block("not_configured"), |(account, sender)| Verdict::Send { account, sender }))
}

/// What one claim writes, gathered text by text.
struct Batch<'a> {
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
    fn new(service: &'a Service, now: DateTime<Utc>) -> Self {
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

    fn block(&mut self, text: &Due, reason: &'static str) {
        self.advance(text, Status::Blocked, Some(reason), Kind::Blocked, None);
    }

    fn send(&mut self, text: Due, account_id: AccountId, sender: String) {
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

    async fn write(mut self, tx: &mut Tx) -> Result<(Vec<Job>, Changed), Error> {
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
