//! A browser that goes away drops what was being done for it, wherever that stands.

use std::pin::pin;
use std::time::Duration;

use chrono::TimeDelta;
use usher_core::people::sessions::{self, Session};
use usher_core::store::Store;

use crate::harness::each_engine;

/// Looks so many times whether it is done, then drops it.
async fn break_off(work: impl Future, looks: usize) {
    let mut work = pin!(work);
    for _ in 0..looks {
        if futures::poll!(work.as_mut()).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_written_after_requests_were_broken_off_is_seen_by_everybody() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let (store, clock) = (&app.service.store, &app.service.clock);
        let other = match store {
            Store::Sqlite(_) => app.service.clone(),
            Store::Postgres(_) => app.another_process().await,
        };
        let expires_at = clock.now() + TimeDelta::hours(1);
        let session = Session { user_id: None, data: vec![], expires_at, address: None, user_agent: None };
        for n in 0..300 {
            break_off(app.history(&gala, gala.attendees[0]), n).await;
            // The connection goes back to the pool beside this test.
            tokio::time::sleep(Duration::from_millis(1)).await;
            for turn in 0..3 {
                let key = format!("session {n} {turn}");
                sessions::create(store, clock, &key, &session).await.expect("it is stored");
                let found = sessions::find(&other.store, clock, &key).await.expect("it can be read");
                assert!(found.is_some(), "it was written into a transaction that nobody ends");
            }
        }
    })
    .await;
}
