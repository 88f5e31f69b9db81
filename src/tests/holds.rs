//! What makes a text wait: nights, limits, the pace of a sender. None is dropped, each says why
//! and until when, and all go out by themselves.

use chrono::{DateTime, TimeDelta, Utc};
use usher_core::messages::Status;
use usher_core::orgs::Change;
use usher_core::{Service, clerk, outbox, sends};

use crate::harness::{Gala, TestApp, announcement, author, each_engine};

const QUIET: Change = Change {
    sending: None,
    quiet_hours: None,
    texts_per_contact_per_day: None,
    texts_per_hour: None,
    segments_per_second: None,
};

fn quiet(from: &str, to: &str) -> Change {
    Change { quiet_hours: Some(Some((from.into(), to.into()))), ..QUIET }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

impl TestApp {
    /// Everybody who confirmed is written to, as of this program's clock.
    async fn announce_at(&self, service: &Service, gala: &Gala) {
        let new = announcement("Doors at 7");
        sends::confirm(service, self.ana.org_id, &author(), gala.id, &new).await.expect("a send");
        clerk::run_once(service).await.expect("the clerk works");
    }
}

async fn run(service: &Service) -> usize {
    outbox::run_once(service).await.expect("the outbox can be read")
}

/// How many texts have gone and how many wait, in each of four zones.
async fn by_zone(app: &TestApp, gala: &Gala) -> [(usize, usize); 4] {
    let times = app.handed_over(gala).await;
    let gone = |zone: usize| times.iter().skip(zone).step_by(4).filter(|time| time.is_some()).count();
    [0, 1, 2, 3].map(|zone| (gone(zone), times.len() / 4 - gone(zone)))
}

#[tokio::test]
async fn a_send_that_runs_into_the_night_pauses_zone_by_zone_and_goes_on_in_the_morning() {
    each_engine(async |app| {
        let gala = app.gala(320).await;
        app.db_run(
            "update contacts set timezone = case cast(substr(phone, 9, 4) as integer) % 4
               when 0 then 'America/New_York' when 1 then 'America/Chicago'
               when 2 then 'America/Denver' else 'America/Los_Angeles' end",
        )
        .await;
        app.settings(Change { segments_per_second: Some(Some(1)), ..quiet("21:00", "08:00") }).await;
        // 20:55 in New York, on a day in summer.
        let service = app.at("2026-07-02T00:55:00Z").await;
        app.announce_at(&service, &gala).await;
        for _ in 0..330 {
            run(&service).await;
            service.clock.advance(TimeDelta::seconds(1));
        }
        let night = at("2026-07-02T01:00:00Z");
        let [(gone, waits), others @ ..] = by_zone(app, &gala).await;
        assert!((55..=62).contains(&gone), "{gone} of 80 left New York's queue before nine");
        assert_eq!(others, [(80, 0), (80, 0), (80, 0)], "further west it is not night yet");
        let too_late =
            app.handed_over(&gala).await.into_iter().step_by(4).flatten().filter(|at| *at >= night);
        assert_eq!(too_late.count(), 0, "texts to New York after nine in the evening");
        let held = app.newest(&gala, gala.attendees[316]).await.text;
        assert_eq!((held.status, held.hold.as_deref()), (Status::Scheduled, Some("quiet_hours")));
        assert_eq!(held.due_at, at("2026-07-02T12:00:00Z"), "eight in the morning");
        service.clock.advance(at("2026-07-02T11:59:59Z") - service.clock.now());
        assert_eq!(run(&service).await, 0);
        for _ in 0..waits + 5 {
            service.clock.advance(TimeDelta::seconds(1));
            run(&service).await;
        }
        assert_eq!(by_zone(app, &gala).await[0], (80, 0));
    })
    .await;
}

#[tokio::test]
async fn the_morning_comes_when_the_clock_on_the_wall_says_so() {
    // Quiet hours, when a text to New York is written, and when it goes.
    let nights = [
        ("an ordinary night", quiet("21:00", "08:00"), "2026-07-02T03:00:00Z", "2026-07-02T12:00:00Z"),
        ("clocks go forward", quiet("21:00", "08:00"), "2026-03-08T03:00:00Z", "2026-03-08T12:00:00Z"),
        ("clocks go back", quiet("21:00", "08:00"), "2026-11-01T03:00:00Z", "2026-11-01T13:00:00Z"),
        ("an end that clocks skip", quiet("21:00", "02:30"), "2026-03-08T05:00:00Z", "2026-03-08T07:00:00Z"),
        ("an end that comes twice", quiet("21:00", "01:30"), "2026-11-01T05:45:00Z", "2026-11-01T05:45:00Z"),
        (
            "that end, while it is quiet",
            quiet("21:00", "01:30"),
            "2026-11-01T06:10:00Z",
            "2026-11-01T06:30:00Z",
        ),
    ];
    for (night, hours, written, goes) in nights {
        each_engine(async |app| {
            let gala = app.gala(1).await;
            app.settings(hours.clone()).await;
            let service = app.at(written).await;
            app.announce_at(&service, &gala).await;
            if written != goes {
                service.clock.advance(at(goes) - at(written) - TimeDelta::seconds(1));
                assert_eq!(run(&service).await, 0, "{night}: a second too early");
                service.clock.advance(TimeDelta::seconds(1));
            }
            assert_eq!(run(&service).await, 1, "{night}");
        })
        .await;
    }
}

#[tokio::test]
async fn twilio_is_told_to_give_up_when_the_night_begins() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.settings(quiet("21:00", "08:00")).await;
        let service = app.at("2026-07-02T00:30:00Z").await;
        app.announce_at(&service, &gala).await;
        run(&service).await;
        let sent = app.twilio.messages_to("+15552340500");
        assert_eq!(sent[0].validity_period, Some(1_800));
    })
    .await;
}

#[tokio::test]
async fn a_person_who_had_enough_texts_today_gets_the_next_tomorrow() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.settings(Change { texts_per_contact_per_day: Some(Some(2)), ..QUIET }).await;
        let service = app.at("2026-07-01T16:00:00Z").await;
        for _ in 0..3 {
            app.announce_at(&service, &gala).await;
            run(&service).await;
            service.clock.advance(TimeDelta::hours(1));
        }
        let held = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((held.hold.as_deref(), held.due_at), (Some("limit"), at("2026-07-02T16:00:00Z")));
        service.clock.advance(at("2026-07-02T16:00:01Z") - service.clock.now());
        assert_eq!(run(&service).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_organization_that_sent_enough_this_hour_goes_on_in_the_next() {
    each_engine(async |app| {
        let gala = app.gala(5).await;
        app.settings(Change { texts_per_hour: Some(Some(3)), ..QUIET }).await;
        let service = app.at("2026-07-01T16:40:00Z").await;
        app.announce_at(&service, &gala).await;
        assert_eq!(run(&service).await, 3);
        service.clock.advance(TimeDelta::minutes(20));
        assert_eq!(run(&service).await, 2);
    })
    .await;
}

#[tokio::test]
async fn two_processes_keep_one_pace() {
    each_engine(async |app| {
        let gala = app.gala(40).await;
        app.settings(Change { segments_per_second: Some(Some(2)), ..QUIET }).await;
        let service = app.at("2026-07-01T16:00:00Z").await;
        let other = app.another_process_at(service.clock.clone()).await;
        app.announce_at(&service, &gala).await;
        let mut left = 0;
        for _ in 0..10 {
            let (one, two) = tokio::join!(run(&service), run(&other));
            left += one + two;
            service.clock.advance(TimeDelta::seconds(1));
        }
        assert!((18..=24).contains(&left), "{left} of 2 a second in ten seconds");
        service.clock.advance(TimeDelta::minutes(1));
        while left < 40 {
            left += run(&service).await;
            service.clock.advance(TimeDelta::seconds(1));
        }
    })
    .await;
}

#[tokio::test]
async fn an_organization_that_switched_texting_off_sends_nothing() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.write(&gala, gala.guest(), "Doors at 7").await;
        app.settings(Change { sending: Some(false), ..QUIET }).await;
        assert_eq!(app.run_outbox().await, 0);
        let text = app.newest(&gala, gala.guest()).await.text;
        assert_eq!((text.status, text.reason.as_deref()), (Status::Blocked, Some("switched_off")));
    })
    .await;
}

#[tokio::test]
async fn a_held_text_says_on_its_page_why_and_until_when() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.settings(quiet("21:00", "08:00")).await;
        let service = app.at("2026-07-02T03:00:00Z").await;
        app.announce_at(&service, &gala).await;
        let page = app.browser_of(&app.ana).await.page(&gala.history_path()).await;
        page.says("Waits for the end of quiet hours. It goes out Thu 2 Jul 2026, 8:00 AM EDT.");
        service.clock.advance(TimeDelta::hours(10));
        assert_eq!(run(&service).await, 1);
    })
    .await;
}
