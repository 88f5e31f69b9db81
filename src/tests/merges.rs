//! Fixing a number, and what becomes of two contacts who turn out to be one person.

use usher_core::Error;
use usher_core::attendees::{self, Edit, Edited, NewAttendee, Rsvp, Saved};
use usher_core::clerk;
use usher_core::ids::{AttendeeId, EventId, MessageId};
use usher_core::messages::{self, Purpose, Status};
use usher_core::people::{Person, Role};
use usher_core::sends::{self, NewSend, Turn};

use crate::harness::{Callback, Gala, TestApp, announcement, author, each_engine};

const OLD: &str = "+15552340500";
const OTHER: &str = "+15552340501";
const NEW: &str = "+15552349999";

/// The number of a guest as somebody types it, and nothing else changed.
async fn number(app: &TestApp, event: EventId, guest: AttendeeId, phone: &str) -> Edit {
    let guest = attendees::find(&app.service.store, app.ana.org_id, event, guest).await.expect("a guest");
    Edit { name: guest.name, phone: phone.into(), rsvp: guest.rsvp.as_str().into(), ..Edit::default() }
}

async fn edit(app: &TestApp, who: &Person, gala: &Gala, guest: AttendeeId, typed: &Edit) -> Edited {
    attendees::edit(&app.service, who, gala.id, guest, typed).await.expect("an answer")
}

async fn fix(app: &TestApp, gala: &Gala, guest: AttendeeId, phone: &str) -> Saved {
    let typed = number(app, gala.id, guest, phone).await;
    match edit(app, &app.ana, gala, guest, &typed).await {
        Edited::Saved(saved) => saved,
        Edited::Taken(other) => panic!("{phone} is {}'s", other.name),
    }
}

/// Ana says that the guest is whoever has this number.
async fn join(app: &TestApp, gala: &Gala, guest: AttendeeId, phone: &str) -> Saved {
    let typed = number(app, gala.id, guest, phone).await;
    let Edited::Taken(other) = edit(app, &app.ana, gala, guest, &typed).await else {
        panic!("nobody has it")
    };
    let same = Edit { same_as: Some(other.id), ..typed };
    let Edited::Saved(saved) = edit(app, &app.ana, gala, guest, &same).await else { panic!("asked again") };
    saved
}

/// A send to everybody at a chosen time; its texts wait.
async fn send_at(app: &TestApp, gala: &Gala, purpose: Purpose, at: chrono::DateTime<chrono::Utc>) {
    let new = NewSend { purpose, send_at: Some(at), ..announcement("See you tonight") };
    app.confirm(gala, new).await.expect("a send");
    clerk::run_once(&app.service).await.expect("the clerk works");
}

async fn failed(app: &TestApp, gala: &Gala, to: &str, code: &str) -> MessageId {
    let id = app.send(gala, gala.guest(), "Doors at 7").await;
    let callback = Callback::new(&app.sid_of(to), "undelivered").with("ErrorCode", code);
    assert_eq!(callback.post_to(app).await, 204);
    id
}

#[tokio::test]
async fn what_was_sent_keeps_its_number_and_what_waits_goes_to_the_new_one() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        app.write(&gala, gala.guest(), "Doors at 8").await;
        let saved = fix(app, &gala, gala.guest(), "(555) 234-9999").await;
        assert_eq!(
            (saved.moved.readdressed, saved.moved.phone.as_str(), saved.moved.merged),
            (1, NEW, false)
        );
        let entries = app.history(&gala, gala.guest()).await.entries;
        assert_eq!((&*entries[0].text.to_phone, &*entries[1].text.to_phone), (NEW, OLD));
        for number in [OLD, NEW] {
            let found =
                app.browser_of(&app.ana).await.page(&format!("{}?find={}", gala.path(), &number[3..])).await;
            found.says("2 texts");
        }
        assert!(entries[0].trail.iter().any(|step| step.kind == messages::Kind::Readdressed));
        app.run_outbox().await;
        assert_eq!(app.twilio.messages_to(NEW).len(), 1);
        assert_eq!(app.twilio.messages_to(OLD).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_number_that_somebody_else_has_is_asked_about_and_nothing_is_changed() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let typed = number(app, gala.id, gala.guest(), OTHER).await;
        let Edited::Taken(other) = edit(app, &app.ana, &gala, gala.guest(), &typed).await else {
            panic!("taken without a question")
        };
        assert_eq!((other.name.as_str(), other.phone.as_str()), ("Guest 1", OTHER));
        let list =
            attendees::page(&app.service.store, app.ana.org_id, gala.id, None, 10).await.expect("a list");
        assert_eq!(list.iter().map(|guest| guest.phone.as_str()).collect::<Vec<_>>(), [OLD, OTHER]);
    })
    .await;
}

#[tokio::test]
async fn two_attendees_of_one_event_become_one_with_the_further_answer_and_both_histories() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.db_run("update attendees set rsvp = 'waitlisted'").await;
        app.send(&gala, gala.attendees[0], "To the wrong number").await;
        app.send(&gala, gala.attendees[1], "To the right number").await;
        let saved = join(app, &gala, gala.attendees[0], OTHER).await;
        assert!(saved.moved.merged);
        assert_eq!(saved.attendee, gala.attendees[1], "whoever had the number stays");
        let list =
            attendees::page(&app.service.store, app.ana.org_id, gala.id, None, 10).await.expect("a list");
        assert_eq!(list.len(), 1);
        assert_eq!(
            (list[0].name.as_str(), list[0].phone.as_str(), list[0].rsvp),
            ("Guest 0", OTHER, Rsvp::Waitlisted)
        );
        let entries = app.history(&gala, saved.attendee).await.entries;
        let numbers: Vec<&str> = entries.iter().map(|entry| entry.text.to_phone.as_str()).collect();
        assert_eq!(numbers, [OTHER, OLD]);
        app.browser_of(&app.ana)
            .await
            .page(&format!("{}?find={}", gala.path(), &OLD[3..]))
            .await
            .says("2 texts");
        assert_eq!(app.totals(&gala).await.total, 2);
        assert_eq!(app.db_number("select count(*) from contacts").await, 1);
        assert_eq!(app.db_number("select count(*) from audit_log where action = 'merge contacts'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_contact_who_is_only_at_another_event_brings_it_along() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ball = app.gala_for(&[OTHER]).await;
        let saved = join(app, &gala, gala.guest(), OTHER).await;
        assert_eq!(saved.attendee, gala.guest(), "the event has nobody else to keep");
        let guest = attendees::find(&app.service.store, app.ana.org_id, gala.id, gala.guest()).await;
        let there = attendees::find(&app.service.store, app.ana.org_id, ball.id, ball.guest()).await;
        assert_eq!(guest.expect("a guest").contact_id, there.expect("a guest").contact_id);
    })
    .await;
}

#[tokio::test]
async fn one_send_to_both_is_one_person_with_two_texts_and_what_waits_twice_goes_once() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.announce(&gala, "Doors at 7").await;
        app.run_outbox().await;
        let tomorrow = app.service.clock.now() + chrono::TimeDelta::hours(20);
        send_at(app, &gala, Purpose::Announcement, tomorrow).await;
        let saved = join(app, &gala, gala.attendees[0], OTHER).await;
        assert_eq!((saved.moved.canceled, saved.moved.readdressed), (1, 0));
        let entries = app.history(&gala, saved.attendee).await.entries;
        assert_eq!(entries.len(), 4);
        let waiting = entries.iter().filter(|entry| entry.text.status == Status::Scheduled).count();
        assert_eq!(waiting, 1, "the same text goes to one person once");
    })
    .await;
}

#[tokio::test]
async fn two_of_a_send_that_was_paused_while_it_is_written_are_joined_once_all_is_written() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let send = app.confirm(&gala, announcement("See you")).await.expect("a send").id;
        sends::steer(&app.service, app.ana.org_id, &author(), send, Turn::Pause).await.expect("paused");
        let typed = number(app, gala.id, gala.guest(), OTHER).await;
        let Edited::Taken(other) = edit(app, &app.ana, &gala, gala.guest(), &typed).await else {
            panic!("nobody has it")
        };
        let same = Edit { same_as: Some(other.id), ..typed };
        let refused = attendees::edit(&app.service, &app.ana, gala.id, gala.guest(), &same).await;
        assert!(matches!(refused, Err(Error::Refused(why)) if why.contains("just being written")));
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(join(app, &gala, gala.guest(), OTHER).await.moved.canceled, 1);
        app.db_counters_agree().await;
        app.steer(send, Turn::Resume).await;
        assert_eq!(app.run_outbox().await, 1, "one phone gets one text");
        assert_eq!(app.twilio.messages_to(OTHER).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_on_its_way_to_either_is_counted_once_when_its_receipt_comes_after_the_merge() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.announce(&gala, "Doors at 7").await;
        app.run_outbox().await;
        let saved = join(app, &gala, gala.guest(), OTHER).await;
        app.db_counters_agree().await;
        for (to, status) in [(OLD, "delivered"), (OTHER, "undelivered")] {
            assert_eq!(Callback::new(&app.sid_of(to), status).post_to(app).await, 204);
        }
        let totals = app.totals(&gala).await;
        assert_eq!((totals.total, totals.delivered, totals.failed), (2, 1, 1));
        assert_eq!(app.history(&gala, saved.attendee).await.entries.len(), 2);
        app.db_counters_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_change_that_a_retry_stands_in_the_way_of_is_made_all_the_same() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.write(&gala, gala.guest(), "Doors at 7").await;
        let Some(mut retry) = app.db_texts_are_held().await else {
            app.run_outbox().await;
            return;
        };
        let (service, ana, id, guest) = (app.service.clone(), app.ana.clone(), gala.id, gala.guest());
        let typed = number(app, gala.id, guest, NEW).await;
        let changing = tokio::spawn(async move { attendees::edit(&service, &ana, id, guest, &typed).await });
        app.db_somebody_waits_for_a_lock().await;
        sqlx::query("select id from contacts for key share").execute(&mut *retry).await.expect("its contact");
        retry.commit().await.expect("done");
        let Edited::Saved(saved) = changing.await.expect("an end").expect("made") else { panic!("taken") };
        assert_eq!((saved.moved.phone.as_str(), saved.moved.readdressed), (NEW, 1));
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn an_opt_out_stays_with_its_number() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.db_run("insert into suppressions (id, org_id, phone, source, sender, reason, created_at)
             select id, org_id, phone, 'staff', '', 'asked', created_at from contacts where phone = '+15552340500'")
            .await;
        let saved = join(app, &gala, gala.attendees[0], OTHER).await;
        let guest = attendees::find(&app.service.store, app.ana.org_id, gala.id, saved.attendee).await.expect("a guest");
        assert!(!guest.suppressed);
        fix(app, &gala, saved.attendee, OLD).await;
        let guest = attendees::find(&app.service.store, app.ana.org_id, gala.id, saved.attendee).await.expect("a guest");
        assert!(guest.suppressed);
    })
    .await;
}

#[tokio::test]
async fn a_number_is_fixed_and_its_text_sent_again_in_one_step() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let landline = failed(app, &gala, OLD, "30006").await;
        let typed = Edit { retry: Some(landline), ..number(app, gala.id, gala.guest(), NEW).await };
        let Edited::Saved(saved) = edit(app, &app.ana, &gala, gala.guest(), &typed).await else {
            panic!("taken")
        };
        assert!(matches!(saved.moved.retried, Some(Ok(_))), "{saved:?}");
        app.run_outbox().await;
        assert_eq!(app.twilio.messages_to(NEW).len(), 1);
        let totals = app.totals(&gala).await;
        assert_eq!((totals.total, totals.failed), (1, 0), "the chain has one text that counts");
    })
    .await;
}

#[tokio::test]
async fn a_number_that_stays_is_saved_and_its_hopeless_text_is_not_sent_again() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let landline = failed(app, &gala, OLD, "30006").await;
        let typed = Edit { retry: Some(landline), ..number(app, gala.id, gala.guest(), OLD).await };
        let Edited::Saved(saved) = edit(app, &app.ana, &gala, gala.guest(), &typed).await else {
            panic!("taken")
        };
        assert!(matches!(saved.moved.retried, Some(Err(why)) if why.contains("landline")));
        assert_eq!(app.history(&gala, gala.guest()).await.entries.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_declines_or_is_taken_off_is_spared_what_waits_but_for_announcements() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let tonight = app.service.clock.now() + chrono::TimeDelta::hours(5);
        for purpose in [Purpose::EventReminder, Purpose::Announcement] {
            send_at(app, &gala, purpose, tonight).await;
        }
        let typed = Edit { rsvp: "declined".into(), ..number(app, gala.id, gala.guest(), OLD).await };
        let Edited::Saved(saved) = edit(app, &app.ana, &gala, gala.guest(), &typed).await else {
            panic!("taken")
        };
        assert_eq!(saved.moved.canceled, 1);
        let (_, canceled) =
            attendees::remove(&app.service, &app.ana, gala.id, gala.attendees[1]).await.expect("removed");
        assert_eq!(canceled, 1);
        let gone = attendees::find(&app.service.store, app.ana.org_id, gala.id, gala.attendees[1]).await;
        assert!(matches!(gone, Err(Error::NotFound)));
        let waiting = "select count(*) from messages where status = 'scheduled' and purpose = 'announcement'";
        assert_eq!(app.db_number(waiting).await, 2);
        assert_eq!(app.db_number("select count(*) from messages where status = 'scheduled'").await, 2);
    })
    .await;
}

#[tokio::test]
async fn whoever_declines_by_a_list_is_spared_what_waits_but_not_what_was_written_knowing_it() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let tonight = app.service.clock.now() + chrono::TimeDelta::hours(5);
        send_at(app, &gala, Purpose::EventReminder, tonight).await;
        let declined = |phone: &str| attendees::Row {
            phone: phone.into(),
            rsvp: Some(Rsvp::Declined),
            ..Default::default()
        };
        let put = async |rows: &[attendees::Row]| {
            let author = app.ana.author();
            attendees::put(&app.service, app.ana.org_id, &author, gala.id, rows).await.expect("put").canceled
        };
        assert_eq!(put(&[declined(OLD)]).await, 1);
        let text = messages::TextToOne { purpose: "event_reminder".into(), body: "A pity".into() };
        messages::send_one(&app.service, &app.ana, gala.id, gala.guest(), &text).await.expect("a text");
        assert_eq!(put(&[declined(OLD)]).await, 0, "they had said so before");
        assert_eq!(app.db_number("select count(*) from messages where status = 'scheduled'").await, 1);
        app.db_counters_agree().await;
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn a_text_of_a_send_to_somebody_who_is_off_the_list_by_then_does_not_go() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        for purpose in [Purpose::EventReminder, Purpose::Announcement] {
            let new = NewSend { purpose, ..announcement("See you tonight") };
            app.confirm(&gala, new).await.expect("a send");
            clerk::run_once(&app.service).await.expect("the clerk works");
        }
        // As if they were taken off while the send was being written, beside another process.
        app.db_run("delete from attendees where contact_id in (select id from contacts where phone = '+15552340500')").await;
        app.run_outbox().await;
        app.run_outbox().await;
        assert_eq!(app.twilio.messages_to(OLD).len(), 1, "what is announced they still hear");
        assert_eq!(app.twilio.messages_to(OTHER).len(), 2);
        let canceled = "select count(*) from messages where status = 'canceled' and reason = 'declined'";
        assert_eq!(app.db_number(canceled).await, 1);
        app.db_counters_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_text_that_twilio_put_off_while_its_number_was_fixed_goes_to_the_new_one() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.write(&gala, gala.guest(), "Doors at 7").await;
        // As if a worker had it when the number was fixed, and Twilio then refused it for now.
        fix(app, &gala, gala.guest(), NEW).await;
        app.db_run("update messages set to_phone = '+15552340500'").await;
        app.run_outbox().await;
        app.run_outbox().await;
        assert_eq!((app.twilio.messages_to(OLD).len(), app.twilio.messages_to(NEW).len()), (0, 1));
        let entry = app.newest(&gala, gala.guest()).await;
        assert_eq!(entry.text.to_phone, NEW);
        assert_eq!(entry.trail.iter().filter(|step| step.kind == messages::Kind::Readdressed).count(), 2);
    })
    .await;
}

#[tokio::test]
async fn staff_fix_a_number_and_change_nothing_else() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let typed = Edit {
            name: "Somebody else".into(),
            rsvp: "declined".into(),
            phone: NEW.into(),
            ..Edit::default()
        };
        assert!(matches!(edit(app, &sam, &gala, gala.guest(), &typed).await, Edited::Saved(_)));
        let guest = attendees::find(&app.service.store, app.ana.org_id, gala.id, gala.guest())
            .await
            .expect("a guest");
        assert_eq!(
            (guest.name.as_str(), guest.rsvp, guest.phone.as_str()),
            ("Guest 0", Rsvp::Confirmed, NEW)
        );
        let removed = attendees::remove(&app.service, &sam, gala.id, gala.guest()).await;
        assert!(matches!(removed, Err(Error::NotAllowed(_))));
    })
    .await;
}

#[tokio::test]
async fn a_strangers_attendee_number_and_text_are_not_found() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let text = app.send(&gala, gala.guest(), "Doors at 7").await;
        let eve = app.db_stranger().await;
        let new = NewAttendee { name: "Eve".into(), phone: OLD.into(), rsvp: "confirmed".into() };
        let hers = app.db_gala_of(&eve, &[]).await;
        let guest = attendees::add(&app.service, &eve, hers.id, &new).await.expect("her own Ana");
        let typed = Edit { phone: NEW.into(), rsvp: "confirmed".into(), ..Edit::default() };
        let strange = attendees::edit(&app.service, &eve, gala.id, gala.guest(), &typed).await;
        assert!(matches!(strange, Err(Error::NotFound)));
        let typed = Edit { retry: Some(text), ..typed };
        let strange = attendees::edit(&app.service, &eve, hers.id, guest, &typed).await;
        assert!(matches!(strange, Err(Error::NotFound)), "nothing of it is saved");
        let hers = attendees::find(&app.service.store, eve.org_id, hers.id, guest).await.expect("her guest");
        assert_eq!(hers.phone, OLD);
    })
    .await;
}
