//! The API's description says what there is, no more and no less.

use std::collections::BTreeSet;

use crate::harness::{document, each_engine};

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

#[tokio::test]
async fn anybody_may_read_the_description() {
    each_engine(async |app| {
        let told = app.api_without_key().get("/api/openapi.json").await;
        assert_eq!(told.is(200)["openapi"], "3.1.0");
        assert_eq!(told.body["info"]["version"], env!("CARGO_PKG_VERSION"));
    })
    .await;
}
