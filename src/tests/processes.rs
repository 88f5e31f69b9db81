//! What one process writes, the others hear of.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use usher_core::clock::Clock;
use usher_core::live::Changed;
use usher_core::store::Store;
use usher_core::{outbox, processes};

use crate::harness::each_engine;

#[tokio::test]
async fn a_change_in_one_process_is_heard_in_another() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let other = app.another_process().await;
        match &other.store {
            Store::Sqlite(_) => {
                let before = other.store.foreign_writes().await.expect("asked");
                assert_eq!(other.store.foreign_writes().await.expect("asked"), before, "nobody wrote");
                app.gala(1).await;
                assert_ne!(other.store.foreign_writes().await.expect("asked"), before);
            }
            Store::Postgres(_) => {
                let mut heard = other.hub.listen();
                let listening = other.clone();
                let task =
                    tokio::spawn(
                        async move { listening.store.listen(listening.process, &listening.hub).await },
                    );
                let changed = Changed { ids: BTreeSet::from([gala.id.0]), ..Changed::default() };
                let told = async {
                    loop {
                        app.service.store.notify(app.service.process, &changed).await.expect("told");
                        if let Ok(Ok(heard)) =
                            tokio::time::timeout(Duration::from_millis(100), heard.recv()).await
                        {
                            break heard;
                        }
                    }
                };
                assert!(told.await.concerns(gala.id.0));
                task.abort();
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_process_whose_clock_is_off_claims_nothing_until_it_is_right() {
    each_engine(async |app| {
        if app.service.store.engine() == "SQLite" {
            return; // The one process of an embedded database agrees with itself.
        }
        let gala = app.gala(1).await;
        app.write(&gala, gala.guest(), "Doors at 7").await;
        let clock = Clock::shifted(TimeDelta::seconds(3));
        let off = app.another_process_at(clock.clone()).await;
        processes::check_clock(&off).await.expect("asked");
        assert_eq!(outbox::run_once(&off).await.expect("the outbox can be read"), 0);
        clock.advance(TimeDelta::seconds(-3));
        processes::check_clock(&off).await.expect("asked");
        assert_eq!(outbox::run_once(&off).await.expect("the outbox can be read"), 1);
    })
    .await;
}
