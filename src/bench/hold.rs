//! A product with years of texts on record, to look at by hand: in a browser, with a profiler, from a database's shell.

use usher_core::clock::Clock;

use super::error::{BenchError, Doing};
use super::load::Shape;
use super::server::{Server, Setup};

/// What is held.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Texts on record
    #[arg(long, default_value_t = 1_000_000)]
    texts: i64,
    /// What the product logs; `sqlx::query=debug` tells how long each query took
    #[arg(long, default_value = "warn")]
    log: String,
}

/// Prints where everything is, and waits for Ctrl-C.
pub(crate) async fn run(database_url: Option<&str>, args: &Args) -> Result<(), BenchError> {
    let shape = Shape::new(args.texts, 0, Clock::System.now());
    let setup = Setup { database_url, load: Some(shape), log: Some(&args.log), ..Setup::default() };
    let server = Server::start(&setup).await?;
    println!("{}", server.database_url);
    println!("Cookie: {}", server.cookie);
    for (what, path) in [
        ("big event", format!("/events/{}", shape.event(0))),
        ("small event", format!("/events/{}", shape.event(1))),
        ("attendee", format!("/events/{}/attendees/{}", shape.event(1), shape.attendee(1, 0))),
        ("of the big event", format!("/events/{}/attendees/{}", shape.event(0), shape.attendee(0, 0))),
        ("person", format!("/people/{}", shape.contact(0))),
        ("text", format!("/texts/{}", shape.text(shape.texts - 1))),
    ] {
        println!("{what:20}{}{path}", server.url);
    }
    tokio::signal::ctrl_c().await.doing("waiting for Ctrl-C")?;
    server.end().await
}
