//! The same request under the same key acts once, whatever happens around it.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use usher_core::api_keys::{self, ApiKey};
use usher_core::error::Problems;
use usher_core::idempotency::{self, Answer, Ticket};
use usher_core::messages::{self, Post, Purpose, Recipient, Words};
use usher_core::phones::Phone;

use super::{stranger, text};
use crate::harness::{TestApp, each_engine};

const GUEST: &str = "+15552340500";
const MESSAGES: &str = "/api/v1/messages";
const TEXTS: &str = "select count(*) from messages";

#[tokio::test]
async fn the_same_request_again_answers_as_the_first_time_and_does_nothing() {
    each_engine(async |app| {
        let api = app.api().await.under("order-7");
        let first = api.post(MESSAGES, &text(GUEST)).await;
        first.is(202);
        assert_eq!(first.header("idempotent-replayed"), None);
        app.run_outbox().await;
        // The text has moved on; the answer has not. Neither order nor white space makes another request.
        let reordered = format!(
            "{{\n  \"purpose\": \"announcement\",\"to\":\"{GUEST}\", \"body\":\"Doors\\u0020at 7\"}}"
        );
        let again = api.send_bytes("post", MESSAGES, Some("application/json"), reordered).await;
        assert_eq!((again.is(202), again.header("idempotent-replayed")), (&first.body, Some("true")));
        assert_eq!(app.db_number(TEXTS).await, 1);
        // Without a key, or under another one, it is another text.
        app.api().await.post(MESSAGES, &text(GUEST)).await.is(202);
        app.api().await.under("order-8").post(MESSAGES, &text(GUEST)).await.is(202);
        assert_eq!(app.db_number(TEXTS).await, 3);
        while app.run_outbox().await > 0 {}
    })
    .await;
}

#[tokio::test]
async fn fifty_at_once_are_one_text_and_all_hear_the_same() {
    each_engine(async |app| {
        let api = app.api().await.under("order-7");
        let request = text(GUEST);
        let told = join_all((0..50).map(|_| api.post(MESSAGES, &request))).await;
        let first = told[0].is(202);
        assert!(told.iter().all(|told| told.is(202) == first));
        assert_eq!(told.iter().filter(|told| told.header("idempotent-replayed").is_none()).count(), 1);
        assert_eq!(app.db_number(TEXTS).await, 1);
        app.run_outbox().await;
        assert_eq!(app.twilio.messages_to(GUEST).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn another_request_under_the_key_is_refused() {
    each_engine(async |app| {
        let api = app.api().await.under("order-7");
        let first = api.post(MESSAGES, &text(GUEST)).await.id();
        let mut other = text(GUEST);
        other["body"] = json!("Doors at 8");
        api.post(MESSAGES, &other).await.is(409);
        // Another call has keys of its own.
        let retry = api.post(&format!("{MESSAGES}/{first}/retry"), &json!({})).await;
        assert_eq!(retry.is(409)["detail"], "This text is still on its way.");
        assert_eq!(app.db_number(TEXTS).await, 1);
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn two_organizations_may_use_the_same_key() {
    each_engine(async |app| {
        let ours = app.api().await.under("order-7").post(MESSAGES, &text(GUEST)).await;
        let theirs = stranger(app).await.under("order-7").post(MESSAGES, &text(GUEST)).await;
        assert_ne!(ours.id(), theirs.id());
        assert_eq!(theirs.header("idempotent-replayed"), None);
        while app.run_outbox().await > 0 {}
    })
    .await;
}

#[tokio::test]
async fn a_refused_request_is_not_kept() {
    each_engine(async |app| {
        let api = app.api().await.under("order-7");
        let mut wrong = text(GUEST);
        wrong["event_id"] = json!("00000000-0000-0000-0000-000000000001");
        assert_eq!(api.post(MESSAGES, &wrong).await.wrong(), ["event_id"]);
        api.post(MESSAGES, &text(GUEST)).await.is(202);
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_none_is_told_so() {
    each_engine(async |app| {
        let api = app.api().await;
        for key in ["", "two words", &"k".repeat(256), "tab\tkey"] {
            assert_eq!(
                api.under(key).post(MESSAGES, &text(GUEST)).await.wrong(),
                ["Idempotency-Key"],
                "{key}"
            );
        }
        assert_eq!(api.under("a").under("b").post(MESSAGES, &text(GUEST)).await.wrong(), ["Idempotency-Key"]);
        api.under(&"~".repeat(255)).post(MESSAGES, &text(GUEST)).await.is(202);
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn a_key_is_forgotten_after_seven_days() {
    each_engine(async |app| {
        let api = app.api().await.under("order-7");
        api.post(MESSAGES, &text(GUEST)).await.is(202);
        app.db_run("update idempotency_keys set created_at = '2026-01-01 00:00:00.000000+00:00'").await;
        let later = api.post(MESSAGES, &text(GUEST)).await;
        assert_eq!((later.status, later.header("idempotent-replayed")), (202, None));
        idempotency::forget_old(&app.service).await.expect("forgotten");
        assert_eq!(app.db_number("select count(*) from idempotency_keys").await, 1);
        app.db_run("update idempotency_keys set created_at = '2026-01-01 00:00:00.000000+00:00'").await;
        idempotency::forget_old(&app.service).await.expect("forgotten");
        assert_eq!(app.db_number("select count(*) from idempotency_keys").await, 0);
        while app.run_outbox().await > 0 {}
    })
    .await;
}

#[tokio::test]
async fn however_many_keys_are_old_all_of_them_are_forgotten() {
    each_engine(async |app| {
        app.api().await.under("order-7").post(MESSAGES, &text(GUEST)).await.is(202);
        app.db_run(
            "update idempotency_keys set created_at = '2026-01-01 00:00:00.000000+00:00';
             insert into idempotency_keys (org_id, call, key, request, created_at)
             with recursive n(n) as (select 1 union all select n + 1 from n where n < 2500)
             select org_id, call, key || '-' || n, request, created_at from idempotency_keys cross join n",
        )
        .await;
        assert_eq!(app.db_number("select count(*) from idempotency_keys").await, 2_501);
        idempotency::forget_old(&app.service).await.expect("forgotten");
        assert_eq!(app.db_number("select count(*) from idempotency_keys").await, 0);
        app.run_outbox().await;
    })
    .await;
}

/// What the API makes of a request for a text.
async fn post_in(app: &TestApp, key: &ApiKey, answer: impl FnOnce(&messages::Text) -> Answer) {
    let ticket =
        Ticket::new("POST /api/v1/messages", b"order-7", &format!("\n{}", text(GUEST))).expect("a ticket");
    let post = Post {
        to: Some(Recipient::Phone(Phone::parse(GUEST, None).expect("a number"))),
        words: Some(Words::Body("Doors at 7".into())),
        variables: Vec::new(),
        purpose: Some(Purpose::Announcement),
        event_id: None,
        send_at: None,
        expires_at: None,
        related: None,
    };
    messages::post(&app.service, key, post, Problems::default(), Some(&ticket), answer)
        .await
        .expect("a text");
}

async fn key(app: &TestApp) -> ApiKey {
    let key = api_keys::create(&app.service, app.ana.org_id, "box office").await.expect("a key");
    api_keys::recognize(&app.service, &key).await.expect("the database answers").expect("a key")
}

#[tokio::test]
async fn a_crash_before_the_commit_leaves_neither_text_nor_key() {
    each_engine(async |app| {
        let key = key(app).await;
        let crash = |_: &messages::Text| -> Answer { panic!("the process dies here") };
        let crashed = std::panic::AssertUnwindSafe(post_in(app, &key, crash));
        assert!(futures::FutureExt::catch_unwind(crashed).await.is_err());
        assert_eq!(app.db_number(TEXTS).await, 0);
        let told = app.api().await.under("order-7").post(MESSAGES, &text(GUEST)).await;
        assert_eq!((told.status, told.header("idempotent-replayed")), (202, None));
        assert_eq!(app.db_number(TEXTS).await, 1);
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_cut_off_anywhere_and_sent_again_is_one_text() {
    each_engine(async |app| {
        let key = key(app).await;
        let answer = |made: &messages::Text| Answer {
            status: 202,
            body: json!({ "id": made.id.to_string() }).to_string(),
        };
        for patience in 0..60 {
            let cut = tokio::time::timeout(Duration::from_micros(patience * 200), post_in(app, &key, answer));
            if cut.await.is_ok() {
                break;
            }
        }
        let (mut first, mut again) = (Value::Null, Value::Null);
        for told in [&mut first, &mut again] {
            // Straight to the core, whose answer is not the API's: only that it is one matters.
            let seen = |made: &messages::Text| answer(made);
            post_in(app, &key, seen).await;
            *told = json!(app.db_number(TEXTS).await);
        }
        assert_eq!((first, again), (json!(1), json!(1)));
        app.run_outbox().await;
    })
    .await;
}
