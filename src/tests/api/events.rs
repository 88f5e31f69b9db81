//! Events that programs make and change.

use serde_json::json;
use usher_core::Error;
use usher_core::events::{self, NewEvent};

use super::{event, gala};
use crate::harness::each_engine;

#[tokio::test]
async fn an_event_is_made_read_and_changed() {
    each_engine(async |app| {
        let api = app.api().await;
        let new = json!({ "name": "Gala", "starts_at": "2027-02-26T19:00:00-05:00", "ends_at": "2027-02-27T03:00:00Z",
            "timezone": "America/New_York", "location": "The Foundry", "host_name": "Ana", "kind": "table" });
        let made = api.post("/api/v1/events", &new).await;
        assert_eq!(made.is(201)["starts_at"], "2027-02-27T00:00:00Z");
        let path = format!("/api/v1/events/{}", made.id());
        assert_eq!(made.header("location"), Some(path.as_str()));
        assert_eq!(api.get(&path).await.is(200), &made.body);

        let change = json!({ "name": "Late gala", "ends_at": null, "location": null, "kind": null });
        let changed = api.patch(&path, &change).await;
        let body = changed.is(200);
        assert_eq!((&body["name"], &body["kind"]), (&json!("Late gala"), &json!("gathering")));
        assert_eq!((&body["ends_at"], &body["location"]), (&json!(null), &json!(null)));
        assert_eq!((&body["host_name"], &body["starts_at"]), (&json!("Ana"), &made.body["starts_at"]));
        assert_eq!(api.get(&path).await.is(200), body);
    })
    .await;
}

#[tokio::test]
async fn an_event_ends_after_it_starts_whichever_of_the_two_is_changed() {
    each_engine(async |app| {
        let api = app.api().await;
        let mut wrong = gala();
        wrong["ends_at"] = wrong["starts_at"].clone();
        assert_eq!(api.post("/api/v1/events", &wrong).await.wrong(), ["ends_at"]);
        let path = format!("/api/v1/events/{}", event(&api).await);
        api.patch(&path, &json!({ "ends_at": "2027-02-27T03:00:00Z" })).await.is(200);
        assert_eq!(
            api.patch(&path, &json!({ "starts_at": "2027-02-27T04:00:00Z" })).await.wrong(),
            ["ends_at"]
        );
        assert_eq!(api.patch(&path, &json!({ "name": null })).await.wrong(), ["name"]);
        assert_eq!(api.patch(&path, &json!({ "timezone": "", "id": "x" })).await.wrong(), ["id", "timezone"]);
        assert_eq!(api.patch(&path, &json!([])).await.wrong(), ["(body)"]);
        api.patch(&path, &json!({})).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn an_event_is_of_our_time_whoever_makes_it() {
    each_engine(async |app| {
        let api = app.api().await;
        for (year, is_taken) in
            [("-9000", false), ("1999", false), ("2000", true), ("2199", true), ("9999", false)]
        {
            let typed = NewEvent {
                name: "Gala".into(),
                starts_at: format!("{year}-02-26T19:00"),
                timezone: "UTC".into(),
                ..NewEvent::default()
            };
            let made = events::create(&app.service, &app.ana, &typed).await;
            assert!(
                made.is_ok() == is_taken && (is_taken || matches!(made, Err(Error::Invalid(_)))),
                "{made:?}"
            );
        }
        // So every place in the list can be found again.
        let first = api.get("/api/v1/events?limit=1").await;
        let cursor = first.is(200)["next_cursor"].as_str().expect("more");
        api.get(&format!("/api/v1/events?limit=1&cursor={cursor}")).await.is(200);
    })
    .await;
}
