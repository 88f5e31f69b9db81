//! `usher simulate-twilio`.

use std::net::SocketAddr;

use clap::Args;

use super::{say, sentence};
use crate::logging;
use crate::program::{stop_signal, stopped};
use crate::simulator::{self, Account, Faults, Options, Pace};

/// Run the Twilio simulator alone. What goes wrong is switched at /_simulator/faults; what the last
/// five digits of a number do is in its documentation.
#[derive(Args)]
pub struct Simulate {
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:3001")]
    bind: SocketAddr,
    /// The account that exists
    #[arg(long, default_value = "AC00000000000000000000000000000001")]
    account_sid: String,
    /// Its auth token; signs callbacks
    #[arg(long, default_value = "0123456789abcdef0123456789abcdef")]
    auth_token: String,
    /// A number that the account owns; may be given several times
    #[arg(long, default_value = "+15550100199")]
    number: Vec<String>,
    /// A Messaging Service of the account, over its numbers
    #[arg(long, default_value = "MG00000000000000000000000000000001")]
    messaging_service_sid: String,
    /// How fast texts move on: demo or fast
    #[arg(long, default_value = "demo")]
    pace: String,
    /// What goes wrong, as JSON, such as {"lost_callbacks": 0.1}
    #[arg(long, default_value = "{}")]
    faults: String,
    /// Decides every chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Simulate {
    pub(super) async fn run(self) -> Result<(), String> {
        logging::start("info", "pretty")?;
        let faults: Faults = serde_json::from_str(&self.faults)
            .map_err(|error| format!("--faults is not usable: {error}."))?;
        let pace = match self.pace.as_str() {
            "demo" => Pace::demo(),
            "fast" => Pace::fast(),
            _ => return Err("--pace should be demo or fast.".into()),
        };
        let token = self.auth_token.clone();
        let account = Account {
            sid: self.account_sid.clone(),
            auth_token: self.auth_token,
            numbers: self.number.clone(),
            messaging_services: vec![(self.messaging_service_sid.clone(), self.number.clone())],
            ..Account::default()
        };
        let options = Options { bind: self.bind, accounts: vec![account], pace, faults, seed: self.seed };
        let simulator = simulator::start(options).await.map_err(sentence)?;
        say(&format!("Twilio simulator: {}", simulator.base_url()))?;
        say("Point Usher at it:")?;
        say(&format!(
            "TWILIO_API_BASE={} TWILIO_ACCOUNT_SID={} TWILIO_AUTH_TOKEN={token} TWILIO_PHONE_NUMBER={} usher serve",
            simulator.base_url(),
            self.account_sid,
            self.number.first().map_or("", String::as_str),
        ))?;
        simulator.run_until(stopped(stop_signal())).await.map_err(sentence)
    }
}
