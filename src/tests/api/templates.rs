//! Words that programs keep with us.

use serde_json::json;

use crate::harness::each_engine;

#[tokio::test]
async fn other_words_are_a_new_version_and_texts_keep_theirs() {
    each_engine(async |app| {
        let api = app.api().await;
        let new = json!({ "name": "Doors", "purpose": "event_reminder", "body": "Hi {{first_name}}, doors at {{time}}" });
        let made = api.post("/api/v1/templates", &new).await;
        assert_eq!((&made.is(201)["version"], &made.body["variables"]), (&json!(1), &json!(["first_name", "time"])));
        let path = format!("/api/v1/templates/{}", made.id());
        let wish = json!({ "to": "+15552340500", "template": made.id(), "purpose": "event_reminder",
            "variables": { "first_name": "Ana", "time": "7" } });
        let text = api.post("/api/v1/messages", &wish).await;
        assert_eq!(text.is(202)["body"], "Hi Ana, doors at 7");

        let changed = api.patch(&path, &json!({ "body": "Doors at {{time}}" })).await;
        assert_eq!((&changed.is(200)["version"], &changed.body["name"]), (&json!(2), &json!("Doors")));
        assert_eq!(api.patch(&path, &json!({ "name": "Doors!" })).await.is(200)["version"], 2);
        assert_eq!(api.get(&path).await.is(200)["name"], "Doors!");
        let text = api.get(&format!("/api/v1/messages/{}", text.id())).await;
        assert_eq!((&text.is(200)["body"], &text.body["template_version"]), (&json!("Hi Ana, doors at 7"), &json!(1)));

        api.patch(&path, &json!({ "archived": true })).await.is(200);
        assert_eq!(api.post("/api/v1/messages", &wish).await.wrong(), ["template"]);
        assert_eq!(api.get("/api/v1/templates").await.is(200)["templates"], json!([]));
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn words_that_cannot_be_rendered_are_refused() {
    each_engine(async |app| {
        let api = app.api().await;
        let words = |body: &str| json!({ "name": "Doors", "purpose": "custom", "body": body });
        for body in ["Hi {{First Name}}", "Hi {{name", "", &"x".repeat(1_601)] {
            assert_eq!(api.post("/api/v1/templates", &words(body)).await.wrong(), ["body"], "{body}");
        }
        let told = api.post("/api/v1/templates", &json!({ "purpose": "party" })).await;
        assert_eq!(told.wrong(), ["purpose", "name", "body"]);
    })
    .await;
}
