//! Several processes on one database: every text is sent exactly once.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::watch;
use usher::simulator::Pace;
use usher_core::messages::{self, TextToOne};
use usher_core::outbox::Worker;

use crate::harness::each_engine;

#[tokio::test]
async fn three_workers_send_every_text_exactly_once() {
    each_engine(async |app| {
        const TEXTS: usize = 300;
        app.twilio.set_pace(Pace { response_delay_ms: 2, ..Pace::fast() });
        let gala = app.gala(TEXTS).await;
        let (stop, stopped) = watch::channel(false);
        let mut workers = Vec::new();
        for _ in 0..3 {
            let service = app.another_process().await;
            workers.push(tokio::spawn(Worker { service, in_flight: 20 }.run(stopped.clone())));
        }
        for guest in &gala.attendees {
            let text = TextToOne { purpose: "invitation".into(), body: "Doors at 7".into() };
            messages::send_one(&app.service, &app.ana, gala.id, *guest, &text).await.expect("a text");
        }
        app.eventually("Twilio has them all", async || app.twilio.messages().len() >= TEXTS).await;
        assert!(app.twilio.settle(Duration::from_secs(20)).await);
        stop.send(true).expect("the workers run");
        for worker in workers {
            worker.await.expect("a worker ended");
        }
        let mut sent: HashMap<String, usize> = HashMap::new();
        for text in app.twilio.messages() {
            *sent.entry(text.to).or_default() += 1;
        }
        assert_eq!(sent.len(), TEXTS);
        assert!(sent.values().all(|times| *times == 1), "a text was doubled");
        assert_eq!(app.totals(&gala).await.delivered, i64::try_from(TEXTS).expect("a few"));
    })
    .await;
}
