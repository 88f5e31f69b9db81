//! What is asked for.

use clap::{Parser, ValueEnum};

use super::target::Target;

/// Throw bad requests at the product and see that it takes none of them amiss
#[derive(Clone, Debug, Parser)]
#[command(name = "fuzz")]
pub(crate) struct Args {
    /// For how long, on each engine
    #[arg(long, default_value_t = 60)]
    pub(crate) seconds: u64,
    /// Decides every chance
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// What is thrown at; everything by default
    #[arg(long, value_enum)]
    pub(crate) target: Vec<Target>,
    /// On which engine; PostgreSQL needs a server
    #[arg(long, value_enum)]
    pub(crate) engine: Option<Engine>,
    /// A PostgreSQL server whose user may make schemas
    #[arg(long, env = "TEST_DATABASE_URL", hide_env_values = true)]
    pub(crate) postgres: Option<String>,
    /// Throw only this input, as a failure names it, and show its answer
    #[arg(long)]
    pub(crate) input: Option<u64>,
}

/// Where everything is kept meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Args {
    /// What is thrown at.
    pub(crate) fn targets(&self) -> Vec<Target> {
        if self.target.is_empty() { Target::value_variants().to_vec() } else { self.target.clone() }
    }
}
