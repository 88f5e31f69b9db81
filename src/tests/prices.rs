//! Finished texts are completed once a day: Twilio prices them after their receipt and tells
//! nobody.

use std::time::Duration;

use chrono::TimeDelta;
use usher::simulator::{Faults, Pace};
use usher_core::clock::Clock;
use usher_core::lookups;

use crate::harness::{Gala, TestApp, each_engine};

async fn delivered(app: &TestApp, guests: usize) -> Gala {
    app.twilio.set_pace(Pace::fast());
    let gala = app.gala(guests).await;
    for guest in &gala.attendees {
        app.write(&gala, *guest, "Doors at 7").await;
    }
    app.run_outbox().await;
    assert!(app.twilio.settle(Duration::from_secs(20)).await);
    assert_eq!(app.db_totals(&gala).await.delivered, i64::try_from(guests).expect("a few"));
    gala
}

async fn without_price(app: &TestApp) -> i64 {
    app.db_number("select count(*) from messages where price is null or price_unit is null").await
}

async fn complete(app: &TestApp) -> usize {
    lookups::complete_finished(&app.service).await.expect("Twilio was asked")
}

#[tokio::test]
async fn finished_texts_get_their_price_by_a_walk_once_a_day() {
    each_engine(async |app| {
        delivered(app, 30).await;
        assert_eq!(without_price(app).await, 30, "callbacks tell no price");
        let trail = app.db_number("select count(*) from trail").await;
        assert_eq!(complete(app).await, 30);
        assert_eq!(without_price(app).await, 0);
        assert_eq!(app.twilio.requests().list, 1);
        assert_eq!(app.db_number("select count(*) from trail").await, trail, "nothing happened to them");

        delivered(app, 30).await;
        assert_eq!(complete(app).await, 0, "once a day");
        let restarted = app.another_process().await;
        assert_eq!(
            lookups::complete_finished(&restarted).await.expect("asked"),
            0,
            "a restart does not count"
        );
        let tomorrow = app.another_process_at(Clock::shifted(TimeDelta::hours(25))).await;
        assert_eq!(lookups::complete_finished(&tomorrow).await.expect("asked"), 30);
        assert_eq!(without_price(app).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_few_are_fetched_and_reconciling_asks_whenever_it_is_asked_to() {
    each_engine(async |app| {
        delivered(app, 2).await;
        assert_eq!(complete(app).await, 2);
        delivered(app, 2).await;
        lookups::reconcile(&app.service, app.service.clock.now()).await.expect("reconciled");
        assert_eq!(without_price(app).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_has_no_price_for_a_week_is_left_alone() {
    each_engine(async |app| {
        delivered(app, 1).await;
        app.twilio.set_pace(Pace { price_ms: 3_600_000, ..Pace::fast() });
        assert_eq!(complete(app).await, 0);
        let asked = app.twilio.requests();
        assert!(asked.list + asked.fetch > 0);
        let next_week = app.another_process_at(Clock::shifted(TimeDelta::days(8))).await;
        assert_eq!(lookups::complete_finished(&next_week).await.expect("asked"), 0);
        assert_eq!(app.twilio.requests(), asked);
    })
    .await;
}

#[tokio::test]
async fn an_outage_is_no_answer() {
    each_engine(async |app| {
        delivered(app, 1).await;
        app.twilio.set_faults(Faults {
            lookup_server_error: usher::simulator::Chance::ALWAYS,
            ..Faults::default()
        });
        assert_eq!(complete(app).await, 0);
        app.twilio.set_faults(Faults::default());
        let soon = app.another_process_at(Clock::shifted(TimeDelta::minutes(31))).await;
        assert_eq!(lookups::complete_finished(&soon).await.expect("asked"), 1);
    })
    .await;
}
