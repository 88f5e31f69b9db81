//! Texts that answer what somebody has just done, codes among them.

use futures::future::join_all;
use serde_json::{Value, json};
use usher_core::messages::Author;
use usher_core::orgs::{self, Change};

use super::{event, in_minutes, text};
use crate::harness::{Callback, TestApp, each_engine};

const GUEST: &str = "+15552340500";

#[tokio::test]
async fn a_one_time_code_reaches_the_phone_and_is_shown_nowhere() {
    each_engine(async |app| {
        let api = app.api().await;
        let mut wish = json!({ "to": GUEST, "body": "Your code is 482913.", "purpose": "otp" });
        assert_eq!(api.post("/api/v1/messages", &wish).await.wrong(), ["expires_at"]);
        wish["expires_at"] = json!(in_minutes(app, 30));
        assert_eq!(api.post("/api/v1/messages", &wish).await.wrong(), ["expires_at"]);
        wish["expires_at"] = json!(in_minutes(app, 10));
        let told = api.under("code").post("/api/v1/messages", &wish).await;
        assert_eq!(told.is(202)["body"], "••••••");
        app.run_outbox().await;
        let sent = app.twilio.messages_to(GUEST).pop().expect("Twilio got it");
        assert_eq!(sent.body, "Your code is 482913.");
        assert_eq!(Callback::new(&sent.sid, "delivered").post_to(app).await, 204);
        let found = api.get(&format!("/api/v1/messages/{}", told.id())).await;
        let again = api.under("code").post("/api/v1/messages", &wish).await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        let in_trail = "select count(*) from trail where payload like '%482913%' or note like '%482913%'";
        assert_eq!(app.db_number(in_trail).await, 0);
        for shown in [&told.body, found.is(200), again.is(202)] {
            assert!(!shown.to_string().contains("482913"), "{shown:#}");
        }
        api.post(&format!("/api/v1/messages/{}/retry", told.id()), &json!({})).await.is(409);
    })
    .await;
}

#[tokio::test]
async fn a_code_of_letters_is_shown_nowhere_either() {
    each_engine(async |app| {
        let api = app.api().await;
        let shown = async |words: Value| {
            let mut wish = json!({ "to": GUEST, "purpose": "booking_initiation" });
            wish.as_object_mut().expect("an object").extend(words.as_object().expect("an object").clone());
            let made = api.post("/api/v1/messages", &wish).await;
            let found = api.get(&format!("/api/v1/messages/{}", made.id())).await;
            assert_eq!(found.is(200)["body"], made.is(202)["body"]);
            made.body["body"].as_str().expect("a text").to_owned()
        };
        for body in [
            "Your sign-in word is falcon. Valid for 10 minutes.",
            "Confirm your seat at https://x.example/c/aZbQkRtW before 7 PM",
            "Your code: kXqZpR (valid 10 min)",
        ] {
            assert_eq!(shown(json!({ "body": body })).await, "••••••", "{body}");
        }
        let words = json!({ "body": "Your word is {{word}}. Open https://x.example/c/aZbQkRtW",
            "variables": { "word": "falcon" } });
        assert_eq!(shown(words).await, "Your word is ••••••. Open ••••••");
        while app.run_outbox().await > 0 {}
        assert!(app.twilio.messages_to(GUEST).iter().any(|text| text.body.contains("Your word is falcon.")));
        let kept = "select count(*) from messages where body like '%falcon%' or body like '%aZbQkRtW%'";
        assert_eq!(app.db_number(kept).await, 0);
    })
    .await;
}

#[tokio::test]
async fn of_many_codes_at_once_as_many_are_taken_as_the_limit_allows() {
    each_engine(async |app| {
        let api = app.api().await;
        let event = event(&api).await;
        let list = json!([{ "phone": GUEST, "name": "Ana" }]);
        let put = api.put(&format!("/api/v1/events/{event}/attendees"), &list).await;
        let ana = &put.is(200)["attendees"][0];
        let limit = Change { texts_per_contact_per_day: Some(Some(2)), ..Change::default() };
        app.settings(limit).await;
        let api = &api;
        let wishes = (0..20).map(|n| {
            let (field, id) = [("attendee_id", &ana["id"]), ("contact_id", &ana["contact_id"])][n % 2];
            json!({ field: id, "body": "Paid", "purpose": "payment_confirmation" })
        });
        let told =
            join_all(wishes.map(|wish| async move { api.post("/api/v1/messages", &wish).await.status }));
        let mut told = told.await;
        told.sort_unstable();
        assert_eq!(told, [vec![202; 2], vec![429; 18]].concat());
        while app.run_outbox().await > 0 {}
    })
    .await;
}

#[tokio::test]
async fn a_text_that_waits_counts_for_the_limit() {
    each_engine(async |app| {
        let api = app.api().await;
        let limit = Change { texts_per_contact_per_day: Some(Some(1)), ..Change::default() };
        app.settings(limit).await;
        let mut wish = json!({ "to": GUEST, "body": "Paid", "purpose": "payment_confirmation" });
        wish["send_at"] = json!(in_minutes(app, 60));
        assert_eq!(api.post("/api/v1/messages", &wish).await.is(202)["status"], "scheduled");
        api.post("/api/v1/messages", &wish).await.is(429);
    })
    .await;
}

#[tokio::test]
async fn a_code_over_the_limit_is_refused_at_once_and_leaves_no_record() {
    each_engine(async |app| {
        let api = app.api().await;
        let limit = Change { texts_per_contact_per_day: Some(Some(2)), ..Change::default() };
        orgs::change(&app.service, app.ana.org_id, &Author::command_line(), &limit).await.expect("a limit");
        let code = |app: &TestApp| {
            json!({ "to": GUEST, "body": "Your code is 482913.", "purpose": "otp", "expires_at": in_minutes(app, 10) })
        };
        for _ in 0..2 {
            api.post("/api/v1/messages", &code(app)).await.is(202);
        }
        let told = api.under("third").post("/api/v1/messages", &code(app)).await;
        told.is(429);
        assert!(told.header("retry-after").and_then(|wait| wait.parse::<u64>().ok()).is_some_and(|wait| wait > 80_000));
        assert_eq!(app.db_number("select count(*) from messages").await, 2);
        // What can wait is taken, and waits.
        api.post("/api/v1/messages", &text(GUEST)).await.is(202);
        // Somebody else is not meant.
        let mut other = code(app);
        other["to"] = json!("+15552340501");
        api.post("/api/v1/messages", &other).await.is(202);
        while app.run_outbox().await > 0 {}
    })
    .await;
}
