//! A dashboard while callbacks pour in: how quick it stays, and how soon somebody who looks at a page
//! sees what has just become of a text on it.

use std::time::{Duration, Instant};

use usher_core::clock::Clock;

use super::error::{BenchError, Doing};
use super::figures::Times;
use super::load::Shape;
use super::server::{ACCOUNT_SID, AUTH_TOKEN, Server, Setup};
use super::storm::Target;

/// An open page fetches itself no more often.
const GATE: Duration = Duration::from_millis(500);

/// What is measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Texts on record before
    #[arg(long, default_value_t = 1_000_000)]
    texts: i64,
    /// Callbacks a second
    #[arg(long, default_value_t = 2_000)]
    rate: i64,
    /// How long they come, in seconds, in each round
    #[arg(long, default_value_t = 10)]
    seconds: i64,
    /// Rounds
    #[arg(long, default_value_t = 5)]
    rounds: i64,
}

#[derive(Default)]
struct Measured {
    answers: Times,
    refused: usize,
    dashboard: Times,
    seen: Times,
}

/// Measures and prints.
pub(crate) async fn run(database_url: Option<&str>, args: &Args) -> Result<(), BenchError> {
    let of_round = args.rate * args.seconds;
    // Of the texts of a round some are the watched ones; the storm leaves them alone.
    let shape = Shape::new(args.texts, args.rounds * of_round, Clock::System.now());
    let server = Server::start(&Setup { database_url, load: Some(shape), ..Setup::default() }).await?;
    let mut quiet = Times::default();
    let dashboard = format!("/events/{}", shape.event(0));
    for _ in 0..100 {
        quiet.add(server.page(&dashboard).await?);
    }
    let mut measured = Measured::default();
    for n in 0..args.rounds {
        let first = shape.first_in_flight() + n * of_round;
        round(&server, &shape, first..first + of_round, args, &mut measured).await?;
    }
    println!(
        "{}: {} texts on record, {} callbacks a second for {} s, {} rounds",
        server.engine, args.texts, args.rate, args.seconds, args.rounds
    );
    println!(
        "  callbacks                {}, {} not stored",
        measured.answers.percentiles(),
        measured.refused
    );
    println!(
        "  the big event meanwhile  {} (alone p50 {:.1} ms, p95 {:.1} ms)",
        measured.dashboard.percentiles(),
        quiet.ms(50),
        quiet.ms(95)
    );
    println!("  answered until seen      {}", measured.seen.percentiles());
    server.end().await
}

async fn round(
    server: &Server,
    shape: &Shape,
    texts: std::ops::Range<i64>,
    args: &Args,
    measured: &mut Measured,
) -> Result<(), BenchError> {
    let target = Target::new(&server.url, ACCOUNT_SID, AUTH_TOKEN)?;
    let delivered = |n| target.callback(&shape.sid(n), "delivered", Some((shape.text(n), shape.attempt(n))));
    // A few texts of the event that is looked at, apart from the storm.
    let seconds = usize::try_from(args.seconds).doing("counting")?;
    let watched: Vec<i64> = texts.clone().filter(|n| shape.place(*n).0 == 0).take(4 * seconds).collect();
    let storm = texts.filter(|n| !watched.contains(n)).map(delivered).collect();
    let storm = tokio::spawn({
        let (target, rate) = (target.clone(), args.rate as f64);
        async move { target.post(storm, 64, Some(rate)).await }
    });
    let (event, page) = (shape.event(0), format!("/events/{}", shape.event(0)));
    let mut answered = Vec::new();
    let (mut pings, mut looks) = (server.follow(event).await?, Vec::new());
    let mut watched = watched.into_iter();
    while !storm.is_finished() {
        if let Some(n) = watched.next() {
            let one = target.post(vec![delivered(n)], 1, None).await?;
            measured.refused += one.refused;
            answered.push(Instant::now());
        }
        pings.changed().await?;
        let began = Instant::now();
        measured.dashboard.add(server.page(&page).await?);
        looks.push((began, Instant::now()));
        // As the page's own script: not again before half a second, or four times what it took.
        tokio::time::sleep_until((began + GATE.max(4 * began.elapsed())).into()).await;
    }
    for answered in answered {
        let look = looks.iter().find(|(began, _)| *began >= answered);
        // Of the last ones nobody looked any more.
        measured.seen.extend(look.map(|(_, ended)| *ended - answered).into_iter().collect());
    }
    let storm = storm.await.doing("posting callbacks")??;
    measured.answers.extend(storm.times);
    measured.refused += storm.refused;
    Ok(())
}
