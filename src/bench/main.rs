//! `bench`: measures the real binary over real HTTP, from outside. Each measurement is a command;
//! its figures are medians of several rounds in one run, with the spread.

mod callbacks;
mod client;
mod database;
mod enqueue;
mod error;
mod export;
mod figures;
mod hold;
mod live;
mod load;
mod pages;
mod raw;
mod sending;
mod server;
mod start;
mod storm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::error::BenchError;

/// Measure the real binary
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Args {
    /// A PostgreSQL server to measure on, in a schema of its own; SQLite in a fresh folder without it
    #[arg(long, global = true)]
    database_url: Option<String>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// One send to many: until it is confirmed, until all texts are written, and a page meanwhile
    Enqueue(enqueue::Args),
    /// Signed status callbacks, against bare rows in the same database
    Callbacks(callbacks::Args),
    /// Every page at every size of the history
    Pages(pages::Args),
    /// A dashboard while callbacks pour in
    Live(live::Args),
    /// Texts handed to Twilio, by one process and by two
    Sending(sending::Args),
    /// An event's texts as a file
    Export(export::Args),
    /// From the start until it is ready, and memory at rest
    Start(start::Args),
    /// A product with so many texts on record, to look at by hand until Ctrl-C
    Hold(hold::Args),
    /// Post signed status callbacks at a product that runs on this machine
    Storm(storm::Args),
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("bench: TLS was started twice");
        return ExitCode::FAILURE;
    }
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), BenchError> {
    let database_url = args.database_url.as_deref();
    match args.what {
        What::Enqueue(what) => enqueue::run(database_url, &what).await,
        What::Callbacks(what) => callbacks::run(database_url, &what).await,
        What::Pages(what) => pages::run(database_url, &what).await,
        What::Live(what) => live::run(database_url, &what).await,
        What::Sending(what) => sending::run(database_url, &what).await,
        What::Export(what) => export::run(database_url, &what).await,
        What::Start(what) => start::run(database_url, &what).await,
        What::Hold(what) => hold::run(database_url, &what).await,
        What::Storm(what) => storm::run(&what).await,
    }
}
