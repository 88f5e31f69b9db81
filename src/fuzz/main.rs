//! `fuzz`: throws malformed, forged and merely strange requests at the product's own router, on a
//! real database, and fails if one makes it panic, answer with a 5xx, or answer anything that the
//! contract does not allow. A failure names its seed and input, and `--input` throws it again.

mod api;
mod args;
mod dice;
mod error;
mod panics;
mod place;
mod report;
mod run;
mod scene;
mod target;
mod webhooks;

use std::process::ExitCode;

use clap::Parser;

use self::args::Args;
use self::error::{Doing, FuzzError};
use self::place::Place;

#[tokio::main]
async fn main() -> ExitCode {
    match fuzz(&Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("fuzz: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Fuzzes every engine asked for, one after the other; true if nothing was found.
async fn fuzz(args: &Args) -> Result<bool, FuzzError> {
    usher::logging::start("error", "pretty").doing("starting the log")?;
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return Err("it was started twice").doing("starting TLS");
    }
    panics::count();
    let mut clean = true;
    for place in Place::all(args).await? {
        let report = run::one_engine(args, &place).await;
        place.remove().await?;
        let report = report?;
        println!("{report}");
        clean &= report.is_clean();
    }
    Ok(clean)
}
