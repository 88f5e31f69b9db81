//! The measured database, entered from beside the product: to load it, and to measure it raw.

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, SqliteConnection};
use usher_core::store::Location;

use super::error::{BenchError, Doing};

/// One connection to either engine, with the words in which they differ.
pub(crate) enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs the same body on the connection at hand.
macro_rules! on_database {
    ($database:expr, |$ex:ident| $body:expr) => {
        match $database {
            $crate::database::Database::Sqlite($ex) => $body,
            $crate::database::Database::Postgres($ex) => $body,
        }
    };
}

pub(crate) use on_database;

impl Database {
    /// Opens it as the product does: a commit that is answered is on the disk.
    pub(crate) async fn open(url: &str) -> Result<Self, BenchError> {
        let location: Location = url.parse().doing("reading the database's address")?;
        match location {
            Location::Sqlite(path) => {
                let options = SqliteConnectOptions::new().filename(path).pragma("synchronous", "full");
                let options = options.busy_timeout(std::time::Duration::from_secs(10));
                options.connect().await.map(Self::Sqlite).doing("opening the database")
            }
            Location::Postgres(options) => {
                let options: PgConnectOptions = *options;
                options.connect().await.map(Self::Postgres).doing("opening the database")
            }
        }
    }

    /// Runs statements that answer nothing.
    pub(crate) async fn run(&mut self, sql: &str) -> Result<(), BenchError> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        on_database!(self, |ex| sql.execute(ex).await.map(drop)).doing("running a statement")
    }

    /// The only column of what a query finds.
    pub(crate) async fn words(&mut self, sql: &str) -> Result<Vec<String>, BenchError> {
        let sql = AssertSqlSafe(sql.to_owned());
        on_database!(self, |ex| sqlx::query_scalar(sql).fetch_all(ex).await).doing("reading the database")
    }

    /// A number that a query finds.
    pub(crate) async fn number(&mut self, sql: &str) -> Result<i64, BenchError> {
        let sql = AssertSqlSafe(sql.to_owned());
        on_database!(self, |ex| sqlx::query_scalar(sql).fetch_one(ex).await).doing("reading the database")
    }

    /// How safely it writes, in its own words; figures without it say nothing.
    pub(crate) async fn durability(&mut self) -> Result<String, BenchError> {
        Ok(match self {
            Self::Sqlite(_) => "SQLite, synchronous=FULL".into(),
            Self::Postgres(_) => {
                let fsync = self.words("show fsync").await?.concat();
                let commit = self.words("show synchronous_commit").await?.concat();
                format!("PostgreSQL, fsync={fsync}, synchronous_commit={commit}")
            }
        })
    }

    /// Megabytes that it takes on the disk, indexes included.
    pub(crate) async fn megabytes(&mut self) -> Result<i64, BenchError> {
        let bytes = match self {
            Self::Sqlite(_) => "select page_count * page_size from pragma_page_count(), pragma_page_size()",
            Self::Postgres(_) => {
                "select sum(pg_total_relation_size(oid))::bigint from pg_class
                 where relnamespace = current_schema()::regnamespace and relkind = 'r'"
            }
        };
        Ok(self.number(bytes).await? / 1_000_000)
    }

    /// `with n(n) as (…)`: the numbers from `first` up to, but not with, `end`.
    pub(crate) fn numbers(&self, first: i64, end: i64) -> String {
        match self {
            Self::Sqlite(_) if first >= end => "with n(n) as (select 0 where false)".into(),
            Self::Sqlite(_) => format!(
                "with recursive n(n) as (select {first} union all select n + 1 from n where n + 1 < {end})"
            ),
            Self::Postgres(_) => {
                format!("with n(n) as (select generate_series({first}::bigint, {end}::bigint - 1))")
            }
        }
    }

    /// The id that [`super::load::id`] makes of the same numbers.
    pub(crate) fn id(&self, ms: &str, kind: i64, n: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("unhex(printf('%012x7%03x8%015x', {ms}, {kind}, {n}))"),
            Self::Postgres(_) => format!(
                "(lpad(to_hex({ms}), 12, '0') || '7' || '{kind:03x}' || '8' || lpad(to_hex({n}), 15, '0'))::uuid"
            ),
        }
    }

    /// A number as 32 hex digits.
    pub(crate) fn hex(&self, n: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("printf('%032x', {n})"),
            Self::Postgres(_) => format!("lpad(to_hex({n}), 32, '0')"),
        }
    }

    /// A time, given in milliseconds.
    pub(crate) fn time(&self, ms: &str) -> String {
        match self {
            Self::Sqlite(_) => format!(
                "strftime('%Y-%m-%dT%H:%M:%S', ({ms}) / 1000, 'unixepoch') || printf('.%03d+00:00', ({ms}) % 1000)"
            ),
            Self::Postgres(_) => format!("to_timestamp(({ms}) / 1000.0)"),
        }
    }

    /// A number with leading zeros.
    pub(crate) fn digits(&self, n: &str, width: usize) -> String {
        match self {
            Self::Sqlite(_) => format!("printf('%0{width}d', {n})"),
            Self::Postgres(_) => format!("lpad(({n})::text, {width}, '0')"),
        }
    }
}
