//! Getting in, staying in, and being kept out.

use usher_core::ids::OrgId;
use usher_core::people::{self, Role, links};

use crate::harness::{Callback, TestApp, each_engine};

const PASSWORD: &str = "a few words in a row";

#[tokio::test]
async fn a_link_sets_a_password_once_and_the_password_signs_in() {
    each_engine(async |app| {
        let ben = app.db_colleague("ben@foundry.example", Role::Organizer).await;
        let link = links::create(&app.service, ben.org_id, ben.user_id, false).await.expect("a link");
        let path = format!("/sign-in/link/{link}");
        let browser = app.browser();
        browser.page(&path).await.says("Choose a password");
        browser.page(&path).await.says("Choose a password"); // Looking does not use it up.
        let short = browser.submit("/do/choose-password", &[("token", &link), ("password", "short")]).await;
        short.says("Use at least 10 characters.");
        browser.post("/do/choose-password", &[("token", &link), ("password", PASSWORD)]).await.see_other("/");
        browser.page("/events").await.says("Events");
        app.browser().page(&path).await.says("already used");

        let elsewhere = app.browser();
        let wrong = elsewhere
            .submit("/do/sign-in", &[("email", "ben@foundry.example"), ("password", "wrong words")])
            .await;
        wrong.says("do not fit together");
        assert_eq!(wrong.attributes("#email", "value"), ["ben@foundry.example"], "what was typed is kept");
        let good = [("email", " Ben@Foundry.example "), ("password", PASSWORD)];
        elsewhere.post("/do/sign-in", &good).await.see_other("/");
        elsewhere.page("/events").await.says("The Foundry");
    })
    .await;
}

#[tokio::test]
async fn nobody_gets_in_without_signing_in() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let anybody = app.browser();
        for path in ["/events", "/events/new", &gala.path(), &gala.history_path()] {
            anybody.get(path).await.asks_to_sign_in();
        }
        assert_eq!(anybody.get(&format!("/live?event={}", gala.id)).await.status, 404);
        let text = [("event", gala.id.to_string()), ("attendee", gala.guest().to_string())];
        let mut text: Vec<(&str, &str)> = text.iter().map(|(name, value)| (*name, value.as_str())).collect();
        text.extend([("purpose", "announcement"), ("body", "Hello")]);
        anybody.post("/do/send-text", &text).await.asks_to_sign_in();
        assert!(app.history(&gala, gala.guest()).await.entries.is_empty());
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_every_copy_of_the_session() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let thief = ana.copy();
        thief.page("/events").await;
        ana.post("/do/sign-out", &[]).await.asks_to_sign_in();
        thief.get("/events").await.asks_to_sign_in();
    })
    .await;
}

#[tokio::test]
async fn a_new_password_and_a_lost_membership_end_sessions() {
    each_engine(async |app| {
        let ben = app.db_colleague("ben@foundry.example", Role::Organizer).await;
        let browser = app.browser_of(&ben).await;
        browser.page("/events").await;
        people::set_password(&app.service, ben.user_id, PASSWORD).await.expect("a password");
        browser.get("/events").await.asks_to_sign_in();
        let browser = app.browser_of(&ben).await;
        app.db_dismiss(&ben).await;
        browser.get("/events").await.asks_to_sign_in();
    })
    .await;
}

#[tokio::test]
async fn what_was_typed_after_the_session_had_ended_is_there_again_after_signing_in() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ben = app.db_colleague("ben.kept@foundry.example", Role::Organizer).await;
        people::set_password(&app.service, ben.user_id, PASSWORD).await.expect("a password");
        let browser = app.browser_of(&ben).await;
        app.db_run("delete from sessions").await;
        let (event, attendee) = (gala.id.to_string(), gala.guest().to_string());
        let text = [
            ("event", &*event),
            ("attendee", &attendee),
            ("purpose", "announcement"),
            ("body", "Doors at 7"),
        ];
        let door = browser.post("/do/send-text", &text).await;
        door.asks_to_sign_in();
        let door = browser.page(&door.location.expect("the door")).await;
        door.says("You were signed out, and nothing was done.");
        let form = format!("{}/send", gala.history_path());
        assert_eq!(door.attributes("[name=next]", "value"), [form.as_str()]);
        let good = [("email", &*ben.email), ("password", PASSWORD), ("next", &form)];
        browser.post("/do/sign-in", &good).await.see_other(&form);
        let again = browser.page(&form).await;
        again.says("Here is what you typed");
        assert_eq!(again.texts("#body"), ["Doors at 7"]);
        assert_eq!(app.db_texts().await, 0);
    })
    .await;
}

#[tokio::test]
async fn guessing_a_password_is_slow() {
    each_engine(async |app| {
        let email = format!("carol-{}@foundry.example", app.service.process);
        let browser = app.browser();
        let mut refused = 0;
        for _ in 0..8 {
            let answer = browser.submit("/do/sign-in", &[("email", &email), ("password", "guess")]).await;
            refused += usize::from(answer.texts("body").join(" ").contains("Too many tries"));
        }
        assert!(refused >= 2, "only {refused} tries were refused");
    })
    .await;
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let fields = [
            ("event", gala.id.to_string()),
            ("name", "Eve".into()),
            ("phone", "+15552340599".into()),
            ("rsvp", "invited".into()),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(ana.post_from_elsewhere("/do/add-attendee", &fields).await.status, 403);
        ana.page(&format!("{}/attendees", gala.path())).await.says("1 person");
    })
    .await;
}

#[tokio::test]
async fn staff_look_and_retry_but_do_not_send() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let browser = app.browser_of(&sam).await;
        let history = browser.page(&gala.history_path()).await;
        assert!(history.attributes("main a.primary", "href").is_empty(), "no button that does not work");
        let (event, attendee) = (gala.id.to_string(), gala.guest().to_string());
        let text =
            [("event", &*event), ("attendee", &attendee), ("purpose", "announcement"), ("body", "Hello")];
        let refused = browser.post("/do/send-text", &text).await.location.expect("a place to go");
        browser.get(&refused).await.says("Ask an organizer");
        assert!(app.history(&gala, gala.guest()).await.entries.is_empty());
    })
    .await;
}

#[tokio::test]
async fn payloads_are_not_for_staff_by_page_or_by_call() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let text = app.send(&gala, gala.guest(), "Doors at 7").await;
        app.run_outbox().await;
        assert_eq!(Callback::new(&app.sid_of("+15552340500"), "delivered").post_to(app).await, 204);
        let call = format!("/api/v1/messages/{text}");
        let theirs = app.browser_of(&sam).await.get(&call).await.body;
        let hers = app.browser_of(&app.ana).await.get(&call).await.body;
        assert!(hers.contains("MessageStatus") && theirs.contains("delivered"), "{hers}");
        assert!(!theirs.contains("MessageStatus"), "{theirs}");
    })
    .await;
}

#[tokio::test]
async fn the_session_from_before_signing_in_is_worth_nothing_afterwards() {
    each_engine(async |app| {
        let browser = app.browser();
        browser.submit("/do/sign-in", &[("email", "ana@foundry.example"), ("password", "wrong words")]).await;
        let planted = browser.copy();
        let link = links::create(&app.service, app.ana.org_id, app.ana.user_id, true).await.expect("a link");
        browser.get(&format!("/sign-in/link/{link}")).await.see_other("/");
        browser.page("/events").await;
        planted.get("/events").await.asks_to_sign_in();
    })
    .await;
}

#[tokio::test]
async fn a_link_of_one_organization_sets_no_password_for_somebody_at_home_in_another() {
    each_engine(async |app| {
        people::set_password(&app.service, app.ana.user_id, PASSWORD).await.expect("a password");
        let eve = app.db_stranger().await;
        let link = invite(app, eve.org_id, &app.ana.email).await;
        let browser = app.browser();
        browser.page(&format!("/sign-in/link/{link}")).await.says("have a password in another organization");
        let taken = [("token", &*link), ("password", "taken over by eve")];
        browser.submit("/do/choose-password", &taken).await.says("That is not your password.");
        browser.get("/events").await.asks_to_sign_in();
        let ana = app.browser_of(&app.ana).await;
        assert!(!ana.page("/events").await.body.contains("Elsewhere"), "she has joined nothing yet");
        browser.post("/do/choose-password", &[("token", &link), ("password", PASSWORD)]).await.see_other("/");
        browser.page("/events").await.says("Elsewhere");
    })
    .await;
}

#[tokio::test]
async fn whoever_uses_a_link_of_one_organization_gets_into_no_other_that_invited_the_same_email() {
    each_engine(async |app| {
        let eve = app.db_stranger().await;
        let invited = "new@foundry.example";
        let here = invite(app, app.ana.org_id, invited).await;
        let there = invite(app, eve.org_id, invited).await;
        let thief = app.browser();
        thief.post("/do/choose-password", &[("token", &there), ("password", PASSWORD)]).await.see_other("/");
        thief.page("/events").await.says("Elsewhere");
        let foundry = app.ana.org_id.to_string();
        thief.submit("/do/switch-organization", &[("org", &foundry)]).await.says("not there any more");
        // Whoever has the other link must know that password; one guess at it is not enough.
        let guess = [("token", &*here), ("password", "a few other words")];
        app.browser().submit("/do/choose-password", &guess).await.says("That is not your password.");
    })
    .await;
}

#[tokio::test]
async fn two_links_opened_at_once_set_one_password() {
    each_engine(async |app| {
        let eve = app.db_stranger().await;
        let invited = "new@foundry.example";
        let links = [invite(app, app.ana.org_id, invited).await, invite(app, eve.org_id, invited).await];
        // Of two passwords, for whoever comes a moment later and knows the first is let in.
        let one = links::spend(&app.service, &links[0], PASSWORD, "");
        let other = links::spend(&app.service, &links[1], "a few other words", "");
        let (one, other) = tokio::join!(one, other);
        assert!(one.is_ok() || other.is_ok(), "somebody gets in");
        assert!(one.is_err() || other.is_err(), "a password was set twice");
    })
    .await;
}

async fn invite(app: &TestApp, org: OrgId, email: &str) -> String {
    let new = people::NewUser { email: email.into(), name: String::new(), role: Role::Staff };
    let user = people::create(&app.service, org, &new).await.expect("invited");
    links::create(&app.service, org, user, false).await.expect("a link")
}
