//! Which processes run, so that a silent worker is noticed, and whether their clocks agree.

use std::sync::atomic::Ordering;

use chrono::{DateTime, TimeDelta, Utc};

use crate::service::Service;
use crate::store::{Store, on_store};

/// A process not heard of for this long counts as gone.
const SILENCE: TimeDelta = TimeDelta::seconds(60);

/// A process whose clock is further off than this must not hand out or take over leases.
const TOLERANCE: TimeDelta = TimeDelta::seconds(1);

/// Compares this process's clock with the database's, which all processes share, and remembers
/// whether it may claim. An embedded database has the same clock.
///
/// # Errors
/// If the database fails.
pub async fn check_clock(service: &Service) -> Result<(), sqlx::Error> {
    let Store::Postgres(pool) = &service.store else { return Ok(()) };
    let asked = service.clock.now();
    let theirs: DateTime<Utc> = sqlx::query_scalar("select clock_timestamp()").fetch_one(pool).await?;
    let answered = service.clock.now();
    // Their clock was read somewhere between our two readings.
    let off = if theirs < asked { asked - theirs } else { (theirs - answered).max(TimeDelta::zero()) };
    let may_claim = off <= TOLERANCE;
    if !may_claim {
        tracing::error!(
            seconds = off.num_seconds(),
            "this machine's clock is off: it claims no texts until it is right"
        );
    }
    service.may_claim.store(may_claim, Ordering::Relaxed);
    Ok(())
}

/// Says that this process lives. `role` is `web`, `worker` or `all`.
///
/// # Errors
/// If the database fails.
pub async fn beat(service: &Service, role: &str) -> Result<(), sqlx::Error> {
    let sql = "insert into processes (id, role, started_at, seen_at) values ($1, $2, $3, $3)
         on conflict (id) do update set seen_at = excluded.seen_at";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(service.process)
        .bind(role)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))
}

/// Forgets this process, and those long silent.
///
/// # Errors
/// If the database fails.
pub async fn leave(service: &Service) -> Result<(), sqlx::Error> {
    let sql = "delete from processes where id = $1 or seen_at < $2";
    let long_ago = service.clock.now() - TimeDelta::days(1);
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(service.process)
        .bind(long_ago)
        .execute(ex)
        .await
        .map(drop))
}

/// Whether any worker was heard of lately.
///
/// # Errors
/// If the database fails.
pub async fn a_worker_lives(service: &Service) -> Result<bool, sqlx::Error> {
    let sql = "select exists (select 1 from processes where role in ('worker', 'all') and seen_at > $1)";
    on_store!(read & service.store, |ex| sqlx::query_scalar(sql)
        .bind(service.clock.now() - SILENCE)
        .fetch_one(ex)
        .await)
}
