//! What no callback settles is asked for; what nobody knows is found, or surely never happened,
//! before anything is sent again.

use std::time::Duration;

use usher::simulator::{Chance, Faults, LateAnswer, Pace, Status as Twilio};
use usher_core::lookups;
use usher_core::messages::{Kind, KnownBy, Status};

use crate::harness::{Callback, Gala, TestApp, each_engine};

const GUEST: &str = "+15552340500";

/// A text whose request ended with this fault.
async fn text_with(app: &TestApp, fault: Faults) -> Gala {
    let gala = app.gala(1).await;
    app.twilio.set_faults(fault);
    app.send(&gala, gala.guest(), "Doors at 7").await;
    assert_eq!(app.status(&gala).await, "sending");
    gala
}

async fn kinds(app: &TestApp, gala: &Gala) -> Vec<Kind> {
    app.trail(gala).await.into_iter().map(|step| step.kind).collect()
}

#[tokio::test]
async fn a_text_that_twilio_took_without_saying_so_is_found_in_its_list() {
    let silent = [
        Faults { accept_then_reset: Chance::ALWAYS, ..Faults::default() },
        Faults { accept_then_reset: Chance::ALWAYS, trial_prefix: true, ..Faults::default() },
    ];
    for fault in silent {
        each_engine(async |app| {
            let gala = text_with(app, fault).await;
            app.look_up_until("it is found", async || app.status(&gala).await == "accepted").await;
            assert_eq!(
                kinds(app, &gala).await,
                [Kind::Created, Kind::Claimed, Kind::OutcomeUnknown, Kind::LookedUp]
            );
            assert_eq!(app.run_outbox().await, 0);
            assert_eq!(app.twilio.messages_to(GUEST).len(), 1);
        })
        .await;
    }
}

#[tokio::test]
async fn a_text_that_twilio_never_took_is_sent_again_once_and_only_after_a_while() {
    each_engine(async |app| {
        let gala = text_with(app, Faults { server_error: Chance::next(1), ..Faults::default() }).await;
        lookups::run_once(&app.service).await.expect("a look");
        assert_eq!(app.status(&gala).await, "sending", "too early to tell");
        app.look_up_until("it is lost", async || app.status(&gala).await == "queued").await;
        assert_eq!(app.run_outbox().await, 1);
        assert_eq!(app.status(&gala).await, "accepted");
        assert_eq!(app.twilio.messages_to(GUEST).len(), 1);
        assert_eq!(app.totals(&gala).await.total, 1);
    })
    .await;
}

#[tokio::test]
async fn a_text_that_twilio_takes_late_is_not_sent_twice() {
    each_engine(async |app| {
        let late = Faults {
            late_acceptance: Chance::next(1),
            late_acceptance_answer: LateAnswer::ServerError,
            late_acceptance_ms: 150,
            ..Faults::default()
        };
        let gala = text_with(app, late).await;
        app.look_up_until("it is found", async || app.status(&gala).await == "accepted").await;
        assert_eq!(app.run_outbox().await, 0);
        assert_eq!(app.twilio.messages_to(GUEST).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_look_up_that_failed_permits_nothing() {
    each_engine(async |app| {
        let gala = text_with(app, Faults { server_error: Chance::ALWAYS, ..Faults::default() }).await;
        app.twilio.set_faults(Faults { lookup_server_error: Chance::ALWAYS, ..Faults::default() });
        tokio::time::sleep(Duration::from_millis(350)).await;
        for _ in 0..3 {
            lookups::run_once(&app.service).await.expect("a look");
        }
        assert_eq!(app.status(&gala).await, "sending");
        assert_eq!(app.run_outbox().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_crash_between_claim_and_record_is_resolved_like_any_unknown_outcome() {
    each_engine(async |app| {
        let gala = text_with(app, Faults { accept_then_reset: Chance::ALWAYS, ..Faults::default() }).await;
        // As a killed process leaves it: claimed, its lease over, nothing recorded.
        app.db_run(
            "update attempts set result = null, ended_at = null, next_lookup_at = null,
               lease_until = '2020-01-01T00:00:00+00:00'",
        )
        .await;
        app.look_up_until("it is found", async || app.status(&gala).await == "accepted").await;
        assert_eq!(app.twilio.messages_to(GUEST).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn past_its_time_a_lost_text_is_never_sent_again() {
    each_engine(async |app| {
        let gala = text_with(app, Faults { server_error: Chance::ALWAYS, ..Faults::default() }).await;
        app.db_run("update messages set expires_at = '2020-01-01T00:00:00+00:00'").await;
        app.look_up_until("it is given up", async || app.status(&gala).await == "unconfirmed").await;
        let text = app.newest(&gala, gala.guest()).await.text;
        assert_eq!(
            (text.reason.as_deref(), text.final_by),
            (Some("outcome_unknown"), Some(KnownBy::Timeout))
        );
        assert_eq!(app.run_outbox().await, 0);
        assert_eq!(app.totals(&gala).await.unconfirmed, 1);
    })
    .await;
}

#[tokio::test]
async fn without_callbacks_the_status_and_its_code_come_by_look_up() {
    each_engine(async |app| {
        let gala = app.gala_for(&["+15552330003"]).await;
        app.twilio.set_pace(Pace::fast());
        app.twilio.set_faults(Faults { lost_callbacks: Chance::ALWAYS, ..Faults::default() });
        app.send(&gala, gala.guest(), "Doors at 7").await;
        app.look_up_until("it is final", async || app.status(&gala).await == "undelivered").await;
        let text = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((text.error_code, text.final_by), (Some(30003), Some(KnownBy::LookUp)));
        assert_eq!(
            lookups::run_once(&app.service).await.expect("a look"),
            0,
            "what is final is not asked again"
        );
    })
    .await;
}

#[tokio::test]
async fn patience_ends_and_a_late_receipt_still_lifts_the_text() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let sid = app.sid_of(GUEST);
        app.twilio.progress(&sid, Twilio::Sent, None).await.expect("sent");
        app.look_up_until("patience ends", async || app.status(&gala).await == "unconfirmed").await;
        assert_eq!(app.newest(&gala, gala.guest()).await.text.reason.as_deref(), Some("no_receipt"));
        assert_eq!(Callback::new(&sid, "delivered").post_to(app).await, 204);
        let text = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((text.status, text.reason), (Status::Delivered, None));
        assert_eq!(app.totals(&gala).await.delivered, 1);
    })
    .await;
}

#[tokio::test]
async fn reconciling_asks_now_about_everything_without_a_final_status() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        app.twilio.set_pace(Pace::fast());
        app.twilio.set_faults(Faults { lost_callbacks: Chance::ALWAYS, ..Faults::default() });
        for guest in &gala.attendees {
            app.send(&gala, *guest, "Doors at 7").await;
        }
        assert!(app.twilio.settle(Duration::from_secs(5)).await);
        let asked = lookups::reconcile(&app.service, app.service.clock.now()).await.expect("reconciled");
        assert!(asked >= 3);
        assert_eq!(app.totals(&gala).await.delivered, 3);
    })
    .await;
}
