//! What the workers read does not grow with what there is. SQLite's plans are proved in `plans.rs`;
//! PostgreSQL keeps plans from when a table was small, so it is held to what it has read.

use usher_core::Service;
use usher_core::store::Store;

use crate::harness::{TestApp, each_engine};

const GUESTS: i64 = 600;

/// Rows that PostgreSQL has read by going through one of these tables from end to end.
const WHOLE_TABLES: &str = "select cast(sum(seq_tup_read) as bigint) from pg_stat_user_tables
    where schemaname = current_schema() and relname in ('messages', 'attempts', 'trail')";
/// Texts that PostgreSQL has read, however it came to them.
const TEXTS: &str = "select cast(sum(seq_tup_read + idx_tup_fetch) as bigint) from pg_stat_user_tables
    where schemaname = current_schema() and relname = 'messages'";

/// A worker that has handed over a few texts while there were few.
async fn worker(app: &TestApp) -> Option<Service> {
    if matches!(app.service.store, Store::Sqlite(_)) {
        return None;
    }
    let few = app.gala_for(&["+15559990001", "+15559990002"]).await;
    let worker = app.another_process().await;
    for n in 0..12 {
        app.write(&few, few.attendees[n % 2], &format!("Text {n}")).await;
        run(&worker).await;
    }
    Some(worker)
}

async fn run(worker: &Service) -> usize {
    usher_core::outbox::run_once(worker).await.expect("the outbox can be read")
}

#[tokio::test]
async fn texts_are_handed_over_without_reading_whole_tables() {
    each_engine(async |app| {
        let Some(worker) = worker(app).await else { return };
        let gala = app.db_crowded_gala(GUESTS).await;
        app.announce(&gala, "Doors at 7").await;
        assert!(run(&worker).await >= usize::try_from(GUESTS).expect("a few"));
        // A session tells what it has read when it ends.
        worker.store.close().await;
        let read = app.db_number(WHOLE_TABLES).await;
        // A new table may be read whole once or twice before PostgreSQL knows its size; once for each of the
        // seven claims would be more than this.
        assert!(read < 4 * GUESTS, "{read} rows were read for {GUESTS} texts");
    })
    .await;
}

#[tokio::test]
async fn texts_of_a_paused_account_are_left_alone() {
    each_engine(async |app| {
        let Some(worker) = worker(app).await else { return };
        let gala = app.db_crowded_gala(GUESTS).await;
        app.db_run(
            "update accounts set pause_reason = 'refused', paused_at = now(), paused_since = now(), pauses = 1,
               paused_until = now() + interval '1 hour'",
        )
        .await;
        app.announce(&gala, "Doors at 7").await;
        for _ in 0..40 {
            assert_eq!(run(&worker).await, 0, "its account is paused");
        }
        worker.store.close().await;
        let read = app.db_number(TEXTS).await;
        assert!(read < 10 * GUESTS, "{read} texts were read though none may go");
    })
    .await;
}
