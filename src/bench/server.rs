//! The real binary serving a database of its own, with an organization and a way in.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;
use reqwest::redirect::Policy;
use usher::config::Config;
use usher::program;
use usher_core::clock::Clock;
use usher_core::messages::Author;
use usher_core::orgs::{self, Change};
use usher_core::people::{self, NewUser, Role, links};
use usher_core::random::Random;
use usher_core::{api_keys, store::Location};
use uuid::Uuid;

use super::database::Database;
use super::error::{BenchError, Doing};
use super::load::{self, Shape};

/// The account that the measured product sends with.
pub(crate) const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";
/// Its auth token.
pub(crate) const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// Its number.
pub(crate) const NUMBER: &str = "+15550100199";
/// How long the binary may take to be ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running product; dropping it kills it and removes what it kept.
pub(crate) struct Server {
    child: Child,
    folder: PathBuf,
    /// Where it answers.
    pub(crate) url: String,
    /// Which engine.
    pub(crate) engine: &'static str,
    /// The database, for a look from beside.
    pub(crate) database_url: String,
    /// The organization.
    pub(crate) org: Uuid,
    /// From its start until it was ready.
    pub(crate) ready_after: Duration,
    config: Config,
    others: Vec<Child>,
    pub(super) key: String,
    pub(super) cookie: String,
    pub(super) http: Client,
}

/// What is measured.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Setup<'a> {
    /// A PostgreSQL server; SQLite without it.
    pub(crate) database_url: Option<&'a str>,
    /// What is on record before.
    pub(crate) load: Option<Shape>,
    /// Where Twilio is; nobody is there without it, for what sends nothing.
    pub(crate) twilio: Option<&'a str>,
    /// Requests to Twilio in flight at once, if not as usual.
    pub(crate) in_flight: Option<usize>,
    /// What the product logs, if not only what went wrong.
    pub(crate) log: Option<&'a str>,
}

impl Server {
    /// Starts it on a fresh SQLite file, or in a schema of its own on this server.
    pub(crate) async fn start(setup: &Setup<'_>) -> Result<Self, BenchError> {
        let name = Clock::System.new_id().simple().to_string();
        let folder = std::env::temp_dir().join(format!("usher-bench-{name}"));
        std::fs::create_dir_all(&folder).doing("making a folder")?;
        let database_url = match setup.database_url {
            None => format!("sqlite://{}", folder.join("usher.db").display()),
            Some(server) => schema(server, &name).await?,
        };
        let config = config(database_url.clone(), setup)?;
        let Founded { org, key, link } = found(&config).await?;
        if let Some(shape) = &setup.load {
            let began = Instant::now();
            let mut database = Database::open(&database_url).await?;
            load::load(&mut database, shape).await?;
            let (seconds, size) = (began.elapsed().as_secs_f64(), database.megabytes().await?);
            println!("({} texts loaded in {seconds:.0} s, {size} MB)", shape.texts);
        }
        let child = serve(&config, &folder)?;
        let began = Instant::now();
        let http = Client::builder().no_proxy().redirect(Policy::none()).build().doing("making a client")?;
        let engine = if setup.database_url.is_some() { "postgres" } else { "sqlite" };
        let (url, ready_after, cookie, others) =
            (config.public_url.clone(), Duration::ZERO, String::new(), Vec::new());
        let mut server = Self {
            child,
            folder,
            url,
            engine,
            database_url,
            org,
            ready_after,
            config,
            others,
            key,
            cookie,
            http,
        };
        server.ready(&server.url).await?;
        server.ready_after = began.elapsed();
        server.sign_in(&link).await?;
        Ok(server)
    }

    /// One more process on the same database.
    pub(crate) async fn join(&mut self) -> Result<(), BenchError> {
        let bind = free_address()?;
        let config = Config { bind: bind.clone(), ..self.config.clone() };
        self.others.push(serve(&config, &self.folder)?);
        self.ready(&format!("http://{bind}")).await
    }

    /// Ends it and drops what it kept on a server of others.
    pub(crate) async fn end(self) -> Result<(), BenchError> {
        let schema = self.database_url.split_once("search_path]=").map(|(_, schema)| schema.to_owned());
        let url = self.database_url.clone();
        drop(self);
        match schema {
            Some(schema) => Database::open(&url).await?.run(&format!("drop schema {schema} cascade")).await,
            None => Ok(()),
        }
    }

    /// Stops the process and starts it again; returns how long it took to be ready.
    pub(crate) async fn restart(&mut self) -> Result<Duration, BenchError> {
        self.child.kill().and_then(|()| self.child.wait()).doing("stopping usher serve")?;
        let began = Instant::now();
        self.child = serve(&self.config, &self.folder)?;
        self.ready(&self.url).await?;
        Ok(began.elapsed())
    }

    async fn ready(&self, url: &str) -> Result<(), BenchError> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if self
                .http
                .get(format!("{url}/readyz"))
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err(BenchError::new("starting usher serve", "it was not ready in time"))
    }

    async fn sign_in(&mut self, link: &str) -> Result<(), BenchError> {
        let answer =
            self.http.get(format!("{}/sign-in/link/{link}", self.url)).send().await.doing("signing in")?;
        let cookie = answer.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next());
        self.cookie = cookie.ok_or("there is no cookie").doing("signing in")?.to_owned();
        Ok(())
    }

    /// Memory of the process in MB: now, and at most so far.
    pub(crate) fn memory(&self) -> Result<(u64, u64), BenchError> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).doing("reading the process's memory")?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1_024)
        };
        field("VmRSS:")
            .zip(field("VmHWM:"))
            .ok_or_else(|| BenchError::new("reading the process's memory", "the system does not say"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for child in std::iter::once(&mut self.child).chain(&mut self.others) {
            if let Err(error) = child.kill().and_then(|()| child.wait()) {
                eprintln!("bench: a process may be left behind: {error}");
            }
        }
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("bench: a folder may be left behind: {error}");
        }
    }
}

fn free_address() -> Result<String, BenchError> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").doing("finding a port")?;
    listener.local_addr().map(|address| address.to_string()).doing("finding a port")
}

fn config(database_url: String, setup: &Setup<'_>) -> Result<Config, BenchError> {
    let bind = free_address()?;
    Ok(Config {
        database_url,
        public_url: format!("http://{bind}"),
        bind,
        twilio_account_sid: ACCOUNT_SID.into(),
        twilio_auth_token: AUTH_TOKEN.into(),
        twilio_phone_number: NUMBER.into(),
        twilio_api_base: setup.twilio.unwrap_or("http://127.0.0.1:9").into(),
        twilio_in_flight: setup.in_flight.map(|most| most.to_string()).unwrap_or_default(),
        secret_key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into(),
        log: setup.log.unwrap_or("warn").into(),
        log_format: "json".into(),
        ..Config::default()
    })
}

/// A schema of our own on a server.
async fn schema(server: &str, name: &str) -> Result<String, BenchError> {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(server).await.doing("connecting to PostgreSQL")?;
    let sql = format!("create schema bench_{name}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.doing("making a schema")?;
    let joint = if server.contains('?') { '&' } else { '?' };
    Ok(format!("{server}{joint}options[search_path]=bench_{name}"))
}

/// What a database begins with.
struct Founded {
    org: Uuid,
    key: String,
    link: String,
}

/// An organization whose texts nothing holds, its key, and a link that signs its owner in.
async fn found(config: &Config) -> Result<Founded, BenchError> {
    let checked = config.check(&Random::System).doing("checking the configuration")?;
    let location: Location = config.database_url.parse().doing("reading the database's address")?;
    let store = location.open_migrated().await.doing("opening the database")?;
    let service = program::service(&checked, store, Clock::System, Random::System).await.doing("starting")?;
    let org = orgs::create(&service, "Bench", "America/New_York").await.doing("making an organization")?;
    orgs::change(&service, org, &Author::command_line(), &Change::nothing_holds())
        .await
        .doing("changing settings")?;
    let owner = NewUser { email: "ana@bench.example".into(), name: "Ana".into(), role: Role::Owner };
    let owner = people::create(&service, org, &owner).await.doing("making an owner")?;
    let link = links::create(&service, org, owner, true).await.doing("making a link")?;
    let key = api_keys::create(&service, org, "bench").await.doing("making a key")?;
    service.store.close().await;
    Ok(Founded { org: org.0, key, link })
}

fn serve(config: &Config, folder: &std::path::Path) -> Result<Child, BenchError> {
    let binary = std::env::current_exe().doing("finding the usher binary")?.with_file_name("usher");
    let variables = [
        ("DATABASE_URL", &config.database_url),
        ("BIND", &config.bind),
        ("PUBLIC_URL", &config.public_url),
        ("TWILIO_ACCOUNT_SID", &config.twilio_account_sid),
        ("TWILIO_AUTH_TOKEN", &config.twilio_auth_token),
        ("TWILIO_PHONE_NUMBER", &config.twilio_phone_number),
        ("TWILIO_API_BASE", &config.twilio_api_base),
        ("TWILIO_IN_FLIGHT", &config.twilio_in_flight),
        ("SECRET_KEY", &config.secret_key),
        ("LOG", &config.log),
        ("LOG_FORMAT", &config.log_format),
    ];
    Command::new(binary)
        .arg("serve")
        .env_clear()
        .envs(variables)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .doing("starting usher serve; was it built in the same profile?")
}
