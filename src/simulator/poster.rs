//! Posts webhooks, signed and named as Twilio's proxy does.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::{Client, Response};
use tokio::time::Instant;
use usher_core::twilio::signature;

use super::{
    SimulatorError,
    overrides::{Overrides, Trouble},
};

/// A webhook about to be posted.
pub(super) struct Signed<'a> {
    pub(super) url: &'a str,
    pub(super) auth_token: &'a str,
    pub(super) params: &'a [(String, String)],
}

/// What posts webhooks. One client for each connect time-out, and for plain
/// addresses one that need not read the machine's certificates.
#[derive(Default)]
pub(super) struct Poster {
    clients: Mutex<HashMap<(Duration, bool), Client>>,
}

impl Poster {
    /// Posts once; the inner result says what the network did.
    pub(super) async fn post(
        &self,
        webhook: &Signed<'_>,
        idempotency_token: &str,
        patience: &Overrides,
        end: Instant,
    ) -> Result<Result<Response, Trouble>, SimulatorError> {
        let client = self.client(patience.connect, webhook.url.starts_with("https:"))?;
        let left = end.saturating_duration_since(Instant::now());
        let signature = signature::sign(webhook.auth_token, webhook.url, webhook.params);
        let answer = client
            .post(webhook.url)
            .timeout(left.min(patience.connect + patience.read))
            .header("X-Twilio-Signature", signature)
            .header("I-Twilio-Idempotency-Token", idempotency_token)
            .form(webhook.params)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(Ok(answer)),
            Err(error) if error.is_builder() => Err(error.into()),
            Err(error) if error.is_connect() => Ok(Err(Trouble::Connect)),
            Err(_) => Ok(Err(Trouble::Read)),
        }
    }

    fn client(&self, connect: Duration, secure: bool) -> Result<Client, SimulatorError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(connect, secure)) {
            return Ok(client.clone());
        }
        install_tls();
        let builder = Client::builder().user_agent("TwilioProxy/1.1").connect_timeout(connect).no_proxy();
        let builder = if secure { builder } else { builder.tls_certs_only([]) };
        let client = builder.build()?;
        clients.insert((connect, secure), client.clone());
        Ok(client)
    }
}

/// The HTTP client wants a cryptography provider even where it speaks plain HTTP.
pub(super) fn install_tls() {
    let absent = rustls::crypto::CryptoProvider::get_default().is_none();
    if absent && rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::debug!("another thread installed the cryptography provider first");
    }
}
