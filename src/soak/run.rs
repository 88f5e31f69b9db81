//! One engine, from an empty database to the verdict.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use usher::config::Config;
use usher::program;
use usher::simulator::{self, Faults, Options, Pace, Sent, Simulator};
use usher_core::Service;
use usher_core::clock::Clock;
use usher_core::ids::OrgId;
use usher_core::random::Random;

use super::books::Books;
use super::bulk::{self, Bulk};
use super::cluster::Cluster;
use super::crowd::{self, Crowd};
use super::error::{Doing, SoakError};
use super::faults::{self, Backlog, Gusts};
use super::gate::Gate;
use super::once::Made;
use super::plan::{Engine, Plan};
use super::report::{self, Report};
use super::serving::{Fleet, free_port};
use super::verdict::{self, Finding};
use super::{once, phones, progress, settings, violence, writer};

/// Findings whose trails are shown.
const SHOWN: usize = 6;

/// A folder that is gone with the soak, unless it is to be kept.
struct Folder {
    path: PathBuf,
    keep: bool,
}

/// Everything that runs for one engine, in the order in which it has to stop.
struct Scene {
    fleet: Fleet,
    _gate: Option<Gate>,
    /// Where the product serves.
    url: String,
    twilio: Simulator,
    service: Service,
    books: Books,
    cluster: Option<Arc<Cluster>>,
    folder: Folder,
    random: Random,
}

/// How the storm was.
struct Storm {
    texts: Vec<Made>,
    asked: u64,
    bulk: Bulk,
    gusts: Gusts,
    restarts: u64,
    length: Duration,
}

/// Soaks one engine.
pub(crate) async fn one_engine(plan: Plan) -> Result<Report, SoakError> {
    let began = Instant::now();
    let mut scene = Scene::set(&plan).await?;
    let told = progress::tell(plan.engine, scene.books.clone());
    let report = tokio::select! {
        report = scene.run(&plan, began) => report?,
        () = told => return Err(SoakError::new("soaking", "nothing is told any more")),
    };
    scene.folder.keep |= !report.is_clean();
    scene.service.store.close().await;
    Ok(report)
}

impl Scene {
    async fn set(plan: &Plan) -> Result<Self, SoakError> {
        // From one seed two engines must not have the same fate.
        let random = Random::seeded(plan.seed.wrapping_mul(2) + u64::from(plan.engine == Engine::Sqlite));
        let folder = Folder::make(plan)?;
        let (database_url, cluster) = database(plan, &folder.path)?;
        let twilio = simulator::start(Options {
            bind: ([127, 0, 0, 1], 0).into(),
            accounts: vec![settings::account()],
            pace: Pace { sent_ms: 60, delivered_ms: 150, response_delay_ms: 15, price_ms: 0, ..Pace::demo() },
            faults: Faults::default(),
            seed: plan.seed,
        })
        .await
        .doing("starting the simulator")?;
        let ports = (0..plan.engine.processes()).map(|_| free_port(&Random::System));
        let binds =
            ports.map(|port| Ok(format!("127.0.0.1:{}", port?))).collect::<Result<Vec<_>, SoakError>>()?;
        let gate = if binds.len() > 1 { Some(Gate::open(binds.clone()).await?) } else { None };
        let direct = format!("http://{}", binds.join(","));
        let url = gate.as_ref().map_or(direct, |gate| gate.url.clone());
        let config = |bind: &str| settings::config(&database_url, &twilio.base_url(), bind, &url);
        let service = service(&config("127.0.0.1:0")).await?;
        let books = Books::open(&service.store, &database_url).await?;
        let variables = binds.iter().map(|bind| settings::variables(&config(bind))).collect();
        let fleet = Fleet::start(&folder.path, variables)?;
        Ok(Self { fleet, _gate: gate, url, twilio, service, books, cluster, folder, random })
    }

    async fn run(&mut self, plan: &Plan, began: Instant) -> Result<Report, SoakError> {
        let crowd = crowd::gather(&self.service, &self.url, plan.texts).await?;
        let left = plan.limit.saturating_sub(began.elapsed());
        let storm = tokio::time::timeout(left, self.storm(plan, &crowd)).await;
        let storm = storm.map_err(|_| SoakError::new("writing texts", "time ran out"))??;
        self.calm(crowd.org, began + plan.limit).await?;
        self.judge(plan, &crowd, storm, began).await
    }

    /// Texts are written, things go wrong, processes die.
    async fn storm(&mut self, plan: &Plan, crowd: &Crowd) -> Result<Storm, SoakError> {
        let began = Instant::now();
        let backlog = Backlog { books: &self.books, texts: plan.texts };
        let in_bulk = bulk::SENDS * crowd.attendees.len() as u64;
        let asked = plan.texts.saturating_sub(in_bulk).max(1);
        let (texts, bulk, gusts, restarts) = futures::try_join!(
            writer::write(crowd, asked, plan.storm),
            bulk::ask(crowd, plan.storm),
            faults::storm(&self.twilio, plan.storm, backlog),
            violence::violence(&mut self.fleet, self.cluster.as_ref(), plan, &self.random),
        )?;
        Ok(Storm { texts, asked, bulk, gusts, restarts, length: began.elapsed() })
    }

    /// Waits until nothing is on its way that could still end, or until the time is over.
    async fn calm(&mut self, org: OrgId, deadline: Instant) -> Result<(), SoakError> {
        while Instant::now() < deadline {
            self.fleet.revive()?;
            let looked = Instant::now();
            let texts = self.books.in_progress(org).await?;
            let ends = |row: &super::books::Row| {
                !(phones::never_ends(&row.to_phone) && matches!(row.status.as_str(), "accepted" | "sent"))
            };
            if !texts.iter().any(ends) && self.books.unfinished(org).await?.is_empty() {
                // The last callbacks, and what they change.
                self.twilio.settle(Duration::from_secs(20)).await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                return Ok(());
            }
            // Who watches must not be in the way.
            tokio::time::sleep((looked.elapsed() * 20).max(Duration::from_millis(500))).await;
        }
        Ok(())
    }

    async fn judge(
        &self,
        plan: &Plan,
        crowd: &Crowd,
        storm: Storm,
        began: Instant,
    ) -> Result<Report, SoakError> {
        let org = crowd.org;
        let rows = self.books.rows(org).await?;
        let attempts = self.books.attempts(org).await?;
        let log = self.twilio.messages();
        let mut findings = verdict::judge(&rows, &attempts, &log);
        findings.extend(once::judge("text", &storm.texts, &self.books.asked(org).await?));
        findings.extend(once::judge("send", &storm.bulk.sends, &self.books.sends(org).await?));
        findings.extend(once::judge("run", &storm.bulk.runs, &self.books.runs(org).await?));
        let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
        for row in &rows {
            *statuses.entry(row.status.clone()).or_default() += 1;
        }
        Ok(Report {
            engine: plan.engine,
            seed: plan.seed,
            texts: rows.len(),
            keys: storm.asked,
            traffic: crowd.api.traffic(),
            statuses: statuses.into_iter().collect(),
            attempts: attempts.len(),
            sends: storm.bulk.sends.len(),
            runs: storm.bulk.runs.len(),
            retries: self.books.retries(org).await?,
            unfinished: self.books.unfinished(org).await?,
            resent: attempts.iter().filter(|attempt| attempt.result.as_deref() == Some("lost")).count(),
            counts: self.twilio.requests(),
            gusts: storm.gusts,
            disorder: report::disorder(&log),
            prefixed: log.iter().filter(|sent| sent.body != sent.body_received).count(),
            kills: self.fleet.kills,
            fell: self.fleet.fell,
            restarts: storm.restarts,
            drifted: self.books.drifted(org).await?,
            evidence: self.evidence(&findings, &log).await?,
            findings,
            storm: storm.length,
            whole: began.elapsed(),
        })
    }

    /// What both sides have of the first findings.
    async fn evidence(&self, findings: &[Finding], log: &[Sent]) -> Result<Vec<String>, SoakError> {
        let mut lines = Vec::new();
        for finding in findings.iter().take(SHOWN) {
            let text = finding.id.to_string();
            lines.push(text.clone());
            for step in self.books.trail(finding.id).await? {
                lines.push(format!(
                    "  {} {} {} {:?} {:?}",
                    step.seq, step.at, step.kind, step.status, step.note
                ));
            }
            for sent in log.iter().filter(|sent| verdict::named_in(sent) == Some(&text)) {
                lines.push(format!("  Twilio: {} to {}: {:?}", sent.sid, sent.to, sent.trail));
                lines.push(format!("    called back {:?} {:?}", sent.status_callback, sent.callbacks));
            }
        }
        if !findings.is_empty() {
            lines.push(format!("database and logs: {}", self.folder.path.display()));
        }
        Ok(lines)
    }
}

/// Where texts are kept, and the server if we have to start one.
fn database(plan: &Plan, folder: &Path) -> Result<(String, Option<Arc<Cluster>>), SoakError> {
    match (&plan.database_url, plan.engine) {
        (Some(url), _) => Ok((url.clone(), None)),
        (None, Engine::Sqlite) => Ok((format!("sqlite://{}", folder.join("usher.db").display()), None)),
        (None, Engine::Postgres) => {
            let cluster = Cluster::start(folder.join("postgres"), &Random::System)?;
            Ok((cluster.url.clone(), Some(Arc::new(cluster))))
        }
    }
}

async fn service(config: &Config) -> Result<Service, SoakError> {
    let checked = config.check(&Random::System).doing("checking the configuration")?;
    let store = checked.location.open_migrated().await.doing("opening the database")?;
    program::service(&checked, store, Clock::System, Random::System).await.doing("starting the service")
}

impl Folder {
    fn make(plan: &Plan) -> Result<Self, SoakError> {
        let name = format!("usher-soak-{}-{}", std::process::id(), plan.engine.as_str());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).doing("making a folder")?;
        Ok(Self { path, keep: plan.keep })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.keep
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, "a folder may be left behind");
        }
    }
}
