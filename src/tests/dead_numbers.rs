//! Numbers that are no use to text: known by their codes, and texted no more.

use usher_core::messages::{self, TextToOne};
use usher_core::{Service, outbox};

use crate::harness::{Callback, Gala, TestApp, each_engine};

const GUEST: &str = "+15552340500";

/// One more text to the first guest, as the process with this clock sends it, ends with this code.
async fn fails(app: &TestApp, service: &Service, gala: &Gala, status: &str, code: &str) {
    let text = TextToOne { purpose: "announcement".into(), body: "Doors at 7".into() };
    messages::send_one(service, &app.ana, gala.id, gala.guest(), &text).await.expect("a text");
    outbox::run_once(service).await.expect("the outbox can be read");
    if app.status(gala).await == "accepted" {
        let callback = Callback::new(&app.sid_of(GUEST), status).with("ErrorCode", code);
        assert_eq!(callback.post_to(app).await, 204);
    }
}

/// All that has happened so far was a day earlier.
async fn a_day_passes(app: &TestApp) {
    let sql = if app.service.store.engine() == "SQLite" {
        "update messages set final_at = strftime('%Y-%m-%dT%H:%M:%f+00:00', final_at, '-1 day'),
           delivered_at = strftime('%Y-%m-%dT%H:%M:%f+00:00', delivered_at, '-1 day')"
    } else {
        "update messages set final_at = final_at - interval '1 day', delivered_at = delivered_at - interval '1 day'"
    };
    app.db_run(sql).await;
}

async fn next_text(app: &TestApp, gala: &Gala) -> (String, Option<String>) {
    app.send(gala, gala.guest(), "Are you coming?").await;
    let text = app.newest(gala, gala.guest()).await.text;
    (text.status.as_str().to_owned(), text.reason)
}

fn blocked() -> (String, Option<String>) {
    ("blocked".into(), Some("dead_number".into()))
}

#[tokio::test]
async fn a_code_that_says_so_makes_a_number_dead_at_once() {
    each_engine(async |app| {
        for (phone, code) in [("+15551121211", 21211), ("+15551121614", 21614), ("+15551121635", 21635)] {
            let gala = app.gala_for(&[phone]).await;
            app.send(&gala, gala.guest(), "Doors at 7").await;
            let text = app.newest(&gala, gala.guest()).await.text;
            assert_eq!((text.status.as_str(), text.error_code), ("failed", Some(code)));
            assert_eq!(next_text(app, &gala).await, blocked());
        }
        assert!(app.twilio.messages().is_empty());
    })
    .await;
}

#[tokio::test]
async fn carriers_err_so_their_word_counts_when_it_comes_on_two_days() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        fails(app, &app.service, &gala, "undelivered", "30005").await;
        fails(app, &app.service, &gala, "undelivered", "30006").await;
        assert_eq!(next_text(app, &gala).await.0, "accepted", "twice on one day");
        a_day_passes(app).await;
        fails(app, &app.service, &gala, "undelivered", "30006").await;
        assert_eq!(next_text(app, &gala).await, blocked());
        let eve = app.db_stranger().await;
        let theirs = app.db_gala_of(&eve, &[GUEST]).await;
        let text = TextToOne { purpose: "announcement".into(), body: "Supper at 8".into() };
        messages::send_one(&app.service, &eve, theirs.id, theirs.guest(), &text).await.expect("recorded");
        assert_eq!(app.run_outbox().await, 1, "another organization finds out by itself");
    })
    .await;
}

#[tokio::test]
async fn a_text_that_arrived_in_between_or_an_owners_word_wipes_the_slate() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        fails(app, &app.service, &gala, "undelivered", "30006").await;
        a_day_passes(app).await;
        fails(app, &app.service, &gala, "delivered", "").await;
        fails(app, &app.service, &gala, "undelivered", "30006").await;
        assert_eq!(next_text(app, &gala).await.0, "accepted", "the number works");
        a_day_passes(app).await;
        fails(app, &app.service, &gala, "undelivered", "30006").await;
        assert_eq!(next_text(app, &gala).await, blocked());
        app.db_run("update suppressions set lifted_at = '2099-01-01T00:00:00+00:00', lifted_reason = 'They moved it'").await;
        a_day_passes(app).await;
        fails(app, &app.service, &gala, "undelivered", "30006").await;
        assert_eq!(next_text(app, &gala).await.0, "accepted", "an owner said that it works");
    })
    .await;
}

#[tokio::test]
async fn other_codes_make_no_number_dead() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        for code in ["30003", "30008", "30007", "30004", "99999"] {
            fails(app, &app.service, &gala, "undelivered", code).await;
            a_day_passes(app).await;
            assert_eq!(next_text(app, &gala).await.0, "accepted", "{code}");
        }
    })
    .await;
}
