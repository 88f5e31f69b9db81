//! Everything that is wrong with a request is told at once, by field and in words that say what it has to be.

use serde_json::{Value, json};

use super::event;
use crate::harness::each_engine;

#[tokio::test]
async fn a_text_with_faults_of_every_kind_hears_of_all_of_them() {
    each_engine(async |app| {
        let api = app.api().await;
        let wish = json!({
            "to": "+1 555 123 0042x", "body": "Hi {{frist_name}}", "purpose": "party", "nonsense": 1,
            "event_id": "0194a000-0000-7000-8000-000000000000", "expires_at": "2020-01-01T00:00:00Z",
        });
        let told = api.post("/api/v1/messages", &wish).await;
        let mut wrong = told.wrong();
        wrong.sort_unstable();
        assert_eq!(wrong, ["event_id", "expires_at", "nonsense", "purpose", "to", "variables.frist_name"]);
        let stranger = json!({
            "contact_id": "0194a000-0000-7000-8000-000000000000", "purpose": 7,
            "template": "0194a000-0000-7000-8000-000000000000",
        });
        let told = api.post("/api/v1/messages", &stranger).await;
        let mut wrong = told.wrong();
        wrong.sort_unstable();
        assert_eq!(wrong, ["contact_id", "purpose", "template"]);
        assert_eq!(
            app.db_number("select count(*) from contacts").await,
            0,
            "a refused text leaves no contact"
        );
    })
    .await;
}

#[tokio::test]
async fn a_send_hears_of_its_words_and_of_everybody_who_does_not_attend() {
    each_engine(async |app| {
        let api = app.api().await;
        let gala = app.gala(2).await;
        let path = format!("/api/v1/events/{}/sends", gala.id);
        let stranger = "0194a000-0000-7000-8000-000000000000";
        let chosen =
            json!({ "attendee_ids": [stranger, gala.attendees[0].to_string(), gala.id.to_string()] });
        let strangers = ["audience.attendee_ids[0]", "audience.attendee_ids[2]"];
        let of_words = async |words: Value, fault: &str| {
            let mut wish =
                json!({ "purpose": "announcement", "audience": chosen, "send_at": "2099-01-01T00:00:00Z" });
            wish.as_object_mut().expect("an object").extend(words.as_object().expect("an object").clone());
            let told = api.post(&path, &wish).await;
            let mut wrong = told.wrong();
            wrong.sort_unstable();
            let mut expected = vec![strangers[0], strangers[1], fault, "send_at"];
            expected.sort_unstable();
            assert_eq!(wrong, expected);
        };
        of_words(json!({ "body": "Hi {{frist_name}}" }), "body").await;
        of_words(json!({ "template": stranger }), "template").await;
        of_words(json!({ "body": "Hi", "purpose": "party" }), "purpose").await;
        let wish = json!({ "purpose": "announcement", "body": "Hi", "audience": chosen });
        assert_eq!(api.post(&path, &wish).await.wrong(), strangers);
    })
    .await;
}

#[tokio::test]
async fn a_list_that_is_not_taken_hears_of_every_row() {
    each_engine(async |app| {
        let api = app.api().await;
        let event = event(&api).await;
        let list = json!([
            { "phone": "+15552340500", "name": "Ana" },
            { "phone": "12", "name": "Bob" },
            { "phone": 5, "name": "Cem", "rsvp": "perhaps" },
            { "phone": "+15552340501" },
        ]);
        let told = api.put(&format!("/api/v1/events/{event}/attendees"), &list).await;
        assert_eq!(told.wrong(), ["[2].phone", "[2].rsvp", "[3].name", "[1]"]);
        assert_eq!(told.says_of("[2].phone"), "[2].phone must be a string, not a number.");
        assert_eq!(told.says_of("[3].name"), "[3].name is missing: send a string.");
        assert_eq!(app.db_number("select count(*) from attendees").await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_event_hears_of_what_cannot_be_read_and_of_what_cannot_be() {
    each_engine(async |app| {
        let api = app.api().await;
        let wish = json!({ "name": 7, "starts_at": "soon", "timezone": "Mars/Base", "kind": "x".repeat(51) });
        let told = api.post("/api/v1/events", &wish).await;
        let mut wrong = told.wrong();
        wrong.sort_unstable();
        assert_eq!(wrong, ["kind", "name", "starts_at", "timezone"]);
        assert_eq!(told.says_of("name"), "name must be a string, not a number.");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_kind_of_value_is_told_with_its_field_and_the_kind_it_must_be() {
    each_engine(async |app| {
        let api = app.api().await;
        let wish = json!({ "to": 15552340500_i64, "body": ["Hi"], "purpose": true, "send_at": 7, "variables": "x",
            "related": [], "event_id": {} });
        let told = api.post("/api/v1/messages", &wish).await;
        for (field, words) in [
            ("to", "to must be a string, not a number."),
            ("body", "body must be a string, not a list."),
            ("purpose", "purpose must be a string, not true or false."),
            ("send_at", "send_at must be a string, not a number."),
            ("variables", "variables must be an object of strings, not a string."),
            ("related", "related must be an object, not a list."),
            ("event_id", "event_id must be a string, not an object."),
        ] {
            assert_eq!(told.says_of(field), words);
        }
        let told = api.post("/api/v1/messages", &json!([])).await;
        assert_eq!(told.says_of("(body)"), "The body must be an object, not a list.");
        let gala = event(&api).await;
        let send = json!({ "purpose": "custom", "body": "Hi", "audience": { "rsvp": "confirmed" }, "dry_run": "yes" });
        let told = api.post(&format!("/api/v1/events/{gala}/sends"), &send).await;
        assert_eq!(told.says_of("audience.rsvp"), "audience.rsvp must be a list, not a string.");
        assert_eq!(told.says_of("dry_run"), "dry_run must be true or false, not a string.");
        let told = api.put(&format!("/api/v1/events/{gala}/attendees"), &json!({})).await;
        assert_eq!(told.says_of("(body)"), "The body must be a list, not an object.");
    })
    .await;
}
