//! What an organizer needs first: how texting went lately, what waits and why, and what is still to
//! be set up. Every number is read by an index and bounded, so that a million texts cost no more
//! than a thousand.

use chrono::{DateTime, TimeDelta, Utc};

use crate::accounts;
use crate::counters::{self, Totals};
use crate::error::Error;
use crate::events::{self, Listing};
use crate::ids::OrgId;
use crate::messages::Reason;
use crate::people::Person;
use crate::refusals::{self, Refused};
use crate::service::Service;
use crate::store::{Tx, on_tx};

/// Texts of one outcome are counted up to this; more is “more than”.
const MOST: i64 = 100_000;
/// How many events are shown.
const EVENTS: i64 = 5;
const DAY: TimeDelta = TimeDelta::hours(24);
const WEEK: TimeDelta = TimeDelta::days(7);

/// What became of the texts that got their outcome in the last 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastDay {
    /// Delivered, failed and unconfirmed; nothing else has an outcome.
    pub totals: Totals,
    /// There are more than could be counted.
    pub or_more: bool,
}

/// Texts that wait for one reason.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Held {
    /// Why; `None` where nobody said.
    pub hold: Option<String>,
    /// How many, up to a hundred thousand of all.
    pub texts: i64,
    /// When the first of them is due.
    pub next_at: DateTime<Utc>,
}

/// What a new organization has done already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Begun {
    /// There is an account to text through.
    pub account: bool,
    /// And a sender.
    pub sender: bool,
    /// The first event.
    pub event: bool,
    /// The first people.
    pub people: bool,
    /// The first text.
    pub text: bool,
}

impl Begun {
    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.account && self.sender && self.event && self.people && self.text
    }
}

/// What the home page shows.
#[derive(Clone, Debug)]
pub struct Home {
    /// How texting went.
    pub last_day: LastDay,
    /// Why texts failed in the last 7 days, most frequent first.
    pub reasons: Vec<Reason>,
    /// All texts on their way.
    pub in_progress: i64,
    /// Those of them that wait, by why.
    pub held: Vec<Held>,
    /// The next events.
    pub events: Listing,
    /// People who opted out in the last 7 days.
    pub opted_out: i64,
    /// When the newest receipt of a finished text came.
    pub last_receipt: Option<DateTime<Utc>>,
    /// Webhooks that were refused in the last 7 days; of the installation.
    pub refused: Vec<Refused>,
    /// What is set up already.
    pub begun: Begun,
}

/// What somebody needs first.
///
/// # Errors
/// If the database fails.
pub async fn home(service: &Service, person: &Person) -> Result<Home, Error> {
    let (store, org, now) = (&service.store, person.org_id, service.clock.now());
    let texting = accounts::texting(service, org).await?;
    let events = events::upcoming(store, org, now, EVENTS).await?;
    let refused = refusals::since(store, now - WEEK).await?;
    let mut tx = store.begin_read().await?;
    let all = Totals::of(&counters::of_scope(&mut tx, org, org.0).await?);
    let begun = Begun {
        account: texting.account.is_some(),
        sender: texting.sender.is_some(),
        event: exists(&mut tx, "select exists (select 1 from events where org_id = $1)", org).await?,
        people: exists(&mut tx, "select exists (select 1 from contacts where org_id = $1)", org).await?,
        text: all.total > 0,
    };
    let home = Home {
        last_day: last_day(&mut tx, org, now - DAY).await?,
        reasons: reasons(&mut tx, org, now - WEEK).await?,
        in_progress: all.in_progress,
        held: held(&mut tx, org).await?,
        events,
        opted_out: opted_out(&mut tx, org, now - WEEK).await?,
        last_receipt: last_receipt(&mut tx, org).await?,
        refused,
        begun,
    };
    tx.commit().await?;
    Ok(home)
}

async fn exists(tx: &mut Tx, sql: &'static str, org: OrgId) -> Result<bool, sqlx::Error> {
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).fetch_one(ex).await)
}

async fn last_day(tx: &mut Tx, org: OrgId, from: DateTime<Utc>) -> Result<LastDay, Error> {
    let sql = "select count(*) from (select 1 from messages
           where org_id = $1 and outcome = $2 and counts and final_at is not null and final_at >= $3 limit $4) m";
    let mut counted = [0_i64; 3];
    for (count, outcome) in counted.iter_mut().zip(["delivered", "failed", "unconfirmed"]) {
        *count = on_tx!(tx, |ex| sqlx::query_scalar(sql)
            .bind(org)
            .bind(outcome)
            .bind(from)
            .bind(MOST)
            .fetch_one(ex)
            .await)?;
    }
    let [delivered, failed, unconfirmed] = counted;
    let total = delivered + failed + unconfirmed;
    let totals = Totals { total, delivered, failed, unconfirmed, in_progress: 0, not_sent: 0 };
    Ok(LastDay { totals, or_more: counted.contains(&MOST) })
}

async fn reasons(tx: &mut Tx, org: OrgId, from: DateTime<Utc>) -> Result<Vec<Reason>, Error> {
    let sql = "select coalesce(error_code, 0) as error_code, count(*) as texts from (select error_code from messages
           where org_id = $1 and outcome = 'failed' and counts and final_at is not null and final_at >= $2 limit $3) m
         group by 1 order by 2 desc, 1 limit 6";
    let found: Vec<(i64, i64)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(from).bind(MOST).fetch_all(ex).await)?;
    Ok(found.into_iter().map(|(error_code, texts)| Reason { error_code, texts }).collect())
}

async fn held(tx: &mut Tx, org: OrgId) -> Result<Vec<Held>, Error> {
    let sql = "select hold, count(*) as texts, min(due_at) as next_at from (select hold, due_at from messages
           where org_id = $1 and status = 'scheduled' limit $2) m group by hold order by 2 desc, 1";
    Ok(on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(MOST).fetch_all(ex).await)?)
}

async fn opted_out(tx: &mut Tx, org: OrgId, from: DateTime<Utc>) -> Result<i64, Error> {
    let sql = "select count(*) from (select distinct phone from suppressions
           where org_id = $1 and created_at >= $2 and source in ('stop', '21610') limit $3) s";
    Ok(on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(from).bind(MOST).fetch_one(ex).await)?)
}

/// Of the newest finished texts of each kind: what we decided ourselves is no receipt.
async fn last_receipt(tx: &mut Tx, org: OrgId) -> Result<Option<DateTime<Utc>>, Error> {
    let sql = "select max(final_at) from (select final_at, final_by from messages
           where org_id = $1 and outcome = $2 and counts and final_at is not null order by final_at desc limit 100) m
         where final_by in ('callback', 'look_up')";
    let mut newest = None;
    for outcome in ["delivered", "failed"] {
        let last: Option<DateTime<Utc>> =
            on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(outcome).fetch_one(ex).await)?;
        newest = newest.max(last);
    }
    Ok(newest)
}
