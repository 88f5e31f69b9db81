//! Writing to many as a person without JavaScript does: compose, check, confirm once, follow, stop.

use chrono::TimeDelta;
use usher_core::clerk;
use usher_core::ids::{DraftId, SendId};
use usher_core::messages::Status;
use usher_core::orgs::Change;
use usher_core::people::Role;
use usher_core::sends::{self, Found, Typed};

use crate::harness::{Answer, Browser, Callback, Gala, TestApp, each_engine};

const DOORS: &str = "Hi {{first_name}}, doors at {{time}}. Reply STOP to opt out.";

/// A form for everybody who confirmed.
fn to_confirmed(body: &str) -> Vec<(&'static str, String)> {
    form(&[("who", "rsvp"), ("confirmed", "on"), ("body", body)])
}

fn form(fields: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let mut form = vec![("purpose", "event_reminder".to_owned()), ("when", "now".to_owned())];
    for (name, value) in fields {
        form.retain(|(there, _)| there != name);
        form.push((name, (*value).to_owned()));
    }
    form
}

/// Somebody writes to many.
struct Writer<'a> {
    browser: Browser,
    gala: &'a Gala,
}

impl Writer<'_> {
    async fn new<'a>(app: &TestApp, gala: &'a Gala) -> Writer<'a> {
        Writer { browser: app.browser_of(&app.ana).await, gala }
    }

    /// Posts the form; answers the address it leads to.
    async fn write(&self, form: &[(&'static str, String)]) -> String {
        let event = self.gala.id.to_string();
        let mut fields = vec![("event", event.as_str())];
        fields.extend(form.iter().map(|(name, value)| (*name, value.as_str())));
        let answer = self.browser.post("/do/write-send", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.location.expect("a place to go")
    }

    /// Posts the form and opens the page it leads to.
    async fn written(&self, form: &[(&'static str, String)]) -> Answer {
        let there = self.write(form).await;
        self.browser.page(there.split('#').next().unwrap_or(&there)).await
    }

    /// From the form to the check page.
    async fn check(&self, form: &[(&'static str, String)]) -> (String, Answer) {
        let there = self.write(form).await;
        assert!(there.ends_with("/check"), "it is to be mended: {there}");
        let page = self.browser.page(&there).await;
        (there, page)
    }

    /// Presses the button of a check page.
    async fn confirm(&self, check: &Answer) -> Answer {
        let hidden = |name: &str| check.attributes(&format!("form input[name={name}]"), "value").remove(0);
        let (event, draft, checked) = (hidden("event"), hidden("draft"), hidden("checked"));
        let fields = [("event", &*event), ("draft", &draft), ("checked", &checked)];
        self.browser.post("/do/confirm-send", &fields).await
    }

    async fn steer(&self, send: &str, turn: &str) -> Answer {
        let id = send.trim_start_matches("/sends/");
        self.browser.submit("/do/steer-send", &[("send", id), ("turn", turn)]).await
    }
}

fn send_id(path: &str) -> SendId {
    SendId::parse(path.trim_start_matches("/sends/")).expect("a send")
}

#[tokio::test]
async fn a_text_to_many_is_written_checked_confirmed_and_followed_until_it_is_done() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        let ana = Writer::new(app, &gala).await;
        ana.browser.page(&format!("{}/send", gala.path())).await.says("Confirmed (3)");
        let (_, check) = ana.check(&to_confirmed(DOORS)).await;
        check.says("Hi Guest, doors at 7:00 PM.");
        assert_eq!(check.texts(".before .facts dd.num")[0], "3");
        assert_eq!(app.db_texts().await, 0, "nothing leaves before it is confirmed");
        let send = ana.confirm(&check).await.location.expect("the progress page");
        ana.browser.page(&send).await.says("3 texts on the way");
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(app.run_outbox().await, 3);
        ana.browser.page(&send).await.says("All 3 texts have left; 3 in progress");
        for n in 0..3 {
            let sid = app.sid_of(&format!("+1555234050{n}"));
            assert_eq!(Callback::new(&sid, "delivered").post_to(app).await, 204);
        }
        let done = ana.browser.page(&send).await;
        done.says("Done: every one of 3 texts has its outcome");
        assert!(done.attributes("main", "data-live").is_empty(), "nothing can change any more");
        ana.browser.page(&format!("{}/sends", gala.path())).await.says("3 of 3");
    })
    .await;
}

#[tokio::test]
async fn however_often_it_is_confirmed_it_goes_out_once() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = Writer::new(app, &gala).await;
        let (there, check) = ana.check(&to_confirmed(DOORS)).await;
        let clicks = futures::future::join_all((0..4).map(|_| ana.confirm(&check))).await;
        let mut places: Vec<String> = clicks.into_iter().filter_map(|click| click.location).collect();
        places.dedup();
        assert_eq!(places.len(), 1, "each click leads to the same send: {places:?}");
        ana.browser.page(&places[0]).await;
        ana.confirm(&check).await.see_other(&places[0]);
        ana.browser.page(&places[0]).await.says("Nothing was sent twice.");
        ana.browser.get(&there).await.see_other(&places[0]);
        ana.browser.get(there.trim_end_matches("/check")).await.see_other(&places[0]);
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(app.run_outbox().await, 2);
    })
    .await;
}

#[tokio::test]
async fn what_changed_since_the_check_is_shown_again_before_anything_goes() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = Writer::new(app, &gala).await;
        let (there, check) = ana.check(&to_confirmed(DOORS)).await;
        let event = gala.id.to_string();
        let late = [("event", &*event), ("name", "Late"), ("phone", "+15552340599"), ("rsvp", "confirmed")];
        ana.browser.submit("/do/add-attendee", &late).await;
        ana.confirm(&check).await.see_other(&there);
        let again = ana.browser.page(&there).await;
        again.says("Nothing was sent");
        assert_eq!(again.texts(".before .facts dd.num")[0], "3");
        let send = ana.confirm(&again).await.location.expect("the progress page");
        app.steer(send_id(&send), sends::Turn::Cancel).await;
    })
    .await;
}

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
            (form(&[("who", "list"), ("list", "Nobody Here\n12"), ("body", "Hi")]), "audience", "No line of the list"),
            (form(&[("who", "chosen"), ("attendees", "x,y"), ("body", "Hi")]), "audience", "at least one person"),
            (form(&[("who", "filter"), ("find", "nobody"), ("body", "Hi")]), "audience", "Nobody in this group"),
            (form(&[("who", "rsvp"), ("confirmed", "on"), ("body", "Hi"), ("purpose", "otp")]), "purpose", "Choose what"),
            (
                form(&[("who", "rsvp"), ("confirmed", "on"), ("body", "Hi"), ("when", "later"), ("send_at", &yesterday)]),
                "send_at",
                "That time has passed",
            ),
            (
                form(&[("who", "rsvp"), ("confirmed", "on"), ("body", "Hi"), ("when", "later"), ("send_at", "soon")]),
                "send_at",
                "Enter a date and time",
            ),
            (
                form(&[("who", "rsvp"), ("confirmed", "on"), ("body", "Hi"), ("when", "later"), ("send_at", "2027-03-14T02:30")]),
                "send_at",
                "Clocks skip that time",
            ),
        ] {
            let page = ana.written(&fields).await;
            let told = page.texts(&format!("#{field}-error")).join(" ");
            assert!(told.contains(why), "{field}: {told}");
            assert_eq!(page.attributes("#summary a", "href"), [format!("#{field}")], "{why}");
            let typed = |name: &str| fields.iter().find(|(there, _)| *there == name).map(|(_, value)| value.clone());
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
        app.db_run("update contacts set name = 'Zoë Müller' where phone = '+15552340502'").await;
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
async fn the_check_names_who_gets_none_and_whom_quiet_hours_hold() {
    each_engine(async |app| {
        let gala = app.gala(4).await;
        app.db_run("update contacts set name = '' where phone = '+15552340501'").await;
        app.send(&gala, gala.attendees[2], "Hello").await;
        app.text_from("+15552340502", "STOP").await;
        // Everywhere it is quiet at one time or another; only twelve of the hours are in one zone.
        app.settings(Change { quiet_hours: Some(Some(("00:00".into(), "22:59".into()))), ..Change::default() }).await;
        let ana = Writer::new(app, &gala).await;
        let (_, check) = ana.check(&to_confirmed(DOORS)).await;
        check.says("Opted out: 1");
        check.says("No {{first_name}}: 1");
        check.says("Guest 2");
        let held = check.texts(".before").concat().contains("2 people in New York get it at");
        let open = app.service.clock.now().with_timezone(&chrono_tz::America::New_York).format("%H").to_string();
        assert!(held || open == "23" || open == "22", "quiet hours are told with their end");
        assert_eq!(check.texts(".before .facts dd.num")[0], "2");
    })
    .await;
}

#[tokio::test]
async fn one_costly_character_is_named_and_replaced_by_a_plain_one_on_request() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = Writer::new(app, &gala).await;
        let body = format!("{} don’t be late", "Doors open early. ".repeat(5));
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
async fn a_send_is_paused_resumed_and_canceled_after_a_question() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        app.settings(Change { segments_per_second: Some(Some(1)), ..Change::default() }).await;
        let ana = Writer::new(app, &gala).await;
        let (_, check) = ana.check(&to_confirmed(DOORS)).await;
        let send = ana.confirm(&check).await.location.expect("the progress page");
        clerk::run_once(&app.service).await.expect("the clerk works");
        ana.steer(&send, "pause").await.says("Paused. 0 texts had left; 3 wait until you resume.");
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(app.run_outbox().await, 0);
        ana.steer(&send, "resume").await.says("It goes on: 3 texts to go.");
        clerk::run_once(&app.service).await.expect("the clerk works");
        let left = app.run_outbox().await;
        let ask = ana.browser.page(&format!("{send}?cancel=ask")).await;
        ask.says("Cancel what has not left?");
        assert_eq!(app.send_of(send_id(&send)).await.state, sends::State::Ready, "asking does nothing");
        ana.steer(&send, "cancel").await.says("cannot be called back");
        clerk::run_once(&app.service).await.expect("the clerk works");
        let page = ana.browser.page(&send).await;
        page.says(&format!("Canceled: {left} text"));
        ana.steer(&send, "pause").await.says("This send was canceled.");
    })
    .await;
}

#[tokio::test]
async fn staff_follow_sends_and_make_none() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let staff = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let sam = Writer { browser: app.browser_of(&staff).await, gala: &gala };
        let send = app.announce(&gala, "Doors at 7").await;
        let page = sam.browser.page(&format!("/sends/{send}")).await;
        assert!(page.attributes("main form", "action").is_empty(), "no form for who may not send");
        let list = sam.browser.page(&format!("{}/sends", gala.path())).await;
        assert!(!list.texts("main").concat().contains("Send a text"));
        assert_eq!(sam.browser.get(&format!("{}/send", gala.path())).await.status, 404);
        sam.steer(&format!("/sends/{send}"), "cancel").await.says("Your role can look at sends");
        let refused = sam.browser.post("/do/write-send", &[("event", &*gala.id.to_string())]).await;
        assert_eq!(refused.status, 303);
        assert_eq!(app.db_number("select count(*) from drafts").await, 0);
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_its_authors_alone_and_ends_after_a_week() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = Writer::new(app, &gala).await;
        let (there, _) = ana.check(&to_confirmed(DOORS)).await;
        ana.browser.page(&format!("{}/sends", gala.path())).await.says("Your drafts");
        let colleague = app.db_colleague("bo@foundry.example", Role::Owner).await;
        let colleague = app.browser_of(&colleague).await;
        assert_eq!(colleague.get(&there).await.status, 404);
        let list = colleague.page(&format!("{}/sends", gala.path())).await;
        assert!(list.texts("#drafts").is_empty());
        let draft = DraftId::parse(there.split('/').nth(4).expect("an id")).expect("a draft");
        let find = async |service| sends::find_draft(service, &app.ana, gala.id, draft).await;
        assert!(matches!(find(&app.service).await, Ok(Found::Draft(typed)) if typed.body == DOORS));
        let later = app.service_after(TimeDelta::days(8)).await;
        assert!(find(&later).await.is_err(), "a week is over");
        usher_core::drafts::forget_expired(&later).await.expect("forgotten");
        assert_eq!(app.db_number("select count(*) from drafts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_same_words_twice_in_a_day_are_pointed_out() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = Writer::new(app, &gala).await;
        let (_, check) = ana.check(&to_confirmed(DOORS)).await;
        assert!(!check.texts("main").concat().contains("were sent today"));
        let send = ana.confirm(&check).await.location.expect("the progress page");
        let (_, check) = ana.check(&to_confirmed(DOORS)).await;
        check.says("These very words were sent today");
        app.steer(send_id(&send), sends::Turn::Cancel).await;
    })
    .await;
}

#[tokio::test]
async fn a_time_is_the_events_own_and_the_texts_wait_for_it() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = Writer::new(app, &gala).await;
        let fields = [("who", "rsvp"), ("confirmed", "on"), ("body", "Hi"), ("when", "later"), ("send_at", "2027-02-01T10:30")];
        let (_, check) = ana.check(&form(&fields)).await;
        check.says("Mon 1 Feb 2027, 10:30 AM EST");
        let send = ana.confirm(&check).await.location.expect("the progress page");
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(app.run_outbox().await, 0);
        ana.browser.page(&send).await.says("Waits for the time that was chosen.");
        let text = app.newest(&gala, gala.guest()).await.text;
        assert_eq!(text.status, Status::Scheduled);
        assert_eq!(text.due_at.to_rfc3339(), "2027-02-01T15:30:00+00:00");
    })
    .await;
}

#[tokio::test]
async fn what_a_stranger_sends_is_nobodys() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let send = app.announce(&gala, "Doors at 7").await;
        let ana = Writer::new(app, &gala).await;
        let (there, check) = ana.check(&to_confirmed(DOORS)).await;
        let stranger = app.db_stranger().await;
        let eve = Writer { browser: app.browser_of(&stranger).await, gala: &gala };
        for path in [format!("/sends/{send}"), format!("{}/sends", gala.path()), there.clone()] {
            assert_eq!(eve.browser.get(&path).await.status, 404, "{path}");
        }
        eve.confirm(&check).await;
        let id = send.to_string();
        eve.browser.post("/do/steer-send", &[("send", &id), ("turn", "cancel")]).await;
        assert_eq!(app.send_of(send).await.state, sends::State::Ready);
        assert_eq!(app.db_number("select count(*) from sends").await, 1);
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_draft_that_holds_anything_at_all_is_kept_as_it_was_typed() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let typed = Typed { body: "\u{0}\u{1}“{{”".into(), list: "\t\r\n,;".into(), ..Typed::default() };
        let written = sends::write(&app.service, &app.ana, gala.id, None, typed.clone(), sends::Then::Check).await;
        let written = written.expect("it is kept");
        assert!(!written.problems.is_empty());
        let found = sends::find_draft(&app.service, &app.ana, gala.id, written.draft).await.expect("a draft");
        assert_eq!(found, Found::Draft(Box::new(typed)));
    })
    .await;
}
