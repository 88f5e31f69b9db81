//! Lists of people that programs bring.

use futures::future::join_all;
use serde_json::{Value, json};

use super::event;
use crate::harness::each_engine;

#[tokio::test]
async fn a_list_is_taken_row_by_row() {
    each_engine(async |app| {
        let api = app.api().await;
        let path = format!("/api/v1/events/{}/attendees", event(&api).await);
        let list = json!([
            { "phone": "+1 555-234-0500", "name": "Ana Lopez", "email": "Ana@Example.com", "rsvp": "confirmed",
              "timezone": "America/Chicago" },
            { "phone": "nonsense", "name": "Nobody" },
            { "phone": "+15552340501", "name": "Bob" },
            { "phone": "+15552340500", "name": "Carl" },
            { "phone": "+15552340501", "name": "bob" },
            { "phone": "+15552340502", "name": "Dora", "timezone": "Mars/Base" },
        ]);
        let told = api.put(&path, &list).await;
        let body = told.is(200);
        assert_eq!((&body["created"], &body["updated"]), (&json!(2), &json!(0)));
        let rejected: Vec<(&Value, &str)> = body["rejected"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| (&row["index"], row["reason"].as_str().expect("a reason")))
            .collect();
        assert_eq!(rejected[0].0, 1);
        assert_eq!(rejected[1], (&json!(3), "Same number as row 0, Ana Lopez."));
        assert_eq!(rejected[2].0, 5);
        assert_eq!(body["attendees"][0]["phone"], "+15552340500");
        assert_eq!(body["attendees"].as_array().map(Vec::len), Some(2));

        let listed = api.get(&path).await;
        let ana = listed.is(200)["attendees"].as_array().expect("a list").iter().find(|a| a["name"] == "Ana Lopez");
        let ana = ana.expect("Ana");
        assert_eq!((&ana["email"], &ana["rsvp"]), (&json!("ana@example.com"), &json!("confirmed")));
        assert_eq!(ana["id"], body["attendees"][0]["id"]);
    })
    .await;
}

#[tokio::test]
async fn a_list_that_comes_again_changes_what_it_says_and_nothing_else() {
    each_engine(async |app| {
        let api = app.api().await;
        let path = format!("/api/v1/events/{}/attendees", event(&api).await);
        let full =
            json!([{ "phone": "+15552340500", "name": "Ana", "email": "a@x.example", "rsvp": "confirmed" }]);
        let first = api.put(&path, &full).await;
        let again = api.put(&path, &full).await;
        assert_eq!((&again.is(200)["created"], &again.body["updated"]), (&json!(0), &json!(1)));
        assert_eq!(again.body["attendees"], first.body["attendees"]);
        let sparse = json!([{ "phone": "+15552340500", "name": "", "email": null, "rsvp": null }]);
        api.put(&path, &sparse).await.is(200);
        let kept = api.get(&path).await.is(200)["attendees"][0].clone();
        assert_eq!((&kept["name"], &kept["email"]), (&json!("Ana"), &json!("a@x.example")));
        assert_eq!(kept["rsvp"], "confirmed");
        api.put(&path, &json!([{ "phone": "+15552340500", "name": "Ana B.", "rsvp": "declined" }]))
            .await
            .is(200);
        let changed = api.get(&path).await.is(200)["attendees"][0].clone();
        assert_eq!((&changed["name"], &changed["rsvp"]), (&json!("Ana B."), &json!("declined")));
        assert_eq!(api.put(&path, &json!([])).await.is(200)["updated"], 0);
        assert_eq!(api.get(&path).await.is(200)["attendees"].as_array().map(Vec::len), Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_list_of_the_wrong_form_changes_nothing() {
    each_engine(async |app| {
        let api = app.api().await;
        let path = format!("/api/v1/events/{}/attendees", event(&api).await);
        let wrong = json!([
            { "phone": "+15552340500", "name": "Ana" },
            { "phone": 15_552_340_500_i64, "name": "Bob", "rsvp": "maybe", "seat": 3 },
            "Carl",
            { "name": "D\u{7}" },
        ]);
        let told = api.put(&path, &wrong).await;
        let mut fields = told.wrong();
        fields.sort_unstable();
        assert_eq!(
            fields,
            ["[1].phone", "[1].rsvp", "[1].seat", "[2]", "[2].name", "[2].phone", "[3].name", "[3].phone"]
        );
        assert_eq!(api.put(&path, &json!({ "attendees": [] })).await.wrong(), ["(body)"]);
        assert_eq!(api.get(&path).await.is(200)["attendees"], json!([]));
        let row = json!({ "phone": "+15552340500", "name": "A" });
        assert_eq!(api.put(&path, &json!(vec![row; 10_001])).await.wrong(), ["(body)"]);
    })
    .await;
}

#[tokio::test]
async fn ten_thousand_people_are_one_call() {
    each_engine(async |app| {
        let api = app.api().await;
        let people = format!("/api/v1/events/{}/attendees", event(&api).await);
        let told = api.put(&people, &json!(guests(10_000))).await;
        assert_eq!(told.is(200)["created"], 10_000);
        assert_eq!(app.db_number("select count(*) from attendees").await, 10_000);
    })
    .await;
}

#[tokio::test]
async fn lists_with_the_same_people_can_come_at_once_in_any_order() {
    each_engine(async |app| {
        let api = app.api().await;
        let [one, other] =
            [event(&api).await, event(&api).await].map(|event| format!("/api/v1/events/{event}/attendees"));
        let mut rows = guests(2_500);
        let forth = json!(rows);
        rows.reverse();
        let back = json!(rows);
        // The same event's lists come one after the other; two events' meet at the people they share.
        let puts = [(&one, &forth), (&other, &back), (&one, &back), (&other, &forth)];
        let told = join_all(puts.map(|(path, list)| api.put(path, list))).await;
        let created: i64 = told.iter().filter_map(|told| told.is(200)["created"].as_i64()).sum();
        assert_eq!(created, 5_000);
        assert_eq!(told[1].body["attendees"][0]["phone"], "+15553002499");
        assert_eq!(app.db_number("select count(*) from attendees").await, 5_000);
        assert_eq!(app.db_number("select count(*) from contacts").await, 2_500);
    })
    .await;
}

/// So many rows of different people.
fn guests(number: usize) -> Vec<Value> {
    let row = |n| json!({ "phone": format!("+1555{:07}", 3_000_000 + n), "name": format!("Guest {n}") });
    (0..number).map(row).collect()
}
