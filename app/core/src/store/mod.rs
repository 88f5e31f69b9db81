//! The SQL store: SQLite or PostgreSQL behind one type, one SQL text for both.
//!
//! Rules for the SQL: only what both engines know (`$1`, `returning`, `on conflict`, `filter`,
//! CTEs); where they differ, a two-armed `match` or `rows!` stands in place. Ids and times are
//! made in Rust. A transaction opens and closes inside one function of core.

mod away;
mod connect;
mod foreign;
mod migrate;
mod pages;
mod rows;
mod tries;

pub use away::is_away;
pub use connect::{Location, StoreError};
pub(crate) use pages::cut;
pub(crate) use rows::{
    Rows, as_ids, as_parameter, hex, optional_bytes, optional_time, rows, sqlite_value, time,
};
pub(crate) use tries::{repeated, was_in_the_way};

pub use sqlx::Error as DatabaseError;

use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};

/// An embedded SQLite file: many readers, exactly one writing connection.
#[derive(Clone, Debug)]
pub struct Embedded {
    pub(crate) read: SqlitePool,
    pub(crate) write: SqlitePool,
}

/// Where everything is kept.
#[derive(Clone, Debug)]
pub enum Store {
    /// One file beside one process.
    Sqlite(Embedded),
    /// A server that any number of processes share.
    Postgres(PgPool),
}

/// An open transaction on either engine.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// The connection of an open transaction.
pub(crate) enum Connection<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

/// Runs the same query text on the engine at hand: `read` may use any connection, `write` the
/// writing one.
macro_rules! on_store {
    (read $store:expr, |$ex:ident| $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite(embedded) => {
                let $ex = &embedded.read;
                $body
            }
            $crate::store::Store::Postgres(pool) => {
                let $ex = pool;
                $body
            }
        }
    };
    (write $store:expr, |$ex:ident| $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite(embedded) => {
                let $ex = &embedded.write;
                $body
            }
            $crate::store::Store::Postgres(pool) => {
                let $ex = pool;
                $body
            }
        }
    };
}

/// Runs the same query text inside an open transaction.
macro_rules! on_tx {
    ($tx:expr, |$ex:ident| $body:expr) => {
        match $tx.connection() {
            $crate::store::Connection::Sqlite($ex) => $body,
            $crate::store::Connection::Postgres($ex) => $body,
        }
    };
}

pub(crate) use {on_store, on_tx};

impl Store {
    /// A transaction that will write. SQLite takes its write lock at once: a read that turns into
    /// a write later would fail with "database is locked".
    pub(crate) async fn begin(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(embedded) => Tx::Sqlite(embedded.write.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Tx::Postgres(begin_whole(pool, "begin").await?),
        })
    }

    /// A transaction that only reads, so that a count and its list see the same rows.
    pub(crate) async fn begin_read(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(embedded) => Tx::Sqlite(embedded.read.begin().await?),
            Self::Postgres(pool) => {
                Tx::Postgres(begin_whole(pool, "begin isolation level repeatable read read only").await?)
            }
        })
    }

    /// The engine's name, for messages to an operator.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// Ends all connections; SQLite folds its journal into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(embedded) => {
                embedded.read.close().await;
                embedded.write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Begins a transaction whether or not anybody still waits for it, as when a browser has gone away.
/// Dropped in the middle, sqlx 0.9.0 gives the connection back with the transaction open, and what others
/// write there next is lost (<https://github.com/launchbadge/sqlx/issues/4393>).
async fn begin_whole(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    tokio::spawn(async move { pool.begin_with(statement).await })
        .await
        .map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?
}

impl Tx {
    pub(crate) fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(tx) => Connection::Sqlite(tx),
            Self::Postgres(tx) => Connection::Postgres(tx),
        }
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}

/// True where the statement failed because a row with that key exists.
pub(crate) fn is_unique_violation(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
