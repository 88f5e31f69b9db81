//! Texts that wait while their event changes say what is true now, once somebody wants it.

use chrono::TimeDelta;
use serde_json::json;
use usher_core::clerk;
use usher_core::error::Problems;
use usher_core::events::{self, Draft};
use usher_core::ids::{AttendeeId, EventId, SendId};
use usher_core::messages::{self, Kind, OfForm, Status, Text, TextToOne};
use usher_core::people::Role;
use usher_core::sends::{self, NewSend, Turn};

use crate::harness::{Answer, Callback, Gala, TestApp, announcement, author, each_engine};

impl TestApp {
    async fn change_event(&self, gala: &Gala, edit: impl FnOnce(&mut Draft)) {
        let (org, author) = (self.ana.org_id, self.ana.author());
        events::change(&self.service, org, &author, gala.id, Problems::default(), edit)
            .await
            .expect("changed");
    }

    /// An announcement for tomorrow, written.
    async fn for_tomorrow(&self, gala: &Gala, body: &str) -> SendId {
        let at = self.service.clock.now() + TimeDelta::hours(20);
        let new = NewSend { send_at: Some(at), ..announcement(body) };
        let id = self.confirm(gala, new).await.expect("a send").id;
        clerk::run_once(&self.service).await.expect("the clerk works");
        id
    }

    /// The first guest's texts of a send, newest first.
    async fn first_of(&self, gala: &Gala, send: SendId) -> Vec<Text> {
        let entries = self.history(gala, gala.guest()).await.entries;
        entries.into_iter().map(|entry| entry.text).filter(|text| text.send_id == Some(send)).collect()
    }

    async fn did_not_arrive(&self, phone: &str) {
        let told = Callback::new(&self.sid_of(phone), "undelivered").with("ErrorCode", "30003");
        assert_eq!(told.post_to(self).await, 204);
    }

    /// What Twilio got last for this number.
    fn told(&self, phone: &str) -> String {
        self.twilio.messages_to(phone).last().expect("a text").body.clone()
    }

    /// Another event, and the first guest at it.
    async fn gala_elsewhere(&self) -> (EventId, AttendeeId) {
        let gala = self.gala(1).await;
        (gala.id, gala.guest())
    }

    async fn bring_up_to_date(&self, gala: &Gala) -> Answer {
        let ana = self.browser_of(&self.ana).await;
        ana.submit("/do/rewrite-waiting", &[("event", &gala.id.to_string())]).await
    }
}

fn an_hour_later(draft: &mut Draft) {
    draft.starts_at = draft.starts_at.map(|at| at + TimeDelta::hours(1));
}

#[tokio::test]
async fn texts_that_wait_say_the_new_time_and_place_and_keep_waiting_as_they_did() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let left = app.announce(&gala, "Doors at {{time}}").await;
        app.run_outbox().await;
        let later =
            app.for_tomorrow(&gala, "Hi {{first_name}}, {{event}} is at {{time}}, {{location}}").await;
        let paused = app.announce(&gala, "Soon, at {{time}}").await;
        app.steer(paused, Turn::Pause).await;
        let plain = app.for_tomorrow(&gala, "See you, {{first_name}}").await;
        app.write(&gala, gala.guest(), "Doors at 7").await;
        let ana = app.browser_of(&app.ana).await;
        let long = "The old mill beyond the bridge, ".repeat(5);
        let new = [
            ("event", &*gala.id.to_string()),
            ("name", "Gala"),
            ("starts_at", "2027-02-26T20:00"),
            ("timezone", "America/New_York"),
            ("location", &long),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let fields: Vec<(&str, &str)> = new.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = ana.submit("/do/save-event", &fields).await;
        page.says("7 texts wait to be sent");
        page.says("Bring them up to date");
        let before = app.first_of(&gala, later).await.remove(0);
        let page = app.bring_up_to_date(&gala).await;
        page.says("4 texts are up to date now. 3 are not changed: 3 use no variable of the event.");
        let after = app.first_of(&gala, later).await.remove(0);
        assert_eq!(before.body, "Hi Guest, Gala is at 7:00 PM, The Foundry");
        assert_eq!(after.body, format!("Hi Guest, Gala is at 8:00 PM, {}", long.trim()));
        assert_eq!((before.segments, after.segments), (1, 2));
        assert_eq!(app.send_of(later).await.segments, 4, "of both");
        let wait = |text: &Text| (text.status, text.hold.clone(), text.due_at, text.send_at);
        assert_eq!(wait(&before), wait(&after));
        let held = app.first_of(&gala, paused).await.remove(0);
        assert_eq!((held.body.as_str(), held.hold.as_deref()), ("Soon, at 8:00 PM", Some("send_paused")));
        assert_eq!(app.first_of(&gala, left).await[0].body, "Doors at 7:00 PM", "Twilio has it");
        assert_eq!(app.first_of(&gala, plain).await[0].body, "See you, Guest");
        let entries = app.history(&gala, gala.guest()).await.entries;
        let step =
            entries.iter().find(|entry| entry.text.id == after.id).and_then(|entry| entry.trail.last());
        let step = step.expect("a step");
        assert_eq!((step.kind, step.note.as_deref()), (Kind::Rewritten, Some("time, place")));
        assert_eq!(step.actor, Some(app.ana.label()));
        ana.page(&format!("/texts/{}", after.id)).await.says("New time, place");
        let again = app.bring_up_to_date(&gala).await;
        again.says("No text is changed: 4 were up to date, 3 use no variable of the event.");
        let logged = "select count(*) from audit_log where action = 'bring waiting texts up to date'
             and subject = 'Gala'";
        assert_eq!(
            app.db_number(logged).await,
            1,
            "once, however many sends; and what changes nothing is no deed"
        );
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_send_has_still_to_write_is_written_with_the_new_time() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let id = app.confirm(&gala, announcement("Doors at {{time}}")).await.expect("a send").id;
        app.change_event(&gala, an_hour_later).await;
        app.bring_up_to_date(&gala).await.says("2 texts are up to date now.");
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(app.first_of(&gala, id).await[0].body, "Doors at 8:00 PM");
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn a_retry_is_rewritten_again_and_again_unless_it_has_words_of_its_own() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let send = app.announce(&gala, "Doors at {{time}}").await;
        app.run_outbox().await;
        for phone in ["+15552340500", "+15552340501"] {
            let told = Callback::new(&app.sid_of(phone), "undelivered").with("ErrorCode", "30003");
            assert_eq!(told.post_to(app).await, 204);
        }
        let first = app.newest(&gala, gala.attendees[0]).await.text.id;
        messages::retry(&app.service, &app.ana, first).await.expect("a retry");
        let other = app.newest(&gala, gala.attendees[1]).await.text.id;
        let words = TextToOne { purpose: "announcement".into(), body: "At seven!".into() };
        let form = OfForm { retry: Some(other), ..OfForm::default() };
        let to = (gala.id, gala.attendees[1]);
        messages::send_from_form(&app.service, &app.ana, to, &words, &form).await.expect("a retry");
        for hour in ["8:00 PM", "9:00 PM"] {
            app.change_event(&gala, an_hour_later).await;
            let page = app.bring_up_to_date(&gala).await;
            page.says("1 text is up to date now. 1 is not changed: 1 uses no variable of the event.");
            let texts = app.first_of(&gala, send).await;
            assert_eq!(texts[0].body, format!("Doors at {hour}"));
            assert_eq!(texts[1].body, "Doors at 7:00 PM", "what was sent is what was sent");
        }
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn texts_that_were_written_singly_keep_their_words_for_it_and_so_do_their_retries() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let first = app.send(&gala, gala.guest(), "Hi {{first_name}}, doors at {{time}}").await;
        let told = Callback::new(&app.sid_of("+15552340500"), "undelivered").with("ErrorCode", "30003");
        assert_eq!(told.post_to(app).await, 204);
        messages::retry(&app.service, &app.ana, first).await.expect("a retry");
        let at = (app.service.clock.now() + TimeDelta::hours(20)).to_rfc3339();
        let guest = gala.guest().to_string();
        let reminder = json!({
            "attendee_id": guest, "purpose": "event_reminder", "send_at": at,
            "body": "{{name}}: {{event}} at {{time}}, seat {{seat}}, host {{host}}",
            "variables": {"seat": "{{time}}", "host": "Zoë"},
        });
        app.api().await.post("/api/v1/messages", &reminder).await.is(202);
        let seated = json!({
            "attendee_id": guest, "purpose": "event_reminder", "send_at": at,
            "body": "{{event}} at {{time}}, seat {{seat}}, host {{host}}", "variables": {"seat": "9", "host": "Zoë"},
        });
        app.api().await.post("/api/v1/messages", &seated).await.is(202);
        for hour in ["8:00 PM", "9:00 PM"] {
            app.change_event(&gala, an_hour_later).await;
            let page = app.bring_up_to_date(&gala).await;
            page.says("2 texts are up to date now. 1 is not changed: 1 was recorded without its variables.");
            let entries = app.history(&gala, gala.guest()).await.entries;
            let bodies: Vec<&str> = entries.iter().map(|entry| entry.text.body.as_str()).collect();
            let (seated, retry) = (format!("Gala at {hour}, seat 9, host Zoë"), format!("Hi Guest, doors at {hour}"));
            let odd = "Guest 0: Gala at 7:00 PM, seat {{time}}, host Zoë";
            assert_eq!(bodies, [&*seated, odd, &*retry, "Hi Guest, doors at 7:00 PM"]);
        }
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn a_text_that_would_lack_something_stays_as_it_is_and_is_told_of() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let send = app.for_tomorrow(&gala, "Come to {{location}} at {{time}}").await;
        app.change_event(&gala, |draft| draft.location.clear()).await;
        let page = app.bring_up_to_date(&gala).await;
        page.says("No text is changed: 2 would lack {{location}}.");
        assert_eq!(app.first_of(&gala, send).await[0].body, "Come to The Foundry at 7:00 PM");
    })
    .await;
}

#[tokio::test]
async fn nobody_is_left_out_whose_text_is_still_to_be_written_and_would_lack_something_or_be_too_long() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let short =
            app.confirm(&gala, announcement("Come to {{location}} at {{time}}")).await.expect("a send").id;
        let words = format!("{{{{location}}}} {}", "x".repeat(1_500));
        let long = app.confirm(&gala, announcement(&words)).await.expect("a send").id;
        app.change_event(&gala, |draft| draft.location.clear()).await;
        let page = app.bring_up_to_date(&gala).await;
        page.says("No text is changed: 4 would lack {{location}}.");
        app.change_event(&gala, |draft| draft.location = "mill ".repeat(35)).await;
        let page = app.bring_up_to_date(&gala).await;
        page.says("2 texts are up to date now. 2 are not changed: 2 would be too long.");
        for _ in 0..2 {
            clerk::run_once(&app.service).await.expect("the clerk works");
        }
        for send in [short, long] {
            let send = app.send_of(send).await;
            assert_eq!((send.total, send.skipped.len()), (2, 0));
        }
        let body = &app.first_of(&gala, long).await[0].body;
        assert!(body.starts_with("The Foundry x"), "{body}");
        let body = &app.first_of(&gala, short).await[0].body;
        assert!(body.starts_with("Come to mill mill") && body.ends_with(" at 7:00 PM"), "{body}");
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn retries_of_a_canceled_send_are_brought_up_to_date_since_they_still_go() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let send = app.announce(&gala, "Doors at {{time}}").await;
        app.run_outbox().await;
        app.did_not_arrive("+15552340500").await;
        app.steer(send, Turn::Cancel).await;
        let first = app.newest(&gala, gala.guest()).await.text.id;
        messages::retry(&app.service, &app.ana, first).await.expect("a retry");
        app.change_event(&gala, an_hour_later).await;
        app.bring_up_to_date(&gala).await.says("1 text is up to date now.");
        app.run_outbox().await;
        assert_eq!(app.told("+15552340500"), "Doors at 8:00 PM");
    })
    .await;
}

#[tokio::test]
async fn a_plain_retry_of_a_rewritten_text_is_no_retry_in_other_words() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.announce(&gala, "Doors at {{time}}").await;
        for up_to_date in ["2 texts are up to date now.", "1 text is up to date now."] {
            app.run_outbox().await;
            for phone in ["+15552340500", "+15552340501"] {
                app.did_not_arrive(phone).await;
            }
            let retried = if up_to_date.starts_with('2') { 0 } else { 1 };
            for guest in &gala.attendees[retried..] {
                let id = app.newest(&gala, *guest).await.text.id;
                messages::retry(&app.service, &app.ana, id).await.expect("a retry");
            }
            app.change_event(&gala, an_hour_later).await;
            app.bring_up_to_date(&gala).await.says(up_to_date);
        }
        let late = app.newest(&gala, gala.attendees[0]).await.text;
        assert_eq!(late.body, "Doors at 8:00 PM");
        messages::retry(&app.service, &app.ana, late.id).await.expect("a retry");
        app.bring_up_to_date(&gala)
            .await
            .says("1 text is up to date now. 1 is not changed: 1 was up to date.");
        app.run_outbox().await;
        assert_eq!(app.told("+15552340500"), "Doors at 9:00 PM");
        assert_eq!(app.told("+15552340501"), "Doors at 9:00 PM");
    })
    .await;
}

#[tokio::test]
async fn a_retry_in_other_words_keeps_them_and_so_does_its_retry() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.announce(&gala, "Doors at {{time}}").await;
        app.run_outbox().await;
        app.did_not_arrive("+15552340500").await;
        let other = app.newest(&gala, gala.guest()).await.text.id;
        let words = TextToOne { purpose: "announcement".into(), body: "At {{time}} sharp".into() };
        let form = OfForm { retry: Some(other), ..OfForm::default() };
        let elsewhere = app.gala_elsewhere().await;
        let wrong = messages::send_from_form(&app.service, &app.ana, elsewhere, &words, &form).await;
        assert!(matches!(wrong, Err(usher_core::Error::NotFound)), "words of another event: {wrong:?}");
        let to = (gala.id, gala.guest());
        messages::send_from_form(&app.service, &app.ana, to, &words, &form).await.expect("a retry");
        app.change_event(&gala, an_hour_later).await;
        app.bring_up_to_date(&gala).await.says("1 text is up to date now.");
        app.run_outbox().await;
        assert_eq!(app.told("+15552340500"), "At 8:00 PM sharp");
        app.did_not_arrive("+15552340500").await;
        let again = app.newest(&gala, gala.guest()).await.text.id;
        messages::retry(&app.service, &app.ana, again).await.expect("a retry");
        app.change_event(&gala, an_hour_later).await;
        app.bring_up_to_date(&gala).await.says("1 text is up to date now.");
        app.run_outbox().await;
        assert_eq!(app.told("+15552340500"), "At 9:00 PM sharp");
    })
    .await;
}

#[tokio::test]
async fn words_are_forgotten_once_no_retry_can_need_them() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        for guest in &gala.attendees {
            app.send(&gala, *guest, "Doors at {{time}}").await;
        }
        let arrived = Callback::new(&app.sid_of("+15552340500"), "delivered");
        assert_eq!(arrived.post_to(app).await, 204);
        for phone in ["+15552340501", "+15552340502"] {
            app.did_not_arrive(phone).await;
        }
        let failed = app.newest(&gala, gala.attendees[1]).await.text.id;
        messages::retry(&app.service, &app.ana, failed).await.expect("a retry");
        let kept = "select count(*) from unfilled_words";
        assert_eq!(app.db_number(kept).await, 4);
        messages::forget_unfilled_words(&app.service).await.expect("forgotten");
        let needed = "select count(*) from unfilled_words w join messages m on m.id = w.message_id
             where m.counts and m.status <> 'delivered'";
        assert_eq!((app.db_number(kept).await, app.db_number(needed).await), (2, 2));
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn it_is_offered_only_where_words_use_variables_of_the_event() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let offered = async || {
            let page = ana.page(&format!("{}/edit", gala.path())).await;
            page.says("to be sent");
            !page.attributes("form[action='/do/rewrite-waiting']", "action").is_empty()
        };
        app.for_tomorrow(&gala, "See you, {{first_name}}").await;
        app.write(&gala, gala.guest(), "Hi {{first_name}}").await;
        assert!(!offered().await, "nobody's words use any");
        let single = app.write(&gala, gala.guest(), "Doors at {{time}}").await;
        assert!(offered().await, "a single text's do");
        messages::stop(&app.service, &app.ana, single).await.expect("stopped");
        assert!(!offered().await, "that one does not wait any more");
        app.for_tomorrow(&gala, "Come to {{location}}").await;
        assert!(offered().await, "a send's do");
        let send = app.confirm(&gala, announcement("At {{time}}")).await.expect("a send").id;
        events::cancel_waiting(&app.service, &app.ana, gala.id).await.expect("canceled");
        app.write(&gala, gala.guest(), "Still on").await;
        assert!(!offered().await, "canceled ones are none, {send}");
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn no_text_is_changed_without_an_entry_in_the_log() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let send = app.for_tomorrow(&gala, "Doors at {{time}}").await;
        app.write(&gala, gala.guest(), "At {{time}}").await;
        app.change_event(&gala, an_hour_later).await;
        app.db_run("alter table audit_log rename to mislaid").await;
        app.bring_up_to_date(&gala).await.says("nothing was done");
        assert_eq!(app.db_number("select count(*) from messages where body like '%7:00 PM'").await, 2);
        app.db_run("alter table mislaid rename to audit_log").await;
        app.bring_up_to_date(&gala).await.says("2 texts are up to date now.");
        assert_eq!(app.first_of(&gala, send).await[0].body, "Doors at 8:00 PM");
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_changed_is_told_of_each_text_as_it_is() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let named = app.for_tomorrow(&gala, "Hi {{first_name}}, doors at {{time}}").await;
        let unwritten = app.confirm(&gala, announcement("Soon: {{time}}")).await.expect("a send").id;
        app.db_name("+15552340500", "Ana").await;
        let page = app.bring_up_to_date(&gala).await;
        page.says("1 text is up to date now. 1 is not changed: 1 was up to date.");
        let text = app.first_of(&gala, named).await.remove(0);
        assert_eq!(text.body, "Hi Ana, doors at 7:00 PM");
        let ana = app.browser_of(&app.ana).await;
        ana.page(&format!("/texts/{}", text.id)).await.says("New words");
        app.change_event(&gala, |draft| {
            an_hour_later(draft);
            draft.location = "The roof".into();
        })
        .await;
        app.bring_up_to_date(&gala).await.says("2 texts are up to date now.");
        app.bring_up_to_date(&gala).await.says("No text is changed: 2 were up to date.");
        let entries = app.history(&gala, gala.guest()).await.entries;
        let step = entries.iter().find(|entry| entry.text.id == text.id).and_then(|entry| entry.trail.last());
        assert_eq!(step.and_then(|step| step.note.as_deref()), Some("time"), "its words tell of no place");
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(app.first_of(&gala, unwritten).await[0].body, "Soon: 8:00 PM");
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn only_who_may_send_brings_texts_of_their_own_organization_up_to_date() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let send = app.for_tomorrow(&gala, "Doors at {{time}}").await;
        app.change_event(&gala, an_hour_later).await;
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let eve = app.db_stranger().await;
        let refused = sends::rewrite_waiting(&app.service, &sam, gala.id).await;
        assert!(matches!(refused, Err(usher_core::Error::NotAllowed(_))));
        let refused = sends::rewrite_waiting(&app.service, &eve, gala.id).await;
        assert!(matches!(refused, Err(usher_core::Error::NotFound)));
        assert_eq!(app.first_of(&gala, send).await[0].body, "Doors at 7:00 PM");
    })
    .await;
}

#[tokio::test]
async fn a_canceled_send_and_texts_that_a_worker_holds_are_left_alone() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let canceled = app.for_tomorrow(&gala, "Doors at {{time}}").await;
        sends::steer(&app.service, app.ana.org_id, &author(), canceled, Turn::Cancel)
            .await
            .expect("canceled");
        let held = app.for_tomorrow(&gala, "Come at {{time}}").await;
        app.change_event(&gala, an_hour_later).await;
        app.db_run("update messages set status = 'sending' where body like 'Come at%'").await;
        app.bring_up_to_date(&gala).await.says("No text is changed: none waits.");
        app.db_run("update messages set status = 'scheduled' where body like 'Come at%'").await;
        assert_eq!(app.first_of(&gala, held).await[0].body, "Come at 7:00 PM");
        clerk::run_once(&app.service).await.expect("the clerk works");
        let text = app.first_of(&gala, canceled).await.remove(0);
        assert_eq!((text.body.as_str(), text.status), ("Doors at 7:00 PM", Status::Canceled));
    })
    .await;
}

#[tokio::test]
async fn what_goes_while_texts_are_rewritten_is_what_its_record_says() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(600).await;
        app.announce(&gala, "Doors at {{time}}").await;
        app.change_event(&gala, an_hour_later).await;
        let rewrite = sends::rewrite_waiting(&app.service, &app.ana, gala.id);
        let (rewritten, _) = tokio::join!(rewrite, app.run_outbox());
        app.run_outbox().await;
        let rewritten = rewritten.expect("rewritten");
        assert!(rewritten.changed > 0, "{rewritten:?}");
        let new = |n: usize| {
            let told = app.twilio.messages_to(&format!("+1555{:07}", 2_340_500 + n));
            told.last().is_some_and(|text| text.body == "Doors at 8:00 PM")
        };
        let told = i64::try_from((1..=600).filter(|n| new(*n)).count()).expect("a number");
        let recorded = app.db_number("select count(*) from messages where body = 'Doors at 8:00 PM'").await;
        let steps = app.db_number("select count(*) from trail where kind = 'rewritten'").await;
        assert_eq!((told, recorded, steps), (rewritten.changed, rewritten.changed, rewritten.changed));
        assert_eq!(app.db_texts().await, 600);
    })
    .await;
}
