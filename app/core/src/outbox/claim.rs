//! Claiming due texts: each gets an attempt with a lease, in one transaction, and no text can be
//! claimed twice.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};

use super::batch::{Batch, Job};
use super::circuit;
use super::judge::{Judge, Verdict};
use crate::counters::Belonging;
use crate::error::Error;
use crate::ids::{AccountId, MessageId};
use crate::messages::{Status, secret_place, trail};
use crate::sends::State;
use crate::service::Service;
use crate::store::{Tx, on_store, on_tx};
use crate::suppressions::Source;
use crate::vault::VaultError;

/// A text whose time has come.
#[derive(sqlx::FromRow)]
pub(super) struct Due {
    pub id: MessageId,
    #[sqlx(flatten)]
    pub belonging: Belonging,
    pub status: Status,
    pub hold: Option<String>,
    pub error_code: Option<i64>,
    pub to_phone: String,
    pub body: String,
    pub secret: Option<Vec<u8>>,
    pub segments: i64,
    pub created_at: DateTime<Utc>,
    pub created_via: String,
    pub expires_at: Option<DateTime<Utc>>,
    pub confirms_opt_out: bool,
    pub counts: bool,
    pub is_retry: bool,
    pub account_id: Option<AccountId>,
    pub sender: Option<String>,
    pub contact_zone: Option<String>,
    pub event_zone: Option<String>,
    pub org_zone: String,
    pub suppressed: Option<Source>,
    /// When the person said that they do not come to its event, if they did.
    pub declined_at: Option<DateTime<Utc>>,
    /// It is of a send to people of an event, and they are no longer among them.
    pub has_left: bool,
    /// The number that the person has now.
    pub phone_now: String,
    pub send_state: Option<State>,
    pub tries: i64,
    pub on_trial: bool,
    #[sqlx(skip)]
    pub attempts: i64,
    #[sqlx(skip)]
    pub steps: i64,
}

/// Texts that wait for the worker; the words of the index `messages_due`.
macro_rules! waiting {
    () => {
        "status in ('scheduled', 'queued') and (hold is null or hold <> 'send_paused')"
    };
}

/// Not of an organization whose account is paused, before anything else is asked about a text: all
/// that waits for an account that is away must not be gone through for each text that may go.
macro_rules! not_paused {
    () => {
        "org_id not in (select po.id from organizations po join accounts pa on pa.id = coalesce(po.account_id, $3)
           where pa.paused_until > $2)"
    };
}

pub(super) use waiting;

/// What one look at the outbox came to.
#[derive(Default)]
pub(super) struct Claimed {
    /// Texts to be handed over.
    pub jobs: Vec<Job>,
    /// Texts that were looked at and moved out of the way: others may be due behind them.
    pub moved: usize,
}

/// Claims at most `room` due texts, codes first. Nothing if none is due or their phones are busy.
pub(super) async fn claim(service: &Service, room: usize) -> Result<Claimed, Error> {
    let mut claimed = Claimed::default();
    if !service.may_claim.load(Ordering::Relaxed)
        || !circuit::any_account_works(service, service.clock.now()).await?
    {
        return Ok(claimed);
    }
    // One query for each priority keeps them index ranges, whatever waits for later.
    for priority in 0..=2 {
        let left = room.saturating_sub(claimed.jobs.len());
        if left == 0 {
            break;
        }
        let more = claim_of_priority(service, priority, left).await?;
        claimed.jobs.extend(more.jobs);
        claimed.moved += more.moved;
    }
    Ok(claimed)
}

async fn claim_of_priority(service: &Service, priority: i64, room: usize) -> Result<Claimed, Error> {
    let now = service.clock.now();
    // A look without a lock: an idle worker must not take SQLite's write lock again and again.
    if !anything_due(service, priority, now).await? {
        return Ok(Claimed::default());
    }
    let mut tx = service.store.begin().await?;
    let due = due(&mut tx, service, priority, now, room).await?;
    let mut judge = Judge::open(&mut tx, service, &due, now).await?;
    let mut batch = Batch::new(service, now);
    // While an account's circuit is open, only one text at a time tries.
    let mut tried = HashSet::new();
    let mut moved = 0;
    for mut text in due {
        let account = text.account_id.or(service.default_account_id);
        if batch.is_busy(&text) || (text.on_trial && tried.contains(&account)) {
            continue;
        }
        moved += 1;
        // It was taken when the number was fixed, and did not go; the next look sees it with the new one.
        if text.to_phone != text.phone_now {
            batch.readdress(&text);
            continue;
        }
        match judge.verdict(&text) {
            Verdict::Block(reason) => batch.block(&text, reason),
            Verdict::Cancel(reason) => batch.cancel(&text, reason),
            Verdict::Hold { hold, until } => batch.hold(&text, hold, until),
            Verdict::Send { account, sender, until } => {
                moved -= 1;
                if text.on_trial {
                    tried.insert(Some(account));
                    if !circuit::take_trial(&mut tx, account, now).await? {
                        continue;
                    }
                }
                match whole_body(service, &text) {
                    Ok(body) => {
                        text.body = body;
                        batch.send(text, account, sender, until);
                    }
                    // It must not keep the others from going.
                    Err(error) => {
                        tracing::error!(%error, message = %text.id, "the secret of a text cannot be opened");
                        batch.block(&text, "unreadable_secret");
                    }
                }
            }
        }
    }
    judge.close(&mut tx).await?;
    let (jobs, changed) = batch.write(&mut tx).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(Claimed { jobs, moved })
}

/// What the phone gets: the body, with its secret where it has one.
fn whole_body(service: &Service, text: &Due) -> Result<String, VaultError> {
    match &text.secret {
        Some(sealed) => service.vault.open(&secret_place(text.id), sealed),
        None => Ok(text.body.clone()),
    }
}

async fn anything_due(service: &Service, priority: i64, now: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    // In the order of the index: for a mere `exists` PostgreSQL reads the table from its beginning, where
    // the finished texts are, since it expects to meet one that waits soon.
    let sql = concat!(
        "select due_at from messages where ",
        waiting!(),
        " and priority = $1 and due_at <= $2 and ",
        not_paused!(),
        " order by due_at limit 1"
    );
    let first: Option<DateTime<Utc>> = on_store!(read & service.store, |ex| sqlx::query_scalar(sql)
        .bind(priority)
        .bind(now)
        .bind(service.default_account_id)
        .fetch_optional(ex)
        .await)?;
    Ok(first.is_some())
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
                "select m.id, m.org_id, m.event_id, m.send_id, m.contact_id, m.purpose, m.status, m.hold, m.error_code,
                   m.to_phone, m.body, m.secret, m.segments, m.created_at, m.created_via, m.expires_at, m.confirms_opt_out, m.counts,
                   m.retry_of is not null as is_retry, m.tries, o.account_id, o.sender, c.timezone as contact_zone, e.timezone as event_zone,
                   o.timezone as org_zone, p.pause_reason is not null as on_trial,
                   (select s.source from suppressions s where s.org_id = m.org_id and s.phone = m.to_phone
                     and s.lifted_at is null order by case s.source when 'dead' then 1 else 0 end, s.id limit 1)
                     as suppressed,
                   (select state from sends where sends.id = m.send_id) as send_state,
                   (select a.rsvp_at from attendees a where a.event_id = m.event_id and a.contact_id = m.contact_id
                     and a.rsvp in ('declined', 'canceled')) as declined_at,
                   m.send_id is not null and m.retry_of is null and m.event_id is not null
                     and not exists (select 1 from attendees a where a.event_id = m.event_id and a.contact_id = m.contact_id)
                     as has_left,
                   c.phone as phone_now
                 from (select * from messages where ",
                waiting!(),
                " and priority = $1 and due_at <= $2 and ",
                not_paused!(),
                ") m
                 join organizations o on o.id = m.org_id
                 join contacts c on c.id = m.contact_id
                 left join events e on e.id = m.event_id
                 left join accounts p on p.id = coalesce(o.account_id, $3)
                 where (m.purpose = 'otp' or not exists (select 1 from attempts b where b.exclusive
                     and b.to_phone = m.to_phone and b.account_id = coalesce(o.account_id, $3)))
                   and (m.send_id is null or m.retry_of is not null
                     or (select state from sends where sends.id = m.send_id) in ('ready', 'canceled'))
                 order by m.due_at, m.id limit $4",
                $lock
            )
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
