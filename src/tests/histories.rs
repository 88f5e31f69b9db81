//! A person's history on its page: retry at a better time, one event only, raw payloads, names for numbers.

use usher_core::messages::{self, Status};
use usher_core::people::Role;

use crate::harness::{Callback, each_engine};

const GUEST: &str = "+15552340500";

#[tokio::test]
async fn a_phone_that_is_off_is_tried_again_the_next_morning() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let off = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", "30003");
        assert_eq!(off.post_to(app).await, 204);
        let ana = app.browser_of(&app.ana).await;
        let page = ana.page(&gala.history_path()).await;
        let at = page.attributes("button[name=at]", "value").remove(0);
        assert!(page.texts("button[name=at]")[0].contains("9:00 AM"), "{:?}", page.texts("button[name=at]"));
        let message = page.attributes("article form [name=message]", "value").remove(0);
        let (event, guest) = (gala.id.to_string(), gala.guest().to_string());
        let later = [("event", &*event), ("attendee", &guest), ("message", &message), ("at", &at)];
        ana.submit("/do/retry-text", &later).await.says("A second text is recorded and goes out");
        let newest = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((newest.status, newest.hold.as_deref()), (Status::Scheduled, Some("chosen_time")));
        assert_eq!(newest.due_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), at);
        assert_eq!(app.run_outbox().await, 0, "it waits");
        ana.submit("/do/retry-text", &later).await.says("already retried");
        let soon = [("event", &*event), ("attendee", &guest), ("message", &message), ("at", "soon")];
        ana.submit("/do/retry-text", &soon).await.says("That is no time");
    })
    .await;
}

#[tokio::test]
async fn a_retry_is_not_put_off_for_weeks() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let id = app.send(&gala, gala.guest(), "Doors at 7").await;
        let off = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", "30003");
        assert_eq!(off.post_to(app).await, 204);
        let far = app.service.clock.now() + chrono::TimeDelta::days(30);
        let refused = messages::retry_at(&app.service, &app.ana, id, Some(far)).await;
        assert!(matches!(refused, Err(usher_core::Error::Refused(why)) if why.contains("a week")));
    })
    .await;
}

#[tokio::test]
async fn a_landline_offers_another_number_and_the_fixed_one_gets_the_text() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let landline = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", "30006");
        assert_eq!(landline.post_to(app).await, 204);
        let ana = app.browser_of(&app.ana).await;
        let page = ana.page(&gala.history_path()).await;
        page.says("cannot receive texts");
        let fix = page.attributes("article a.button", "href").remove(0);
        let form = ana.page(&fix).await;
        assert_eq!(form.texts("main form button.primary"), ["Save and send again"]);
        let retry = form.attributes("main form [name=retry]", "value").remove(0);
        let (event, guest) = (gala.id.to_string(), gala.guest().to_string());
        let typed = [
            ("event", &*event),
            ("attendee", &guest),
            ("name", "Guest 0"),
            ("rsvp", "confirmed"),
            ("phone", "555 234 9999"),
            ("retry", &retry),
        ];
        ana.submit("/do/edit-attendee", &typed).await.says("The text goes out again.");
        app.run_outbox().await;
        assert_eq!(app.twilio.messages_to("+15552349999").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_history_is_narrowed_to_one_event() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ball = app.gala(1).await;
        app.send(&gala, gala.guest(), "At the gala").await;
        app.send(&ball, ball.guest(), "At the ball").await;
        app.text_from(GUEST, "See you there").await;
        let ana = app.browser_of(&app.ana).await;
        let whole = ana.page(&gala.history_path()).await;
        assert_eq!(whole.texts("article .badge").len(), 3, "in and out, of every event");
        let narrowed = ana.page(&format!("{}?scope=event", gala.history_path())).await;
        assert_eq!(narrowed.texts("article > p"), ["“At the gala”"]);
        assert_eq!(narrowed.texts(".tabs [aria-current]"), ["Only Gala"]);
    })
    .await;
}

#[tokio::test]
async fn raw_payloads_are_for_owners_and_organizers() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        assert_eq!(Callback::new(&app.sid_of(GUEST), "delivered").post_to(app).await, 204);
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        assert!(
            !app.browser_of(&app.ana).await.page(&gala.history_path()).await.texts(".payload").is_empty()
        );
        assert!(app.browser_of(&sam).await.page(&gala.history_path()).await.texts(".payload").is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_unknown_number_has_a_page_and_gets_a_name_there() {
    each_engine(async |app| {
        app.text_from("+15552347777", "Who are you?").await;
        let contact = app.only_contact().await;
        let ana = app.browser_of(&app.ana).await;
        let path = format!("/people/{contact}");
        let page = ana.page(&path).await;
        page.says("Who is this?");
        page.says("“Who are you?”");
        let id = contact.to_string();
        ana.submit("/do/name-contact", &[("contact", &*id), ("name", " ")]).await.says("Write who this is.");
        let named = ana.submit("/do/name-contact", &[("contact", &*id), ("name", "Zoë")]).await;
        named.says("SMS history for Zoë");
        let eve = app.db_stranger().await;
        assert_eq!(app.browser_of(&eve).await.get(&path).await.status, 404);
        assert_eq!(app.db_people_like("%zoe%").await, 1, "and is found by it");
    })
    .await;
}
