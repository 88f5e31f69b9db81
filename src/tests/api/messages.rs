//! Texts that programs ask for.

use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use usher_core::messages::Author;
use usher_core::orgs::{self, Change};

use super::{event, text};
use crate::harness::{Callback, NUMBER, TestApp, each_engine};

const GUEST: &str = "+15552340500";

/// So many minutes from now, as programs write it.
fn in_minutes(app: &TestApp, minutes: i64) -> String {
    let time: chrono::DateTime<Utc> = app.service.clock.now() + TimeDelta::minutes(minutes);
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[tokio::test]
async fn a_text_to_a_number_nobody_knows_makes_a_contact_and_is_followed_to_the_phone() {
    each_engine(async |app| {
        let api = app.api().await;
        let event = event(&api).await;
        let wish = json!({ "to": "+1 (555) 234-0500", "body": "  Doors at 7\r\nBring a coat ", "purpose": "invitation",
            "event_id": event, "related": { "type": "ticket", "id": "T-1" } });
        let made = api.post("/api/v1/messages", &wish).await;
        let body = made.is(202);
        assert_eq!((&body["status"], &body["outcome"]), (&json!("queued"), &json!("in_progress")));
        assert_eq!((&body["to"], &body["body"]), (&json!(GUEST), &json!("Doors at 7\nBring a coat")));
        assert_eq!((&body["related"]["id"], &body["purpose_label"]), (&json!("T-1"), &json!("Invitation")));
        app.run_outbox().await;
        assert_eq!(Callback::new(&app.sid_of(GUEST), "delivered").post_to(app).await, 204);
        let found = api.get(&format!("/api/v1/messages/{}", made.id())).await;
        let body = found.is(200);
        assert_eq!((&body["outcome"], &body["final_by"]), (&json!("delivered"), &json!("callback")));
        assert_eq!((&body["from"], &body["error"]), (&json!(NUMBER), &json!(null)));
        let kinds: Vec<&str> =
            body["trail"].as_array().expect("a trail").iter().filter_map(|step| step["kind"].as_str()).collect();
        assert_eq!(kinds, ["created", "claimed", "answered", "callback"]);
        assert_eq!(body["trail"][0]["actor"], "box office (API key)");
        assert_eq!(body["trail"][3]["payload"]["MessageStatus"], "delivered");
        // They come onto the list later, and the text is theirs.
        let put = json!([{ "phone": GUEST, "name": "Ana" }]);
        let put = api.put(&format!("/api/v1/events/{event}/attendees"), &put).await;
        let found = api.get(&format!("/api/v1/messages/{}", made.id())).await;
        assert_eq!(found.is(200)["attendee_id"], put.is(200)["attendees"][0]["id"]);
        assert_eq!(found.body["contact_id"], put.body["attendees"][0]["contact_id"]);
    })
    .await;
}

#[tokio::test]
async fn an_attendee_or_contact_is_texted_by_name() {
    each_engine(async |app| {
        let api = app.api().await;
        let (here, elsewhere) = (event(&api).await, event(&api).await);
        let list = json!([{ "phone": GUEST, "name": "Ana Lopez" }]);
        let put = api.put(&format!("/api/v1/events/{here}/attendees"), &list).await;
        let ana = &put.is(200)["attendees"][0];
        let wish =
            |field: &str, id: &Value| json!({ field: id, "body": "Hi {{first_name}}", "purpose": "custom" });
        let told = api.post("/api/v1/messages", &wish("attendee_id", &ana["id"])).await;
        assert_eq!((&told.is(202)["body"], &told.body["event_id"]), (&json!("Hi Ana"), &json!(here)));
        let told = api.post("/api/v1/messages", &wish("contact_id", &ana["contact_id"])).await;
        assert_eq!((&told.is(202)["body"], &told.body["event_id"]), (&json!("Hi Ana"), &json!(null)));
        let mut wrong = wish("attendee_id", &ana["id"]);
        wrong["event_id"] = json!(elsewhere);
        assert_eq!(api.post("/api/v1/messages", &wrong).await.wrong(), ["event_id"]);
        app.run_outbox().await;
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn a_text_that_cannot_be_is_refused_field_by_field() {
    each_engine(async |app| {
        let api = app.api().await;
        let refused = async |change: Value| {
            let mut wish = text(GUEST);
            for (name, value) in change.as_object().expect("an object") {
                wish[name] = value.clone();
            }
            let told = api.post("/api/v1/messages", &wish).await;
            told.wrong().join(" ")
        };
        assert_eq!(api.post("/api/v1/messages", &json!({})).await.wrong(), ["to", "body", "purpose"]);
        assert_eq!(refused(json!({ "to": null })).await, "to");
        assert_eq!(refused(json!({ "to": "555" })).await, "to");
        assert_eq!(refused(json!({ "contact_id": "x" })).await, "to contact_id");
        assert_eq!(refused(json!({ "template": "x" })).await, "body template");
        assert_eq!(refused(json!({ "body": " \n " })).await, "body");
        assert_eq!(refused(json!({ "body": "x".repeat(1_601) })).await, "body");
        assert_eq!(refused(json!({ "body": "bell\u{7}" })).await, "body");
        assert_eq!(
            refused(json!({ "body": "Hi {{first_name}} at {{ table }}" })).await,
            "variables.first_name variables.table"
        );
        assert_eq!(refused(json!({ "variables": { "a": 1 } })).await, "variables.a");
        assert_eq!(refused(json!({ "purpose": "party" })).await, "purpose");
        assert_eq!(refused(json!({ "event_id": "x" })).await, "event_id");
        assert_eq!(refused(json!({ "send_at": in_minutes(app, 600_000) })).await, "send_at");
        assert_eq!(refused(json!({ "expires_at": in_minutes(app, -1) })).await, "expires_at");
        let before = json!({ "send_at": in_minutes(app, 60), "expires_at": in_minutes(app, 30) });
        assert_eq!(refused(before).await, "expires_at");
        let related = json!({ "related": { "type": "x".repeat(101), "color": "red" } });
        assert_eq!(refused(related).await, "related.type related.id related.color");
        assert_eq!(app.db_number("select count(*) from messages").await, 0);
        assert_eq!(app.db_number("select count(*) from contacts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_text_for_later_waits_and_says_until_when() {
    each_engine(async |app| {
        let api = app.api().await;
        let at = in_minutes(app, 90);
        let mut wish = text(GUEST);
        wish["send_at"] = json!(at);
        let told = api.post("/api/v1/messages", &wish).await;
        assert_eq!(
            (&told.is(202)["status"], &told.body["hold"]),
            (&json!("scheduled"), &json!("chosen_time"))
        );
        assert_eq!((&told.body["due_at"], &told.body["send_at"]), (&json!(at), &json!(at)));
        assert_eq!(app.run_outbox().await, 0);
    })
    .await;
}

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
        assert_eq!(told.is(202)["body"], "Your code is ••••••.");
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
async fn who_opted_out_gets_a_record_and_no_text() {
    each_engine(async |app| {
        let api = app.api().await;
        api.post("/api/v1/messages", &text(GUEST)).await.is(202);
        app.run_outbox().await;
        let out = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", "21610");
        assert_eq!(out.post_to(app).await, 204);
        let told = api.post("/api/v1/messages", &text(GUEST)).await;
        assert_eq!((&told.is(202)["status"], &told.body["outcome"]), (&json!("blocked"), &json!("not_sent")));
        assert_eq!(told.body["reason"], "opted_out");
    })
    .await;
}

#[tokio::test]
async fn a_retry_is_a_second_text_and_the_only_one() {
    each_engine(async |app| {
        let api = app.api().await;
        let first = api.post("/api/v1/messages", &text(GUEST)).await.id();
        let path = format!("/api/v1/messages/{first}/retry");
        let told = api.post(&path, &json!({})).await;
        assert_eq!(told.is(409)["detail"], "This text is still on its way.");
        app.run_outbox().await;
        let failed = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", "30003");
        assert_eq!(failed.post_to(app).await, 204);
        assert_eq!(api.post(&path, &json!({ "body": "x" })).await.wrong(), ["body"]);
        // A body is not needed at all.
        let second = api.under("again").send_bytes("post", &path, None, "").await;
        assert_eq!((&second.is(202)["retry_of"], &second.body["status"]), (&json!(first), &json!("queued")));
        api.post(&path, &json!({})).await.is(409);
        let replayed = api.under("again").post(&path, &json!({})).await;
        assert_eq!((replayed.is(202), replayed.header("idempotent-replayed")), (&second.body, Some("true")));
        let failed = api.get(&format!("/api/v1/messages/{first}")).await;
        assert_eq!(failed.is(200)["retried_by"], second.body["id"]);
        assert_eq!(failed.body["error"]["code"], 30003);
        app.run_outbox().await;
        assert_eq!(app.twilio.messages_to(GUEST).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn texts_are_listed_by_what_they_are() {
    each_engine(async |app| {
        let api = app.api().await;
        let event = event(&api).await;
        let mut made = Vec::new();
        for n in 0..5 {
            let mut wish = text(&format!("+1555234050{n}"));
            if n < 3 {
                wish["event_id"] = json!(event);
                wish["purpose"] = json!("invitation");
            }
            made.push(api.post("/api/v1/messages", &wish).await.id());
        }
        app.run_outbox().await;
        assert_eq!(Callback::new(&app.sid_of("+15552340501"), "delivered").post_to(app).await, 204);
        let listed = async |query: String| {
            let told = api.get(&format!("/api/v1/messages?{query}")).await;
            let list = told.is(200)["messages"].as_array().expect("a list").clone();
            list.iter()
                .map(|text| made.iter().position(|id| text["id"] == *id).expect("ours"))
                .collect::<Vec<_>>()
        };
        assert_eq!(listed(String::new()).await, [4, 3, 2, 1, 0]);
        assert_eq!(listed(format!("event_id={event}")).await, [2, 1, 0]);
        assert_eq!(listed("purpose=announcement".into()).await, [4, 3]);
        assert_eq!(listed("outcome=delivered".into()).await, [1]);
        assert_eq!(listed(format!("status=accepted&event_id={event}")).await, [2, 0]);
        let third = api.get(&format!("/api/v1/messages/{}", made[2])).await.is(200)["created_at"].clone();
        let third = third.as_str().expect("a time");
        assert_eq!(listed(format!("created_since={third}")).await, [4, 3, 2]);
        assert_eq!(listed(format!("created_until={third}&limit=1")).await, [1]);
        let told = api
            .get("/api/v1/messages?status=gone&outcome=lost&purpose=party&event_id=7&created_since=now")
            .await;
        assert_eq!(told.wrong(), ["event_id", "purpose", "status", "outcome", "created_since"]);
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
