//! `soak`: proof by force. Starts a simulated Twilio that goes wrong in every way it knows, runs the
//! real binary against it, kills it again and again, and at the end compares the database with
//! Twilio's own log: no text lost, none doubled, every status right.

mod api;
mod books;
mod bulk;
mod cluster;
mod crowd;
mod error;
mod faults;
mod gate;
mod once;
mod phones;
mod plan;
mod progress;
mod report;
mod run;
mod serving;
mod settings;
#[cfg(test)]
mod tests;
mod verdict;
mod violence;
mod writer;

use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use self::error::{Doing, SoakError};
use self::plan::{Args, Plan};
use self::report::Report;

#[tokio::main]
async fn main() -> ExitCode {
    match soak(Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Soaks every engine asked for, side by side; true if all is well. A signal ends it early, and
/// with it everything it started.
async fn soak(args: Args) -> Result<bool, SoakError> {
    usher::logging::start("error", "pretty")
        .map_err(|sentence| SoakError::new("starting the log", sentence))?;
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return Err(SoakError::new("starting TLS", "it was started twice"));
    }
    let plans = args.plans()?;
    let mut terminated = signal(SignalKind::terminate()).doing("listening for signals")?;
    let mut interrupted = signal(SignalKind::interrupt()).doing("listening for signals")?;
    tokio::select! {
        reports = run_all(plans) => Ok(print(&reports?)),
        _ = terminated.recv() => Err(SoakError::new("soaking", "it was stopped")),
        _ = interrupted.recv() => Err(SoakError::new("soaking", "it was stopped")),
    }
}

async fn run_all(plans: Vec<Plan>) -> Result<Vec<Report>, SoakError> {
    // Tasks of their own, so that one engine's blocking steps do not hold up the other.
    let mut engines: JoinSet<_> = plans.into_iter().map(run::one_engine).collect();
    let mut reports = Vec::new();
    while let Some(ended) = engines.join_next().await {
        reports.push(ended.doing("soaking")??);
    }
    Ok(reports)
}

fn print(reports: &[Report]) -> bool {
    for report in reports {
        println!("{report}");
    }
    reports.iter().all(Report::is_clean)
}
