//! Texts that programs ask for.

use std::time::Duration;

use serde_json::{Value, json};

use super::{event, in_minutes, text};
use crate::harness::{Callback, NUMBER, each_engine};

const GUEST: &str = "+15552340500";

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
async fn a_text_that_came_in_is_there_and_cannot_be_retried() {
    each_engine(async |app| {
        let api = app.api().await;
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        app.text_from(GUEST, "On my way").await;
        let told = api.get(&format!("/api{}/sms-history", gala.history_path())).await;
        let reply = told.is(200)["messages"][0]["id"].as_str().expect("an id").to_owned();
        let told = api.post(&format!("/api/v1/messages/{reply}/retry"), &json!({})).await;
        assert_eq!(
            told.is(409)["detail"],
            "This text came from the person. Only texts to them can be retried."
        );
        let nothing = "/api/v1/messages/00000000-0000-0000-0000-000000000001/retry";
        api.post(nothing, &json!({})).await.is(404);
    })
    .await;
}

#[tokio::test]
async fn a_text_to_a_known_number_waits_for_nobody_who_changes_the_person() {
    each_engine(async |app| {
        let api = app.api().await;
        api.post("/api/v1/messages", &text(GUEST)).await.is(202);
        let slow = app.db_slow_change_of_contacts().await;
        let told =
            tokio::time::timeout(Duration::from_secs(10), api.post("/api/v1/messages", &text(GUEST))).await;
        told.expect("it waits for nobody").is(202);
        drop(slow);
        while app.run_outbox().await > 0 {}
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
