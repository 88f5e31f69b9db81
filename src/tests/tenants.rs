//! Nothing crosses from one organization to another: a stranger's id is not found.

use usher_core::Error;
use usher_core::messages;

use crate::harness::{Callback, each_engine};

#[tokio::test]
async fn a_strangers_event_attendee_and_text_are_not_found() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let text = app.send(&gala, gala.guest(), "Doors at 7").await;
        let undelivered =
            Callback::new(&app.sid_of("+15552340500"), "undelivered").with("ErrorCode", "30003");
        assert_eq!(undelivered.post_to(app).await, 204);
        let eve = app.db_stranger().await;
        let browser = app.browser_of(&eve).await;
        let paths = [
            gala.path(),
            format!("{}/attendees", gala.path()),
            gala.history_path(),
            format!("{}/send", gala.history_path()),
        ];
        for path in paths {
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, 404, "{path}");
            answer.says("Not found");
        }
        assert_eq!(browser.get(&format!("/live?event={}", gala.id)).await.status, 404);
        assert!(matches!(messages::retry(&app.service, &eve, text).await, Err(Error::NotFound)));
        browser.page("/events").await.says("No events yet");
    })
    .await;
}

#[tokio::test]
async fn the_same_phone_has_its_own_history_in_each_organization() {
    each_engine(async |app| {
        let ours = app.gala(1).await;
        app.send(&ours, ours.guest(), "Doors at 7").await;
        let eve = app.db_stranger().await;
        let theirs = app.db_gala_of(&eve, &["+15552340500"]).await;
        let page = app.browser_of(&eve).await.page(&theirs.history_path()).await;
        page.says("No texts yet");
        assert_eq!(app.history(&ours, ours.guest()).await.entries.len(), 1);
    })
    .await;
}
