//! Structured logs on standard error: ids, never bodies, secrets or tokens.

use tracing_subscriber::EnvFilter;

/// Starts logging; `format` is `pretty` or `json`.
///
/// # Errors
/// A sentence that names the setting that is wrong.
pub fn start(level: &str, format: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(level).map_err(|_| {
        "LOG is not a level. It should be error, warn, info or debug, or look like usher=debug,info."
            .to_owned()
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        "pretty" => builder.compact().try_init(),
        "json" => builder.json().try_init(),
        _ => return Err("LOG_FORMAT is not a format. It should be pretty or json.".into()),
    };
    started.map_err(|error| format!("Logging cannot start: {error}."))
}
