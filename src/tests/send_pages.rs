//! Writing to many as a person without JavaScript does: compose, check, confirm once, follow, stop.

use chrono::TimeDelta;
use usher_core::ids::DraftId;
use usher_core::messages::Status;
use usher_core::orgs::Change;
use usher_core::people::Role;
use usher_core::sends::{self, Found};
use usher_core::{attendees, clerk};

use crate::harness::{Callback, DOORS, Writer, announcement, each_engine, form, send_id, to_confirmed};

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
async fn another_time_name_or_number_than_was_checked_is_shown_again_before_anything_goes() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = Writer::new(app, &gala).await;
        let (there, mut check) = ana.check(&to_confirmed(DOORS)).await;
        for change in [
            "update events set starts_at = '2027-02-27T02:00:00.000000+00:00'",
            "update contacts set name = 'Zoe' where phone = '+15552340501'",
            "update contacts set phone = '+15552340777' where phone = '+15552340501'",
        ] {
            app.db_run(change).await;
            ana.confirm(&check).await.see_other(&there);
            check = ana.browser.page(&there).await;
            check.says("Nothing was sent");
        }
        let send = ana.confirm(&check).await.location.expect("the progress page");
        app.steer(send_id(&send), sends::Turn::Cancel).await;
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
        app.settings(Change {
            quiet_hours: Some(Some(("00:00".into(), "22:59".into()))),
            ..Change::default()
        })
        .await;
        let ana = Writer::new(app, &gala).await;
        let (_, check) = ana.check(&to_confirmed(DOORS)).await;
        check.says("Opted out: 1");
        check.says("No {{first_name}}: 1");
        check.says("Guest 2");
        let held = check.texts(".before").concat().contains("2 people in New York get it at");
        let open =
            app.service.clock.now().with_timezone(&chrono_tz::America::New_York).format("%H").to_string();
        assert!(held || open == "23" || open == "22", "quiet hours are told with their end");
        assert_eq!(check.texts(".before .facts dd.num")[0], "2");
    })
    .await;
}

#[tokio::test]
async fn quiet_hours_that_are_off_are_called_off_and_others_say_by_whose_clock_they_go() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = Writer::new(app, &gala).await;
        app.settings(Change::nothing_holds()).await;
        let check = ana.check(&to_confirmed(DOORS)).await.1;
        check.says("Switched off: texts go at any hour, by night too.");
        assert_eq!(check.attributes(".before p a", "href"), ["/settings#quiet-hours"]);
        app.settings(Change {
            quiet_hours: Some(Some(("03:00".into(), "03:01".into()))),
            ..Change::nothing_holds()
        })
        .await;
        ana.check(&to_confirmed(DOORS))
            .await
            .1
            .says("whoever has no time zone of their own goes by the event’s, New York");
        ana.browser.page("/settings").await.says("else that of the event; else yours");
    })
    .await;
}

#[tokio::test]
async fn the_check_names_who_had_as_many_texts_as_a_day_allows() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        app.settings(Change { texts_per_contact_per_day: Some(Some(1)), ..Change::nothing_holds() }).await;
        let ana = Writer::new(app, &gala).await;
        assert!(ana.check(&to_confirmed(DOORS)).await.1.texts("#left-limited").is_empty());
        app.send(&gala, gala.attendees[1], "Hello").await;
        app.run_outbox().await;
        let (_, check) = ana.check(&to_confirmed(DOORS)).await;
        check.says("Had 1 text in the last 24 hours: 1");
        assert_eq!(check.texts("#left-limited li"), ["Guest 1"]);
        assert_eq!(check.texts(".before .facts dd.num")[0], "3", "they get it later, not never");
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
async fn who_got_no_text_is_told_on_the_page_of_new_and_old_sends() {
    each_engine(async |app| {
        let gala = app.gala(4).await;
        app.send(&gala, gala.attendees[3], "Hello").await;
        app.text_from("+15552340503", "STOP").await;
        app.db_run("update contacts set name = '' where phone = '+15552340501'").await;
        let send = app.confirm(&gala, announcement("Hi {{first_name}}")).await.expect("a send").id;
        attendees::remove(&app.service, &app.ana, gala.id, gala.attendees[2]).await.expect("off the list");
        clerk::run_once(&app.service).await.expect("the clerk works");
        let ana = app.browser_of(&app.ana).await;
        let told = async || ana.page(&format!("/sends/{send}")).await.texts("details.left > summary");
        let new = told().await;
        assert_eq!(new, ["No {{first_name}}: 1", "Left the event: 1", "Opted out: 1"]);
        app.db_run("update sends set left_out = null").await;
        assert_eq!(told().await, new, "a send from before this was kept beside it");
        app.run_outbox().await;
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
        let fields = [
            ("who", "rsvp"),
            ("confirmed", "on"),
            ("body", "Hi"),
            ("when", "later"),
            ("send_at", "2027-02-01T10:30"),
        ];
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
