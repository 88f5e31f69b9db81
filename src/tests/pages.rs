//! The pages as a person without JavaScript uses them.

mod long_lists;
mod one_text;

use crate::harness::{Callback, each_engine};

const GUEST: &str = "+15552340500";

#[tokio::test]
async fn an_organizer_writes_to_a_guest_and_sees_it_arrive() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        ana.page("/events").await.says("Gala");
        ana.page(&format!("{}/attendees", gala.path())).await.says("Guest 0");
        ana.page(&format!("{}/send", gala.history_path())).await.says("Send a text");
        let (event, attendee) = (gala.id.to_string(), gala.guest().to_string());
        let text = [
            ("event", &*event),
            ("attendee", &attendee),
            ("purpose", "event_reminder"),
            ("body", "Doors at 7"),
        ];
        let history = ana.submit("/do/send-text", &text).await;
        history.says("The text is recorded and on its way.");
        assert_eq!(history.texts("article .badge"), ["Status: Sending…"]);
        app.run_outbox().await;
        assert_eq!(Callback::new(&app.sid_of(GUEST), "delivered").post_to(app).await, 204);
        let history = ana.page(&gala.history_path()).await;
        assert_eq!(history.texts("article .badge"), ["Status: Delivered"]);
        assert!(history.texts("#flash").concat().is_empty(), "what was said once is not said twice");
        let dashboard = ana.page(&gala.path()).await;
        assert_eq!(dashboard.texts(".tiles b")[..2], ["1", "1"]);
    })
    .await;
}

#[tokio::test]
async fn a_failed_text_says_why_and_what_to_do() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = app.browser_of(&app.ana).await;
        for (guest, number, code) in [(0, GUEST, "30006"), (1, "+15552340501", "30003")] {
            app.send(&gala, gala.attendees[guest], "Doors at 7").await;
            let callback = Callback::new(&app.sid_of(number), "undelivered").with("ErrorCode", code);
            assert_eq!(callback.post_to(app).await, 204);
        }
        let landline = ana.page(&gala.history_path()).await;
        landline.says("Landline");
        landline.says("Twilio 30006");
        assert!(landline.attributes("article form", "action").is_empty(), "no hopeful Retry");
        let unreachable = ana.page(&format!("{}/attendees/{}", gala.path(), gala.attendees[1])).await;
        unreachable.says("Phone off or out of range");
        let message = unreachable.attributes("article form [name=message]", "value").remove(0);
        let (event, attendee) = (gala.id.to_string(), gala.attendees[1].to_string());
        let again = [("event", &*event), ("attendee", &attendee), ("message", &message)];
        let history = ana.submit("/do/retry-text", &again).await;
        assert_eq!(history.texts("article .badge").len(), 2);
        history.says("Retried");
        ana.submit("/do/retry-text", &again).await.says("already retried");
        app.run_outbox().await;
        ana.page(&format!("{}?outcome=failed", gala.path())).await.says("Why 1 text failed");
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_keeps_every_word_and_says_at_the_field_what_to_mend() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let event = gala.id.to_string();
        let refused = ana
            .submit(
                "/do/add-attendee",
                &[("event", &event), ("name", "Zoë <b>"), ("phone", "12"), ("rsvp", "declined")],
            )
            .await;
        assert_eq!(refused.attributes("#name", "value"), ["Zoë <b>"]);
        assert_eq!(refused.attributes("#phone", "value"), ["12"]);
        assert_eq!(refused.attributes("#phone", "aria-invalid"), ["true"]);
        assert_eq!(refused.attributes("option[selected]", "value"), ["declined"]);
        assert!(!refused.texts("#phone-error").is_empty());
        assert_eq!(refused.attributes("#summary a", "href"), ["#phone"]);
        let twice = [("event", &*event), ("name", "Twin"), ("phone", GUEST), ("rsvp", "invited")];
        ana.submit("/do/add-attendee", &twice).await.says("already on the list");

        let attendee = gala.guest().to_string();
        let long = "x".repeat(1_601);
        let text = [("event", &*event), ("attendee", &attendee), ("purpose", "invitation"), ("body", &long)];
        let refused = ana.submit("/do/send-text", &text).await;
        refused.says("Use at most 1600 characters.");
        assert_eq!(refused.texts("textarea#body"), [long]);
        let otp = [("event", &*event), ("attendee", &attendee), ("purpose", "otp"), ("body", "123456")];
        ana.submit("/do/send-text", &otp).await.says("Choose what this text is about.");
    })
    .await;
}

#[tokio::test]
async fn strange_addresses_and_forms_get_a_clear_answer() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        for path in [
            "/nowhere",
            "/events/not-an-id",
            "/events/00000000-0000-0000-0000-000000000000",
            "/events/%00/attendees",
        ] {
            let answer = ana.get(path).await;
            assert_eq!(answer.status, 404, "{path}");
            answer.says("Not found");
        }
        ana.page(&format!("{}?outcome=nonsense&before=nonsense", gala.path())).await;
        for (action, fields) in [
            ("/do/send-text", &[][..]),
            ("/do/send-text", &[("event", "x"), ("attendee", "y")]),
            ("/do/retry-text", &[("message", "z")]),
            ("/do/add-attendee", &[("event", "\u{0}")]),
            (
                "/do/make-event",
                &[("name", "\u{0}\u{1}"), ("starts_at", "soon"), ("timezone", "Mars/Olympus")],
            ),
            ("/do/first-start", &[("token", "guess")]),
            ("/do/choose-password", &[("token", "../../events"), ("password", "x")]),
        ] {
            let answer = ana.post(action, fields).await;
            assert_eq!(answer.status, 303, "{action}: {}", answer.body);
            assert!(answer.location.is_some_and(|location| location.starts_with('/')), "{action}");
        }
        let no_call = ana.get("/api/v1/nothing").await;
        assert_eq!(
            (no_call.status, no_call.headers["content-type"].to_str().ok()),
            (404, Some("application/problem+json"))
        );
        assert!(matches!(ana.post("/do/no-such-action", &[]).await.status, 400 | 404));
    })
    .await;
}

#[tokio::test]
async fn names_of_every_kind_are_shown_as_they_are() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let long = "n".repeat(200);
        let names = [
            "<script>alert(1)</script>",
            "مريم الأحمد",
            "王小明",
            "👩‍👩‍👧 Café",
            "=cmd()",
            "O'Brien & \"Söhne\"",
            &long,
        ];
        for (n, name) in names.iter().enumerate() {
            let (event, phone) = (gala.id.to_string(), format!("+1555234060{n}"));
            let fields = [("event", &*event), ("name", *name), ("phone", &phone), ("rsvp", "invited")];
            ana.submit("/do/add-attendee", &fields).await.says(name);
        }
        let list = ana.page(&format!("{}/attendees", gala.path())).await;
        let shown = list.texts(".people td a[dir]");
        assert!(names.iter().all(|name| shown.iter().any(|shown| shown == name)), "{shown:?}");
    })
    .await;
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_it() {
    each_engine(async |app| {
        let browser = app.browser();
        for path in ["/sign-in", "/nowhere", "/healthz", "/assets/app.css", "/assets/nothing.js"] {
            let answer = browser.get(path).await;
            let policy =
                answer.headers.get("content-security-policy").expect("a policy").to_str().expect("text");
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
            assert!(answer.headers.contains_key("x-request-id"), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn health_readiness_and_version_answer() {
    each_engine(async |app| {
        let browser = app.browser();
        assert_eq!(browser.get("/healthz").await.body, "ok");
        let ready: serde_json::Value =
            serde_json::from_str(&browser.get("/readyz").await.body).expect("JSON");
        assert_eq!(
            (ready["ready"].as_bool(), ready["worker"].as_str()),
            (Some(true), Some("none was heard of in the last minute"))
        );
        let version: serde_json::Value =
            serde_json::from_str(&browser.get("/version").await.body).expect("JSON");
        assert!(version["schema"].as_i64() >= Some(6) && version["commit"].is_string(), "{version}");
        app.db_run("drop table drafts").await;
        let broken = browser.get("/readyz").await;
        assert_eq!(broken.status, 503);
        assert!(broken.body.contains("table drafts"), "{}", broken.body);
    })
    .await;
}

#[tokio::test]
async fn an_attendee_is_found_by_name_or_by_number_as_people_write_it() {
    each_engine(async |app| {
        let gala = app.gala(12).await;
        let ana = app.browser_of(&app.ana).await;
        let found = async |words: &str| {
            let query: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
            let page = ana.page(&format!("{}/attendees?find={query}", gala.path())).await;
            page.says("12 people, 12 confirmed");
            page.texts(".people td a[dir]")
        };
        assert_eq!(found("GUEST 11").await, ["Guest 11"]);
        assert_eq!(found("555-234-0507").await, ["Guest 7"]);
        assert_eq!(found("").await.len(), 12);
        for nobody in ["%", "_", "!", "nobody", "\u{0}%"] {
            assert!(found(nobody).await.is_empty(), "{nobody}");
        }
    })
    .await;
}
