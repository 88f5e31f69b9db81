//! How a trial ends while an account's circuit is open.

use usher::simulator::{Chance, Faults};
use usher_core::outbox::{Fault, pause_of};

use crate::harness::{Gala, TestApp, each_engine};

/// Two texts that wait because Twilio could not be reached; one may try now.
async fn paused(app: &TestApp) -> Gala {
    let gala = app.gala(2).await;
    app.write(&gala, gala.attendees[0], "Doors at 7").await;
    let cut_off = app.cut_off_from_twilio().await;
    usher_core::outbox::run_once(&cut_off).await.expect("the outbox can be read");
    app.write(&gala, gala.attendees[1], "Doors at 7").await;
    assert_eq!(app.run_outbox().await, 0, "nobody may try yet");
    app.db_run("update accounts set paused_until = '2020-01-01T00:00:00+00:00'").await;
    app.db_run("update messages set due_at = '2020-01-01T00:00:00+00:00'").await;
    gala
}

/// Seconds until the next text may try.
async fn seconds_left(app: &TestApp) -> i64 {
    let sql = if app.service.store.engine() == "SQLite" {
        "select cast(round((julianday(paused_until) - julianday('now')) * 86400) as integer) from accounts
         where pause_reason is not null"
    } else {
        "select cast(round(extract(epoch from paused_until - now())) as bigint) from accounts where pause_reason is not null"
    };
    app.db_number(sql).await
}

#[tokio::test]
async fn a_trial_that_meets_a_busy_twilio_ends_when_twilio_says() {
    each_engine(async |app| {
        paused(app).await;
        app.twilio.set_faults(Faults { rate_limit: Chance::ALWAYS, retry_after_s: 3, ..Faults::default() });
        assert_eq!(app.run_outbox().await, 1);
        let left = seconds_left(app).await;
        assert!((1..=4).contains(&left), "{left} s instead of a whole turn");
        assert!(pause_of(&app.service, app.ana.org_id).await.expect("known").is_some(), "it proved nothing");
        app.twilio.set_faults(Faults::default());
        app.eventually("they go", async || {
            app.run_outbox().await;
            app.twilio.messages().len() == 2
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_trial_that_nobody_answers_counts_as_unreachable() {
    each_engine(async |app| {
        paused(app).await;
        app.twilio.set_faults(Faults { server_error: Chance::ALWAYS, ..Faults::default() });
        assert_eq!(app.run_outbox().await, 1);
        let left = seconds_left(app).await;
        assert!((5..=11).contains(&left), "the second pause, doubled: {left} s");
        let pause = pause_of(&app.service, app.ana.org_id).await.expect("known").expect("paused");
        assert_eq!(pause.fault, Fault::Unreachable);
        assert_eq!(app.db_number("select pauses from accounts where pause_reason is not null").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_trial_that_is_refused_for_a_reason_that_may_pass_closes_the_circuit() {
    each_engine(async |app| {
        paused(app).await;
        app.twilio.set_faults(Faults {
            refuse_next: Some(usher::simulator::RefuseNext { code: 21611, times: 1 }),
            ..Faults::default()
        });
        assert_eq!(app.run_outbox().await, 2, "and the other text follows");
        assert_eq!(pause_of(&app.service, app.ana.org_id).await.expect("known"), None);
        assert_eq!(app.twilio.messages().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_outcome_without_a_trial_opens_nothing() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.twilio.set_faults(Faults { server_error: Chance::ALWAYS, ..Faults::default() });
        app.send(&gala, gala.guest(), "Doors at 7").await;
        assert_eq!(pause_of(&app.service, app.ana.org_id).await.expect("known"), None);
    })
    .await;
}
