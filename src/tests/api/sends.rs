//! Texts to many, and what programs can do about them.

use futures::future::join_all;
use serde_json::{Value, json};
use usher_core::clerk;

use super::{event, stranger, text};
use crate::harness::{Api, Callback, TestApp, each_engine};

const ANA: &str = "+15552340500";
const BOB: &str = "+15552340501";
const CARL: &str = "+15552340502";

/// An event with Ana and Bob, who come, and Carl, who does not.
async fn gala(api: &Api) -> (String, Vec<Value>) {
    let event = event(api).await;
    let people = json!([
        { "phone": ANA, "name": "Ana Lopez", "rsvp": "confirmed" },
        { "phone": BOB, "name": "Bob", "rsvp": "confirmed" },
        { "phone": CARL, "name": "Carl", "rsvp": "declined" },
    ]);
    let put = api.put(&format!("/api/v1/events/{event}/attendees"), &people).await;
    let ids = put.is(200)["attendees"].as_array().expect("a list").iter().map(|person| person["id"].clone());
    (event, ids.collect())
}

fn announcement() -> Value {
    json!({ "purpose": "announcement", "body": "Hi {{first_name}}, {{event}} begins at {{time}}",
        "audience": { "rsvp": ["confirmed"] } })
}

async fn work(app: &TestApp) {
    clerk::run_once(&app.service).await.expect("the clerk works");
    while app.run_outbox().await > 0 {}
}

#[tokio::test]
async fn a_send_is_previewed_confirmed_and_followed() {
    each_engine(async |app| {
        let api = app.api().await;
        let (event, _) = gala(&api).await;
        let path = format!("/api/v1/events/{event}/sends");
        let mut dry = announcement();
        dry["dry_run"] = json!(true);
        let plan = api.post(&path, &dry).await;
        assert_eq!((&plan.is(202)["id"], &plan.body["total"]), (&json!(null), &json!(2)));
        assert_eq!((&plan.body["segments"], &plan.body["estimated_cost"]), (&json!(2), &json!(null)));
        assert_eq!(app.db_number("select count(*) from sends").await, 0);

        let made = api.post(&path, &announcement()).await;
        assert_eq!((&made.is(202)["total"], &made.body["skipped"]), (&json!(2), &json!([])));
        let send = format!("/api/v1/sends/{}", made.id());
        assert_eq!(api.get(&send).await.is(200)["state"], "preparing");
        work(app).await;
        for phone in [ANA, BOB] {
            assert_eq!(Callback::new(&app.sid_of(phone), "delivered").post_to(app).await, 204);
        }
        let told = api.get(&send).await;
        assert_eq!((&told.is(200)["state"], &told.body["totals"]["delivered"]), (&json!("done"), &json!(2)));
        assert_eq!(told.body["author"], "box office (API key)");
        assert_eq!(app.twilio.messages_to(ANA)[0].body, "Hi Ana, Gala begins at 7:00 PM");
        let listed = api.get(&format!("/api/v1/messages?event_id={event}")).await;
        assert_eq!(listed.is(200)["messages"][0]["send_id"], made.body["id"]);
        stranger(app).await.get(&send).await.is(404);
    })
    .await;
}

#[tokio::test]
async fn a_send_under_one_key_happens_once_however_many_ask() {
    each_engine(async |app| {
        let api = app.api().await.under("send-1");
        let (event, _) = gala(&api).await;
        let (path, request) = (format!("/api/v1/events/{event}/sends"), announcement());
        let told = join_all((0..20).map(|_| api.post(&path, &request))).await;
        let first = told[0].is(202);
        assert!(told.iter().all(|told| told.is(202) == first));
        work(app).await;
        assert_eq!(app.db_number("select count(*) from sends").await, 1);
        assert_eq!(app.db_texts().await, 2);
        // Nobody is left to text, and the answer is still the first one.
        app.db_run("update attendees set rsvp = 'declined'").await;
        assert_eq!(api.post(&path, &request).await.is(202), first);
        let mut other = request.clone();
        other["body"] = json!("Hi");
        api.post(&path, &other).await.is(409);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_under_a_key_is_a_request_like_any_other() {
    each_engine(async |app| {
        let api = app.api().await;
        let (event, _) = gala(&api).await;
        let sends = format!("/api/v1/events/{event}/sends");
        api.post("/api/v1/messages", &text(ANA)).await.is(202);
        app.run_outbox().await;
        let failed = Callback::new(&app.sid_of(ANA), "undelivered").with("ErrorCode", "30003");
        assert_eq!(failed.post_to(app).await, 204);
        for (path, wish) in [(sends.as_str(), announcement()), ("/api/v1/retries", json!({ "filter": {} }))] {
            let mut dry = wish.clone();
            dry["dry_run"] = json!(true);
            let first = api.under("dry").post(path, &dry).await;
            assert_eq!((&first.is(202)["id"], first.header("idempotent-replayed")), (&json!(null), None));
            let again = api.under("dry").post(path, &dry).await;
            assert_eq!((again.is(202), again.header("idempotent-replayed")), (&first.body, Some("true")));
            api.under("dry").post(path, &wish).await.is(409);
            api.under("real").post(path, &wish).await.is(202);
            api.under("real").post(path, &dry).await.is(409);
        }
        work(app).await;
        assert_eq!(app.db_number("select count(*) from sends").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_send_goes_to_chosen_people_in_a_templates_words() {
    each_engine(async |app| {
        let api = app.api().await;
        let (event, ids) = gala(&api).await;
        let words = json!({ "name": "Doors", "purpose": "announcement", "body": "Doors at {{time}}" });
        let template = api.post("/api/v1/templates", &words).await.id();
        let wish = json!({ "purpose": "announcement", "template": template,
            "audience": { "attendee_ids": [ids[0], ids[2], ids[0]] } });
        let made = api.post(&format!("/api/v1/events/{event}/sends"), &wish).await;
        assert_eq!(made.is(202)["total"], 2);
        assert_eq!(made.body["skipped"], json!([{ "attendee_id": ids[0], "reason": "same_number" }]));
        work(app).await;
        let listed = api.get("/api/v1/messages").await;
        let text = &listed.is(200)["messages"][0];
        assert_eq!((&text["body"], &text["template"]), (&json!("Doors at 7:00 PM"), &json!(template)));
    })
    .await;
}

#[tokio::test]
async fn a_send_that_cannot_be_is_refused_field_by_field() {
    each_engine(async |app| {
        let api = app.api().await;
        let (event, ids) = gala(&api).await;
        let path = format!("/api/v1/events/{event}/sends");
        let refused = async |change: Value| {
            let mut wish = announcement();
            for (name, value) in change.as_object().expect("an object") {
                wish[name] = value.clone();
            }
            api.post(&path, &wish).await.wrong().join(" ")
        };
        assert_eq!(api.post(&path, &json!({})).await.wrong(), ["purpose", "body", "audience"]);
        assert_eq!(refused(json!({ "audience": {} })).await, "audience");
        assert_eq!(refused(json!({ "audience": { "rsvp": [] } })).await, "audience");
        assert_eq!(
            refused(json!({ "audience": { "rsvp": ["invited", "maybe", 3] } })).await,
            "audience.rsvp[1] audience.rsvp[2]"
        );
        let strange =
            json!({ "audience": { "attendee_ids": [ids[0], "00000000-0000-0000-0000-000000000001", "x"] } });
        assert_eq!(refused(strange).await, "audience.attendee_ids[1] audience.attendee_ids[2]");
        let strange =
            json!({ "audience": { "attendee_ids": [ids[0], "00000000-0000-0000-0000-000000000001"] } });
        assert_eq!(refused(strange).await, "audience.attendee_ids[1]");
        assert_eq!(refused(json!({ "audience": { "rsvp": ["waitlisted"] } })).await, "audience");
        assert_eq!(refused(json!({ "body": "Hi {{table}}" })).await, "body");
        assert_eq!(refused(json!({ "template": "x" })).await, "body template");
        assert_eq!(refused(json!({ "purpose": "otp", "dry_run": "yes" })).await, "dry_run purpose");
        assert_eq!(refused(json!({ "purpose": "otp" })).await, "purpose");
        assert_eq!(refused(json!({ "everybody": true })).await, "everybody");
        let nowhere = "/api/v1/events/00000000-0000-0000-0000-000000000001/sends";
        api.post(nowhere, &announcement()).await.is(404);
        assert_eq!(app.db_number("select count(*) from sends").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_send_is_paused_resumed_and_canceled() {
    each_engine(async |app| {
        let api = app.api().await;
        let (event, _) = gala(&api).await;
        let made = api.post(&format!("/api/v1/events/{event}/sends"), &announcement()).await;
        let send = format!("/api/v1/sends/{}", made.id());
        let turn = async |turn: &str| {
            let told = api.send_bytes("post", &format!("{send}/{turn}"), None, "").await;
            told.is(200)["state"].as_str().expect("a state").to_owned()
        };
        assert_eq!(turn("pause").await, "paused");
        assert_eq!(turn("pause").await, "paused");
        work(app).await;
        assert_eq!(app.twilio.messages_to(ANA).len(), 0);
        assert_eq!(turn("resume").await, "ready");
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(turn("cancel").await, "canceled");
        work(app).await;
        assert_eq!(app.twilio.messages_to(ANA).len(), 0);
        let told = api.get(&send).await;
        assert_eq!(told.is(200)["totals"]["not_sent"], 2);
        api.post(&format!("{send}/resume"), &json!({})).await.is(409);
        assert_eq!(api.post(&format!("{send}/pause"), &json!({ "now": true })).await.wrong(), ["now"]);
    })
    .await;
}

#[tokio::test]
async fn a_stranger_can_neither_steer_nor_use_what_is_ours() {
    each_engine(async |app| {
        let api = app.api().await;
        let (event, ids) = gala(&api).await;
        let words = json!({ "name": "Doors", "purpose": "announcement", "body": "Doors at 7" });
        let template = api.post("/api/v1/templates", &words).await.id();
        let made = api.post(&format!("/api/v1/events/{event}/sends"), &announcement()).await.id();
        let eve = stranger(app).await;
        for turn in ["pause", "resume", "cancel"] {
            eve.post(&format!("/api/v1/sends/{made}/{turn}"), &json!({})).await.is(404);
        }
        assert_eq!(api.get(&format!("/api/v1/sends/{made}")).await.is(200)["state"], "preparing");
        for (field, id) in [("event_id", &event), ("send_id", &made)] {
            let wish = json!({ "filter": { field: id }, "dry_run": true });
            assert_eq!(eve.post("/api/v1/retries", &wish).await.wrong(), [format!("filter.{field}")]);
        }
        eve.post(&format!("/api/v1/events/{event}/sends"), &announcement()).await.is(404);
        let (hers, _) = gala(&eve).await;
        let hers = format!("/api/v1/events/{hers}/sends");
        let with = |words: Value, audience: Value| {
            let mut wish = json!({ "purpose": "announcement", "audience": audience });
            wish.as_object_mut().expect("an object").extend(words.as_object().expect("an object").clone());
            wish
        };
        let (all, ours) = (json!({ "rsvp": ["confirmed"] }), json!({ "attendee_ids": [ids[0]] }));
        let strange_words = with(json!({ "template": template }), all);
        assert_eq!(eve.post(&hers, &strange_words).await.wrong(), ["template"]);
        let strange_people = with(json!({ "body": "Hi" }), ours);
        assert_eq!(eve.post(&hers, &strange_people).await.wrong(), ["audience.attendee_ids[0]"]);
        work(app).await;
    })
    .await;
}

#[tokio::test]
async fn all_that_can_work_is_retried_once() {
    each_engine(async |app| {
        let api = app.api().await;
        for (phone, code) in [(ANA, "30003"), (BOB, "30006")] {
            api.post("/api/v1/messages", &text(phone)).await.is(202);
            app.run_outbox().await;
            let failed = Callback::new(&app.sid_of(phone), "undelivered").with("ErrorCode", code);
            assert_eq!(failed.post_to(app).await, 204);
        }
        let dry = api.post("/api/v1/retries", &json!({ "filter": {}, "dry_run": true })).await;
        assert_eq!((&dry.is(202)["id"], &dry.body["will_retry"]), (&json!(null), &json!(1)));
        assert_eq!((&dry.body["will_retry"], &dry.body["will_not"][0]["error_code"]), (&json!(1), &json!(30006)));
        let run = api.under("all").post("/api/v1/retries", &json!({ "filter": {} })).await;
        assert_eq!(run.is(202)["planned"], 1);
        work(app).await;
        assert_eq!(app.twilio.messages_to(ANA).len(), 2);
        let done = api.get(&format!("/api/v1/retries/{}", run.id())).await;
        assert_eq!((&done.is(200)["retried"], done.body["ended_at"].is_string()), (&json!(1), true));
        let again = api.under("all").post("/api/v1/retries", &json!({ "filter": {} })).await;
        assert_eq!((again.is(202), again.header("idempotent-replayed")), (&run.body, Some("true")));
        api.post("/api/v1/retries", &json!({ "filter": {} })).await.is(409);
        let wrong = json!({ "filter": { "event_id": "00000000-0000-0000-0000-000000000001", "error_code": 0, "color": 1 } });
        assert_eq!(api.post("/api/v1/retries", &wrong).await.wrong(), ["filter.error_code", "filter.color"]);
        let wrong = json!({ "filter": { "event_id": "00000000-0000-0000-0000-000000000001" } });
        assert_eq!(api.post("/api/v1/retries", &wrong).await.wrong(), ["filter.event_id"]);
        assert_eq!(api.post("/api/v1/retries", &json!({})).await.wrong(), ["filter"]);
        stranger(app).await.get(&format!("/api/v1/retries/{}", run.id())).await.is(404);
    })
    .await;
}

#[tokio::test]
async fn settings_are_read_and_changed() {
    each_engine(async |app| {
        let api = app.api().await;
        let path = "/api/v1/settings";
        let change = json!({ "quiet_hours": { "from": "22:00", "to": "07:30" }, "texts_per_hour": 500,
            "texts_per_contact_per_day": null });
        let told = api.patch(path, &change).await;
        assert_eq!(told.is(200)["quiet_hours"], change["quiet_hours"]);
        assert_eq!((&told.body["texts_per_hour"], &told.body["sending"]), (&json!(500), &json!(true)));
        assert_eq!(told.body["texts_per_contact_per_day"], json!(null));
        assert_eq!(api.get(path).await.is(200), &told.body);
        api.patch(path, &json!({ "sending": false, "quiet_hours": null })).await.is(200);
        let text = api.post("/api/v1/messages", &text(ANA)).await;
        assert_eq!(text.is(202)["reason"], "switched_off");
        let wrong = json!({ "sending": null, "texts_per_hour": 0, "segments_per_second": 1.5, "tone": "polite",
            "quiet_hours": { "from": "22:00", "until": "07:00" } });
        let told = api.patch(path, &wrong).await;
        assert_eq!(told.wrong(), ["sending", "quiet_hours.until", "texts_per_hour", "segments_per_second", "tone"]);
        let same = json!({ "quiet_hours": { "from": "22:00", "to": "22:00" } });
        assert_eq!(api.patch(path, &same).await.wrong(), ["quiet_hours"]);
    })
    .await;
}
