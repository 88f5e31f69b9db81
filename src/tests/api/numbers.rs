//! A person's history and an event's summary.

use serde_json::{Value, json};

use super::{event, text};
use crate::harness::{Callback, each_engine};

const ANA: &str = "+15552340500";
const BOB: &str = "+15552340501";

#[tokio::test]
async fn a_history_is_the_persons_and_may_be_narrowed_to_the_event() {
    each_engine(async |app| {
        let api = app.api().await;
        let (gala, ball) = (event(&api).await, event(&api).await);
        let put = api
            .put(&format!("/api/v1/events/{gala}/attendees"), &json!([{ "phone": ANA, "name": "Ana" }]))
            .await;
        let attendee = put.is(200)["attendees"][0].clone();
        let mut made = Vec::new();
        for event_id in [json!(gala), json!(ball), json!(null), json!(gala)] {
            let mut wish = text(ANA);
            wish["event_id"] = event_id;
            made.push(api.post("/api/v1/messages", &wish).await.id());
            app.run_outbox().await;
            assert_eq!(Callback::new(&app.sid_of(ANA), "delivered").post_to(app).await, 204);
        }
        let path =
            format!("/api/events/{gala}/attendees/{}/sms-history", attendee["id"].as_str().expect("an id"));
        let ids = |body: &Value| -> Vec<String> {
            let messages = body["messages"].as_array().expect("a list");
            messages.iter().map(|text| text["id"].as_str().expect("an id").to_owned()).collect()
        };
        let newest_first: Vec<String> = made.iter().rev().cloned().collect();
        let whole = api.get(&path).await;
        assert_eq!(ids(whole.is(200)), newest_first);
        assert_eq!(
            (&whole.body["totals"]["delivered"], &whole.body["next_cursor"]),
            (&json!(4), &json!(null))
        );
        assert_eq!(whole.body["attendee"]["contact_id"], attendee["contact_id"]);
        let narrowed = api.get(&format!("{path}?scope=event")).await;
        assert_eq!(ids(narrowed.is(200)), [made[3].clone(), made[0].clone()]);
        assert_eq!(narrowed.body["totals"]["total"], 2);
        let first = api.get(&format!("{path}?limit=3")).await;
        let cursor = first.is(200)["next_cursor"].as_str().expect("more");
        let rest = api.get(&format!("{path}?limit=3&cursor={cursor}")).await;
        assert_eq!([ids(&first.body), ids(rest.is(200))].concat(), newest_first);
        assert_eq!(api.get(&format!("{path}?scope=world&limit=0")).await.wrong(), ["limit", "scope"]);
        api.get(&path.replace(&gala, &ball)).await.is(404);
    })
    .await;
}

#[tokio::test]
async fn a_reply_stands_in_the_history_outside_every_count() {
    each_engine(async |app| {
        let api = app.api().await;
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        app.text_from(ANA, "On my way").await;
        let told = api.get(&format!("/api{}/sms-history", gala.history_path())).await;
        let body = told.is(200);
        assert_eq!(body["messages"][0]["direction"], "in");
        assert_eq!(
            (&body["messages"][0]["outcome"], &body["messages"][0]["body"]),
            (&json!(null), &json!("On my way"))
        );
        assert_eq!((&body["totals"]["total"], &body["totals"]["in_progress"]), (&json!(1), &json!(1)));
    })
    .await;
}

#[tokio::test]
async fn a_summary_says_what_became_of_an_events_texts_and_why() {
    each_engine(async |app| {
        let api = app.api().await;
        let event = event(&api).await;
        let path = format!("/api/v1/events/{event}/summary");
        let empty = api.get(&path).await;
        assert_eq!((&empty.is(200)["total"], &empty.body["by_status"]), (&json!(0), &json!({})));
        assert_eq!(empty.body["median_seconds_to_delivery"], json!(null));
        for (phone, purpose) in [(ANA, "invitation"), (BOB, "match_reveal"), ("+15552340502", "invitation")] {
            let wish = json!({ "to": phone, "body": "Doors at 7", "purpose": purpose, "event_id": event });
            api.post("/api/v1/messages", &wish).await.is(202);
        }
        app.run_outbox().await;
        assert_eq!(Callback::new(&app.sid_of(ANA), "delivered").post_to(app).await, 204);
        let failed = Callback::new(&app.sid_of(BOB), "undelivered").with("ErrorCode", "30003");
        assert_eq!(failed.post_to(app).await, 204);
        let told = api.get(&path).await;
        let body = told.is(200);
        assert_eq!(body["by_status"], json!({ "delivered": 1, "undelivered": 1, "accepted": 1 }));
        assert_eq!(body["by_purpose"], json!({ "invitation": 2, "match_reveal": 1 }));
        assert_eq!(
            (&body["total"], &body["failed"], &body["in_progress"]),
            (&json!(3), &json!(1), &json!(1))
        );
        let reason = &body["by_error"][0];
        assert_eq!((&reason["code"], &reason["count"]), (&json!(30003), &json!(1)));
        assert!(
            body["median_seconds_to_delivery"].as_f64().is_some_and(|seconds| seconds < 90.0),
            "{body:#}"
        );
    })
    .await;
}
