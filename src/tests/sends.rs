//! One action makes many texts: each person's once, whatever happens in the middle.

use std::time::Duration;

use chrono::TimeDelta;
use usher::simulator::{Chance, Faults};
use usher_core::attendees::{self, Row, Rsvp};
use usher_core::clock::Clock;
use usher_core::messages::{self, Purpose, Status, TextToOne};
use usher_core::orgs::Change;
use usher_core::sends::{Audience, NewSend, State, Turn};
use usher_core::{Error, clerk, outbox};

use crate::harness::{Callback, Gala, TestApp, announcement, each_engine};

#[tokio::test]
async fn everybody_in_the_group_gets_a_text_of_their_own() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        let send = app.announce(&gala, "Hi {{name}}, {{event}} is at {{time}}").await;
        assert_eq!(app.run_outbox().await, 3);
        let body = app.newest(&gala, gala.attendees[1]).await.text.body;
        assert_eq!(body, "Hi Guest 1, Gala is at 7:00 PM");
        let send = app.send_of(send).await;
        assert_eq!((send.total, send.prepared, send.totals.in_progress), (3, 3, 3));
        assert_eq!(send.state, State::Ready);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_moves_while_texts_are_written_changes_none_of_them() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.confirm(&gala, announcement("{{event}} at {{time}}, {{location}}")).await.expect("a send");
        app.db_run("update events set name = 'Ball', location = 'Elsewhere', starts_at = '2027-02-27T02:00:00.000000+00:00'")
            .await;
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(app.run_outbox().await, 2);
        assert_eq!(app.newest(&gala, gala.guest()).await.text.body, "Gala at 7:00 PM, The Foundry");
    })
    .await;
}

#[tokio::test]
async fn a_send_is_done_when_every_text_has_its_outcome() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let send = app.announce(&gala, "Doors at 7").await;
        app.run_outbox().await;
        Callback::new(&app.sid_of("+15552340500"), "delivered").post_to(app).await;
        let send = app.send_of(send).await;
        assert_eq!((send.state, send.totals.delivered), (State::Done, 1));
    })
    .await;
}

#[tokio::test]
async fn who_opted_out_is_not_texted_and_is_reachable_again_after_start() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        app.text_from("+15552340500", "STOP").await;
        let plan = app.confirm(&gala, announcement("Bring a coat")).await.expect("a send").plan;
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!((plan.total, plan.skipped[0].reason.as_str()), (1, "opted_out"));
        assert_eq!(app.run_outbox().await, 1);
        let text = app.newest_sent(&gala, gala.guest()).await;
        assert_eq!((text.status, text.reason.as_deref()), (Status::Blocked, Some("opted_out")));
        app.text_from("+15552340500", "START").await;
        app.announce(&gala, "And an umbrella").await;
        assert_eq!(app.run_outbox().await, 2);
    })
    .await;
}

#[tokio::test]
async fn who_lacks_what_the_words_need_is_skipped_and_said() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.db_run("update contacts set name = '' where phone = '+15552340500'").await;
        let plan = app.confirm(&gala, announcement("Hi {{first_name}}")).await.expect("a send").plan;
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!((plan.total, plan.skipped[0].reason.as_str()), (1, "missing:first_name"));
        assert_eq!(plan.skipped[0].attendee_id, gala.guest());
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_person_chosen_twice_gets_one_text() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let audience = Audience::Attendees(vec![gala.guest(), gala.guest()]);
        let plan = app.confirm(&gala, NewSend { audience, ..announcement("Hi") }).await.expect("a send").plan;
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!((plan.total, plan.skipped[0].reason.as_str()), (1, "same_number"));
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_anything_is_written() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let stranger = app.db_gala_of(&app.db_stranger().await, &["+15552340777"]).await;
        let to_stranger = Audience::Attendees(stranger.attendees);
        let bad = [
            announcement(""),
            announcement("Hi {{frist_name}}"),
            announcement("Hi {{first_name"),
            announcement(&"long ".repeat(400)),
            NewSend { audience: Audience::Rsvp(Vec::new()), ..announcement("Hi") },
            NewSend { audience: Audience::Attendees(Vec::new()), ..announcement("Hi") },
            NewSend { audience: to_stranger, ..announcement("Hi") },
        ];
        for new in bad {
            let refused = app.confirm(&gala, new.clone()).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{new:?}: {refused:?}");
        }
        assert_eq!(app.totals(&gala).await.total, 0);
    })
    .await;
}

#[tokio::test]
async fn a_text_too_long_for_one_person_is_refused_for_all_and_says_for_whom() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let words = format!("{}{{{{event}}}}", "x".repeat(1_590));
        app.db_run("update events set name = 'A gala with a long name'").await;
        let Err(Error::Invalid(problems)) = app.confirm(&gala, announcement(&words)).await else {
            panic!("it was taken")
        };
        assert!(problems[0].message.contains("Guest 0"), "{}", problems[0].message);
    })
    .await;
}

#[tokio::test]
async fn nothing_leaves_before_all_of_it_is_written() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(1_500).await;
        app.confirm(&gala, announcement("Doors at 7")).await.expect("a send");
        app.one_piece_of_the_clerks_work().await;
        assert_eq!(app.db_totals(&gala).await.in_progress, 1_000);
        assert_eq!(app.run_outbox().await, 0);
        let later = app.service_after(TimeDelta::minutes(2)).await;
        clerk::run_once(&later).await.expect("the clerk works");
        assert_eq!(outbox::run_once(&later).await.expect("the outbox can be read"), 1_500);
    })
    .await;
}

#[tokio::test]
async fn a_send_that_is_killed_again_and_again_texts_everybody_once() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(5_200).await;
        let send = app.confirm(&gala, announcement("Hi {{first_name}}")).await.expect("a send").id;
        let clock = Clock::shifted(TimeDelta::zero());
        let dying = app.another_process_at(clock.clone()).await;
        let mut deaths = 0;
        for millis in (1..40).map(|n: u64| 10 * n * n) {
            let work = tokio::time::timeout(Duration::from_millis(millis), clerk::run_once(&dying)).await;
            if work.is_ok() && app.send_of(send).await.state == State::Ready {
                break;
            }
            deaths += 1;
            clock.advance(TimeDelta::seconds(61));
        }
        assert!(deaths > 3, "it was killed {deaths} times");
        assert_eq!(app.send_of(send).await.totals.in_progress, 5_200);
        assert_eq!(app.db_people_with_other_than_one_text(&gala).await, 0);
        app.steer(send, Turn::Cancel).await;
    })
    .await;
}

#[tokio::test]
async fn two_clerks_at_once_write_every_text_once() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(3_000).await;
        let send = app.confirm(&gala, announcement("Doors at 7")).await.expect("a send").id;
        let other = app.another_process().await;
        let (one, two) = tokio::join!(clerk::run_once(&app.service), clerk::run_once(&other));
        one.and(two).expect("both work");
        app.eventually("all is written", async || app.send_of(send).await.state == State::Ready).await;
        assert_eq!(app.db_people_with_other_than_one_text(&gala).await, 0);
        app.steer(send, Turn::Cancel).await;
    })
    .await;
}

#[tokio::test]
async fn a_paused_send_waits_and_goes_on_when_resumed() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let send = app.announce(&gala, "Doors at 7").await;
        app.steer(send, Turn::Pause).await;
        assert_eq!(app.run_outbox().await, 0);
        let text = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((text.status, text.hold.as_deref()), (Status::Scheduled, Some("send_paused")));
        app.steer(send, Turn::Resume).await;
        assert_eq!(app.run_outbox().await, 2);
    })
    .await;
}

#[tokio::test]
async fn canceling_stops_what_has_not_left_and_only_that() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        app.settings(Change { segments_per_second: Some(Some(1)), ..Default::default() }).await;
        let send = app.announce(&gala, "Doors at 7").await;
        let left = app.run_outbox().await;
        app.steer(send, Turn::Cancel).await;
        let send = app.send_of(send).await;
        assert!(left < 3, "the pace lets {left} leave at once");
        assert_eq!(usize::try_from(send.totals.in_progress), Ok(left));
        assert_eq!(usize::try_from(send.totals.not_sent), Ok(3 - left));
        assert_eq!(send.state, State::Canceled);
    })
    .await;
}

#[tokio::test]
async fn what_is_paused_or_canceled_while_it_is_written_ends_so() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(2_500).await;
        let send = app.confirm(&gala, announcement("Doors at 7")).await.expect("a send").id;
        app.one_piece_of_the_clerks_work().await;
        app.steer(send, Turn::Pause).await;
        let later = app.service_after(TimeDelta::minutes(2)).await;
        clerk::run_once(&later).await.expect("the clerk works");
        assert_eq!(outbox::run_once(&later).await.expect("the outbox can be read"), 0);
        assert_eq!(app.send_of(send).await.prepared, 2_500);
        app.steer(send, Turn::Cancel).await;
        let totals = app.send_of(send).await.totals;
        assert_eq!((totals.not_sent, totals.in_progress), (2_500, 0));
    })
    .await;
}

#[tokio::test]
async fn a_send_for_later_leaves_at_its_time() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let send_at = Some(app.service.clock.now() + TimeDelta::hours(3));
        app.confirm(&gala, NewSend { send_at, ..announcement("Doors at 7") }).await.expect("a send");
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(app.run_outbox().await, 0);
        let text = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((text.hold.as_deref(), Some(text.due_at)), (Some("chosen_time"), send_at));
        let later = app.service_after(TimeDelta::hours(4)).await;
        assert_eq!(outbox::run_once(&later).await.expect("the outbox can be read"), 1);
    })
    .await;
}

#[tokio::test]
async fn who_declines_is_not_texted_any_more_but_hears_announcements_and_what_is_written_to_them() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let reminder = NewSend { purpose: Purpose::EventReminder, ..announcement("Doors at 7") };
        app.confirm(&gala, reminder).await.expect("a send");
        app.confirm(&gala, announcement("We moved to Pier 4")).await.expect("a send");
        clerk::run_once(&app.service).await.expect("the clerk works");
        app.rsvp(&gala, "+15552340500", Rsvp::Declined).await;
        assert_eq!(app.run_outbox().await, 1, "the announcement");
        let reminded = app.history(&gala, gala.guest()).await.entries.pop().expect("the older text").text;
        assert_eq!((reminded.status, reminded.reason.as_deref()), (Status::Canceled, Some("declined")));
        let audience = Audience::Rsvp(vec![Rsvp::Declined]);
        let farewell =
            NewSend { audience, purpose: Purpose::FeedbackRequest, ..announcement("Sorry to miss you") };
        app.confirm(&gala, farewell).await.expect("a send");
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}

#[tokio::test]
async fn many_at_once_are_held_by_night_and_limits_whatever_their_purpose() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.settings(Change { texts_per_contact_per_day: Some(Some(1)), ..Change::default() }).await;
        for _ in 0..2 {
            let new = NewSend { purpose: Purpose::PaymentConfirmation, ..announcement("Paid") };
            app.confirm(&gala, new).await.expect("a send");
            clerk::run_once(&app.service).await.expect("the clerk works");
        }
        assert_eq!(app.run_outbox().await, 1);
        assert_eq!(app.newest(&gala, gala.guest()).await.text.hold.as_deref(), Some("limit"));
    })
    .await;
}

#[tokio::test]
async fn a_retry_of_a_canceled_sends_text_goes_and_what_was_on_its_way_does_not_come_back() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let send = app.announce(&gala, "Doors at 7").await;
        app.twilio.set_faults(Faults { server_error: Chance::next(1), ..Faults::default() });
        app.run_outbox().await;
        app.steer(send, Turn::Cancel).await;
        app.look_up_until("it is lost, and canceled", async || {
            app.run_outbox().await;
            app.send_of(send).await.totals.not_sent == 1
        })
        .await;
        let sid = app.twilio.messages()[0].sid.clone();
        Callback::new(&sid, "undelivered").with("ErrorCode", "30003").post_to(app).await;
        let mut failed = None;
        for guest in &gala.attendees {
            let text = app.newest(&gala, *guest).await.text;
            failed = failed.or((text.status == Status::Undelivered).then_some(text.id));
        }
        let failed = failed.expect("one failed");
        messages::retry(&app.service, &app.ana, failed).await.expect("a retry");
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}

#[tokio::test]
async fn resumed_texts_have_their_turns_anew() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        app.settings(Change { segments_per_second: Some(Some(1)), ..Change::default() }).await;
        let send = app.announce(&gala, "Doors at 7").await;
        app.run_outbox().await;
        app.steer(send, Turn::Pause).await;
        app.settings(Change { segments_per_second: Some(None), ..Change::default() }).await;
        app.steer(send, Turn::Resume).await;
        app.run_outbox().await;
        assert_eq!(app.twilio.messages().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn texts_that_are_held_keep_nobody_waiting_behind_them() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(300).await;
        app.settings(Change { texts_per_hour: Some(Some(1)), ..Change::default() }).await;
        let send = app.announce(&gala, "Doors at 7").await;
        let stranger = app.db_stranger().await;
        let theirs = app.db_gala_of(&stranger, &["+15552340777"]).await;
        let text = TextToOne { purpose: "announcement".into(), body: "Hi".into() };
        messages::send_one(&app.service, &stranger, theirs.id, theirs.guest(), &text).await.expect("a text");
        assert_eq!(app.run_outbox().await, 2, "one of many, and the one behind them");
        app.steer(send, Turn::Cancel).await;
    })
    .await;
}

impl TestApp {
    /// Somebody changes their answer.
    async fn rsvp(&self, gala: &Gala, phone: &str, rsvp: Rsvp) {
        let row = Row { phone: phone.into(), rsvp: Some(rsvp), ..Row::default() };
        attendees::put(&self.service, self.ana.org_id, &self.ana.author(), gala.id, &[row])
            .await
            .expect("it is noted");
    }

    /// The clerk dies after one piece of work.
    async fn one_piece_of_the_clerks_work(&self) {
        let before = self.db_texts().await;
        let service = self.service.clone();
        let work = tokio::spawn(async move { clerk::run_once(&service).await });
        self.eventually("a piece is written", async || self.db_texts().await > before).await;
        work.abort();
        assert!(work.await.is_err(), "the clerk was too fast to be killed");
    }
}
