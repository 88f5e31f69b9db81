//! Home, the guide and error pages.

use usher_core::people::Role;
use usher_core::{orgs, people, refusals};

use crate::harness::{Callback, each_engine};

const GUEST: &str = "+15552340500";

#[tokio::test]
async fn home_says_whether_texts_arrived_and_why_not() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        for (guest, (number, word)) in gala.attendees.iter().zip([
            (GUEST, "delivered"),
            ("+15552340501", "delivered"),
            ("+15552340502", "undelivered"),
        ]) {
            app.send(&gala, *guest, "Doors at 7").await;
            let callback = Callback::new(&app.sid_of(number), word).with("ErrorCode", "30003");
            assert_eq!(callback.post_to(app).await, 204);
        }
        let home = app.browser_of(&app.ana).await.page("/").await;
        home.says("2 of 3 delivered: too few texts for a rate.");
        assert_eq!(home.texts(".tiles b"), ["2", "1", "0"]);
        assert_eq!(
            home.attributes(".tiles a", "href"),
            ["/failures?days=1", "/failures?days=1&open=no-receipt"]
        );
        home.says("Phone off or out of range");
        home.says("Last receipt less than a minute ago");
        home.says("Gala");
        assert!(home.texts("#begin").is_empty(), "all is set up");
        assert_eq!(home.attributes("main", "data-live"), ["/live?"]);
        let elsewhere = app.browser_of(&app.db_stranger().await).await.page("/").await;
        assert!(!elsewhere.body.contains("Gala") && !elsewhere.body.contains("2 of 3"));
    })
    .await;
}

#[tokio::test]
async fn a_new_organization_is_told_what_to_do_next() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let begin = ana.page("/").await;
        let steps = ["Make the first event", "Add the first people", "Send the first text"];
        assert_eq!(
            begin.texts("#begin li a").iter().filter(|step| steps.contains(&step.as_str())).count(),
            3
        );
        assert_eq!(
            begin.texts("#begin a.primary"),
            ["Make the first event"],
            "account and sender are configured"
        );
        assert_eq!(begin.attributes("#begin li[data-done=yes]", "data-done").len(), 2);
        let gala = app.gala(1).await;
        assert_eq!(ana.page("/").await.texts("#begin a"), ["Send the first text"]);
        app.send(&gala, gala.guest(), "Doors at 7").await;
        assert!(ana.page("/").await.texts("#begin").is_empty(), "it is gone once all is done");
    })
    .await;
}

#[tokio::test]
async fn home_says_what_waits_and_why() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let send = app.announce(&gala, "Doors at 7").await;
        app.steer(send, usher_core::sends::Turn::Pause).await;
        let home = app.browser_of(&app.ana).await.page("/").await;
        home.says("2 texts are on their way");
        home.says("Somebody paused this send.");
        app.steer(send, usher_core::sends::Turn::Cancel).await;
        assert!(!app.browser_of(&app.ana).await.page("/").await.body.contains("on their way"));
    })
    .await;
}

#[tokio::test]
async fn people_who_opt_out_are_counted_once() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        app.text_from(GUEST, "STOP").await;
        app.text_from(GUEST, "STOP").await;
        app.browser_of(&app.ana).await.page("/").await.says("1 person opted out in the last 7 days.");
    })
    .await;
}

#[tokio::test]
async fn refused_webhooks_are_counted_by_reason_and_shown() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let url = format!("{}/api/webhooks/twilio/status", app.url);
        let http = reqwest::Client::builder().build().expect("a client");
        let form =
            [("AccountSid", crate::harness::ACCOUNT), ("MessageSid", "SM1"), ("MessageStatus", "sent")];
        for _ in 0..3 {
            let forged = http.post(&url).header("x-twilio-signature", "forged").form(&form);
            assert_eq!(forged.send().await.expect("an answer").status(), 403);
        }
        assert_eq!(http.get(&url).send().await.expect("an answer").status(), 405);
        refusals::write(&app.service).await.expect("written");
        refusals::write(&app.service).await.expect("nothing is written twice");
        let home = app.browser_of(&app.ana).await.page("/").await;
        home.says("3 webhooks refused: the signature is wrong");
        home.says("1 webhook refused: not a POST");
        assert_eq!(app.db_number("select count(*) from refused_webhooks").await, 2);
    })
    .await;
}

#[tokio::test]
async fn what_is_red_stands_on_home() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let home = app.browser_of(&app.ana).await.page("/").await;
        home.says("Nobody hands texts to Twilio");
        usher_core::processes::beat(&app.service, "all").await.expect("a beat");
        let change = orgs::Change { sending: Some(false), ..orgs::Change::default() };
        app.settings(change).await;
        let home = app.browser_of(&app.ana).await.page("/").await;
        assert_eq!(home.texts("#red b"), ["Texting is switched off"]);
    })
    .await;
}

#[tokio::test]
async fn the_guide_explains_every_word_and_finds_a_code() {
    each_engine(async |app| {
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let browser = app.browser_of(&sam).await;
        let guide = browser.page("/guide").await;
        assert_eq!(guide.texts(".meaning h2").len(), 10);
        assert!(guide.attributes("tr", "id").contains(&"30003".to_owned()), "a code has its place");
        let found = browser.page("/guide?find=30006").await;
        assert_eq!(found.texts("#codes tbody tr").len(), 1);
        browser.page("/guide?find=%3Cb%3E").await.says("No code is found");
    })
    .await;
}

#[tokio::test]
async fn errors_are_told_in_our_words_with_the_number_of_the_request() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let missing = ana.get("/nowhere").await;
        assert_eq!(missing.status, 404);
        let id = missing.headers["x-request-id"].to_str().expect("text").to_owned();
        missing.says(&format!("Request {id}"));
        missing.says("The Foundry");
        let foreign = ana.post_from_elsewhere("/do/sign-out", &[]).await;
        assert_eq!(foreign.status, 403);
        foreign.says("sent from another site");
        let huge = "x".repeat(300 * 1024);
        let large = ana.post("/do/make-event", &[("name", &huge)]).await;
        assert_eq!(large.status, 413);
        large.says("That is too large");
        app.db_run("drop table audit_log").await;
        let failed = ana.get("/settings").await;
        assert_eq!(failed.status, 500);
        failed.says("Something failed on our side");
        let id = failed.headers["x-request-id"].to_str().expect("text").to_owned();
        failed.says(&id);
        assert!(!failed.body.contains("audit_log"), "no detail of ours");
        let request =
            reqwest::Client::builder().build().expect("a client").get(format!("{}/nowhere", app.url));
        let answer = request.header("x-request-id", "forged").send().await.expect("an answer");
        assert_ne!(answer.headers()["x-request-id"], "forged", "ids are our own");
    })
    .await;
}

#[tokio::test]
async fn signing_in_leads_home() {
    each_engine(async |app| {
        people::set_password(&app.service, app.ana.user_id, "a few words in a row")
            .await
            .expect("a password");
        let browser = app.browser();
        let good = [("email", "ana@foundry.example"), ("password", "a few words in a row")];
        browser.post("/do/sign-in", &good).await.see_other("/");
        browser.page("/").await.says("To begin with");
    })
    .await;
}
