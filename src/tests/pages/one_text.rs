//! A text that an organizer writes to one person: its words, when it goes, and that it goes once.

use usher_core::messages::{Purpose, Status};
use usher_core::orgs::Change;
use usher_core::people::Role;

use crate::harness::{Answer, Browser, Callback, Gala, TestApp, each_engine};

const GUEST: &str = "+15552340500";

/// The form of a text, as it came.
struct Form {
    fields: Vec<(String, String)>,
    page: Answer,
}

impl Form {
    async fn open(browser: &Browser, path: &str) -> Self {
        let page = browser.page(path).await;
        let names = page.attributes("form[data-look] input[type=hidden]", "name");
        let values = page.attributes("form[data-look] input[type=hidden]", "value");
        Self { fields: names.into_iter().zip(values).collect(), page }
    }

    async fn submit(&self, browser: &Browser, fields: &[(&str, &str)]) -> Answer {
        let mut all: Vec<(&str, &str)> =
            self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend(fields);
        browser.submit("/do/send-text", &all).await
    }
}

fn send(gala: &Gala) -> String {
    format!("{}/send", gala.history_path())
}

/// A text whose words the carrier refused.
async fn refused(app: &TestApp, gala: &Gala) -> String {
    let id = app.send(gala, gala.guest(), "FREE MONEY").await;
    let callback = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", "30007");
    assert_eq!(callback.post_to(app).await, 204);
    id.to_string()
}

#[tokio::test]
async fn variables_are_filled_in_and_what_has_no_value_is_said_at_the_words() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let form = Form::open(&ana, &send(&gala)).await;
        form.page.says("{{first_name}}");
        for (body, why) in [
            ("Hi {{frist_name}}", "Did you mean {{first_name}}?"),
            ("Hi {{first_name", "never closed"),
            ("Ask {{host}}", "The event has no host"),
        ] {
            let page = form.submit(&ana, &[("purpose", "announcement"), ("body", body)]).await;
            assert!(page.texts("#body-error").join("").contains(why), "{body}");
            assert_eq!(page.texts("#body"), [body]);
        }
        let words = "Hi {{first_name}}, {{event}} at {{time}}";
        form.submit(&ana, &[("purpose", "announcement"), ("body", words)]).await.says("on its way");
        assert_eq!(app.run_outbox().await, 1);
        assert_eq!(app.twilio.messages_to(GUEST)[0].body, "Hi Guest, Gala at 7:00 PM");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_text_and_other_words_make_another() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let form = Form::open(&ana, &send(&gala)).await;
        let text = [("purpose", "announcement"), ("body", "Doors at 7")];
        form.submit(&ana, &text).await.says("on its way");
        form.submit(&ana, &text).await.says("Nothing was sent twice.");
        assert_eq!(app.run_outbox().await, 1);
        form.submit(&ana, &[("purpose", "announcement"), ("body", "Doors at 8")]).await.says("on its way");
        let again = [("purpose", "announcement"), ("body", "Doors at 7"), ("then", "again")];
        Form::open(&ana, &send(&gala)).await.submit(&ana, &again).await.says("on its way");
        assert_eq!(app.run_outbox().await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_templates_words_are_filled_in_and_can_be_taken_back() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let fields = [
            ("name", "Doors"),
            ("purpose", "event_reminder"),
            ("body", "Doors at {{time}}"),
            ("then", "save"),
        ];
        ana.submit("/do/write-template", &fields).await;
        let form = Form::open(&ana, &send(&gala)).await;
        let template = form.page.attributes("#template option", "value").remove(1);
        let mine = [
            ("purpose", "announcement"),
            ("body", "My words"),
            ("template", &*template),
            ("then", "template"),
        ];
        let filled = form.submit(&ana, &mine).await;
        assert_eq!(filled.texts("#body"), ["Doors at {{time}}"]);
        assert_eq!(filled.attributes("#purpose option[selected]", "value"), ["event_reminder"]);
        assert_eq!(filled.texts("textarea[name=before]"), ["My words"]);
        filled.says("Doors at 7:00 PM");
        let linked = filled.attributes("input[name=linked]", "value").remove(0);
        let sent = [("purpose", "event_reminder"), ("linked", &*linked), ("body", "Doors at {{time}}")];
        let event = gala.id.to_string();
        let guest = gala.guest().to_string();
        let mut all = vec![("event", &*event), ("attendee", &*guest)];
        all.extend(sent);
        ana.submit("/do/send-text", &all).await.says("on its way");
        let made = "select count(*) from messages where template_id is not null and template_version = 1";
        assert_eq!(app.db_number(made).await, 1);
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn other_words_take_the_place_of_a_text_whose_words_were_refused() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let first = refused(app, &gala).await;
        let ana = app.browser_of(&app.ana).await;
        let history = ana.page(&gala.history_path()).await;
        assert_eq!(history.texts("a.button.primary").last().map(String::as_str), Some("Edit and retry"));
        assert_eq!(history.texts("button.primary").len(), 0, "the same words are not what to try first");
        let edit = history.attributes("article a.button.primary", "href").remove(0);
        let list = ana.page("/failures?open=30007").await;
        assert!(list.attributes("a", "href").contains(&edit), "the way from Failures is the same");
        let form = Form::open(&ana, &edit).await;
        assert_eq!(form.page.texts("#body"), ["FREE MONEY"]);
        form.page.says("takes its place, as a retry does");
        let text = [("purpose", "invitation"), ("body", "Dinner is free")];
        form.submit(&ana, &text).await.says("A second text is recorded and on its way.");
        form.submit(&ana, &text).await.says("Nothing was sent twice.");
        let newest = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((newest.purpose, newest.chain_position), (Purpose::Invitation, 1));
        assert_eq!(newest.retry_of.map(|of| of.to_string()), Some(first));
        let totals = app.totals(&gala).await;
        assert_eq!((totals.total, totals.failed), (1, 0), "the failure is dealt with");
        let late = Form::open(&ana, &edit).await;
        late.page.says("cannot be retried");
        assert_eq!(late.page.texts("h1"), ["Send a text"]);
        form.submit(&ana, &[("purpose", "invitation"), ("body", "A third try")])
            .await
            .says("already retried");
        assert_eq!(app.run_outbox().await, 1);
        assert_eq!(app.status(&gala).await, Status::Accepted.as_str());
    })
    .await;
}

#[tokio::test]
async fn a_text_that_waits_is_stopped_once_and_by_those_who_may_send() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let callback = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", "30003");
        assert_eq!(callback.post_to(app).await, 204);
        let failed = app.newest(&gala, gala.guest()).await.text.id.to_string();
        let tomorrow = (app.service.clock.now() + chrono::TimeDelta::hours(20)).to_rfc3339();
        let (event, guest) = (gala.id.to_string(), gala.guest().to_string());
        let later = [("event", &*event), ("attendee", &guest), ("message", &failed), ("at", &tomorrow)];
        ana.submit("/do/retry-text", &later).await.says("goes out");
        let waiting = app.newest(&gala, gala.guest()).await.text.id.to_string();
        assert!(ana.page(&gala.history_path()).await.texts("button").contains(&"Do not send".to_owned()));
        assert!(
            ana.page(&format!("/texts/{waiting}")).await.texts("button").contains(&"Do not send".to_owned())
        );
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let sam = app.browser_of(&sam).await;
        assert!(!sam.page(&gala.history_path()).await.texts("button").contains(&"Do not send".to_owned()));
        let stop = [("event", &*event), ("attendee", &guest), ("message", &waiting)];
        sam.submit("/do/stop-text", &stop).await.says("not stop a text. Ask an organizer.");
        ana.submit("/do/stop-text", &stop).await.says("The text is stopped and will not be sent.");
        ana.submit("/do/stop-text", &stop).await.says("stopped before");
        assert_eq!((app.status(&gala).await.as_str(), app.run_outbox().await), ("canceled", 0));
        let gone = [("event", &*event), ("attendee", &guest), ("message", &failed)];
        ana.submit("/do/stop-text", &gone).await.says("does not wait any more");
        let eve = app.browser_of(&app.db_stranger().await).await;
        eve.submit("/do/stop-text", &[("message", &*waiting)]).await.says("not there any more");
    })
    .await;
}

#[tokio::test]
async fn the_form_says_when_a_text_would_go() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        ana.page(&send(&gala)).await.says("It goes out at once.");
        app.send(&gala, gala.guest(), "The one for today").await;
        app.settings(Change { texts_per_contact_per_day: Some(Some(1)), ..Change::default() }).await;
        ana.page(&send(&gala)).await.says("as many texts as your organization allows");
        app.settings(Change { sending: Some(false), ..Change::default() }).await;
        ana.page(&send(&gala)).await.says("recorded and not sent");
    })
    .await;
}

#[tokio::test]
async fn a_test_to_oneself_is_sent_once_and_staff_write_to_nobody() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let page = ana.page("/settings/texting").await;
        let once = page.attributes("input[name=once]", "value").remove(0);
        let fields = [("phone", "+1 555 234 0500"), ("once", &*once)];
        ana.submit("/do/text-yourself", &fields).await.says("The test is recorded.");
        ana.submit("/do/text-yourself", &fields).await.says("Nothing was sent twice.");
        assert_eq!(app.run_outbox().await, 1);
        let gala = app.gala(1).await;
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let sam = app.browser_of(&sam).await;
        assert_eq!(sam.get(&send(&gala)).await.status, 403);
    })
    .await;
}
