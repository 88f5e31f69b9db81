//! What the status webhook takes and what it refuses, in the order the contract gives.

use usher_core::ids::AttemptId;

use crate::harness::{Callback, Gala, TestApp, each_engine};

const GUEST: &str = "+15552340500";

/// A text that Twilio has taken and said nothing about since.
async fn accepted_text(app: &TestApp) -> (Gala, String) {
    let gala = app.gala(1).await;
    app.send(&gala, gala.guest(), "Doors at 7").await;
    let sid = app.sid_of(GUEST);
    (gala, sid)
}

#[tokio::test]
async fn a_signed_callback_is_stored_before_it_is_answered() {
    each_engine(async |app| {
        let (gala, sid) = accepted_text(app).await;
        assert_eq!(Callback::new(&sid, "delivered").post_to(app).await, 204);
        assert_eq!(app.status(&gala).await, "delivered");
        assert_eq!(app.totals(&gala).await.delivered, 1);
    })
    .await;
}

#[tokio::test]
async fn what_twilio_did_not_sign_is_refused_and_changes_nothing() {
    each_engine(async |app| {
        let (gala, sid) = accepted_text(app).await;
        let good = || Callback::new(&sid, "delivered");
        let junk = vec![b'x'; 2 * 1024 * 1024];
        let cases = [
            ("a wrong signature", 403, good().signed_with("another token, of thirty-two chars")),
            ("no signature", 403, good().unsigned()),
            ("an empty signature", 403, good().unsigned().header("x-twilio-signature", "")),
            (
                "an unknown account",
                403,
                good().without("AccountSid").with("AccountSid", "AC99999999999999999999999999999999"),
            ),
            ("no account", 403, good().without("AccountSid")),
            ("an account that is none", 403, good().without("AccountSid").with("AccountSid", "AC\u{0}")),
            (
                "the previous token's settings header",
                403,
                good().header("x-twilio-webhooks-signature-settings", "key=x,algorithm=HMAC_SHA1"),
            ),
            ("a wrong content type", 400, good().content_type("application/json")),
            ("a multipart form", 400, good().content_type("multipart/form-data; boundary=x")),
            ("bad UTF-8", 400, good().body(&b"MessageSid=%ff%fe"[..])),
            ("raw bytes", 400, good().body(&[0xff, 0xfe, 0x00][..])),
            ("2 MB of junk", 413, good().body(junk)),
            ("a status given twice with two values", 400, good().with("MessageStatus", "failed")),
            (
                "a sid given twice with two values",
                400,
                good().with("MessageSid", "SM00000000000000000000000000000009"),
            ),
            ("no sid", 400, good().without("MessageSid")),
        ];
        for (what, expected, callback) in cases {
            assert_eq!(callback.post_to(app).await, expected, "{what}");
            assert_eq!(app.status(&gala).await, "accepted", "{what} changed the text");
            assert_eq!(app.trail(&gala).await.len(), 3, "{what} is in the trail");
        }
        assert_eq!(good().post_to(app).await, 204, "a good one is unaffected");
    })
    .await;
}

#[tokio::test]
async fn headers_that_a_client_can_set_change_nothing() {
    each_engine(async |app| {
        let (gala, sid) = accepted_text(app).await;
        let forged = [
            ("host", "evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
            ("x-original-url", "/elsewhere"),
            ("forwarded", "host=evil.example;proto=https"),
        ];
        for (name, value) in forged {
            let forgery = Callback::new(&sid, "failed").signed_with("evil").header(name, value);
            assert_eq!(forgery.post_to(app).await, 403, "{name}");
            let genuine = Callback::new(&sid, "sent").header(name, value);
            assert_eq!(genuine.post_to(app).await, 204, "{name}");
        }
        assert_eq!(app.status(&gala).await, "sent");
    })
    .await;
}

#[tokio::test]
async fn a_valid_callback_of_another_account_cannot_touch_our_texts() {
    each_engine(async |app| {
        let (gala, sid) = accepted_text(app).await;
        let eve = app.db_stranger().await;
        app.connect_other_account(&eve).await;
        assert_eq!(Callback::new(&sid, "failed").of_other_account().post_to(app).await, 403);
        let attempt = app.attempt_of(&sid).await;
        let by_hint =
            Callback::new("SM00000000000000000000000000000077", "failed").query(&format!("a={attempt}"));
        assert_eq!(by_hint.of_other_account().post_to(app).await, 403);
        assert_eq!(app.status(&gala).await, "accepted");
        let own = Callback::new("SM00000000000000000000000000000078", "sent").of_other_account();
        assert_eq!(own.post_to(app).await, 204, "its own texts it may report");
    })
    .await;
}

#[tokio::test]
async fn only_post_is_allowed() {
    each_engine(async |app| {
        let address = format!("{}/api/webhooks/twilio/status", app.url);
        let client = reqwest::Client::builder().build().expect("a client");
        for method in ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"] {
            let method = method.parse().expect("a method");
            let answer = client.request(method, &address).send().await.expect("an answer");
            assert_eq!(answer.status(), 405);
        }
    })
    .await;
}

#[tokio::test]
async fn strange_but_signed_is_taken() {
    each_engine(async |app| {
        let (gala, sid) = accepted_text(app).await;
        let strange = [
            Callback::new(&sid, "teleported"),
            Callback::new(&sid, ""),
            Callback::new(&sid, "sent").with("NewParameter", "\u{0} \u{1f600} = & %"),
            Callback::new(&sid, "sent").with("Empty", "").with("MessageStatus", "sent"),
            Callback::new(&sid, "sent").with("ErrorCode", "not a number"),
            Callback::new(&sid, "sent").without("From").with("From", "+1555\u{0}0100199"),
            Callback::new(&sid, "sent").query("m=not-an-id&a=%00&m=twice"),
            Callback::new("SM99999999999999999999999999999999", "delivered"),
            Callback::new(&sid, "sent").query(&format!("a={}", AttemptId(uuid::Uuid::nil()))),
        ];
        for callback in strange {
            let what = format!("{:?} {}", callback.params, callback.query);
            assert_eq!(callback.post_to(app).await, 204, "{what}");
        }
        assert_eq!(app.status(&gala).await, "sent");
    })
    .await;
}
