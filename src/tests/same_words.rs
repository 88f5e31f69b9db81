//! The same words do not go to the same person again without a question.

use chrono::TimeDelta;
use usher_core::inbox::{self, Answered, Written};
use usher_core::messages::{self, Made, OfForm, TextToOne};
use usher_core::{Service, clerk};

use crate::harness::{Answer, Browser, Callback, DOORS, Gala, TestApp, Writer, each_engine, to_confirmed};

const GUEST: &str = "+15552340500";

/// The form of a text to one person, as it came, sent with these words by this button.
async fn press(browser: &Browser, page: &Answer, body: &str, then: &str) -> Answer {
    let hidden = "form[data-look] input[type=hidden]";
    let (names, values) = (page.attributes(hidden, "name"), page.attributes(hidden, "value"));
    let mut fields: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
    fields.extend([("purpose", "parking"), ("body", body), ("then", then)]);
    browser.submit("/do/send-text", &fields).await
}

#[tokio::test]
async fn somebody_who_writes_the_same_words_twice_is_asked_and_loses_none() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let form = format!("{}/send", gala.history_path());
        press(&ana, &ana.page(&form).await, "Lot B, {{first_name}}", "send").await.says("on its way");
        let asked = press(&ana, &ana.page(&form).await, "Lot B, {{first_name}}", "send").await;
        asked.says("Nothing was sent yet.");
        asked.says("Guest 0 was sent these words less than a minute ago. Send them again?");
        assert_eq!(asked.texts("#body"), ["Lot B, {{first_name}}"]);
        assert_eq!(asked.attributes("#purpose option[selected]", "value"), ["parking"]);
        assert_eq!(app.run_outbox().await, 1);
        press(&ana, &asked, "Lot B, {{first_name}}", "again").await.says("on its way");
        press(&ana, &asked, "Lot B, {{first_name}}", "again").await.says("Nothing was sent twice.");
        press(&ana, &ana.page(&form).await, "Lot C", "send").await.says("on its way");
        assert_eq!(app.run_outbox().await, 2);
    })
    .await;
}

/// Ana writes to a guest, at this time.
async fn write(app: &TestApp, service: &Service, gala: &Gala) -> Made {
    let text = TextToOne { purpose: "announcement".into(), body: "Doors at 7".into() };
    let to = (gala.id, gala.guest());
    messages::send_from_form(service, &app.ana, to, &text, &OfForm::default()).await.expect("an answer")
}

#[tokio::test]
async fn nobody_is_asked_about_words_that_failed_or_were_sent_a_while_ago() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let is_asked = |made: Made| matches!(made, Made::Asked(_));
        assert!(!is_asked(write(app, &app.service, &gala).await));
        assert!(is_asked(write(app, &app.service_after(TimeDelta::minutes(9)).await, &gala).await));
        app.run_outbox().await;
        let failed = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", "30003");
        assert_eq!(failed.post_to(app).await, 204);
        assert!(!is_asked(write(app, &app.service, &gala).await), "they did not get them");
        assert!(!is_asked(write(app, &app.service_after(TimeDelta::minutes(11)).await, &gala).await));
        assert_eq!(app.run_outbox().await, 1);
        let later = app.service_after(TimeDelta::minutes(12)).await;
        assert_eq!(usher_core::outbox::run_once(&later).await.expect("the outbox works"), 1);
    })
    .await;
}

#[tokio::test]
async fn an_answer_in_the_same_words_is_asked_about() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "At seven").await;
        app.text_from(GUEST, "When?").await;
        let contact = app.newest(&gala, gala.guest()).await.text.contact_id;
        let written = Written { body: "At seven".into(), ..Written::default() };
        let asked = inbox::answer(&app.service, &app.ana, contact, &written).await.expect("an answer");
        assert!(matches!(asked, Answered::Asked(same) if same.name == "Guest 0"));
        let ana = app.browser_of(&app.ana).await;
        let id = contact.to_string();
        let asked = ana.submit("/do/answer-person", &[("contact", &id), ("body", "At seven")]).await;
        asked.says("Send them again?");
        assert_eq!(asked.texts("textarea#body"), ["At seven"]);
        let again = [("contact", &*id), ("body", "At seven"), ("then", "again")];
        ana.submit("/do/answer-person", &again).await.says("The answer is recorded and on its way.");
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_send_says_who_was_sent_the_same_words_lately_and_leaves_them_out_if_asked() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        app.send(&gala, gala.guest(), "Hi Guest, doors at 7:00 PM. Reply STOP to opt out.").await;
        let ana = Writer::new(app, &gala).await;
        let (there, check) = ana.check(&to_confirmed(DOORS)).await;
        check.says("1 person was sent these same words in the last 24 hours");
        check.says("Send 3 texts");
        let fields = |page: &Answer| {
            let of =
                |name| page.attributes(&format!("#same-words ~ form input[name={name}]"), "value").remove(0);
            [("event", of("event")), ("draft", of("draft")), ("only", of("only"))]
        };
        let press = async |page: &Answer| {
            let fields = fields(page);
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            ana.browser.submit("/do/leave-out-same-words", &fields).await
        };
        let check = press(&check).await;
        check.says("1 person is left out");
        check.says("Were sent these words lately: 1");
        check.says("Send 2 texts");
        let check = press(&check).await;
        check.says("Send 3 texts");
        let check = press(&check).await;
        assert!(
            check
                .attributes("form input[name=draft]", "value")
                .iter()
                .all(|draft| there.contains(draft.as_str()))
        );
        ana.confirm(&check).await;
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(app.run_outbox().await, 2);
        assert_eq!(app.twilio.messages_to(GUEST).len(), 1, "once is enough");
    })
    .await;
}
