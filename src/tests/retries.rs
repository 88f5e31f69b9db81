//! Trying a text again: a new text in the chain of the old one, at most one per text ever.

use futures::future::join_all;
use usher::simulator::{Chance, Faults};
use usher_core::Error;
use usher_core::messages::{self, Status};

use crate::harness::{Callback, Gala, TestApp, each_engine};

const GUEST: &str = "+15552340500";

/// A text that did not arrive.
async fn failed_text(app: &TestApp, code: &str) -> (Gala, usher_core::ids::MessageId) {
    let gala = app.gala(1).await;
    let id = app.send(&gala, gala.guest(), "Doors at 7").await;
    let status = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", code).post_to(app).await;
    assert_eq!(status, 204);
    (gala, id)
}

#[tokio::test]
async fn a_retry_is_a_linked_second_text_and_only_the_newest_counts() {
    each_engine(async |app| {
        let (gala, first) = failed_text(app, "30003").await;
        let second = messages::retry(&app.service, &app.ana, first).await.expect("a retry");
        app.run_outbox().await;
        let entries = app.history(&gala, gala.guest()).await.entries;
        assert_eq!(entries[0].text.retry_of, Some(first));
        assert_eq!(entries[1].text.retried_by, Some(second));
        let totals = app.totals(&gala).await;
        assert_eq!((totals.total, totals.failed, totals.in_progress), (1, 0, 1));
        assert_eq!(Callback::new(&app.sid_of(GUEST), "delivered").post_to(app).await, 204);
        assert_eq!(app.totals(&gala).await.delivered, 1);
    })
    .await;
}

#[tokio::test]
async fn many_clicks_make_one_retry() {
    each_engine(async |app| {
        let (gala, first) = failed_text(app, "30003").await;
        let clicks = join_all((0..20).map(|_| messages::retry(&app.service, &app.ana, first))).await;
        assert_eq!(clicks.iter().filter(|click| click.is_ok()).count(), 1);
        let told = |click: &Result<_, Error>| match click {
            Ok(_) => true,
            Err(Error::Refused(why)) => why.contains("already retried"),
            Err(_) => false,
        };
        assert!(clicks.iter().all(told), "{clicks:?}");
        app.run_outbox().await;
        assert_eq!(app.history(&gala, gala.guest()).await.entries.len(), 2);
        assert_eq!(app.twilio.messages_to(GUEST).len(), 2);
        assert_eq!(app.totals(&gala).await.total, 1);
    })
    .await;
}

#[tokio::test]
async fn a_hopeless_text_is_not_retried() {
    each_engine(async |app| {
        let (gala, first) = failed_text(app, "30006").await;
        let refused = messages::retry(&app.service, &app.ana, first).await;
        assert!(matches!(refused, Err(Error::Refused(why)) if why.contains("landline")));
        assert_eq!(app.history(&gala, gala.guest()).await.entries.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_chain_ends_after_three_retries() {
    each_engine(async |app| {
        let (_gala, mut id) = failed_text(app, "30003").await;
        for _ in 0..3 {
            id = messages::retry(&app.service, &app.ana, id).await.expect("a retry");
            app.run_outbox().await;
            let again = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", "30003");
            assert_eq!(again.post_to(app).await, 204);
        }
        let refused = messages::retry(&app.service, &app.ana, id).await;
        assert!(matches!(refused, Err(Error::Refused(why)) if why.contains("four times")));
    })
    .await;
}

#[tokio::test]
async fn a_late_receipt_of_the_first_text_stops_the_waiting_second_one() {
    each_engine(async |app| {
        let (gala, first) = failed_text(app, "30003").await;
        let sid = app.sid_of(GUEST);
        messages::retry(&app.service, &app.ana, first).await.expect("a retry");
        assert_eq!(Callback::new(&sid, "delivered").post_to(app).await, 204);
        let entries = app.history(&gala, gala.guest()).await.entries;
        assert_eq!(entries[0].text.status, Status::Canceled);
        assert_eq!(entries[0].text.reason.as_deref(), Some("delivered_after_all"));
        assert_eq!(entries[1].text.status, Status::Delivered);
        let totals = app.totals(&gala).await;
        assert_eq!((totals.total, totals.delivered), (1, 1), "the chain is delivered");
        assert_eq!(app.run_outbox().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_late_receipt_of_the_first_text_counts_even_if_the_second_failed() {
    each_engine(async |app| {
        let (gala, first) = failed_text(app, "30003").await;
        let sid = app.sid_of(GUEST);
        messages::retry(&app.service, &app.ana, first).await.expect("a retry");
        app.run_outbox().await;
        let second = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", "30008");
        assert_eq!(second.post_to(app).await, 204);
        assert_eq!(app.totals(&gala).await.failed, 1);
        assert_eq!(Callback::new(&sid, "delivered").post_to(app).await, 204);
        let totals = app.totals(&gala).await;
        assert_eq!((totals.total, totals.delivered, totals.failed), (1, 1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_retry_whose_outcome_is_unknown_is_not_sent_again_once_its_original_arrived() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let original = app.send(&gala, gala.guest(), "Doors at 7").await;
        let sid = app.sid_of("+15552340500");
        Callback::new(&sid, "undelivered").with("ErrorCode", "30003").post_to(app).await;
        messages::retry(&app.service, &app.ana, original).await.expect("a retry");
        app.twilio.set_faults(Faults { server_error: Chance::next(1), ..Faults::default() });
        app.run_outbox().await;
        Callback::new(&sid, "delivered").post_to(app).await;
        app.look_up_until("it is lost, and stopped", async || {
            app.run_outbox().await;
            app.status(&gala).await == "canceled"
        })
        .await;
        assert_eq!(app.twilio.messages_to("+15552340500").len(), 1);
    })
    .await;
}
