//! An event's texts as a file: how many rows a second, and how much memory.

use usher_core::clock::Clock;

use super::error::BenchError;
use super::figures::Figures;
use super::load::Shape;
use super::server::{Server, Setup};

/// What is measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Texts of the event
    #[arg(long, default_value_t = 1_000_000)]
    texts: i64,
    /// Downloads, one after the other
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// Measures and prints.
pub(crate) async fn run(database_url: Option<&str>, args: &Args) -> Result<(), BenchError> {
    let shape = Shape { big: args.texts, ..Shape::new(args.texts, 0, Clock::System.now()) };
    let server = Server::start(&Setup { database_url, load: Some(shape), ..Setup::default() }).await?;
    let (before, _) = server.memory()?;
    let (mut rates, mut first_byte, mut rows, mut bytes) = (Figures::default(), Figures::default(), 0, 0);
    for _ in 0..args.rounds {
        let file = server.download(&format!("/events/{}/texts.csv", shape.event(0))).await?;
        (rows, bytes) = (file.lines, file.bytes);
        rates.add(file.lines as f64 / file.took.as_secs_f64());
        first_byte.add(file.first_byte.as_secs_f64() * 1_000.0);
    }
    let (after, most) = server.memory()?;
    println!("{}: {rows} lines, {} MB", server.engine, bytes / 1_000_000);
    println!("  {} rows a second", rates.shown(0));
    println!("  first byte after {} ms", first_byte.shown(0));
    println!("  memory {before} MB before, {after} MB after, {most} MB at most");
    server.end().await
}
