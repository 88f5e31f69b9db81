//! What stands in the address of a call: filters, places in lists, and what does not belong there.

use serde_json::json;
use usher::http;

use super::event;
use crate::harness::each_engine;

/// An id that nothing has.
const NOBODY: &str = "00000000-0000-0000-0000-000000000001";

#[tokio::test]
async fn what_a_call_does_not_take_in_its_address_is_refused_and_not_ignored() {
    each_engine(async |app| {
        let api = app.api().await;
        for (method, path) in http::api::calls() {
            // Nothing has this id; that the address is wrong is told first.
            let segments = path.split('/').map(|part| if part.starts_with('{') { NOBODY } else { part });
            let path = format!("{}?dry_run=true", segments.collect::<Vec<_>>().join("/"));
            let told = api.send_bytes(method, &path, Some("application/json"), "{}").await;
            assert_eq!(told.wrong(), ["dry_run"], "{method} {path}");
        }
        let event = event(&api).await;
        let wish = json!({ "purpose": "announcement", "body": "Hi", "audience": { "rsvp": ["invited"] } });
        let told =
            api.post(&format!("/api/v1/events/{event}/sends?dry_run=true&dry_run=true&x"), &wish).await;
        assert_eq!(told.wrong(), ["dry_run"]);
        // A bare question mark says nothing, so nothing is lost.
        api.get(&format!("/api/v1/events/{event}?")).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_place_in_a_list_that_we_never_gave_out_is_refused() {
    each_engine(async |app| {
        let api = app.api().await;
        let event = event(&api).await;
        let lists = [
            "/api/v1/events",
            "/api/v1/messages",
            "/api/v1/templates",
            &format!("/api/v1/events/{event}/attendees"),
        ];
        for path in lists {
            // In order: a year that PostgreSQL cannot hold, the earliest and latest times, ids of all kinds.
            for cursor in [
                "-nLqHonYAAAAAAAAAAAAAAAAAAAAAAAA",
                "gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "f_________________________8AAAAA",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAA",
                "_____________________w",
            ] {
                let told = api.get(&format!("{path}?cursor={cursor}")).await;
                let is_id = cursor.len() == 22 && path != "/api/v1/events";
                assert_eq!(told.status, if is_id { 200 } else { 422 }, "{path} {cursor}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_is_walked_page_by_page() {
    each_engine(async |app| {
        let api = app.api().await;
        let mut made = Vec::new();
        for n in 0..7 {
            // Two at a time start together, so that the id has to decide.
            let new = json!({ "name": "Gala", "starts_at": format!("2027-02-0{}T19:00:00Z", 1 + n / 2), "timezone": "UTC" });
            made.push(api.post("/api/v1/events", &new).await.id());
        }
        made.reverse();
        let (mut seen, mut path) = (Vec::new(), "/api/v1/events?limit=2".to_owned());
        loop {
            let told = api.get(&path).await;
            let page = told.is(200)["events"].as_array().expect("a list");
            seen.extend(page.iter().map(|event| event["id"].as_str().expect("an id").to_owned()));
            let Some(cursor) = told.body["next_cursor"].as_str() else { break };
            path = format!("/api/v1/events?limit=2&cursor={cursor}");
        }
        assert_eq!(seen, made);
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=ten", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("cursor=x", "cursor"),
            ("cursor=AAAA", "cursor"),
            ("colour=red", "colour"),
            ("limit=1&limit=2", "limit"),
            ("limit=%00", "limit"),
        ] {
            assert_eq!(api.get(&format!("/api/v1/events?{query}")).await.wrong(), [field], "{query}");
        }
    })
    .await;
}
