//! Receipts may come late, twice, in any order, and before our own request is answered: the
//! result is the same.

use usher::simulator::{Chance, Faults};
use usher_core::messages::{Kind, Status};

use crate::harness::{Callback, each_engine};

const GUEST: &str = "+15552340500";

/// Every order of these.
fn orders<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    if items.len() < 2 {
        return vec![items.to_vec()];
    }
    let mut orders = Vec::new();
    for first in 0..items.len() {
        let mut rest = items.to_vec();
        let head = rest.remove(first);
        for mut tail in self::orders(&rest) {
            tail.insert(0, head.clone());
            orders.push(tail);
        }
    }
    orders
}

#[tokio::test]
async fn callbacks_in_every_order_and_twice_end_alike() {
    each_engine(async |app| {
        let gala = app.gala(24).await;
        for (guest, order) in
            gala.attendees.iter().zip(orders(&["queued", "sent", "undelivered", "delivered"]))
        {
            app.send(&gala, *guest, "Doors at 7").await;
            let sid = app.twilio.messages().last().expect("a text").sid.clone();
            for status in order.iter().chain(&order) {
                let callback = Callback::new(&sid, status);
                let callback =
                    if *status == "undelivered" { callback.with("ErrorCode", "30003") } else { callback };
                assert_eq!(callback.post_to(app).await, 204);
            }
            let newest = app.newest(&gala, *guest).await;
            assert_eq!((newest.text.status, newest.text.error_code), (Status::Delivered, None), "{order:?}");
            assert_eq!(newest.trail.len(), 3 + 8, "the trail keeps all of {order:?}");
        }
        assert_eq!(app.totals(&gala).await.delivered, 24);
    })
    .await;
}

#[tokio::test]
async fn many_callbacks_at_once_end_alike() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let sid = app.sid_of(GUEST);
        let statuses = ["queued", "sent", "undelivered", "sent", "undelivered", "queued"];
        let posts =
            (0..60).map(|n| Callback::new(&sid, statuses[n % 6]).with("ErrorCode", "30003").post_to(app));
        assert!(futures::future::join_all(posts).await.into_iter().all(|status| status == 204));
        let newest = app.newest(&gala, gala.guest()).await;
        assert_eq!((newest.text.status, newest.text.error_code), (Status::Undelivered, Some(30003)));
        assert_eq!(
            newest.trail.iter().map(|step| step.seq).collect::<Vec<_>>(),
            (1..=63).collect::<Vec<i64>>()
        );
        assert_eq!(app.totals(&gala).await.failed, 1);
    })
    .await;
}

#[tokio::test]
async fn a_receipt_may_overtake_the_answer_to_our_request() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.twilio.set_faults(Faults {
            slow_answers: Chance::ALWAYS,
            slow_answer_ms: 400,
            ..Faults::default()
        });
        app.write(&gala, gala.guest(), "Doors at 7").await;
        let overtake = async {
            app.eventually("Twilio has the text", async || !app.twilio.messages_to(GUEST).is_empty()).await;
            let text = app.twilio.messages_to(GUEST).remove(0);
            let query = text
                .status_callback
                .as_deref()
                .and_then(|url| url.split_once('?'))
                .expect("our ids")
                .1
                .to_owned();
            let query = query.split('#').next().expect("a query").to_owned();
            assert_eq!(Callback::new(&text.sid, "delivered").query(&query).post_to(app).await, 204);
            assert_eq!(app.status(&gala).await, "delivered", "before the request was answered");
        };
        tokio::join!(app.run_outbox(), overtake);
        assert_eq!(app.status(&gala).await, "delivered");
        assert_eq!(app.totals(&gala).await.delivered, 1);
    })
    .await;
}

#[tokio::test]
async fn a_receipt_of_a_text_nobody_knows_is_kept_and_linked_when_its_text_turns_up() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.twilio.set_faults(Faults {
            slow_answers: Chance::ALWAYS,
            slow_answer_ms: 300,
            ..Faults::default()
        });
        app.write(&gala, gala.guest(), "Doors at 7").await;
        let early = async {
            app.eventually("Twilio has the text", async || !app.twilio.messages_to(GUEST).is_empty()).await;
            let sid = app.sid_of(GUEST);
            assert_eq!(
                Callback::new(&sid, "delivered").post_to(app).await,
                204,
                "without our ids in the address"
            );
            assert_eq!(app.status(&gala).await, "sending", "nothing says yet whose it is");
        };
        tokio::join!(app.run_outbox(), early);
        assert_eq!(app.status(&gala).await, "delivered", "linked by the answer");
        let kinds: Vec<Kind> = app.trail(&gala).await.into_iter().map(|step| step.kind).collect();
        assert_eq!(kinds, [Kind::Created, Kind::Claimed, Kind::Answered, Kind::Callback]);
    })
    .await;
}

#[tokio::test]
async fn without_the_attempt_a_callback_finds_the_only_open_attempt_of_its_text() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.twilio.set_faults(Faults { accept_then_reset: Chance::ALWAYS, ..Faults::default() });
        let id = app.send(&gala, gala.guest(), "Doors at 7").await;
        assert_eq!(app.status(&gala).await, "sending", "its outcome is unknown");
        let sid = app.sid_of(GUEST);
        assert_eq!(Callback::new(&sid, "sent").query(&format!("m={id}")).post_to(app).await, 204);
        assert_eq!(app.status(&gala).await, "sent");
    })
    .await;
}

#[tokio::test]
async fn a_second_sid_for_one_text_is_kept_and_shown_and_changes_nothing() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let attempt = app.attempt_of(&app.sid_of(GUEST)).await;
        let double =
            Callback::new("SM00000000000000000000000000000066", "delivered").query(&format!("a={attempt}"));
        assert_eq!(double.post_to(app).await, 204);
        assert_eq!(app.status(&gala).await, "accepted");
        assert_eq!(app.trail(&gala).await.last().map(|step| step.kind), Some(Kind::Doubled));
    })
    .await;
}

#[tokio::test]
async fn an_opt_out_that_twilio_reports_binds_everybody_who_uses_the_sender() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let eve = app.db_stranger().await;
        let theirs = app.db_gala_of(&eve, &[GUEST]).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let sid = app.sid_of(GUEST);
        assert_eq!(Callback::new(&sid, "failed").with("ErrorCode", "21610").post_to(app).await, 204);
        app.send(&gala, gala.guest(), "Are you coming?").await;
        assert_eq!(app.status(&gala).await, "blocked");
        assert_eq!(app.totals(&gala).await.not_sent, 1);
        app.browser_of(&eve).await.page(&format!("{}/attendees", theirs.path())).await.says("opted out");
        assert_eq!(app.twilio.messages_to(GUEST).len(), 1, "the second text never left us");
    })
    .await;
}
