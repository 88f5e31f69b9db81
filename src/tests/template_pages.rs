//! Templates as people make, change and use them.

use usher_core::people::Role;
use usher_core::sends::{self, Turn};

use crate::harness::{Answer, Browser, each_engine};

async fn make(browser: &Browser, name: &str, body: &str) -> Answer {
    let fields = [("name", name), ("purpose", "event_reminder"), ("body", body)];
    browser.submit("/do/write-template", &fields).await
}

fn id_on(page: &Answer) -> String {
    page.attributes("form input[name=template]", "value").remove(0)
}

#[tokio::test]
async fn a_template_is_made_changed_and_every_version_is_kept() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        ana.page("/templates").await.says("No templates yet");
        let made = make(&ana, "Day before", "Hi {{first_name}}, see you tomorrow.").await;
        made.says("The template is made.");
        assert_eq!(made.texts(".bubble"), ["Hi John, see you tomorrow."]);
        let id = id_on(&made);
        let fields = [
            ("template", &*id),
            ("name", "Day before"),
            ("purpose", "event_reminder"),
            ("body", "See you at {{time}}."),
        ];
        let changed = ana.submit("/do/write-template", &fields).await;
        changed.says("Saved as version 2.");
        assert_eq!(
            changed.texts(".version .words"),
            ["See you at {{time}}.", "Hi {{first_name}}, see you tomorrow."]
        );
        let same = ana.submit("/do/write-template", &fields).await;
        same.says("The words are the same as before.");
        assert_eq!(same.texts(".version").len(), 2);
        ana.page("/templates").await.says("Day before");
    })
    .await;
}

#[tokio::test]
async fn a_template_that_needs_mending_says_so_and_keeps_what_was_typed() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let long = "x".repeat(1_601);
        for (name, body, field, why) in [
            ("", "Hi", "name", "Give the template a name."),
            ("A", " ", "body", "Write the text."),
            ("A", "Hi {{frist_name}}", "body", "Did you mean {{first_name}}?"),
            ("A", "Hi {{", "body", "never closed"),
            ("A", &long, "body", "Use at most 1600 characters."),
        ] {
            let refused = make(&ana, name, body).await;
            assert!(refused.texts(&format!("#{field}-error")).concat().contains(why), "{why}");
            assert_eq!(refused.attributes("#name", "value"), [name]);
            assert_eq!(refused.texts("#body"), [body.trim()]);
        }
        assert_eq!(app.db_number("select count(*) from templates").await, 0);
        let looked =
            ana.submit("/do/write-template", &[("then", "look"), ("body", "It’s on"), ("name", "B")]).await;
        looked.says("Nothing is saved yet.");
        assert_eq!(looked.attributes("#name", "value"), ["B"]);
    })
    .await;
}

#[tokio::test]
async fn a_template_is_shown_for_a_sample_or_for_somebody_who_comes() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = app.browser_of(&app.ana).await;
        let id = id_on(&make(&ana, "Day before", "Hi {{name}}, {{event}} is at {{location}}").await);
        let sample = ana.page(&format!("/templates/{id}")).await;
        assert_eq!(sample.texts(".bubble"), ["Hi John Smith, Summer Dinner is at The Foundry"]);
        let reader = format!("{}:{}", gala.id, gala.attendees[1]);
        let real = ana.page(&format!("/templates/{id}?for={reader}")).await;
        assert_eq!(real.texts(".bubble"), ["Hi Guest 1, Gala is at The Foundry"]);
        let look = ana.post("/do/look", &[("reader", &*reader), ("body", "Hello {{name}}")]).await;
        assert_eq!(look.texts(".bubble"), ["Hello Guest 1"]);
        ana.page(&format!("/templates/{id}?for=nonsense")).await;
    })
    .await;
}

#[tokio::test]
async fn a_send_says_its_template_as_long_as_its_words_are_the_templates() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let id = id_on(&make(&ana, "Day before", "Tomorrow! Reply STOP to opt out.").await);
        let begun = ana.page(&format!("{}/send?template={id}", gala.path())).await;
        assert_eq!(begun.texts("#body"), ["Tomorrow! Reply STOP to opt out."]);
        assert_eq!(begun.attributes("#purpose option[selected]", "value"), ["event_reminder"]);
        let linked = begun.attributes("input[name=linked]", "value").remove(0);
        for (body, told) in [("Tomorrow! Reply STOP to opt out.", true), ("Tomorrow, or never.", false)] {
            let event = gala.id.to_string();
            let fields = [
                ("event", &*event),
                ("who", "rsvp"),
                ("confirmed", "on"),
                ("purpose", "event_reminder"),
                ("linked", &linked),
                ("body", body),
            ];
            let check = ana.submit("/do/write-send", &fields).await;
            let hidden =
                |name: &str| check.attributes(&format!("form input[name={name}]"), "value").remove(0);
            let (draft, checked) = (hidden("draft"), hidden("checked"));
            let fields = [("event", &*event), ("draft", &draft), ("checked", &checked)];
            let progress = ana.submit("/do/confirm-send", &fields).await;
            let says = progress.texts(".facts").concat().contains("Day before, version 1");
            assert_eq!(says, told, "{body}");
        }
        let (listed, _) =
            sends::list(&app.service.store, app.ana.org_id, gala.id, None).await.expect("sends");
        for send in listed {
            app.steer(send.id, Turn::Cancel).await;
        }
        ana.page("/templates").await.says("1 send");
    })
    .await;
}

#[tokio::test]
async fn out_of_use_a_template_is_offered_to_nobody_until_it_is_put_back() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let id = id_on(&make(&ana, "Day before", "Tomorrow!").await);
        ana.submit("/do/use-template", &[("template", &id), ("in_use", "false")]).await.says("out of use");
        let compose = ana.page(&format!("{}/send?template={id}", gala.path())).await;
        assert!(compose.texts("#body").concat().is_empty());
        let event = gala.id.to_string();
        let fields =
            [("event", &*event), ("who", "rsvp"), ("template", &id), ("then", "template"), ("body", "Mine")];
        let refused = ana.submit("/do/write-send", &fields).await;
        refused.says("This template is out of use.");
        assert_eq!(refused.texts("#body"), ["Mine"]);
        ana.submit("/do/use-template", &[("template", &id), ("in_use", "true")]).await.says("back in use");
        let filled = ana.post("/do/write-send", &fields).await.location.expect("the form");
        let filled = ana.page(filled.split('#').next().expect("a path")).await;
        assert_eq!(filled.texts("#body"), ["Tomorrow!"]);
        assert_eq!(filled.texts("textarea[name=before]"), ["Mine"]);
    })
    .await;
}

#[tokio::test]
async fn staff_and_strangers_change_no_template() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let id = id_on(&make(&ana, "Day before", "Tomorrow!").await);
        let staff = app.browser_of(&app.db_colleague("sam@foundry.example", Role::Staff).await).await;
        let page = staff.page(&format!("/templates/{id}")).await;
        page.says("Tomorrow!");
        assert!(
            page.attributes("form[method=post]", "action").iter().all(|action| action.contains("sign-out"))
        );
        staff
            .submit("/do/use-template", &[("template", &id), ("in_use", "false")])
            .await
            .says("Your role can look");
        assert_eq!(staff.get("/templates/new").await.status, 404);
        let eve = app.browser_of(&app.db_stranger().await).await;
        assert_eq!(eve.get(&format!("/templates/{id}")).await.status, 404);
        eve.post("/do/use-template", &[("template", &id), ("in_use", "false")]).await;
        let fields = [("template", &*id), ("name", "Mine"), ("purpose", "custom"), ("body", "Mine")];
        eve.post("/do/write-template", &fields).await;
        ana.page(&format!("/templates/{id}")).await.says("Version 1 · now");
    })
    .await;
}
