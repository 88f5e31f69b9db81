//! Which processes run, so that a silent worker is noticed.

use chrono::TimeDelta;

use crate::service::Service;
use crate::store::on_store;

/// A process not heard of for this long counts as gone.
const SILENCE: TimeDelta = TimeDelta::seconds(60);

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
