//! What can be said to `usher` at the shell. Each command reads the same configuration; an error
//! is one sentence that says what to do.

mod demo;
mod manage;
mod serve;
mod simulate;

use clap::{Parser, Subcommand};
use usher_core::random::Random;

use crate::config::{Checked, Config};
use crate::logging;

/// Texts for events, with proof of delivery
#[derive(Parser)]
#[command(name = "usher", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole product on this machine with sample data and a simulated Twilio; needs no account
    Demo(demo::Demo),
    /// Bring the database up to date, check the configuration, then serve pages, webhooks and workers
    Serve(serve::Serve),
    /// Only bring the database up to date
    Migrate(manage::Migrate),
    /// Ask Twilio about texts without a final status, now
    Reconcile(manage::Reconcile),
    /// Organizations
    #[command(subcommand)]
    Org(manage::Org),
    /// People
    #[command(subcommand)]
    User(manage::User),
    /// Keys for programs that call the JSON API
    #[command(subcommand)]
    ApiKey(manage::ApiKey),
    /// Run the Twilio simulator alone, with its fault switches
    SimulateTwilio(simulate::Simulate),
}

/// Does what the command line says.
///
/// # Errors
/// One sentence that says what to do.
pub async fn run() -> Result<(), String> {
    // A missing .env is no error, an unreadable one is.
    match dotenvy::dotenv() {
        Ok(_) => {}
        Err(error) if error.not_found() => {}
        Err(error) => return Err(format!("The file .env cannot be read: {error}.")),
    }
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return Err("TLS was set up twice.".into());
    }
    match Cli::parse().command {
        Command::Demo(demo) => demo.run().await,
        Command::Serve(serve) => serve.run().await,
        Command::Migrate(migrate) => migrate.run().await,
        Command::Reconcile(reconcile) => reconcile.run().await,
        Command::Org(org) => org.run().await,
        Command::User(user) => user.run().await,
        Command::ApiKey(key) => key.run().await,
        Command::SimulateTwilio(simulate) => simulate.run().await,
    }
}

/// Starts logging and checks the configuration.
fn check(config: &Config) -> Result<Checked, String> {
    logging::start(&config.log, &config.log_format)?;
    config.check(&Random::System).map_err(sentence)
}

fn sentence(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Prints a line for another program or a person to read, at once.
fn say(line: &str) -> Result<(), String> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| format!("Nothing can be printed: {error}."))
}
