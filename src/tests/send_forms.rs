//! What is typed into the form of a send: whom it reaches, what is said of it, and that none of it is lost.

#![expect(clippy::too_many_lines, reason = "a form has many fields that can be wrong")]

use chrono::TimeDelta;
use usher_core::attendees::{self, Filter};
use usher_core::people::Role;
use usher_core::sends::{self, Found, Typed};

use crate::harness::{Answer, Callback, Writer, each_engine, form, to_confirmed};

#[tokio::test]
async fn whatever_is_wrong_is_said_at_its_field_and_every_word_is_kept() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = Writer::new(app, &gala).await;
        let long = format!("{} and more", "x".repeat(1_600));
        let yesterday = app.service.clock.now() - TimeDelta::days(1);
        let yesterday = yesterday.format("%Y-%m-%dT%H:%M").to_string();
        for (fields, field, why) in [
            (form(&[("who", "rsvp"), ("body", "Hi")]), "audience", "Choose at least one group."),
            (to_confirmed("  "), "body", "Write the text."),
            (to_confirmed("Hi {{frist_name}}"), "body", "Did you mean {{first_name}}?"),
            (to_confirmed("Hi {{first_name"), "body", "never closed"),
            (to_confirmed(&long), "body", "Use at most 1600 characters."),
            (
                form(&[("who", "list"), ("list", "Nobody Here\n12"), ("body", "Hi")]),
                "audience",
                "No line of the list",
            ),
            (
                form(&[
                    ("who", "chosen"),
                    ("attendees", "00000000-0000-0000-0000-000000000001"),
                    ("body", "Hi"),
                ]),
                "audience",
                "at least one person",
            ),
            (
                form(&[("who", "filter"), ("find", "nobody"), ("body", "Hi")]),
                "audience",
                "Nobody in this group",
            ),
            (
                form(&[("who", "rsvp"), ("confirmed", "on"), ("body", "Hi"), ("purpose", "otp")]),
                "purpose",
                "Choose what",
            ),
            (
                form(&[
                    ("who", "rsvp"),
                    ("confirmed", "on"),
                    ("body", "Hi"),
                    ("when", "later"),
                    ("send_at", &yesterday),
                ]),
                "send_at",
                "That time has passed",
            ),
            (
                form(&[
                    ("who", "rsvp"),
                    ("confirmed", "on"),
                    ("body", "Hi"),
                    ("when", "later"),
                    ("send_at", "soon"),
                ]),
                "send_at",
                "Enter a date and time",
            ),
            (
                form(&[
                    ("who", "rsvp"),
                    ("confirmed", "on"),
                    ("body", "Hi"),
                    ("when", "later"),
                    ("send_at", "2027-03-14T02:30"),
                ]),
                "send_at",
                "Clocks skip that time",
            ),
        ] {
            let page = ana.written(&fields).await;
            let told = page.texts(&format!("#{field}-error")).join(" ");
            assert!(told.contains(why), "{field}: {told}");
            assert_eq!(page.attributes("#summary a", "href"), [format!("#{field}")], "{why}");
            assert!(!page.texts("#look .error").contains(&told), "{why}: on top and at the field is enough");
            let typed =
                |name: &str| fields.iter().find(|(there, _)| *there == name).map(|(_, value)| value.clone());
            assert_eq!(page.texts("#body"), [typed("body").unwrap_or_default().trim()], "{why}");
            assert_eq!(page.attributes("input[name=who][checked]", "value"), [typed("who").expect("who")]);
            if let Some(send_at) = typed("send_at") {
                assert_eq!(page.attributes("#send_at", "value"), [send_at]);
            }
            if let Some(find) = typed("find") {
                assert_eq!(page.attributes("#find", "value"), [find]);
            }
        }
        assert_eq!(app.db_texts().await, 0);
    })
    .await;
}

#[tokio::test]
async fn each_choice_of_people_reaches_just_them() {
    each_engine(async |app| {
        let gala = app.gala(4).await;
        app.db_name("+15552340502", "Zoë Müller").await;
        app.db_run(
            "update attendees set rsvp = 'invited' where contact_id in
               (select id from contacts where phone = '+15552340503')",
        )
        .await;
        let text = usher_core::messages::TextToOne { purpose: "invitation".into(), body: "Come".into() };
        for guest in [0, 1] {
            let (service, guest) = (&app.service, gala.attendees[guest]);
            usher_core::messages::send_one(service, &app.ana, gala.id, guest, &text).await.expect("a text");
        }
        app.run_outbox().await;
        let failed = Callback::new(&app.sid_of("+15552340501"), "undelivered").with("ErrorCode", "30003");
        assert_eq!(failed.post_to(app).await, 204);
        let ana = Writer::new(app, &gala).await;
        let chosen = format!("{},{}", gala.attendees[3], gala.attendees[1]);
        for (fields, who) in [
            (vec![("who", "rsvp"), ("confirmed", "on"), ("invited", "on")], vec![3, 0, 1, 2]),
            (vec![("who", "failed")], vec![1]),
            (vec![("who", "filter"), ("without", "invitation")], vec![1, 2, 3]),
            (vec![("who", "filter"), ("without", "invitation"), ("rsvp", "invited")], vec![3]),
            (vec![("who", "filter"), ("outcome", "in_progress")], vec![0]),
            (vec![("who", "filter"), ("find", "MULLER")], vec![2]),
            (vec![("who", "filter"), ("outcome", "none")], vec![2, 3]),
            (vec![("who", "filter"), ("reach", "never"), ("rsvp", "confirmed")], vec![0, 1, 2]),
            (vec![("who", "filter"), ("find", "555-234-0500")], vec![0]),
            (vec![("who", "chosen"), ("attendees", &chosen)], vec![3, 1]),
            (vec![("who", "list"), ("list", "zoe muller\n\n(555) 234-0503")], vec![2, 3]),
        ] {
            let mut fields = fields;
            fields.push(("body", "Hi"));
            let (there, check) = ana.check(&form(&fields)).await;
            let mut shown = Vec::new();
            for place in 1..=who.len() {
                let page = ana.browser.page(&format!("{there}?person={place}")).await;
                shown.push(page.texts("#preview bdi").remove(0));
            }
            let names = ["Guest 0", "Guest 1", "Zoë Müller", "Guest 3"];
            let expected: Vec<&str> = who.iter().map(|n| names[*n]).collect();
            assert_eq!(shown, expected, "{fields:?}");
            assert_eq!(check.texts(".before .facts dd.num")[0], who.len().to_string());
        }
    })
    .await;
}

#[tokio::test]
async fn the_address_says_whom_and_what_to_begin_with() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = app.browser_of(&app.ana).await;
        let begin = async |query: &str| ana.page(&format!("{}/send?{query}", gala.path())).await;
        let who = |page: &Answer| page.attributes("input[name=who][checked]", "value").remove(0);
        assert_eq!(who(&begin("").await), "rsvp");
        let invited = begin("rsvp=invited").await;
        assert_eq!(invited.attributes("input[type=checkbox][checked]", "name"), ["invited"]);
        assert_eq!(who(&begin("outcome=failed").await), "failed");
        let filter = begin("rsvp=invited&without=invitation&find=ana").await;
        assert_eq!(who(&filter), "filter");
        assert_eq!(filter.attributes("#find", "value"), ["ana"]);
        assert_eq!(filter.attributes("#without option[selected]", "value"), ["invitation"]);
        let (one, two) = (gala.attendees[0], gala.attendees[1]);
        let chosen = begin(&format!("attendee={one}&attendee={two}")).await;
        assert_eq!(who(&chosen), "chosen");
        chosen.says("Chosen people (2)");
        chosen.says("for 2 people");
        begin("template=nonsense&rsvp=nonsense&outcome=nonsense&attendee=nonsense").await;
        begin("who=chosen").await.says("Tick somebody first");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_in_a_filter_is_said_and_reaches_nobody() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = Writer::new(app, &gala).await;
        for part in ["rsvp", "outcome", "reach", "without"] {
            let page = ana.browser.page(&format!("{}/send?{part}=nonsense", gala.path())).await;
            assert_eq!(page.attributes("input[name=who][checked]", "value"), ["filter"], "{part}");
            page.says("“nonsense” is no choice for");
            assert!(!page.texts("#look").join(" ").contains("people"), "nobody is counted");
            let page = ana.written(&form(&[("who", "filter"), (part, "nonsense"), ("body", "Hi")])).await;
            assert!(page.texts("#audience-error")[0].contains("“nonsense” is no choice"), "{part}");
            assert_eq!(page.attributes(&format!("#{part} option[selected]"), "value"), ["nonsense"]);
        }
    })
    .await;
}

#[tokio::test]
async fn words_find_the_same_people_in_the_list_the_send_and_the_check() {
    each_engine(async |app| {
        let gala = app.gala(4).await;
        for (number, name) in ["Jörg Großmann", "Ana María López", "Søren 1", ""].into_iter().enumerate()
        {
            app.db_name(&format!("+155523405{number:02}"), name).await;
        }
        app.db_run("update contacts set search = null, phone = '+4915112340555' where name = 'Søren 1'")
            .await;
        app.db_fold().await;
        let ana = Writer::new(app, &gala).await;
        for (typed, found) in [
            ("grossmann", 1),
            ("0049", 1),
            ("0 1511 2340", 1),
            ("(555) 234/0503", 1),
            ("0 555 234", 3),
            ("ana lopez", 1),
            ("lopez ana", 0),
            ("soren", 1),
        ] {
            let filter = Filter { find: typed.into(), ..Filter::default() };
            let list = attendees::list(&app.service.store, app.ana.org_id, gala.id, &filter, None).await;
            assert_eq!(list.expect("a list").found, found, "{typed}");
            let (send, everybody) =
                (form(&[("who", "filter"), ("find", typed), ("body", "Hi")]), to_confirmed("Hi"));
            if found == 0 {
                assert!(ana.write(&send).await.ends_with(|last: char| last != 'k'), "{typed} is nobody");
                continue;
            }
            let (_, check) = ana.check(&send).await;
            assert_eq!(check.texts(".before .facts dd.num")[0], found.to_string(), "{typed}");
            let (there, _) = ana.check(&everybody).await;
            let query: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
            let shown = ana.browser.page(&format!("{there}?find={query}")).await;
            assert_eq!(shown.texts("#preview bdi").len(), 1, "{typed}");
        }
    })
    .await;
}

#[tokio::test]
async fn lines_of_a_list_that_name_nobody_are_told_and_the_others_go() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = Writer::new(app, &gala).await;
        let list = "Guest 0\nSomebody Else\n+1 555 234 0500";
        let (_, check) = ana.check(&form(&[("who", "list"), ("list", list), ("body", "Hi")])).await;
        check.says("1 line of your list named nobody");
        check.says("Line 2: Somebody Else");
        check.says("Named more than once: 1");
        assert_eq!(check.texts(".before .facts dd.num")[0], "1");
    })
    .await;
}

#[tokio::test]
async fn one_costly_character_is_named_and_replaced_by_a_plain_one_on_request() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = Writer::new(app, &gala).await;
        let body = format!("{} don’t be late", "Doors open early. ".repeat(5).trim_end());
        let mut fields = to_confirmed(&body);
        fields.push(("then", "look".into()));
        let looked = ana.written(&fields).await;
        looked.says("“’” makes this Unicode text: 2 segments where 1 would do.");
        looked.says("should say how to stop");
        fields.retain(|(name, _)| *name != "then");
        fields.push(("then", "plain".into()));
        let plain = ana.written(&fields).await;
        assert_eq!(plain.texts("#body"), [body.replace('’', "'").trim()]);
        plain.says("1 segment each (plain GSM text)");
        let draft = plain.attributes("form.compose input[name=draft]", "value").remove(0);
        fields.push(("draft", draft));
        fields.retain(|(name, _)| !["then", "body"].contains(name));
        fields.extend([("then", "undo".into()), ("body", body.replace('’', "'")), ("before", body.clone())]);
        assert_eq!(ana.written(&fields).await.texts("#body"), [body.trim()]);
    })
    .await;
}

#[tokio::test]
async fn a_look_while_typing_answers_a_fragment_for_whoever_may_send() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = app.browser_of(&app.ana).await;
        let event = gala.id.to_string();
        let typed = [("event", &*event), ("who", "rsvp"), ("confirmed", "on"), ("body", "Hi {{frist_name}}")];
        let look = ana.post("/do/look", &typed).await;
        assert_eq!(look.status, 200);
        look.says("Did you mean {{first_name}}?");
        let good = [("event", &*event), ("who", "rsvp"), ("confirmed", "on"), ("body", "Hi {{name}}")];
        let look = ana.post("/do/look", &good).await;
        look.says("for 2 people");
        assert_eq!(look.texts(".bubble"), ["Hi Guest 0"]);
        assert_eq!(app.browser().post("/do/look", &good).await.status, 401);
        let staff = app.db_colleague("sam@foundry.example", Role::Staff).await;
        assert_eq!(app.browser_of(&staff).await.post("/do/look", &good).await.status, 404);
        let stranger = app.db_stranger().await;
        assert_eq!(app.browser_of(&stranger).await.post("/do/look", &good).await.status, 404);
        assert_eq!(ana.post_from_elsewhere("/do/look", &good).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_draft_that_holds_anything_at_all_is_kept_as_it_was_typed() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let typed = Typed { body: "\u{0}\u{1}“{{”".into(), list: "\t\r\n,;".into(), ..Typed::default() };
        let written =
            sends::write(&app.service, &app.ana, gala.id, None, typed.clone(), sends::Then::Check).await;
        let written = written.expect("it is kept");
        assert!(!written.problems.is_empty());
        let found = sends::find_draft(&app.service, &app.ana, gala.id, written.draft).await.expect("a draft");
        assert_eq!(found, Found::Draft(Box::new(typed)));
    })
    .await;
}
