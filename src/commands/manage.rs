//! `usher migrate`, `usher reconcile`, `usher org`, `usher user`, `usher api-key`.

use chrono::TimeDelta;
use clap::{Args, Subcommand};
use serde_json::json;
use usher_core::clock::Clock;
use usher_core::ids::OrgId;
use usher_core::lookups::{self, Patience};
use usher_core::people::{self, NewUser, Role, links};
use usher_core::random::Random;
use usher_core::{Error, Service, api_keys, audit, orgs};

use super::{check, say, sentence};
use crate::config::Config;
use crate::program;

/// Only bring the database up to date
#[derive(Args)]
pub struct Migrate {
    #[command(flatten)]
    config: Config,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), String> {
        let checked = check(&self.config)?;
        let store = checked.location.open_migrated().await.map_err(sentence)?;
        store.close().await;
        say(&format!("The database at {} is up to date.", checked.location.shown()))
    }
}

/// Ask Twilio about texts without a final status, now
#[derive(Args)]
pub struct Reconcile {
    /// Only those handed over at least so long ago, such as 12h
    #[arg(long)]
    older_than: Option<String>,
    #[command(flatten)]
    config: Config,
}

impl Reconcile {
    pub(super) async fn run(self) -> Result<(), String> {
        let age = match &self.older_than {
            None => TimeDelta::zero(),
            Some(text) => Patience::parse_duration(text)
                .map_err(|error| format!("--older-than is not a duration: {error}."))?,
        };
        let service = open(&self.config).await?;
        let looked_up = lookups::reconcile(&service, service.clock.now() - age).await.map_err(sentence)?;
        say(&json!({ "looked_up": looked_up }).to_string())?;
        service.store.close().await;
        Ok(())
    }
}

/// Organizations
#[derive(Subcommand)]
pub enum Org {
    /// Make an organization; prints its id as JSON
    Create {
        /// What it is called
        #[arg(long)]
        name: String,
        /// Its time zone, an IANA name
        #[arg(long, default_value = "UTC")]
        timezone: String,
        #[command(flatten)]
        config: Box<Config>,
    },
}

impl Org {
    pub(super) async fn run(self) -> Result<(), String> {
        let Self::Create { name, timezone, config } = self;
        let service = open(&config).await?;
        let org = orgs::create(&service, &name, &timezone).await.map_err(refusal)?;
        log(&service, org, "org create", &name).await?;
        say(&json!({ "org_id": org.to_string() }).to_string())?;
        service.store.close().await;
        Ok(())
    }
}

/// People
#[derive(Subcommand)]
pub enum User {
    /// Let somebody in; prints a one-time link as JSON, with which they set their password
    Create {
        /// The organization's id
        #[arg(long)]
        org: String,
        /// How they sign in
        #[arg(long)]
        email: String,
        /// What others call them
        #[arg(long, default_value = "", hide_default_value = true)]
        name: String,
        /// owner, organizer or staff
        #[arg(long)]
        role: String,
        #[command(flatten)]
        config: Box<Config>,
    },
}

impl User {
    pub(super) async fn run(self) -> Result<(), String> {
        let Self::Create { org, email, name, role, config } = self;
        let org = parse_org(&org)?;
        let role = Role::parse(&role).ok_or("--role should be owner, organizer or staff.")?;
        let service = open(&config).await?;
        let user = people::create(&service, org, &NewUser { email: email.clone(), name, role })
            .await
            .map_err(refusal)?;
        let token = links::create(&service, org, user, false).await.map_err(refusal)?;
        log(&service, org, "user create", &email).await?;
        let link = format!("{}/sign-in/link/{token}", service.settings.public_url);
        say(&json!({ "user_id": user.to_string(), "sign_in_link": link }).to_string())?;
        service.store.close().await;
        Ok(())
    }
}

/// Keys for programs that call the JSON API
#[derive(Subcommand)]
pub enum ApiKey {
    /// Make a key; prints it as JSON, this once
    Create {
        /// The organization's id
        #[arg(long)]
        org: String,
        /// Which program will use it
        #[arg(long)]
        name: String,
        #[command(flatten)]
        config: Box<Config>,
    },
}

impl ApiKey {
    pub(super) async fn run(self) -> Result<(), String> {
        let Self::Create { org, name, config } = self;
        let org = parse_org(&org)?;
        let service = open(&config).await?;
        let key = api_keys::create(&service, org, &name).await.map_err(refusal)?;
        log(&service, org, "api-key create", &name).await?;
        say(&json!({ "api_key": key }).to_string())?;
        service.store.close().await;
        Ok(())
    }
}

async fn open(config: &Config) -> Result<Service, String> {
    let checked = check(config)?;
    let store = checked.location.open_migrated().await.map_err(sentence)?;
    program::service(&checked, store, Clock::System, Random::System).await.map_err(sentence)
}

fn parse_org(org: &str) -> Result<OrgId, String> {
    OrgId::parse(org).ok_or_else(|| "--org should be an id, as `usher org create` prints it.".to_owned())
}

async fn log(service: &Service, org: OrgId, action: &str, subject: &str) -> Result<(), String> {
    let deed = audit::Deed { org: Some(org), user: None, actor: "command line", action, subject };
    audit::write(service, &deed).await.map_err(sentence)
}

fn refusal(error: Error) -> String {
    match error {
        Error::Invalid(errors) => errors
            .into_iter()
            .map(|error| format!("--{}: {}", error.field, error.message))
            .collect::<Vec<_>>()
            .join(" "),
        Error::NotFound => "There is no such organization. `usher org create` makes one.".into(),
        other => other.to_string(),
    }
}
