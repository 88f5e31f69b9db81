//! `usher serve`.

use clap::Args;
use tokio::net::TcpListener;
use usher_core::clock::Clock;
use usher_core::orgs;
use usher_core::random::Random;

use super::{check, say, sentence};
use crate::config::Config;
use crate::program::{self, Role, stop_signal};

/// Serve pages, webhooks and workers
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    config: Config,
    /// What this process does; with an embedded database only all
    #[arg(long, value_enum, default_value_t)]
    role: Role,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), String> {
        let checked = check(&self.config)?;
        if self.role != Role::All && checked.location.file().is_some() {
            return Err("--role web and --role worker need PostgreSQL. Set DATABASE_URL to postgres://…, or leave --role out.".into());
        }
        let guard = checked.location.guard().map_err(sentence)?;
        let store = checked.location.open_migrated().await.map_err(sentence)?;
        let service =
            program::service(&checked, store, Clock::System, Random::System).await.map_err(sentence)?;
        let listener = match self.role {
            Role::Worker => None,
            Role::Web | Role::All => Some(TcpListener::bind(checked.bind).await.map_err(|error| {
                format!("BIND {} cannot be used: {error}. Choose another address or port.", checked.bind)
            })?),
        };
        if let Some(problem) = &checked.set_up_problem {
            tracing::error!("{problem}");
        }
        let ui = program::ui(&service, checked.set_up_problem.clone());
        if let Some(listener) = &listener {
            let address = listener.local_addr().map_err(sentence)?;
            tracing::info!(%address, public_url = service.settings.public_url, "serving");
            if !orgs::any(&service.store).await.map_err(sentence)? {
                say(&format!(
                    "Open this to make the first organization: {}/welcome/{}",
                    service.settings.public_url, ui.first_start_token
                ))?;
            }
        }
        program::run(ui, listener, self.role, stop_signal()).await.map_err(sentence)?;
        drop(guard);
        Ok(())
    }
}
