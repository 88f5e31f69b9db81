//! With what the product is configured here.

use usher::config::Config;
use usher::simulator::Account;

/// The account that texts are sent through.
const SID: &str = "AC00000000000000000000000000000001";
/// Its token.
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// Its number.
const NUMBER: &str = "+15550100199";
/// Seals what the soak stores.
const SECRET_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The one account of the simulated Twilio.
pub(crate) fn account() -> Account {
    Account { sid: SID.into(), auth_token: TOKEN.into(), numbers: vec![NUMBER.into()], ..Account::default() }
}

/// A configuration with little patience.
pub(crate) fn config(database_url: &str, twilio: &str, bind: &str, public_url: &str) -> Config {
    Config {
        database_url: database_url.into(),
        bind: bind.into(),
        public_url: public_url.into(),
        twilio_account_sid: SID.into(),
        twilio_auth_token: TOKEN.into(),
        twilio_phone_number: NUMBER.into(),
        twilio_api_base: twilio.into(),
        secret_key: SECRET_KEY.into(),
        resend_after: "6s".into(),
        lookup_at: "1s,2s,4s,12s".into(),
        unconfirmed_after: "90s".into(),
        log: "warn".into(),
        log_format: "pretty".into(),
        ..Config::default()
    }
}

/// The same as environment variables, for a process.
pub(crate) fn variables(config: &Config) -> Vec<(&'static str, String)> {
    let variables = [
        ("DATABASE_URL", &config.database_url),
        ("BIND", &config.bind),
        ("PUBLIC_URL", &config.public_url),
        ("TWILIO_ACCOUNT_SID", &config.twilio_account_sid),
        ("TWILIO_AUTH_TOKEN", &config.twilio_auth_token),
        ("TWILIO_PHONE_NUMBER", &config.twilio_phone_number),
        ("TWILIO_API_BASE", &config.twilio_api_base),
        ("SECRET_KEY", &config.secret_key),
        ("RESEND_AFTER", &config.resend_after),
        ("LOOKUP_AT", &config.lookup_at),
        ("UNCONFIRMED_AFTER", &config.unconfirmed_after),
        ("LOG", &config.log),
        ("LOG_FORMAT", &config.log_format),
    ];
    variables.into_iter().map(|(name, value)| (name, value.clone())).collect()
}
