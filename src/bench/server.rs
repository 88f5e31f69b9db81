//! The real binary serving a database of its own, with an organization and a way in.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use usher::config::Config;
use usher::program;
use usher_core::clock::Clock;
use usher_core::messages::Author;
use usher_core::orgs::{self, Change};
use usher_core::people::{self, NewUser, Role, links};
use usher_core::random::Random;
use usher_core::{api_keys, store::Location};

use super::error::{BenchError, Doing};

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
    key: String,
    cookie: String,
    http: Client,
}

impl Server {
    /// Starts it on a fresh SQLite file, or in a schema of its own on this server.
    pub(crate) async fn start(server: Option<&str>) -> Result<Self, BenchError> {
        let name = Clock::System.new_id().simple().to_string();
        let folder = std::env::temp_dir().join(format!("usher-bench-{name}"));
        std::fs::create_dir_all(&folder).doing("making a folder")?;
        let database_url = match server {
            None => format!("sqlite://{}", folder.join("usher.db").display()),
            Some(server) => schema(server, &name).await?,
        };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").doing("finding a port")?;
        let bind = listener.local_addr().doing("finding a port")?.to_string();
        drop(listener);
        let url = format!("http://{bind}");
        let config = Config {
            database_url,
            bind,
            public_url: url.clone(),
            twilio_account_sid: "AC00000000000000000000000000000001".into(),
            twilio_auth_token: "0123456789abcdef0123456789abcdef".into(),
            twilio_phone_number: "+15550100199".into(),
            // Nobody is there: what is measured here sends nothing.
            twilio_api_base: "http://127.0.0.1:9".into(),
            secret_key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into(),
            log: "warn".into(),
            log_format: "json".into(),
            ..Config::default()
        };
        let (key, link) = found(&config).await?;
        let child = serve(&config, &folder)?;
        let http = Client::builder().no_proxy().redirect(Policy::none()).build().doing("making a client")?;
        let engine = if server.is_some() { "postgres" } else { "sqlite" };
        let mut server = Self { child, folder, url, engine, key, cookie: String::new(), http };
        server.ready().await?;
        server.sign_in(&link).await?;
        Ok(server)
    }

    async fn ready(&self) -> Result<(), BenchError> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if self
                .http
                .get(format!("{}/readyz", self.url))
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
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

    /// A page as the signed-in owner sees it; returns how long it took.
    pub(crate) async fn page(&self, path: &str) -> Result<Duration, BenchError> {
        let began = Instant::now();
        let request = self.http.get(format!("{}{path}", self.url)).header("cookie", &self.cookie);
        let answer = request.send().await.doing("reading a page")?;
        if answer.status() != StatusCode::OK {
            return Err(BenchError::new("reading a page", format!("{path}: {}", answer.status())));
        }
        let answer = answer.error_for_status().doing("reading a page")?;
        answer.bytes().await.doing("reading a page")?;
        Ok(began.elapsed())
    }

    /// A call of the JSON API.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, BenchError> {
        let method = method.parse().doing("calling the API")?;
        let mut request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer: Response = request.send().await.doing("calling the API")?;
        let (status, text) = (answer.status(), answer.text().await.doing("calling the API")?);
        if !status.is_success() {
            return Err(BenchError::new("calling the API", format!("{path}: {status} {text}")));
        }
        serde_json::from_str(&text).doing("reading an answer of the API")
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
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("bench: a process may be left behind: {error}");
        }
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("bench: a folder may be left behind: {error}");
        }
    }
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

/// An organization whose texts nothing holds, its key, and a link that signs its owner in.
async fn found(config: &Config) -> Result<(String, String), BenchError> {
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
    Ok((key, link))
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
