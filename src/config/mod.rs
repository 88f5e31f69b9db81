//! The configuration: environment variables, each also a flag. Whatever is malformed, half of a
//! pair or missing stops the start with its name and what it should look like.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use usher_core::accounts::DefaultAccount;
use usher_core::lookups::Patience;
use usher_core::phones::Phone;
use usher_core::random::Random;
use usher_core::service::Settings;
use usher_core::store::Location;
use usher_core::twilio::client::{TWILIO, is_twilio};
use usher_core::vault::{SecretKey, Vault};

/// What argon2 recommends as a minimum.
const PASSWORD_MEMORY_KIB: u32 = 19_456;
/// Requests to Twilio in flight at once, per process.
const IN_FLIGHT: usize = 20;
/// A claim takes at most so many texts, and each waits in memory for its answer.
const MOST_IN_FLIGHT: usize = 500;

/// As given; nothing is checked yet.
#[derive(Args, Clone, Debug, Default)]
pub struct Config {
    /// Where everything is kept: sqlite://usher.db or postgres://user:password@host/name
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://usher.db", hide_env_values = true)]
    pub database_url: String,
    /// Where it listens
    #[arg(long, env = "BIND", default_value = "127.0.0.1:3000")]
    pub bind: String,
    /// How the outside reaches it: the base of callback addresses, of links, and of what signatures are checked against [default: http://localhost and the port of BIND]
    #[arg(long, env = "PUBLIC_URL", default_value = "", hide_default_value = true)]
    pub public_url: String,
    /// The Twilio account, AC and 32 hex digits; needs TWILIO_AUTH_TOKEN and a sender
    #[arg(long, env = "TWILIO_ACCOUNT_SID", default_value = "", hide_default_value = true)]
    pub twilio_account_sid: String,
    /// Its auth token; also checks the signatures of webhooks
    #[arg(
        long,
        env = "TWILIO_AUTH_TOKEN",
        default_value = "",
        hide_default_value = true,
        hide_env_values = true
    )]
    pub twilio_auth_token: String,
    /// The auth token before the last rotation; still checks signatures
    #[arg(
        long,
        env = "TWILIO_AUTH_TOKEN_PREVIOUS",
        default_value = "",
        hide_default_value = true,
        hide_env_values = true
    )]
    pub twilio_auth_token_previous: String,
    /// An API key, SK and 32 hex digits, for REST calls instead of the token
    #[arg(long, env = "TWILIO_API_KEY_SID", default_value = "", hide_default_value = true)]
    pub twilio_api_key_sid: String,
    /// The API key's secret
    #[arg(
        long,
        env = "TWILIO_API_KEY_SECRET",
        default_value = "",
        hide_default_value = true,
        hide_env_values = true
    )]
    pub twilio_api_key_secret: String,
    /// The number to send from, such as +15551234567
    #[arg(long, env = "TWILIO_PHONE_NUMBER", default_value = "", hide_default_value = true)]
    pub twilio_phone_number: String,
    /// The Messaging Service to send through, MG and 32 hex digits, instead of a number
    #[arg(long, env = "TWILIO_MESSAGING_SERVICE_SID", default_value = "", hide_default_value = true)]
    pub twilio_messaging_service_sid: String,
    /// Where Twilio's REST API is: a region, or the simulator
    #[arg(long, env = "TWILIO_API_BASE", default_value = TWILIO)]
    pub twilio_api_base: String,
    /// 32 bytes in base64: seals stored secrets. Made by itself beside an embedded database
    #[arg(long, env = "SECRET_KEY", default_value = "", hide_default_value = true, hide_env_values = true)]
    pub secret_key: String,
    /// The key before the last rotation; still opens what it sealed
    #[arg(
        long,
        env = "SECRET_KEY_PREVIOUS",
        default_value = "",
        hide_default_value = true,
        hide_env_values = true
    )]
    pub secret_key_previous: String,
    /// A text whose outcome is unknown may be sent again so long after its request, if Twilio lacks it
    #[arg(long, env = "RESEND_AFTER", default_value = "2m")]
    pub resend_after: String,
    /// When Twilio is asked about a text without final status, after it was handed over
    #[arg(long, env = "LOOKUP_AT", default_value = "1m,5m,15m,1h")]
    pub lookup_at: String,
    /// A text without final status is “no receipt” so long after it was handed over
    #[arg(long, env = "UNCONFIRMED_AFTER", default_value = "72h")]
    pub unconfirmed_after: String,
    /// Requests to Twilio that one process has in flight at most; 429 lowers it for a while [default: 20]
    #[arg(long, env = "TWILIO_IN_FLIGHT", default_value = "", hide_default_value = true)]
    pub twilio_in_flight: String,
    /// What is logged: error, warn, info, debug, or per module as in usher=debug,info
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,
    /// How it is logged: pretty, for a terminal, or json
    #[arg(long, env = "LOG_FORMAT", default_value = "pretty")]
    pub log_format: String,
}

/// One setting is wrong; the sentence names it and says what it should look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

fn wrong<T>(sentence: impl Into<String>) -> Result<T, ConfigError> {
    Err(ConfigError(sentence.into()))
}

/// Checked; everything in it can be used.
pub struct Checked {
    /// Where everything is kept.
    pub location: Location,
    /// Where it listens.
    pub bind: SocketAddr,
    /// Where Twilio's REST API is.
    pub twilio_api_base: String,
    /// What seals stored secrets.
    pub vault: Vault,
    /// What the service is configured with.
    pub settings: Settings,
    /// What cannot work although it starts, in a sentence for whoever can mend it.
    pub set_up_problem: Option<String>,
}

impl Config {
    /// Checks everything, in the order of the list above.
    ///
    /// # Errors
    /// [`ConfigError`] for the first setting that is wrong.
    pub fn check(&self, random: &Random) -> Result<Checked, ConfigError> {
        let location: Location = self
            .database_url
            .parse()
            .map_err(|error: usher_core::store::StoreError| ConfigError(error.to_string()))?;
        let bind: SocketAddr = self
            .bind
            .parse()
            .or_else(|_| wrong("BIND is not an address. It should look like 127.0.0.1:3000."))?;
        let public_url =
            given(&self.public_url).unwrap_or_else(|| format!("http://localhost:{}", bind.port()));
        let public_url = base_address("PUBLIC_URL", &public_url, "https://usher.example.com")?;
        let twilio_api_base = base_address("TWILIO_API_BASE", &self.twilio_api_base, TWILIO)?;
        let default_account = self.account()?;
        let default_sender = self.sender(default_account.is_some())?;
        let vault = self.vault(&location, random)?;
        let reachable = is_public(&public_url);
        let at_twilio = is_twilio(&twilio_api_base);
        let set_up_problem = match (&default_account, at_twilio && !reachable) {
            (None, _) => Some(
                "No Twilio account is configured, so texts are recorded but not sent. Set TWILIO_ACCOUNT_SID, \
                 TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER (or TWILIO_MESSAGING_SERVICE_SID) and restart."
                    .to_owned(),
            ),
            (Some(_), true) => Some(format!(
                "Twilio cannot reach {public_url}, so texts are sent without callbacks and nobody learns whether they \
                 arrive. Set PUBLIC_URL to a public https address and restart."
            )),
            (Some(_), false) => None,
        };
        let settings = Settings {
            public_url,
            default_account,
            default_sender,
            status_callbacks: reachable || !at_twilio,
            patience: self.patience()?,
            in_flight: self.in_flight()?,
            password_memory_kib: PASSWORD_MEMORY_KIB,
        };
        Ok(Checked { location, bind, twilio_api_base, vault, settings, set_up_problem })
    }

    fn account(&self) -> Result<Option<DefaultAccount>, ConfigError> {
        let (sid, token) = (self.twilio_account_sid.trim(), self.twilio_auth_token.trim());
        let previous_token = given(&self.twilio_auth_token_previous);
        let api_key = match (given(&self.twilio_api_key_sid), given(&self.twilio_api_key_secret)) {
            (None, None) => None,
            (Some(sid), Some(secret)) if is_sid(&sid, "SK") => Some((sid, secret)),
            (Some(_), Some(_)) => {
                return wrong("TWILIO_API_KEY_SID is not an API key. It should be SK and 32 hex digits.");
            }
            (Some(_), None) => {
                return wrong("TWILIO_API_KEY_SECRET is missing: TWILIO_API_KEY_SID is set and needs it.");
            }
            (None, Some(_)) => {
                return wrong("TWILIO_API_KEY_SID is missing: TWILIO_API_KEY_SECRET is set and needs it.");
            }
        };
        match (sid.is_empty(), token.is_empty()) {
            (true, true) if previous_token.is_some() => {
                wrong("TWILIO_AUTH_TOKEN is missing: TWILIO_AUTH_TOKEN_PREVIOUS is set and needs it.")
            }
            (true, true) if api_key.is_some() => {
                wrong("TWILIO_ACCOUNT_SID is missing: TWILIO_API_KEY_SID is set and needs it.")
            }
            (true, true) => Ok(None),
            (true, false) => wrong("TWILIO_ACCOUNT_SID is missing: TWILIO_AUTH_TOKEN is set and needs it."),
            (false, true) => wrong(
                "TWILIO_AUTH_TOKEN is missing: TWILIO_ACCOUNT_SID is set and needs it, also to check webhooks.",
            ),
            (false, false) if !is_sid(sid, "AC") => {
                wrong("TWILIO_ACCOUNT_SID is not an account. It should be AC and 32 hex digits.")
            }
            (false, false) if token.len() < 16 || token.contains(char::is_whitespace) => wrong(
                "TWILIO_AUTH_TOKEN is not a token. It should be the 32 characters that Twilio's console shows.",
            ),
            (false, false) => {
                Ok(Some(DefaultAccount { sid: sid.into(), token: token.into(), previous_token, api_key }))
            }
        }
    }

    fn sender(&self, account: bool) -> Result<Option<String>, ConfigError> {
        let sender = match (given(&self.twilio_phone_number), given(&self.twilio_messaging_service_sid)) {
            (None, None) => None,
            (Some(_), Some(_)) => {
                return wrong(
                    "TWILIO_PHONE_NUMBER and TWILIO_MESSAGING_SERVICE_SID are both set. Keep one of them.",
                );
            }
            (Some(number), None) => {
                let phone = Phone::parse(&number, None).ok().filter(|phone| phone.as_str() == number);
                match phone {
                    Some(phone) => Some(phone.to_string()),
                    None => {
                        return wrong(
                            "TWILIO_PHONE_NUMBER is not a number. It should look like +15551234567.",
                        );
                    }
                }
            }
            (None, Some(service)) if is_sid(&service, "MG") => Some(service),
            (None, Some(_)) => {
                return wrong(
                    "TWILIO_MESSAGING_SERVICE_SID is not a Messaging Service. It should be MG and 32 hex digits.",
                );
            }
        };
        match (account, sender) {
            (true, None) => wrong(
                "TWILIO_PHONE_NUMBER is missing: TWILIO_ACCOUNT_SID is set and needs it, or TWILIO_MESSAGING_SERVICE_SID.",
            ),
            (false, Some(_)) => wrong("TWILIO_ACCOUNT_SID is missing: a sender is set and needs it."),
            (_, sender) => Ok(sender),
        }
    }

    fn patience(&self) -> Result<Patience, ConfigError> {
        let otherwise = Patience::default();
        let duration = |name: &str, text: &str, otherwise| match given(text) {
            None => Ok(otherwise),
            Some(text) => Patience::parse_duration(&text)
                .or_else(|error| wrong(format!("{name} is not a duration: {error}."))),
        };
        let look_up_at = match given(&self.lookup_at) {
            None => otherwise.look_up_at,
            Some(text) => Patience::parse_plan(&text).or_else(|_| {
                wrong("LOOKUP_AT is not a list of rising durations. It should look like 1m,5m,15m,1h.")
            })?,
        };
        Ok(Patience {
            resend_after: duration("RESEND_AFTER", &self.resend_after, otherwise.resend_after)?,
            look_up_at,
            unconfirmed_after: duration(
                "UNCONFIRMED_AFTER",
                &self.unconfirmed_after,
                otherwise.unconfirmed_after,
            )?,
        })
    }

    fn in_flight(&self) -> Result<usize, ConfigError> {
        let Some(text) = given(&self.twilio_in_flight) else { return Ok(IN_FLIGHT) };
        let most = text.parse().ok().filter(|most| (1..=MOST_IN_FLIGHT).contains(most));
        most.map_or_else(
            || {
                wrong(format!(
                    "TWILIO_IN_FLIGHT is not a number from 1 to {MOST_IN_FLIGHT}. It should look like 20."
                ))
            },
            Ok,
        )
    }

    fn vault(&self, location: &Location, random: &Random) -> Result<Vault, ConfigError> {
        let parse = |name: &str, text: &str| {
            SecretKey::parse(text).or_else(|error| wrong(format!("{name} is not a key: {error}.")))
        };
        let current = match (given(&self.secret_key), location.file()) {
            (Some(key), _) => parse("SECRET_KEY", &key)?,
            (None, None) => {
                return wrong(
                    "SECRET_KEY is missing: PostgreSQL needs it. It should be 32 bytes in base64, as `openssl rand -base64 32` prints them.",
                );
            }
            (None, Some(database)) => {
                let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
                if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
                    return wrong(format!(
                        "DATABASE_URL leads to the folder {}, which is not there. Make it, or choose another.",
                        folder.display()
                    ));
                }
                let path = PathBuf::from(format!("{}.key", database.display()));
                parse(&path.display().to_string(), &key_file(&path, random)?)?
            }
        };
        let previous =
            given(&self.secret_key_previous).map(|key| parse("SECRET_KEY_PREVIOUS", &key)).transpose()?;
        Ok(Vault::new(current, previous, random.clone()))
    }
}

/// The key beside an embedded database; made on first start, for nobody else to read.
fn key_file(path: &std::path::Path, random: &Random) -> Result<String, ConfigError> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let shown = path.display();
    match std::fs::read_to_string(path) {
        Ok(key) => return Ok(key),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return wrong(format!("The key file {shown} cannot be read: {error}.")),
    }
    let key = SecretKey::generate(random).or_else(|error| wrong(error.to_string()))?;
    let written =
        std::fs::File::options().write(true).create_new(true).mode(0o600).open(path).and_then(|mut file| {
            writeln!(file, "{key}")?;
            file.sync_all()
        });
    match written {
        Ok(()) => Ok(key),
        // Another process was quicker.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => std::fs::read_to_string(path)
            .or_else(|error| wrong(format!("The key file {shown} cannot be read: {error}."))),
        Err(error) => wrong(format!(
            "The key file {shown} cannot be written: {error}. Set SECRET_KEY, or make its folder writable."
        )),
    }
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn base_address(name: &str, text: &str, example: &str) -> Result<String, ConfigError> {
    let text = text.trim().trim_end_matches('/');
    let good = url::Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    });
    match good {
        Some(_) => Ok(text.to_owned()),
        None => wrong(format!(
            "{name} is not a plain web address. It should look like {example}, without user, query or fragment."
        )),
    }
}

/// Whether Twilio would call this address: public and https.
fn is_public(public_url: &str) -> bool {
    let Ok(url) = url::Url::parse(public_url) else {
        return false;
    };
    let host = match url.host() {
        Some(url::Host::Domain(host)) => {
            host.contains('.') && !host.ends_with(".local") && !host.ends_with(".localhost")
        }
        Some(url::Host::Ipv4(ip)) => {
            !(ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified())
        }
        Some(url::Host::Ipv6(ip)) => !(ip.is_loopback() || ip.is_unique_local() || ip.is_unspecified()),
        None => false,
    };
    url.scheme() == "https" && host
}

#[cfg(test)]
mod tests;
