//! What can keep the simulator from its work.

use std::net::SocketAddr;

/// Why the simulator cannot start, or cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The address is taken or not ours.
    #[error("the Twilio simulator cannot listen on {address}: {source}")]
    Bind {
        /// Where it should have listened.
        address: SocketAddr,
        /// Why it cannot.
        source: std::io::Error,
    },
    /// An account that Twilio could not have.
    #[error("the simulated account {sid} is not usable: {reason}")]
    Account {
        /// The account's SID, as given.
        sid: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A fault outside its range.
    #[error("the fault {name} needs {needs}")]
    Fault {
        /// The fault's name.
        name: &'static str,
        /// What its value should look like.
        needs: &'static str,
    },
    /// No account has this SID.
    #[error("no simulated account is called {0}")]
    UnknownAccount(String),
    /// No message has this SID.
    #[error("the simulator has no message {0}")]
    UnknownMessage(String),
    /// A webhook did not answer.
    #[error("the webhook {url} {}", if *.connected { "did not answer in time" } else { "cannot be reached" })]
    NoAnswer {
        /// Where it was posted to.
        url: String,
        /// Whether there was a connection at all.
        connected: bool,
    },
    /// A webhook could not be posted.
    #[error("the webhook could not be posted: {0}")]
    Webhook(#[from] reqwest::Error),
    /// The server task ended badly.
    #[error("the Twilio simulator did not stop cleanly: {0}")]
    Stop(#[from] tokio::task::JoinError),
}
