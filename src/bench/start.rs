//! From the start of the process until it is ready, and what it needs when nothing happens.

use std::time::Duration;

use usher_core::clock::Clock;

use super::error::BenchError;
use super::figures::Times;
use super::load::Shape;
use super::server::{Server, Setup};

/// What is measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Texts on record
    #[arg(long, default_value_t = 1_000_000)]
    texts: i64,
    /// Starts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// Measures and prints.
pub(crate) async fn run(database_url: Option<&str>, args: &Args) -> Result<(), BenchError> {
    let shape = Shape::new(args.texts, 0, Clock::System.now());
    let mut server = Server::start(&Setup { database_url, load: Some(shape), ..Setup::default() }).await?;
    let (mut ready, mut idle) = (Times::default(), Vec::new());
    for _ in 0..args.rounds {
        ready.add(server.restart().await?);
        // Whatever a start does beside has been done by then.
        tokio::time::sleep(Duration::from_secs(3)).await;
        idle.push(server.memory()?.0);
    }
    println!("{}: {} texts on record", server.engine, args.texts);
    println!("  ready after  {}", ready.shown());
    println!("  idle memory  {idle:?} MB");
    server.end().await
}
