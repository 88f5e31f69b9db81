//! Several processes on one database: every text is sent exactly once.

use std::collections::HashMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::sync::watch;
use usher::simulator::Pace;
use usher_core::messages::{self, TextToOne};
use usher_core::outbox::Worker;

use crate::harness::each_engine;

#[tokio::test]
async fn three_workers_send_every_text_exactly_once() {
    each_engine(async |app| {
        const GUESTS: usize = 60;
        const EACH: usize = 5;
        app.twilio.set_pace(Pace { response_delay_ms: 2, ..Pace::fast() });
        let gala = app.gala(GUESTS).await;
        let (stop, stopped) = watch::channel(false);
        let mut workers = Vec::new();
        for _ in 0..3 {
            let service = app.another_process().await;
            workers.push(tokio::spawn(Worker { service }.run(stopped.clone())));
        }
        // Several texts to each phone, in another order each time: workers meet at the same phones.
        for round in 0..EACH {
            for n in 0..GUESTS {
                let guest = gala.attendees[if round % 2 == 0 { n } else { GUESTS - 1 - n }];
                let text = TextToOne { purpose: "invitation".into(), body: format!("Text {round}") };
                messages::send_one(&app.service, &app.ana, gala.id, guest, &text).await.expect("a text");
            }
        }
        app.eventually("Twilio has them all", async || app.twilio.messages().len() >= GUESTS * EACH).await;
        assert!(app.twilio.settle(Duration::from_secs(20)).await);
        stop.send(true).expect("the workers run");
        for worker in workers {
            worker.await.expect("a worker ended");
        }
        let mut sent: HashMap<(String, String), usize> = HashMap::new();
        for text in app.twilio.messages() {
            *sent.entry((text.to, text.body)).or_default() += 1;
        }
        assert_eq!(sent.len(), GUESTS * EACH);
        assert!(sent.values().all(|times| *times == 1), "a text was doubled");
        let totals = app.db_totals(&gala).await;
        let expected = i64::try_from(GUESTS * EACH).expect("a few");
        assert_eq!((totals.total, totals.delivered), (expected, expected));
    })
    .await;
}

/// A `usher serve` of its own process, ended with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        if self.0.kill().and_then(|()| self.0.wait().map(drop)).is_err() {
            eprintln!("a serving process could not be ended");
        }
    }
}

#[tokio::test]
async fn two_serving_processes_on_one_postgresql_send_2000_texts_exactly_once() {
    const TEXTS: usize = 2_000;
    each_engine(async |app| {
        if app.service.store.engine() != "PostgreSQL" {
            return; // An embedded database has one process.
        }
        app.twilio.set_pace(Pace { response_delay_ms: 5, ..Pace::fast() });
        let gala = app.gala(TEXTS).await;
        let ports: Vec<u16> = (0..2).map(|_| free_port()).collect();
        let serving: Vec<Serving> =
            ports.iter().map(|port| app.serve_in_its_own_process(*port, ports[0])).collect();
        for port in &ports {
            let ready = format!("http://127.0.0.1:{port}/readyz");
            app.eventually("it serves", async || {
                reqwest::get(&ready).await.is_ok_and(|answer| answer.status() == 200)
            })
            .await;
        }
        for guest in &gala.attendees {
            let text = TextToOne { purpose: "invitation".into(), body: "Doors at 7".into() };
            messages::send_one(&app.service, &app.ana, gala.id, *guest, &text).await.expect("a text");
        }
        app.eventually("all are delivered", async || app.db_totals(&gala).await.delivered == 2_000).await;
        let mut sent: HashMap<String, usize> = HashMap::new();
        for text in app.twilio.messages() {
            *sent.entry(text.to).or_default() += 1;
        }
        assert_eq!((sent.len(), sent.values().max()), (TEXTS, Some(&1)));
        let totals = app.db_totals(&gala).await;
        assert_eq!((totals.total, totals.delivered), (2_000, 2_000));
        let by_process = app.db_texts_by_process().await;
        assert_eq!(by_process.len(), 2, "both took part: {by_process:?}");
        drop(serving);
    })
    .await;
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

impl crate::harness::TestApp {
    fn serve_in_its_own_process(&self, port: u16, public_port: u16) -> Serving {
        let config = &self.config;
        let child = Command::new(env!("CARGO_BIN_EXE_usher"))
            .arg("serve")
            .env_clear()
            .env("DATABASE_URL", &config.database_url)
            .env("BIND", format!("127.0.0.1:{port}"))
            .env("PUBLIC_URL", format!("http://127.0.0.1:{public_port}"))
            .env("TWILIO_ACCOUNT_SID", &config.twilio_account_sid)
            .env("TWILIO_AUTH_TOKEN", &config.twilio_auth_token)
            .env("TWILIO_PHONE_NUMBER", &config.twilio_phone_number)
            .env("TWILIO_API_BASE", &config.twilio_api_base)
            .env("SECRET_KEY", &config.secret_key)
            .env("LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        Serving(child.expect("it starts"))
    }
}
