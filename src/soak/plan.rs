//! What is asked for, and what follows from it for each engine.

use std::time::Duration;

use clap::{Parser, ValueEnum};

use super::error::SoakError;

/// How fast texts are written; a long soak lasts longer instead of harder.
const TEXTS_PER_SECOND: u64 = 80;
/// Faults and kills need some time to meet texts.
const SHORTEST: Duration = Duration::from_secs(20);
/// A killed process holds its texts for a lease of two minutes; then they are looked up, and those
/// that wait behind them go out.
const AFTERMATH: Duration = Duration::from_secs(240);

/// Kill, cut off, lie to and flood the real binary, and compare its books with Twilio's
#[derive(Clone, Debug, Parser)]
#[command(name = "soak")]
pub(crate) struct Args {
    /// Which engine; both run side by side and share texts and kills
    #[arg(long, value_enum, default_value_t = Choice::Both)]
    engine: Choice,
    /// How many texts in all
    #[arg(long, default_value_t = 1_500)]
    texts: u64,
    /// How many times a serving process is killed in all
    #[arg(long, default_value_t = 6)]
    kills: u64,
    /// For how many seconds texts are asked for and things go wrong; by default as long as 80 texts a
    /// second take on each engine, at least 20. Longer is gentler to whatever else the machine does
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    over: Option<u64>,
    /// When to give up, in seconds; by default after twice the storm and four minutes more
    #[arg(long)]
    seconds_limit: Option<u64>,
    /// Decides every chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// An empty PostgreSQL database to be used instead of a private server, which is then not restarted
    #[arg(long)]
    database_url: Option<String>,
    /// Leave database and logs behind
    #[arg(long)]
    keep: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Choice {
    Sqlite,
    Postgres,
    Both,
}

/// What a soak runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// One process beside one file.
    Sqlite,
    /// Two processes that share a server.
    Postgres,
}

impl Engine {
    /// Its name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// How many processes serve on it.
    pub(crate) fn processes(self) -> usize {
        match self {
            Self::Sqlite => 1,
            Self::Postgres => 2,
        }
    }
}

/// The soak of one engine.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// On what.
    pub(crate) engine: Engine,
    /// How many texts.
    pub(crate) texts: u64,
    /// How many kills.
    pub(crate) kills: u64,
    /// How many restarts of PostgreSQL, where it is ours.
    pub(crate) restarts: u64,
    /// For how long texts are written and things go wrong.
    pub(crate) storm: Duration,
    /// When to give up.
    pub(crate) limit: Duration,
    /// Decides every chance.
    pub(crate) seed: u64,
    /// A database that exists.
    pub(crate) database_url: Option<String>,
    /// Whether to leave database and logs behind.
    pub(crate) keep: bool,
}

impl Args {
    /// One plan for each engine.
    pub(crate) fn plans(&self) -> Result<Vec<Plan>, SoakError> {
        let engines = match self.engine {
            Choice::Sqlite => vec![Engine::Sqlite],
            Choice::Postgres => vec![Engine::Postgres],
            Choice::Both => vec![Engine::Sqlite, Engine::Postgres],
        };
        if self.texts == 0 {
            return Err(SoakError::new("reading --texts", "it should be at least 1"));
        }
        let share = u64::try_from(engines.len()).unwrap_or(1).max(1);
        Ok(engines.into_iter().map(|engine| self.plan(engine, share)).collect())
    }

    fn plan(&self, engine: Engine, share: u64) -> Plan {
        let texts = self.texts.div_ceil(share);
        let kills = self.kills.div_ceil(share);
        let usual = SHORTEST.max(Duration::from_secs(texts / TEXTS_PER_SECOND));
        let storm = self.over.map_or(usual, Duration::from_secs);
        let ours = engine == Engine::Postgres && self.database_url.is_none();
        Plan {
            engine,
            texts,
            kills,
            restarts: if ours && kills > 0 { (kills / 4).max(1) } else { 0 },
            storm,
            limit: self.seconds_limit.map_or(storm * 2 + AFTERMATH, Duration::from_secs),
            seed: self.seed,
            database_url: self.database_url.clone().filter(|_| engine == Engine::Postgres),
            keep: self.keep,
        }
    }
}
