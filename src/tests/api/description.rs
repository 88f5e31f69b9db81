//! The API's description says what there is, no more and no less.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use usher_core::attendees::Rsvp;
use usher_core::messages::{Outcome, Purpose, Status};

use crate::harness::{document, each_engine, operation};

#[test]
fn every_call_is_described_and_every_described_call_exists() {
    let calls: BTreeSet<(String, String)> = usher::http::api::calls()
        .into_iter()
        .map(|(method, path)| (path.to_owned(), method.to_owned()))
        .collect();
    let mut described = BTreeSet::new();
    for (path, operations) in document()["paths"].as_object().expect("paths") {
        for method in operations.as_object().expect("operations").keys().filter(|key| *key != "parameters") {
            described.insert((path.clone(), method.clone()));
        }
    }
    assert_eq!(calls, described);
}

#[test]
fn every_path_parameter_is_described_and_every_call_has_its_own_name() {
    let mut names = BTreeSet::new();
    for (path, operations) in document()["paths"].as_object().expect("paths") {
        let in_path = path.matches('{').count();
        let described = operations["parameters"].as_array().map_or(0, Vec::len);
        assert_eq!(in_path, described, "{path}");
        for (method, operation) in operations.as_object().expect("operations") {
            if let Some(name) = operation["operationId"].as_str() {
                assert!(names.insert(name.to_owned()), "{name} stands twice");
                assert!(operation["summary"].is_string(), "{method} {path}");
            }
        }
    }
}

#[test]
fn the_words_that_are_described_are_the_words_there_are() {
    let described = |name: &str| -> BTreeSet<String> {
        let words = document()["components"]["schemas"][name]["enum"].as_array().expect("words").clone();
        words.iter().map(|word| word.as_str().expect("a word").to_owned()).collect()
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(
        described("Purpose"),
        words(&Purpose::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>())
    );
    assert_eq!(described("Status"), words(&Status::ALL.map(Status::as_str)));
    assert_eq!(described("Outcome"), words(&Outcome::ALL.map(Outcome::as_str)));
    assert_eq!(described("Rsvp"), words(&Rsvp::ALL.map(Rsvp::as_str)));
}

#[test]
fn the_check_itself_finds_what_is_wrong() {
    let summary = operation("get", "/api/v1/events/x/summary").expect("described");
    let numbers = json!({ "total": 1, "delivered": 1, "failed": 0, "in_progress": 0, "unconfirmed": 0, "not_sent": 0,
        "by_status": { "delivered": 1 }, "by_purpose": { "custom": 1 }, "by_error": [],
        "median_seconds_to_delivery": 1.5 });
    summary.check_answer(200, "application/json", &numbers);
    let fails = |status, kind: &str, body: &Value| {
        std::panic::catch_unwind(|| summary.check_answer(status, kind, body)).is_err()
    };
    assert!(fails(200, "application/problem+json", &numbers));
    assert!(fails(201, "application/json", &numbers));
    for (field, value) in [("more", json!(1)), ("total", json!("1")), ("by_status", json!({ "gone": 1 }))] {
        let mut wrong = numbers.clone();
        wrong[field] = value;
        assert!(fails(200, "application/json", &wrong), "{field}");
    }
    let event = operation("post", "/api/v1/events").expect("described");
    let wrong = json!({ "name": "Gala", "starts_at": "soon", "timezone": "UTC" });
    assert!(std::panic::catch_unwind(|| event.check_request(&wrong)).is_err());
    assert!(operation("delete", "/api/v1/events").is_none());
}

#[tokio::test]
async fn anybody_may_read_the_description() {
    each_engine(async |app| {
        let told = app.api_without_key().get("/api/openapi.json").await;
        assert_eq!(told.is(200)["openapi"], "3.1.0");
        assert_eq!(told.body["info"]["version"], env!("CARGO_PKG_VERSION"));
    })
    .await;
}
