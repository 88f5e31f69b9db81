//! `bench`: measures the real binary over real HTTP, from outside. Each measurement is a command;
//! its figures are medians of several rounds in one run, with the spread.

mod enqueue;
mod error;
mod figures;
mod server;

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
    match args.what {
        What::Enqueue(what) => enqueue::run(args.database_url.as_deref(), &what).await,
    }
}
