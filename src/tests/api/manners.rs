//! How the API speaks: who may call, what is said to what it cannot take.

use std::num::NonZeroU32;

use futures::future::join_all;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use usher::http::{self, App, api::Limit};
use usher::program;

use super::{event, gala, stranger, text};
use crate::harness::{Api, TestApp, each_engine, each_engine_that_can_be_taken_away};

#[tokio::test]
async fn a_call_without_a_good_key_is_not_let_in() {
    each_engine(async |app| {
        let nobody = app.api_without_key();
        nobody.get("/api/v1/events").await.is(401);
        nobody.post("/api/v1/events", &gala()).await.is(401);
        for header in ["Bearer usher_wrong", "Bearer", "Basic dXNoZXI6dXNoZXI=", "usher_wrong", "Bearer  "] {
            nobody.with("authorization", header).get("/api/v1/events").await.is(401);
        }
        let api = app.api().await;
        api.get("/api/v1/events").await.is(200);
        app.db_run("update api_keys set revoked_at = created_at").await;
        api.get("/api/v1/events").await.is(401);
    })
    .await;
}

#[tokio::test]
async fn the_last_use_of_a_key_is_noted() {
    each_engine(async |app| {
        let api = app.api().await;
        assert_eq!(app.db_number("select count(*) from api_keys where used_at is not null").await, 0);
        api.get("/api/v1/events").await.is(200);
        assert_eq!(app.db_number("select count(*) from api_keys where used_at is not null").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_signed_in_session_reads_and_cannot_change() {
    each_engine(async |app| {
        let id = event(&app.api().await).await;
        let session = app.browser_of(&app.ana).await.cookies();
        let person = app.api_without_key().with("cookie", &session);
        person.get(&format!("/api/v1/events/{id}")).await.is(200);
        person.post("/api/v1/events", &gala()).await.is(403);
        person.post("/api/v1/messages", &text("+15552340500")).await.is(403);
        // A wrong key is not made good by a session.
        person.with("authorization", "Bearer usher_wrong").get("/api/v1/events").await.is(401);
    })
    .await;
}

#[tokio::test]
async fn nothing_of_another_organization_is_found() {
    each_engine(async |app| {
        let api = app.api().await;
        let event = event(&api).await;
        let people = json!([{ "phone": "+15552340500", "name": "Ana" }]);
        let put = api.put(&format!("/api/v1/events/{event}/attendees"), &people).await;
        let attendee = &put.is(200)["attendees"][0];
        let (contact, attendee) = (&attendee["contact_id"], attendee["id"].as_str().expect("an id"));
        let message = api.post("/api/v1/messages", &text("+15552340500")).await.id();
        let words = json!({ "name": "Doors", "purpose": "announcement", "body": "Doors at 7" });
        let template = api.post("/api/v1/templates", &words).await.id();
        app.run_outbox().await;

        let eve = stranger(app).await;
        for path in [
            format!("/api/v1/events/{event}"),
            format!("/api/v1/events/{event}/attendees"),
            format!("/api/v1/events/{event}/summary"),
            format!("/api/events/{event}/attendees/{attendee}/sms-history"),
            format!("/api/v1/messages/{message}"),
            format!("/api/v1/templates/{template}"),
        ] {
            api.get(&path).await.is(200);
            eve.get(&path).await.is(404);
        }
        eve.patch(&format!("/api/v1/events/{event}"), &json!({ "name": "Mine" })).await.is(404);
        eve.put(&format!("/api/v1/events/{event}/attendees"), &people).await.is(404);
        eve.post(&format!("/api/v1/messages/{message}/retry"), &json!({})).await.is(404);
        eve.patch(&format!("/api/v1/templates/{template}"), &json!({ "name": "Mine" })).await.is(404);
        for (field, id) in [("attendee_id", json!(attendee)), ("contact_id", contact.clone())] {
            let wish = json!({ field: id, "body": "Hi", "purpose": "custom" });
            assert_eq!(eve.post("/api/v1/messages", &wish).await.wrong(), [field]);
        }
        let wish =
            json!({ "to": "+15552340501", "template": template, "purpose": "custom", "event_id": event });
        assert_eq!(eve.post("/api/v1/messages", &wish).await.wrong(), ["event_id", "template"]);
        for list in ["events", "messages", "templates"] {
            assert_eq!(eve.get(&format!("/api/v1/{list}")).await.is(200)[list], json!([]));
        }
        assert_eq!(
            app.db_number("select count(*) from contacts").await,
            1,
            "a refused text leaves no contact"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    each_engine(async |app| {
        let api = app.api().await;
        for path in ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v2/events", "/api/v1/events/"] {
            api.get(path).await.is(404);
        }
        for id in [
            "1",
            "00000000-0000-0000-0000-000000000000",
            "%00",
            "%ff",
            "..%2f",
            "0194A000000070008000000000000000",
        ] {
            api.get(&format!("/api/v1/events/{id}")).await.is(404);
        }
        let id = event(&api).await;
        api.get(&format!("/api/v1/events/{}", id.to_uppercase())).await.is(404);
        api.get(&format!("/api/v1/events/{}", id.replace('-', ""))).await.is(404);
    })
    .await;
}

#[tokio::test]
async fn another_method_is_told_which_ones_there_are() {
    each_engine(async |app| {
        let api = app.api().await;
        let told = api.send_bytes("delete", "/api/v1/events", None, "").await;
        told.is(405);
        let allowed = told.header("allow").expect("a header");
        assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_no_json_is_told_why() {
    each_engine(async |app| {
        let api = app.api().await;
        let post = async |kind: Option<&'static str>, bytes: Vec<u8>| {
            api.send_bytes("post", "/api/v1/events", kind, bytes).await
        };
        let json = Some("application/json");
        for kind in
            [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data")]
        {
            post(kind, b"{}".into()).await.is(415);
        }
        let deep = "[".repeat(50_000);
        for bytes in
            ["", "{", "{\"name\": ", "not json", "{\"name\": 1e999}", "{\"name\": \"\\ud800\"}", &deep]
        {
            post(json, bytes.into()).await.is(400);
        }
        post(json, b"{\"name\": \"\xff\"}".into()).await.is(400);
        let twice = post(json, br#"{"name": "A", "name": "B"}"#.into()).await;
        assert!(twice.is(400)["detail"].as_str().expect("words").contains("\"name\" stands twice"));
        post(json, vec![b' '; 256 * 1024 + 1]).await.is(413);
        let many = format!("[{}]", vec!["{}"; 20_000].join(","));
        post(json, many.into_bytes()).await.is(413);
        assert_eq!(post(Some("application/json; charset=utf-8"), b"[]".into()).await.wrong()[0], "(body)");
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once() {
    each_engine(async |app| {
        let api = app.api().await;
        let wrong = json!({ "name": 7, "starts_at": "tomorrow", "timezone": "Mars/Base", "color": "red",
            "location": "a\u{0}b", "host_name": "x".repeat(201), "ends_at": 99_999_999_999_i64 });
        let told = api.post("/api/v1/events", &wrong).await;
        let mut fields = told.wrong();
        fields.sort_unstable();
        assert_eq!(fields, ["color", "ends_at", "host_name", "location", "name", "starts_at", "timezone"]);
        assert_eq!(told.says_of("color"), "There is no such field here.");
        assert_eq!(told.says_of("location"), "Remove the control character U+0000.");
        let many: serde_json::Map<_, _> = (0..5_000).map(|n| (format!("f{n}"), json!(n))).collect();
        let told = api.post("/api/v1/events", &many.into()).await;
        assert_eq!(told.wrong().len(), 200);
        assert!(told.body["detail"].as_str().expect("words").starts_with("More than 200 fields"));
    })
    .await;
}

#[tokio::test]
async fn a_key_whose_use_cannot_be_noted_opens_all_the_same() {
    each_engine(async |app| {
        let api = app.api().await;
        app.db_refuse_changes_of_keys().await;
        api.get("/api/v1/events").await.is(200);
        assert_eq!(app.db_number("select count(*) from api_keys where used_at is not null").await, 0);
    })
    .await;
}

/// Another server of the same product, whose keys may call so often.
async fn server_with(app: &TestApp, limit: Limit) -> (String, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (stop, stopped) = watch::channel(false);
    let calls = App { calls: limit, ..App::new(program::ui(&app.service, None), stopped) };
    tokio::spawn(http::serve(listener, calls));
    (url, stop)
}

#[tokio::test]
async fn a_key_that_calls_too_often_is_told_to_wait() {
    each_engine(async |app| {
        let two = NonZeroU32::MIN.saturating_add(1);
        let (url, _stop) = server_with(app, Limit::of(NonZeroU32::MIN, two)).await;
        let api: Api = app.api().await.moved_to(&url);
        let told = join_all((0..20).map(|_| api.get("/api/v1/events"))).await;
        let refused = told.iter().filter(|told| told.status == 429).count();
        assert!(refused >= 10, "{refused} of 20 were refused");
        assert!(told.iter().all(|told| matches!(told.status, 200 | 429)));
        // Each key has a measure of its own.
        app.api().await.moved_to(&url).get("/api/v1/events").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn while_the_database_is_away_calls_are_told_to_come_again() {
    each_engine(async |app| {
        let cut_off = app.another_process().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (_stop, stopped) = watch::channel(false);
        tokio::spawn(http::serve(listener, App::new(program::ui(&cut_off, None), stopped)));
        let api = app.api().await.moved_to(&url);
        api.get("/api/v1/events").await.is(200);
        cut_off.store.close().await;
        api.get("/api/v1/events").await.is(503);
        let session = app.browser_of(&app.ana).await.cookies();
        app.api_without_key().moved_to(&url).with("cookie", &session).get("/api/v1/events").await.is(503);
        api.under("k").post("/api/v1/messages", &text("+15552340500")).await.is(503);
        // What was refused for that is no answer to keep: it is done once the database is back.
        app.api().await.under("k").post("/api/v1/messages", &text("+15552340500")).await.is(202);
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn what_an_outage_cut_off_is_done_once_when_it_is_sent_again() {
    each_engine_that_can_be_taken_away(async |app, database| {
        let api = app.api().await.under("order-7");
        app.api().await.get("/api/v1/events").await.is(200);
        database.take_away().await;
        let told = join_all(
            (0..5).map(|_| async { api.post("/api/v1/messages", &text("+15552340500")).await.status }),
        );
        assert_eq!(told.await, [503; 5]);
        database.give_back().await;
        let again = async || api.post("/api/v1/messages", &text("+15552340500")).await.status == 202;
        app.eventually("it is back", again).await;
        assert_eq!(app.db_number("select count(*) from messages").await, 1);
        app.run_outbox().await;
    })
    .await;
}
