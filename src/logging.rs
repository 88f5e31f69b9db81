//! Structured logs on standard error: ids, never bodies, secrets or tokens.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Starts logging; `format` is `pretty` or `json`.
///
/// # Errors
/// A sentence that names the setting that is wrong.
pub fn start(level: &str, format: &str) -> Result<(), String> {
    let wrong = || {
        "LOG is not a level. It should be error, warn, info or debug, or look like usher=debug,info."
            .to_owned()
    };
    // A lone word that is no level would be taken for a module, and silence everything else.
    let mut lone = level.split(',').map(str::trim).filter(|part| !part.contains('='));
    if !lone.all(|word| LEVELS.contains(&word.to_lowercase().as_str())) {
        return Err(wrong());
    }
    let filter = EnvFilter::try_new(level).map_err(|_| wrong())?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match format {
        "pretty" => builder.compact().try_init(),
        "json" => builder.json().try_init(),
        _ => return Err("LOG_FORMAT is not a format. It should be pretty or json.".into()),
    };
    started.map_err(|error| format!("Logging cannot start: {error}."))
}
