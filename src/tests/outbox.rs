//! From a row to Twilio: every text once, an unknown outcome never repeated, a refusal recorded.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use usher::simulator::{Chance, Faults, Pace, RefuseNext};
use usher_core::messages::{Kind, Status};
use usher_core::outbox::{Fault, Worker, pause_of, run_once};

use crate::harness::each_engine;

const GUEST: &str = "+15552340500";

#[tokio::test]
async fn a_text_is_a_row_before_it_is_a_request() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.write(&gala, gala.guest(), "Doors at 7").await;
        assert_eq!(app.status(&gala).await, "queued");
        assert!(app.twilio.messages().is_empty());
        assert_eq!(app.run_outbox().await, 1);
        assert_eq!(app.status(&gala).await, "accepted");
        let text = app.twilio.messages_to(GUEST).remove(0);
        assert_eq!(text.body_received, "Doors at 7");
        let address = text.status_callback.expect("a callback address");
        assert!(address.contains("/api/webhooks/twilio/status?m=") && address.contains("&a="), "{address}");
        assert!(address.ends_with("#rc=5&rp=all&ct=2000&rt=5000&tt=15000"), "{address}");
    })
    .await;
}

#[tokio::test]
async fn a_refusal_ends_the_text_with_its_reason() {
    each_engine(async |app| {
        let gala = app.gala_for(&["+15552321211"]).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let newest = app.newest(&gala, gala.guest()).await;
        assert_eq!((newest.text.status, newest.text.error_code), (Status::Failed, Some(21211)));
        assert_eq!(newest.trail.last().map(|step| step.kind), Some(Kind::Refused));
        assert_eq!(app.totals(&gala).await.failed, 1);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_outcome_stays_visible_and_is_never_sent_again() {
    let faults = [
        Faults { accept_then_reset: Chance::ALWAYS, ..Faults::default() },
        Faults { server_error: Chance::ALWAYS, ..Faults::default() },
    ];
    for fault in faults {
        each_engine(async |app| {
            let gala = app.gala(1).await;
            app.twilio.set_faults(fault);
            app.send(&gala, gala.guest(), "Doors at 7").await;
            app.twilio.set_faults(Faults::default());
            let asked = app.twilio.requests().create;
            assert_eq!(app.run_outbox().await, 0, "nothing is due");
            assert_eq!(app.status(&gala).await, "sending");
            assert_eq!(app.trail(&gala).await.last().map(|step| step.kind), Some(Kind::OutcomeUnknown));
            assert_eq!(app.twilio.requests().create, asked, "Twilio was asked once");
            assert_eq!(app.totals(&gala).await.in_progress, 1);
        })
        .await;
    }
}

#[tokio::test]
async fn texts_to_one_phone_wait_while_the_outcome_of_another_is_unknown() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.twilio.set_faults(Faults { accept_then_reset: Chance::next(1), ..Faults::default() });
        app.send(&gala, gala.guest(), "First").await;
        app.write(&gala, gala.guest(), "Second").await;
        app.write(&gala, gala.attendees[1], "To somebody else").await;
        assert_eq!(app.run_outbox().await, 1, "only the other phone's text goes out");
        assert_eq!(app.status(&gala).await, "queued");
        let sid = app.twilio.messages_to(GUEST).remove(0).sid;
        app.twilio
            .progress(&sid, usher::simulator::Status::Sent, None)
            .await
            .expect("the first one's receipt");
        assert_eq!(app.run_outbox().await, 1, "now the phone is free");
        assert_eq!(app.twilio.messages_to(GUEST).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_surely_was_not_accepted_is_tried_again_by_itself() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.twilio.set_faults(Faults { rate_limit: Chance::next(1), ..Faults::default() });
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let waiting = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((waiting.status, waiting.hold.as_deref()), (Status::Scheduled, Some("backoff")));
        app.eventually("it is due again and goes out", async || app.run_outbox().await == 1).await;
        assert_eq!(app.status(&gala).await, "accepted");
        assert_eq!(app.twilio.messages_to(GUEST).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_refused_login_holds_all_texts_and_one_at_a_time_tries_again() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        app.twilio.set_faults(Faults { wrong_login: true, ..Faults::default() });
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let waiting = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((waiting.status, waiting.hold.as_deref()), (Status::Scheduled, Some("sending_paused")));
        let pause = pause_of(&app.service, app.ana.org_id).await.expect("known").expect("paused");
        assert_eq!(pause.fault, Fault::Refused);
        let ana = app.browser_of(&app.ana).await;
        ana.page("/events").await.says("Twilio refuses our login or account");
        for guest in &gala.attendees {
            app.write(&gala, *guest, "And bring a friend").await;
        }
        assert_eq!(app.run_outbox().await, 0, "nothing goes out while it is paused");

        app.db_run("update accounts set paused_until = '2020-01-01T00:00:00+00:00'").await;
        assert_eq!(app.run_outbox().await, 1, "one text tries");
        assert!(pause_of(&app.service, app.ana.org_id).await.expect("known").is_some(), "in vain");

        app.twilio.set_faults(Faults::default());
        app.db_run("update accounts set paused_until = '2020-01-01T00:00:00+00:00'").await;
        assert_eq!(app.run_outbox().await, 4, "the one that tries succeeds, and the rest follow");
        assert_eq!(pause_of(&app.service, app.ana.org_id).await.expect("known"), None);
        assert!(ana.page("/events").await.texts(".redline").is_empty(), "it is over, and so is the red line");
        assert_eq!(app.twilio.messages().len(), 4);
        assert_eq!(app.totals(&gala).await.in_progress, 4);
    })
    .await;
}

#[tokio::test]
async fn a_try_that_is_refused_for_itself_proves_that_the_account_works() {
    each_engine(async |app| {
        let gala = app.gala_for(&["+15552321211", GUEST]).await;
        app.twilio.set_faults(Faults { account_suspended: true, ..Faults::default() });
        app.send(&gala, gala.guest(), "Doors at 7").await;
        assert!(pause_of(&app.service, app.ana.org_id).await.expect("known").is_some());
        app.write(&gala, gala.attendees[1], "Doors at 7").await;
        app.twilio.set_faults(Faults::default());
        app.db_run("update accounts set paused_until = '2020-01-01T00:00:00+00:00'").await;
        assert_eq!(app.run_outbox().await, 2, "the first is refused for its number, and the second goes out");
        assert_eq!(pause_of(&app.service, app.ana.org_id).await.expect("known"), None);
        assert_eq!(app.status(&gala).await, "failed");
    })
    .await;
}

#[tokio::test]
async fn an_unreachable_twilio_holds_texts_and_loses_none() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.write(&gala, gala.guest(), "Doors at 7").await;
        let cut_off = app.cut_off_from_twilio().await;
        run_once(&cut_off).await.expect("the outbox can be read");
        let waiting = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((waiting.status, waiting.hold.as_deref()), (Status::Scheduled, Some("sending_paused")));
        assert_eq!(app.trail(&gala).await.last().map(|step| step.kind), Some(Kind::NotSent));
        let pause = pause_of(&app.service, app.ana.org_id).await.expect("known").expect("paused");
        assert_eq!(pause.fault, Fault::Unreachable);
        app.db_run("update accounts set paused_until = '2020-01-01T00:00:00+00:00'").await;
        assert_eq!(app.run_outbox().await, 1);
        assert_eq!(app.status(&gala).await, "accepted");
    })
    .await;
}

#[tokio::test]
async fn a_refusal_that_may_pass_has_four_tries() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.twilio.set_faults(Faults {
            refuse_next: Some(RefuseNext { code: 21611, times: 9 }),
            ..Faults::default()
        });
        app.write(&gala, gala.guest(), "Doors at 7").await;
        for tried in 1..=3 {
            assert_eq!(app.run_outbox().await, 1);
            let waiting = app.newest(&gala, gala.guest()).await.text;
            assert_eq!(
                (waiting.status, waiting.hold.as_deref()),
                (Status::Scheduled, Some("backoff")),
                "{tried}"
            );
            assert_eq!(app.run_outbox().await, 0, "not before its pause is over");
            app.db_run("update messages set due_at = '2020-01-01T00:00:00+00:00'").await;
        }
        assert_eq!(app.run_outbox().await, 1);
        let text = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((text.status, text.error_code), (Status::Failed, Some(21611)));
        assert_eq!(app.twilio.requests().create, 4);
    })
    .await;
}

#[tokio::test]
async fn without_an_account_a_text_is_recorded_and_not_sent() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let service = app.without_account().await;
        let text =
            usher_core::messages::TextToOne { purpose: "announcement".into(), body: "Doors at 7".into() };
        usher_core::messages::send_one(&service, &app.ana, gala.id, gala.guest(), &text)
            .await
            .expect("recorded");
        let newest = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((newest.status, newest.reason.as_deref()), (Status::Blocked, Some("not_configured")));
    })
    .await;
}

#[tokio::test]
async fn a_worker_wakes_at_once_and_stops_after_what_is_in_flight() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.twilio.set_pace(Pace { response_delay_ms: 300, ..Pace::held() });
        let (stop, stopped) = watch::channel(false);
        let worker = tokio::spawn(Worker { service: app.service.clone() }.run(stopped));
        tokio::time::sleep(Duration::from_millis(100)).await;
        let written = Instant::now();
        app.write(&gala, gala.guest(), "Doors at 7").await;
        app.eventually("Twilio has the text", async || !app.twilio.messages().is_empty()).await;
        assert!(written.elapsed() < Duration::from_millis(500), "it took {:?}", written.elapsed());
        stop.send(true).expect("the worker runs");
        worker.await.expect("the worker ended");
        assert_eq!(app.status(&gala).await, "accepted", "the request in flight was finished and recorded");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_twilio_says_nothing_to_holds_up_no_other_for_long() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.twilio.set_faults(Faults { accept_then_hang: Chance::Next { next: 1 }, ..Faults::default() });
        // Twilio has asked us to slow down again and again: one call at a time.
        for second in 0..10 {
            app.service.budget.slow_down(at(2 * second), at(2 * second + 1));
        }
        let (stop, stopped) = watch::channel(false);
        let worker = tokio::spawn(Worker { service: app.service.clone() }.run(stopped));
        app.write(&gala, gala.attendees[0], "This call hangs").await;
        app.eventually("Twilio has the first", async || app.twilio.messages().len() == 1).await;
        let written = Instant::now();
        app.write(&gala, gala.attendees[1], "Doors at 7").await;
        while app.twilio.messages().len() < 2 {
            assert!(written.elapsed() < Duration::from_secs(6), "the second waits for the first");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.send(true).expect("the worker runs");
        worker.abort();
    })
    .await;
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).expect("a time")
}

#[tokio::test]
async fn a_code_of_twilios_that_may_pass_is_still_recorded_as_it_came() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.twilio.set_faults(Faults {
            refuse_next: Some(RefuseNext { code: 21612, times: 1 }),
            ..Faults::default()
        });
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let step = app.trail(&gala).await.pop().expect("a step");
        assert_eq!((step.kind, step.error_code), (Kind::Refused, Some(21612)));
        assert!(step.payload.is_some_and(|payload| payload.contains("21612")), "Twilio's own words are kept");
    })
    .await;
}
