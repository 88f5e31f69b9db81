//! Claiming due texts: each gets an attempt with a lease, in one transaction, and no text can be
//! claimed twice.

use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};

use super::batch::{Batch, Job};
use super::circuit;
use crate::accounts;
use crate::error::Error;
use crate::ids::{AccountId, ContactId, EventId, MessageId, OrgId};
use crate::messages::{Purpose, Status, trail};
use crate::service::Service;
use crate::store::{Tx, on_tx};
use crate::suppressions::{self, Source};

/// A text whose time has come.
#[derive(sqlx::FromRow)]
pub(super) struct Due {
    pub id: MessageId,
    pub org_id: OrgId,
    pub event_id: Option<EventId>,
    pub contact_id: ContactId,
    pub purpose: Purpose,
    pub status: Status,
    pub error_code: Option<i64>,
    pub to_phone: String,
    pub body: String,
    pub expires_at: Option<DateTime<Utc>>,
    pub counts: bool,
    pub account_id: Option<AccountId>,
    pub sender: Option<String>,
    pub tries: i64,
    pub on_trial: bool,
    #[sqlx(skip)]
    pub attempts: i64,
    #[sqlx(skip)]
    pub steps: i64,
}

/// What is to be done with a due text.
enum Verdict {
    Send { account: AccountId, sender: String },
    Block(&'static str),
}

/// Claims at most `room` due texts, codes first. Empty if none is due or their phones are busy.
pub(super) async fn claim(service: &Service, room: usize) -> Result<Vec<Job>, Error> {
    let mut jobs = Vec::new();
    if !service.may_claim.load(Ordering::Relaxed) {
        return Ok(jobs);
    }
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
