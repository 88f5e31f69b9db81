//! Opening the store: where it is, with which guarantees.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Embedded, Store};

/// Kibibytes of the file that the writing connection keeps in memory, as SQLite has it: negative.
const WRITER_CACHE: &str = "-32768";
/// The same for each reading one; what several read, the system keeps once.
const READER_CACHE: &str = "-8192";

/// Rows that SQLite’s own thread reads before somebody takes them: each hand-over wakes a thread.
const ROWS_AHEAD: usize = 500;

/// What can go wrong before the first query.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is not one of ours.
    #[error(
        "DATABASE_URL is not usable: {0}. It should look like sqlite://usher.db or postgres://user:password@host/name."
    )]
    Address(String),
    /// The engine refused or is away.
    #[error("DATABASE_URL leads to {address}, which cannot be opened: {cause}")]
    Open {
        /// Without user and password.
        address: String,
        /// The engine's own words.
        cause: sqlx::Error,
    },
    /// The file beside the database that guards it cannot be made or locked.
    #[error(
        "DATABASE_URL leads to a folder where {path} cannot be written: {cause}. Make the folder, or choose another."
    )]
    Lock {
        /// The lock file.
        path: String,
        /// The system's own words.
        cause: std::io::Error,
    },
    /// Another process serves this file.
    #[error("Another usher already serves {0}. Stop it first, or use PostgreSQL to run several.")]
    Served(String),
    /// A migration failed.
    #[error("The schema cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The schema lacks something although every migration ran.
    #[error("The database lacks {0}. Restore it from a backup, or start with an empty database.")]
    Incomplete(String),
    /// A query failed.
    #[error("The database failed: {0}")]
    Query(#[from] sqlx::Error),
}

/// A parsed `DATABASE_URL`.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file; made if it does not exist.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Box<PgConnectOptions>),
}

impl FromStr for Location {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            let path = path.split('?').next().unwrap_or_default();
            return if path.is_empty() || path == ":memory:" {
                Err(StoreError::Address("it names no file".into()))
            } else {
                Ok(Self::Sqlite(PathBuf::from(path)))
            };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return PgConnectOptions::from_str(text)
                .map(|options| Self::Postgres(Box::new(options)))
                .map_err(|_| StoreError::Address("the PostgreSQL address does not parse".into()));
        }
        Err(StoreError::Address("it begins with neither sqlite:// nor postgres://".into()))
    }
}

impl Location {
    /// The file, where there is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    /// The address without user and password, for messages.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(options) => format!(
                "postgres://{}:{}/{}",
                options.get_host(),
                options.get_port(),
                options.get_database().unwrap_or_default()
            ),
        }
    }

    /// Opens the store as it is, without touching the schema.
    ///
    /// # Errors
    /// [`StoreError::Open`] if the file or server cannot be used.
    pub async fn open(&self) -> Result<Store, StoreError> {
        let opened = match self {
            Self::Sqlite(path) => open_sqlite(path).await,
            Self::Postgres(options) => open_postgres(options).await,
        };
        opened.map_err(|cause| StoreError::Open { address: self.shown(), cause })
    }
}

async fn open_sqlite(path: &Path) -> Result<Store, sqlx::Error> {
    make_private(path)?;
    // FULL: a commit that was answered survives a power cut, not only a crash.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .row_buffer_size(ROWS_AHEAD)
        .busy_timeout(Duration::from_secs(5));
    // One connection, kept for ever: SQLite has one writer, and queueing here beats "locked".
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options.clone().pragma("cache_size", WRITER_CACHE))
        .await?;
    let read = SqlitePoolOptions::new()
        .max_connections(8)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options.pragma("cache_size", READER_CACHE).pragma("query_only", "on"))
        .await?;
    Ok(Store::Sqlite(Embedded { read, write }))
}

/// Phone numbers and texts are nobody else's business; SQLite gives its journal the same mode.
fn make_private(path: &Path) -> Result<(), sqlx::Error> {
    use std::os::unix::fs::OpenOptionsExt;
    match std::fs::File::options().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(sqlx::Error::Io(error)),
        _ => Ok(()),
    }
}

async fn open_postgres(options: &PgConnectOptions) -> Result<Store, sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options.clone().application_name("usher"))
        .await?;
    Ok(Store::Postgres(pool))
}
