//! Many texts of one account due for a look-up: its list is walked, which costs few requests and
//! proves as much.

use std::collections::HashMap;
use std::time::Duration;

use usher::simulator::{Chance, Faults, Pace};
use usher_core::lookups;

use crate::harness::{Gala, TestApp, each_engine};

/// More than are looked up one by one.
const MANY: usize = 210;

/// Everybody's text, ended with this fault, and its look-up due.
async fn texts(app: &TestApp, guests: usize, fault: Faults) -> Gala {
    let gala = app.gala(guests).await;
    app.twilio.set_faults(fault);
    for guest in &gala.attendees {
        app.write(&gala, *guest, "Doors at 7").await;
    }
    app.run_outbox().await;
    gala
}

fn look_ups(app: &TestApp) -> u64 {
    app.twilio.requests().list + app.twilio.requests().fetch
}

async fn round(app: &TestApp) -> usize {
    app.db_look_ups_are_due().await;
    lookups::run_once(&app.service).await.expect("look-ups can be made")
}

#[tokio::test]
async fn a_thousand_due_texts_cost_a_page_or_two() {
    each_engine(async |app| {
        app.twilio.set_pace(Pace::fast());
        let gala = texts(app, 1_000, Faults { lost_callbacks: Chance::ALWAYS, ..Faults::default() }).await;
        assert!(app.twilio.settle(Duration::from_secs(20)).await);
        assert_eq!(round(app).await, 1_000);
        assert_eq!(app.db_totals(&gala).await.delivered, 1_000);
        assert!(look_ups(app) <= 2, "{} requests", look_ups(app));
        assert_eq!(app.db_number("select count(*) from messages where price is null").await, 0);
    })
    .await;
}

#[tokio::test]
async fn many_texts_whose_outcome_is_unknown_are_found_by_one_walk() {
    each_engine(async |app| {
        texts(app, MANY, Faults { accept_then_reset: Chance::ALWAYS, ..Faults::default() }).await;
        round(app).await;
        assert_eq!(app.db_number("select count(*) from attempts where sid is not null").await, 210);
        assert_eq!(app.twilio.requests().list, 1);
        assert_eq!(app.run_outbox().await, 0);
        assert_eq!(app.twilio.messages().len(), MANY);
        assert_eq!(app.db_number("select count(*) from messages where status = 'sending'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_walk_that_failed_permits_nothing_and_a_complete_one_permits_to_send_again() {
    each_engine(async |app| {
        texts(app, MANY, Faults { server_error: Chance::ALWAYS, ..Faults::default() }).await;
        // Past the moment from which on a complete look-up permits it.
        tokio::time::sleep(Duration::from_millis(350)).await;
        app.twilio.set_faults(Faults { lookup_server_error: Chance::ALWAYS, ..Faults::default() });
        round(app).await;
        assert_eq!(look_ups(app), 1, "the walk ends with the page that failed");
        assert_eq!(app.db_number("select count(*) from messages where status = 'sending'").await, 210);
        assert_eq!(app.run_outbox().await, 0);
        app.twilio.set_faults(Faults::default());
        round(app).await;
        assert_eq!(look_ups(app), 2);
        assert_eq!(app.run_outbox().await, MANY);
        let mut sent: HashMap<String, usize> = HashMap::new();
        for text in app.twilio.messages() {
            *sent.entry(text.to).or_default() += 1;
        }
        assert_eq!((sent.len(), sent.values().max()), (MANY, Some(&1)));
    })
    .await;
}

#[tokio::test]
async fn too_early_a_complete_walk_permits_nothing_either() {
    each_engine(async |app| {
        texts(app, MANY, Faults { server_error: Chance::ALWAYS, ..Faults::default() }).await;
        app.db_run("update attempts set ended_at = '2099-01-01T00:00:00+00:00'").await;
        round(app).await;
        assert_eq!(app.run_outbox().await, 0);
        assert_eq!(app.db_number("select count(*) from messages where status = 'sending'").await, 210);
    })
    .await;
}

#[tokio::test]
async fn what_the_list_does_not_show_is_fetched_one_by_one() {
    each_engine(async |app| {
        app.twilio.set_pace(Pace::fast());
        let lagging = Faults { lost_callbacks: Chance::ALWAYS, list_lag_ms: 600_000, ..Faults::default() };
        let gala = texts(app, MANY, lagging).await;
        assert!(app.twilio.settle(Duration::from_secs(20)).await);
        app.db_look_ups_are_due().await;
        app.look_up_until("all are delivered", async || app.db_totals(&gala).await.delivered == 210).await;
        assert_eq!(app.twilio.requests().list, 1, "no second walk in vain");
    })
    .await;
}

#[tokio::test]
async fn two_processes_do_not_walk_the_same_list() {
    each_engine(async |app| {
        app.twilio.set_pace(Pace::fast());
        let gala = texts(app, MANY, Faults { lost_callbacks: Chance::ALWAYS, ..Faults::default() }).await;
        assert!(app.twilio.settle(Duration::from_secs(20)).await);
        let other = app.another_process().await;
        app.db_look_ups_are_due().await;
        let (one, two) = tokio::join!(lookups::run_once(&app.service), lookups::run_once(&other));
        assert!(one.expect("a look") + two.expect("a look") >= MANY);
        assert_eq!(app.twilio.requests().list, 1);
        assert_eq!(app.db_totals(&gala).await.delivered, 210);
    })
    .await;
}

#[tokio::test]
async fn look_ups_slow_down_and_rest_as_twilio_asks() {
    each_engine(async |app| {
        let gala = texts(app, 3, Faults::default()).await;
        let busy = Faults { lookup_rate_limit: Chance::ALWAYS, retry_after_s: 2, ..Faults::default() };
        app.twilio.set_faults(busy);
        assert_eq!(round(app).await, 3);
        assert_eq!(app.service.budget.now(), 10, "halved, and once for all that were under way");
        let asked = look_ups(app);
        assert_eq!(round(app).await, 0);
        assert_eq!(look_ups(app), asked, "Twilio is left alone");
        app.twilio.set_faults(Faults::default());
        app.write(&gala, gala.guest(), "Doors at 8").await;
        assert_eq!(app.run_outbox().await, 1, "sending goes on");
        app.look_up_until("look-ups go on", async || look_ups(app) > asked).await;
    })
    .await;
}
