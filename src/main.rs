//! The `usher` command.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match usher::commands::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("usher: {sentence}");
            ExitCode::FAILURE
        }
    }
}
