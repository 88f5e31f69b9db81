//! The database is away while callbacks pour in: nothing is acknowledged that is not stored, and
//! afterwards everything comes out right.

use std::time::{Duration, Instant};

use futures::future::join_all;
use reqwest::Client;
use usher::simulator::{CallbackOutcome, Pace};
use usher_core::lookups;
use usher_core::messages::KnownBy;

use crate::harness::{Callback, TestApp, each_engine_that_can_be_taken_away};

/// How long it is away.
const AWAY: Duration = Duration::from_secs(20);
/// “At once”, on a busy machine: the product gives the database one second.
const AT_ONCE: Duration = Duration::from_secs(4);

/// Posts a burst of callbacks about these texts; the answers, and the longest time one took.
async fn burst(app: &TestApp, client: &Client, sids: &[String]) -> (Vec<u16>, Duration) {
    let posts = sids.iter().map(|sid| async {
        let began = Instant::now();
        (Callback::new(sid, "sent").post_through(client, app).await, began.elapsed())
    });
    let answers = join_all(posts).await;
    let longest = answers.iter().map(|(_, took)| *took).max().unwrap_or_default();
    (answers.into_iter().map(|(status, _)| status).collect(), longest)
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_acknowledged_and_comes_right_afterwards() {
    each_engine_that_can_be_taken_away(async |app, database| {
        let gala = app.gala(60).await;
        // Twilio delivers while nobody listens, calls back, is refused, tries again and gives up.
        app.twilio.set_pace(Pace { sent_ms: 3_000, delivered_ms: 4_000, ..Pace::instant() });
        app.announce(&gala, "Doors at 7").await;
        app.run_outbox().await;
        let sids: Vec<String> = app.twilio.messages().into_iter().map(|sent| sent.sid).collect();
        assert_eq!(sids.len(), 60);

        let client = Client::builder().build().expect("a client");
        database.take_away().await;
        let away = Instant::now();
        while away.elapsed() < AWAY {
            let (answers, longest) = burst(app, &client, &sids).await;
            assert!(answers.iter().all(|status| *status == 503), "{answers:?}");
            assert!(longest < AT_ONCE, "an answer took {longest:?}");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        database.give_back().await;

        assert!(app.twilio.settle(Duration::from_secs(60)).await, "Twilio has done what it will");
        let look = async || {
            lookups::reconcile(&app.service, app.service.clock.now()).await.is_ok()
                && app.db_totals(&gala).await.delivered == 60
        };
        app.eventually("everything is delivered", look).await;
        for (guest, sid) in gala.attendees.iter().zip(&sids) {
            let sent = app.twilio.message(sid).expect("Twilio knows it");
            let acknowledged = |outcome| matches!(outcome, CallbackOutcome::Answered(200..=299));
            let told = sent.callbacks.iter().filter(|callback| acknowledged(callback.outcome));
            for callback in told {
                let word = callback.status.as_str();
                let kept =
                    app.newest(&gala, *guest).await.trail.into_iter().any(|step| {
                        step.payload.is_some_and(|payload| payload.contains(&format!("\"{word}\"")))
                    });
                assert!(kept, "{sid} was told {word}, acknowledged and forgotten");
            }
        }
        let by_look_up = app.newest(&gala, gala.guest()).await.text.final_by;
        assert!(matches!(by_look_up, Some(KnownBy::LookUp | KnownBy::Callback)));
    })
    .await;
}

#[tokio::test]
async fn a_reply_that_cannot_be_stored_is_not_acknowledged() {
    each_engine_that_can_be_taken_away(async |app, database| {
        let gala = app.gala(1).await;
        database.take_away().await;
        let began = Instant::now();
        assert_eq!(app.text_is_answered("+15552340500", "STOP").await, 503);
        assert!(began.elapsed() < AT_ONCE, "the answer took {:?}", began.elapsed());
        database.give_back().await;
        app.eventually("it is back", async || app.text_is_answered("+15552340500", "STOP").await == 200)
            .await;
        assert_eq!(app.newest(&gala, gala.guest()).await.text.body, "STOP");
    })
    .await;
}
