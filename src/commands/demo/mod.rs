//! `usher demo`: the whole product on one machine. Only `TWILIO_API_BASE` differs from production.

mod guests;
mod past;
mod story;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use tokio::net::TcpListener;
use usher_core::api_keys;
use usher_core::clock::Clock;
use usher_core::people::links;
use usher_core::random::Random;

use super::{say, sentence};
use crate::config::Config;
use crate::logging;
use crate::program::{self, Role, stop_signal};
use crate::simulator::{self, Account, Faults, Options, Pace};

/// The number that the demo's texts come from.
const NUMBER: &str = "+15550100199";

/// Run the whole product on this machine with sample data and a simulated Twilio
#[derive(Args)]
pub struct Demo {
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:3000")]
    bind: SocketAddr,
    /// Where the simulated Twilio listens
    #[arg(long, default_value = "127.0.0.1:0")]
    simulator_bind: SocketAddr,
    /// A folder for the database; a fresh one by default
    #[arg(long)]
    data: Option<PathBuf>,
    /// Another database instead: an empty one, sqlite://… or postgres://…
    #[arg(long)]
    database_url: Option<String>,
    /// What is logged
    #[arg(long, env = "LOG", default_value = "warn")]
    log: String,
    /// How it is logged: pretty or json
    #[arg(long, env = "LOG_FORMAT", default_value = "pretty")]
    log_format: String,
}

impl Demo {
    pub(super) async fn run(self) -> Result<(), String> {
        logging::start(&self.log, &self.log_format)?;
        let random = Random::System;
        let listener = TcpListener::bind(self.bind).await.map_err(|error| {
            format!("{} cannot be used: {error}. Choose another with --bind, such as 127.0.0.1:0.", self.bind)
        })?;
        let public_url = format!("http://{}", listener.local_addr().map_err(sentence)?);
        let account = Account {
            sid: format!("AC{}", hex(random.bytes::<16>().map_err(sentence)?)),
            auth_token: hex(random.bytes::<16>().map_err(sentence)?),
            numbers: vec![NUMBER.into()],
            ..Account::default()
        };
        let account_sid = account.sid.clone();
        let options = Options {
            bind: self.simulator_bind,
            accounts: vec![account.clone()],
            pace: Pace::demo(),
            faults: Faults::default(),
            seed: 7,
        };
        let simulator = simulator::start(options).await.map_err(sentence)?;
        let mut config = Config {
            database_url: self.database()?,
            bind: self.bind.to_string(),
            public_url: public_url.clone(),
            twilio_account_sid: account.sid,
            twilio_auth_token: account.auth_token,
            twilio_phone_number: NUMBER.into(),
            twilio_api_base: simulator.base_url(),
            ..Config::default()
        };
        if config.database_url.starts_with("postgres") {
            config.secret_key = usher_core::vault::SecretKey::generate(&random).map_err(sentence)?;
        }
        let mut checked = config.check(&random).map_err(sentence)?;
        let guard = checked.location.guard().map_err(sentence)?;
        let store = checked.location.open_migrated().await.map_err(sentence)?;
        let organizer = past::fill(&mut checked, &store, &simulator, &account_sid, &random).await?;
        let service = program::service(&checked, store, Clock::System, random).await.map_err(sentence)?;
        let token =
            links::create(&service, organizer.org_id, organizer.user_id, true).await.map_err(sentence)?;
        let key = api_keys::create(&service, organizer.org_id, "Demo program").await.map_err(sentence)?;
        say(&format!("Usher is ready: {public_url}"))?;
        say(&format!("Sign in with one click: {public_url}/sign-in/link/{token}"))?;
        say(&format!("API key for programs: {key}"))?;
        say(&format!("Twilio simulator: {}", simulator.base_url()))?;
        say(&format!("Data: {}", checked.location.shown()))?;
        program::run(program::ui(&service, None), Some(listener), Role::All, stop_signal())
            .await
            .map_err(sentence)?;
        simulator.stop().await.map_err(sentence)?;
        drop(guard);
        Ok(())
    }

    fn database(&self) -> Result<String, String> {
        if let Some(url) = &self.database_url {
            return Ok(url.clone());
        }
        let folder = match &self.data {
            Some(folder) => folder.clone(),
            None => std::env::temp_dir().join(format!("usher-demo-{}", std::process::id())),
        };
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("The folder {} cannot be made: {error}.", folder.display()))?;
        Ok(format!("sqlite://{}", folder.join("usher.db").display()))
    }
}

fn hex(bytes: [u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
