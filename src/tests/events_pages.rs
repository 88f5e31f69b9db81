//! The life of an event: made, changed, made again, archived, brought back.

use usher_core::events;
use usher_core::messages::{self, TextToOne};
use usher_core::people::Role;
use usher_core::sends::{self, NewSend, State, Turn};
use usher_core::{Error, clerk, retries};

use crate::harness::{Answer, Browser, Callback, Writer, announcement, author, each_engine, to_confirmed};

const NEW: [(&str, &str); 7] = [
    ("name", "Supper"),
    ("kind", "table"),
    ("starts_at", "2027-05-01T19:00"),
    ("ends_at", "2027-05-01T22:00"),
    ("timezone", "Europe/Berlin"),
    ("location", "Table 9"),
    ("host_name", "Zoë"),
];

async fn id_of(browser: &Browser, event: &str) -> String {
    let list = browser.page(&format!("/events?find={event}")).await;
    let path = list.attributes("td:first-child a", "href").remove(0);
    path.rsplit('/').next().expect("an id").to_owned()
}

#[tokio::test]
async fn an_event_is_made_changed_and_keeps_what_was_typed_when_refused() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        ana.submit("/do/make-event", &NEW).await.says("The event is made.");
        let id = id_of(&ana, "Supper").await;
        let edit = ana.page(&format!("/events/{id}/edit")).await;
        assert_eq!(edit.attributes("#starts_at", "value"), ["2027-05-01T19:00"], "in its own zone");
        assert_eq!(edit.attributes("#ends_at", "value"), ["2027-05-01T22:00"]);
        assert_eq!(edit.attributes("#kind option[selected]", "value"), ["table"]);
        let wrong = [
            ("event", &*id),
            ("name", "Supper & <b>"),
            ("starts_at", "2027-05-01T19:00"),
            ("ends_at", "2027-05-01T18:00"),
            ("timezone", "Nowhere/Land"),
        ];
        let refused = ana.submit("/do/save-event", &wrong).await;
        assert_eq!(refused.attributes("#name", "value"), ["Supper & <b>"]);
        assert_eq!(refused.attributes("#timezone", "aria-invalid"), ["true"]);
        assert_eq!(refused.attributes("#ends_at", "aria-invalid"), ["true"]);
        let mut good = NEW.to_vec();
        good[0].1 = "Late supper";
        good.push(("event", &id));
        ana.submit("/do/save-event", &good).await.says("The event is saved.");
        ana.page("/events?find=late").await.says("Late supper");
        good[0].1 = "Été à Łódź 7/8";
        ana.submit("/do/save-event", &good).await.says("The event is saved.");
        app.db_run("update events set search = null").await;
        app.db_fold().await;
        for words in ["ete+lodz", "ÉTÉ", "LODZ", "7/8", "zoe", "lodz+table", "%C5%82%C3%B3d%C5%BA"] {
            ana.page(&format!("/events?find={words}")).await.says("Été à Łódź");
        }
        ana.page("/events?find=late").await.says("No event");
    })
    .await;
}

#[tokio::test]
async fn an_older_form_undoes_nothing_that_somebody_else_has_changed() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        ana.submit("/do/make-event", &NEW).await;
        let id = id_of(&ana, "Supper").await;
        let seen_on = |page: &Answer| page.attributes("main form [name=seen]", "value").remove(0);
        let seen = seen_on(&ana.page(&format!("/events/{id}/edit")).await);
        let save = async |name: &str, starts_at: &str, seen: &str| {
            let mut fields = NEW.to_vec();
            (fields[0].1, fields[2].1) = (name, starts_at);
            fields.extend([("event", id.as_str()), ("seen", seen)]);
            ana.submit("/do/save-event", &fields).await
        };
        save("Supper", "2027-05-01T20:00", &seen).await.says("The event is saved.");
        let refused = save("Late supper", "2027-05-01T19:00", &seen).await;
        assert!(refused.texts("#starts_at-error")[0].contains("Somebody else changed this at"));
        assert_eq!(refused.attributes("#name", "value"), ["Late supper"], "what was typed is kept");
        assert_eq!(
            refused.attributes("#starts_at", "value"),
            ["2027-05-01T20:00"],
            "what was not is as they left it"
        );
        assert!(refused.texts("#name-error").is_empty());
        save("Late supper", "2027-05-01T20:00", &seen_on(&refused)).await.says("The event is saved.");
        let refused = save("Supper", "2027-05-01T18:00", &seen).await;
        assert!(
            refused.texts("#starts_at-error")[0].contains("It is “2027-05-01T20:00” now; yours stands here")
        );
        assert_eq!(refused.attributes("#starts_at", "value"), ["2027-05-01T18:00"]);
        save("Supper", "2027-05-01T18:00", &seen_on(&refused)).await.says("The event is saved.");
    })
    .await;
}

#[tokio::test]
async fn staff_are_told_whom_to_ask() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let browser = app.browser_of(&sam).await;
        for path in ["/events/new".to_owned(), format!("{}/edit", gala.path())] {
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, 403, "{path}");
            answer.says("Your role does not allow that");
            answer.says("ana@foundry.example");
        }
        let mut fields = NEW.to_vec();
        let id = gala.id.to_string();
        fields.push(("event", &id));
        for action in ["make-event", "save-event", "duplicate-event", "archive-event", "cancel-waiting"] {
            let answer = browser.post(&format!("/do/{action}"), &fields).await;
            assert_eq!(answer.status, 303, "{action}");
        }
        let list = app.browser_of(&app.ana).await.page("/events").await;
        assert_eq!(list.texts("td:first-child a"), ["Gala"], "nothing was made or changed");
    })
    .await;
}

#[tokio::test]
async fn a_changed_time_tells_of_texts_that_wait_and_cancels_them_on_demand() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = app.browser_of(&app.ana).await;
        for guest in &gala.attendees {
            app.write(&gala, *guest, "Doors at 7").await;
        }
        let id = gala.id.to_string();
        let same = [
            ("event", &*id),
            ("name", "Gala"),
            ("starts_at", "2027-02-26T19:00"),
            ("timezone", "America/New_York"),
            ("location", "The Foundry"),
        ];
        let unchanged = ana.post("/do/save-event", &same).await;
        unchanged.see_other(&gala.path());
        let mut later = same;
        later[2].1 = "2027-02-26T20:00";
        let page = ana.submit("/do/save-event", &later).await;
        page.says("2 texts that wait were written before");
        page.says("2 texts wait to be sent");
        let one = app.newest(&gala, gala.guest()).await.text.id;
        messages::stop(&app.service, &app.ana, one).await.expect("stopped");
        later[2].1 = "2027-02-26T21:00";
        let page = ana.submit("/do/save-event", &later).await;
        page.says("1 text that waits was written before and is not changed: see below.");
        ana.submit("/do/cancel-waiting", &[("event", &id)]).await.says("1 text is canceled.");
        assert_eq!(app.run_outbox().await, 0);
        assert_eq!((app.totals(&gala).await.not_sent, app.status(&gala).await), (2, "canceled".into()));
        let eve = app.browser_of(&app.db_stranger().await).await;
        eve.post("/do/cancel-waiting", &[("event", &id)]).await;
        assert_eq!(eve.get(&format!("{}/edit", gala.path())).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_canceled_with_the_sends_that_still_write_some_paused_ones_too() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let tomorrow = app.service.clock.now() + chrono::TimeDelta::hours(20);
        let later = NewSend { send_at: Some(tomorrow), ..announcement("Tomorrow") };
        let written = app.confirm(&gala, later).await.expect("a send").id;
        clerk::run_once(&app.service).await.expect("the clerk works");
        let paused = app.confirm(&gala, announcement("Soon")).await.expect("a send").id;
        sends::steer(&app.service, app.ana.org_id, &author(), paused, Turn::Pause).await.expect("paused");
        app.write(&gala, gala.guest(), "To one").await;
        let canceled = events::cancel_waiting(&app.service, &app.ana, gala.id).await.expect("canceled");
        assert_eq!(canceled, 5);
        clerk::run_once(&app.service).await.expect("the clerk works");
        for send in [written, paused] {
            assert_eq!(app.send_of(send).await.state, State::Canceled);
        }
        let resumed = sends::steer(&app.service, app.ana.org_id, &author(), paused, Turn::Resume).await;
        assert!(matches!(resumed, Err(usher_core::Error::Refused(_))));
        assert_eq!((app.run_outbox().await, app.totals(&gala).await.in_progress), (0, 0));
        assert_eq!(events::cancel_waiting(&app.service, &app.ana, gala.id).await.expect("nothing"), 0);
    })
    .await;
}

#[tokio::test]
async fn an_event_is_made_again_with_its_people_and_without_its_texts() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let ana = app.browser_of(&app.ana).await;
        let id = gala.id.to_string();
        let nameless = [("event", &*id), ("copy_name", ""), ("copy_starts_at", "soon"), ("people", "on")];
        assert_eq!(ana.submit("/do/duplicate-event", &nameless).await.texts(".summary li").len(), 2);
        let copy = [
            ("event", &*id),
            ("copy_name", "Gala II"),
            ("copy_starts_at", "2028-02-25T19:00"),
            ("people", "on"),
        ];
        let page = ana.submit("/do/duplicate-event", &copy).await;
        page.says("3 people are invited. Nobody was texted.");
        page.says("3 people, 0 confirmed");
        let copy = [("event", &*id), ("copy_name", "Gala III"), ("copy_starts_at", "2028-02-25T19:00")];
        ana.submit("/do/duplicate-event", &copy).await.says("0 people");
    })
    .await;
}

#[tokio::test]
async fn an_archived_event_says_so_before_anybody_has_written_a_word() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let failed = Callback::new(&app.sid_of("+15552340500"), "undelivered").with("ErrorCode", "30003");
        assert_eq!(failed.post_to(app).await, 204);
        let ana = Writer::new(app, &gala).await;
        let (there, _) = ana.check(&to_confirmed("Hi")).await;
        let id = gala.id.to_string();
        ana.browser.submit("/do/archive-event", &[("event", &id)]).await;
        for page in ["", "/attendees", "/sends"] {
            let page = ana.browser.page(&format!("{}{page}", gala.path())).await;
            page.says("Archived. This event sends nothing new. Bring it back to send again.");
            let send = gala.path() + "/send";
            assert!(!page.attributes("a", "href").contains(&send));
            assert!(!page.body.contains("/do/add-attendee") && !page.body.contains("/import\""));
        }
        let one = format!("{}/send", gala.history_path());
        let page = ana.browser.page(&one).await;
        page.says("Archived. This event sends nothing new.");
        assert!(page.texts("main textarea").is_empty(), "nobody writes in vain");
        let guest = gala.guest().to_string();
        let late =
            [("event", &*id), ("attendee", &*guest), ("purpose", "announcement"), ("body", "Too late")];
        let page = ana.browser.submit("/do/send-text", &late).await;
        assert_eq!(page.texts("main textarea#body"), ["Too late"], "what was written before is kept");
        let check = ana.browser.page(&there).await;
        check.says("This event is archived and sends nothing new.");
        assert_eq!(check.attributes("form button.primary[disabled]", "class").len(), 1);
        let filter = retries::Filter { event_id: Some(gala.id), ..retries::Filter::default() };
        let plan = retries::plan(&app.service, app.ana.org_id, &filter).await.expect("a plan");
        assert_eq!(plan.will_retry, 0);
        assert!(plan.will_not[0].why.contains("Bring it back to send"));
        let text = app.newest(&gala, gala.guest()).await.text.id;
        let refused = messages::retry(&app.service, &app.ana, text).await;
        assert!(matches!(refused, Err(Error::Refused(why)) if why.contains("Bring it back to send")));
    })
    .await;
}

#[tokio::test]
async fn an_archived_event_sends_nothing_new_and_comes_back() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let id = gala.id.to_string();
        ana.submit("/do/archive-event", &[("event", &id)]).await.says("Gala is archived.");
        assert!(ana.page("/events").await.texts("td:first-child a").is_empty());
        ana.page("/events?show=archived").await.says("Gala");
        let text = TextToOne { purpose: "announcement".into(), body: "Hello".into() };
        let refused = messages::send_one(&app.service, &app.ana, gala.id, gala.guest(), &text).await;
        assert!(matches!(refused, Err(Error::Refused(why)) if why.contains("archived")));
        let refused = app.confirm(&gala, announcement("Hello")).await;
        assert!(matches!(refused, Err(Error::Refused(_))));
        ana.submit("/do/bring-event-back", &[("event", &id)]).await.says("is back");
        app.send(&gala, gala.guest(), "Hello").await;
        assert_eq!(app.status(&gala).await, "accepted");
    })
    .await;
}

#[tokio::test]
async fn the_list_shows_what_comes_first_and_turns_pages_without_losing_any() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        for n in 0..53 {
            let start = format!("2027-05-01T{:02}:{:02}", n / 10, n % 10);
            let fields = [("name", &*format!("Event {n}")), ("starts_at", &start), ("timezone", "UTC")];
            ana.post("/do/make-event", &fields).await;
        }
        let old = [("name", "Long ago"), ("starts_at", "2020-05-01T10:00"), ("timezone", "UTC")];
        ana.post("/do/make-event", &old).await;
        let first = ana.page("/events").await;
        assert_eq!(first.texts("section h2"), ["Upcoming", "Past"]);
        let names = first.texts("td:first-child a");
        assert_eq!((names.len(), &*names[0], &*names[50]), (51, "Event 0", "Long ago"));
        let next = first.attributes(".pager a", "href").remove(0);
        assert_eq!(ana.page(&next).await.texts("td:first-child a"), ["Event 50", "Event 51", "Event 52"]);
        assert_eq!(ana.page("/events?find=EVENT+52").await.texts("td:first-child a"), ["Event 52"]);
        ana.page("/events?find=%25&show=nonsense&after=nonsense").await.says("No event is found");
    })
    .await;
}
