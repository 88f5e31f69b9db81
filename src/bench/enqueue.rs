//! One send to many: how long until it is confirmed, until all its texts are written, how much
//! memory that takes, and how quick the event's page stays meanwhile.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;
use usher_core::clock::Clock;

use super::error::{BenchError, Doing};
use super::figures::Times;
use super::server::{Server, Setup};

/// Between two looks at the page.
const LOOK: Duration = Duration::from_millis(20);

/// What is measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// People who get a text
    #[arg(long, default_value_t = 100_000)]
    recipients: usize,
    /// Sends, one after the other
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// Measures and prints.
pub(crate) async fn run(database_url: Option<&str>, args: &Args) -> Result<(), BenchError> {
    let server = Server::start(&Setup { database_url, ..Setup::default() }).await?;
    let began = Instant::now();
    let event = server.event(args.recipients).await?;
    println!(
        "{}: {} people put on the list in {:.1} s",
        server.engine,
        args.recipients,
        began.elapsed().as_secs_f64()
    );
    let (idle, _) = server.memory()?;
    let path = format!("/events/{event}");
    let (mut quiet, mut confirmed, mut written, mut meanwhile) =
        (Times::default(), Times::default(), Times::default(), Times::default());
    for _ in 0..50 {
        quiet.add(server.page(&path).await?);
    }
    for _ in 0..args.rounds {
        round(&server, &event, args.recipients, (&mut confirmed, &mut written, &mut meanwhile)).await?;
    }
    let (_, most) = server.memory()?;
    println!("  confirmed after   {}", confirmed.shown());
    println!("  all written after {}", written.shown());
    println!("  memory            {idle} MB before, {most} MB at most");
    println!(
        "  page meanwhile    p50 {:.0} ms, p95 {:.0} ms, at most {:.0} ms of {} ({:.0} ms when nothing is written)",
        meanwhile.ms(50),
        meanwhile.ms(95),
        meanwhile.ms(100),
        meanwhile.len(),
        quiet.ms(50)
    );
    server.end().await
}

async fn round(
    server: &Server,
    event: &str,
    recipients: usize,
    (confirmed, written, meanwhile): (&mut Times, &mut Times, &mut Times),
) -> Result<(), BenchError> {
    // For later, so that nothing but writing is measured.
    let send = json!({"purpose": "announcement", "body": "Hi {{first_name}}, doors open at 7",
        "audience": {"rsvp": ["confirmed"]}, "send_at": Clock::System.now() + TimeDelta::days(30)});
    let calls = format!("/api/v1/events/{event}/sends");
    let page = format!("/events/{event}");
    let began = Instant::now();
    let confirming = server.call("POST", &calls, Some(&send));
    tokio::pin!(confirming);
    let answer = loop {
        tokio::select! {
            answer = &mut confirming => break answer?,
            () = tokio::time::sleep(LOOK) => meanwhile.add(server.page(&page).await?),
        }
    };
    confirmed.add(began.elapsed());
    if answer["total"].as_u64() != u64::try_from(recipients).ok() {
        return Err(BenchError::new("confirming a send", answer));
    }
    let id = answer["id"].as_str().ok_or("the answer has no id").doing("confirming a send")?;
    loop {
        let progress = server.call("GET", &format!("/api/v1/sends/{id}"), None).await?;
        if progress["state"].as_str() != Some("preparing") {
            written.add(began.elapsed());
            return Ok(());
        }
        meanwhile.add(server.page(&page).await?);
        tokio::time::sleep(LOOK).await;
    }
}
