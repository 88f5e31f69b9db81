//! What people write back: kept once, answered with nothing, and obeyed when they ask for no more.

use usher::simulator::{Inbound, InboundAnswer};
use usher_core::messages::{self, TextToOne};

use crate::harness::{ACCOUNT, Callback, NUMBER, TestApp, each_engine};

const GUEST: &str = "+15552340500";

async fn writes(app: &TestApp, body: &str) -> InboundAnswer {
    writes_as(app, body, None).await
}

async fn writes_as(app: &TestApp, body: &str, sid: Option<&str>) -> InboundAnswer {
    let text = Inbound {
        url: format!("{}/api/webhooks/twilio/inbound", app.url),
        account_sid: ACCOUNT.into(),
        from: GUEST.into(),
        to: NUMBER.into(),
        body: body.into(),
        message_sid: sid.map(str::to_owned),
        ..Inbound::default()
    };
    app.twilio.deliver_inbound(text).await.expect("the webhook answers")
}

#[tokio::test]
async fn a_reply_stands_in_the_history_and_is_answered_with_nothing() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let answer = writes(app, "See you there 🙂").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "<Response/>"));
        assert!(answer.content_type.starts_with("text/xml"), "anything else would be sent to them");
        let entry = app.newest(&gala, gala.guest()).await;
        assert_eq!((entry.text.direction.as_str(), entry.text.body.as_str()), ("in", "See you there 🙂"));
        assert_eq!(
            app.history(&gala, gala.guest()).await.totals.total,
            0,
            "replies are outside every counter"
        );
        app.browser_of(&app.ana).await.page(&gala.history_path()).await.says("See you there 🙂");
    })
    .await;
}

#[tokio::test]
async fn the_same_text_twice_is_one() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let sid = "SM00000000000000000000000000000042";
        for _ in 0..3 {
            assert_eq!(writes_as(app, "Hello", Some(sid)).await.status, 200);
        }
        assert_eq!(app.history(&gala, gala.guest()).await.entries.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn stop_stops_and_start_starts_with_every_word_there_is() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let stops = [
            "STOP",
            "stopall",
            "Unsubscribe",
            "CANCEL",
            "end",
            "Quit.",
            "REVOKE",
            "OPTOUT",
            "Stop please",
            "opt out",
        ];
        for (n, stop) in stops.into_iter().enumerate() {
            writes(app, stop).await;
            app.send(&gala, gala.guest(), "Are you coming?").await;
            let text = app.newest(&gala, gala.guest()).await.text;
            assert_eq!(
                (text.status.as_str(), text.reason.as_deref()),
                ("blocked", Some("opted_out")),
                "{stop}"
            );
            let start = ["START", "yes", "Unstop"][n % 3];
            writes(app, start).await;
            app.send(&gala, gala.guest(), "Welcome back").await;
            assert_eq!(app.status(&gala).await, "accepted", "{start} after {stop}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_text_that_waits_when_its_person_says_stop_is_not_sent() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.write(&gala, gala.guest(), "Doors at 7").await;
        writes(app, "STOP").await;
        app.run_outbox().await;
        assert_eq!(app.status_of_newest_sent(&gala).await, "blocked");
        assert!(app.twilio.messages_to(GUEST).is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_sentence_with_stop_in_it_stops_nothing_and_is_marked() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        writes(app, "I can't stop smiling").await;
        assert_eq!(app.newest(&gala, gala.guest()).await.text.reason.as_deref(), Some("may_opt_out"));
        app.send(&gala, gala.guest(), "Doors at 7").await;
        assert_eq!(app.status(&gala).await, "accepted");
    })
    .await;
}

#[tokio::test]
async fn on_a_shared_number_a_reply_goes_to_who_wrote_last_and_stop_binds_all() {
    each_engine(async |app| {
        let ours = app.gala(1).await;
        let eve = app.db_stranger().await;
        let theirs = app.db_gala_of(&eve, &[GUEST]).await;
        writes(app, "Who is this?").await;
        assert!(app.history(&ours, ours.guest()).await.entries.is_empty(), "nobody can tell whose that is");

        app.send(&ours, ours.guest(), "Doors at 7").await;
        writes(app, "See you").await;
        assert_eq!(app.newest(&ours, ours.guest()).await.text.body, "See you");
        app.browser_of(&eve).await.page(&theirs.history_path()).await.says("No texts yet");

        writes(app, "STOP").await;
        let text = TextToOne { purpose: "announcement".into(), body: "Supper at 8".into() };
        messages::send_one(&app.service, &eve, theirs.id, theirs.guest(), &text).await.expect("recorded");
        app.browser_of(&eve).await.page(&theirs.history_path()).await.says("Opted out");
        writes(app, "START").await;
        messages::send_one(&app.service, &eve, theirs.id, theirs.guest(), &text).await.expect("recorded");
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_twilio_did_not_sign_is_no_reply() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let forged = || {
            Callback::new("SM00000000000000000000000000000043", "received")
                .at("/api/webhooks/twilio/inbound")
                .with("Body", "STOP")
        };
        assert_eq!(forged().unsigned().post_to(app).await, 403);
        assert_eq!(forged().signed_with("another token, of thirty-two chars").post_to(app).await, 403);
        assert_eq!(forged().content_type("text/plain").post_to(app).await, 400);
        assert_eq!(forged().with("MessageSid", "SM2").post_to(app).await, 400);
        assert_eq!(forged().with("Odd", "\u{0}").post_to(app).await, 200, "signed, and no harm in it");
        for name in ["From", "To", "Body", "MessagingServiceSid", "OptOutType"] {
            let odd = forged().without(name).with(name, "\u{0}").without("MessageSid");
            let sid = format!("SM0000000000000000000000000000{:04}", name.len());
            assert_eq!(odd.with("MessageSid", &sid).post_to(app).await, 200, "{name}");
        }
        assert!(app.history(&gala, gala.guest()).await.entries.is_empty());
    })
    .await;
}

#[tokio::test]
async fn our_own_phrases_are_confirmed_once_and_twilios_words_never() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let sid = "SM00000000000000000000000000000044";
        for _ in 0..2 {
            writes_as(app, "Please stop", Some(sid)).await;
        }
        writes(app, "stop texting me").await;
        assert_eq!(app.run_outbox().await, 1, "one confirmation for one suppression");
        let confirmation = app.twilio.messages_to(GUEST).remove(0);
        assert!(confirmation.body.contains("The Foundry: you are opted out"), "{}", confirmation.body);
        assert_eq!(app.status_of_newest_sent(&gala).await, "accepted");
        app.send(&gala, gala.guest(), "Are you coming?").await;
        assert_eq!(app.status_of_newest_sent(&gala).await, "blocked", "it was the only exception");

        writes(app, "START").await;
        for word in ["STOP", "START", "HELP", "Cancel", "UNSTOP"] {
            writes(app, word).await;
        }
        assert_eq!(app.run_outbox().await, 0, "Twilio answers its own words");
        writes(app, "take me off this list").await;
        assert_eq!(app.run_outbox().await, 1, "a new suppression, a new confirmation");
    })
    .await;
}
