//! Many rows as one parameter: both engines unpack one JSON array, so a batch costs one
//! statement on either, however many rows it has.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use uuid::Uuid;

/// A statement that begins with `with input as (...)`, once for each engine.
///
/// `rows!(id uuid, at timestamptz => "update …")` makes `input(id, at)` out of `$1`. It is
/// materialized, so that a join from another table's side does not unpack the JSON for each row.
///
/// SQLite reads JSON text anew for each field of a row, and its own binary form only once.
///
/// PostgreSQL expects a hundred rows of any JSON, and for a hundred it reads a small table from end to
/// end; that plan it keeps while the table grows. `one` is always null, which makes it expect one row.
macro_rules! rows {
    ($($name:ident $kind:ident),+ => $($body:expr),+ $(,)?) => {
        $crate::store::Rows {
            sqlite: concat!(
                "with packed as materialized (select jsonb(value) as value from json_each($1)),
                   input as materialized (select 1 as one",
                $(", ", $crate::store::sqlite_value!($kind, $name), " as ", stringify!($name),)+
                " from packed) ", $($body),+
            ),
            postgres: concat!(
                "with input as materialized (select * from jsonb_to_recordset($1::jsonb) as x (one bigint",
                $(", ", stringify!($name), " ", stringify!($kind),)+
                ") where one is null) ", $($body),+
            ),
        }
    };
}

/// How SQLite reads one field of the JSON row. Ids and bytes travel as hex.
macro_rules! sqlite_value {
    (uuid, $name:ident) => {
        concat!("unhex(value ->> '", stringify!($name), "')")
    };
    (bytea, $name:ident) => {
        concat!("unhex(substr(value ->> '", stringify!($name), "', 3))")
    };
    ($kind:ident, $name:ident) => {
        concat!("value ->> '", stringify!($name), "'")
    };
}

pub(crate) use {rows, sqlite_value};

/// The two texts that [`rows!`] makes.
pub(crate) struct Rows {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

impl Rows {
    /// The text for the engine of this transaction.
    pub(crate) fn text(&self, tx: &super::Tx) -> &'static str {
        match tx {
            super::Tx::Sqlite(_) => self.sqlite,
            super::Tx::Postgres(_) => self.postgres,
        }
    }
}

/// The JSON parameter of [`rows!`].
///
/// # Errors
/// Only if a row cannot be written as JSON, which no row type of ours can cause.
pub(crate) fn as_parameter<T: Serialize>(rows: &[T]) -> Result<String, sqlx::Error> {
    serde_json::to_string(rows).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// The JSON parameter of a [`rows!`] whose only column is `id uuid`.
pub(crate) fn as_ids<T: Serialize>(ids: impl IntoIterator<Item = T>) -> Result<String, sqlx::Error> {
    #[derive(Serialize)]
    struct Id<T> {
        id: T,
    }
    as_parameter(&ids.into_iter().map(|id| Id { id }).collect::<Vec<_>>())
}

/// A time in the form that sqlx binds on SQLite, where times compare as text.
pub(crate) fn time<S: serde::Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, false))
}

/// As [`time`], or null.
pub(crate) fn optional_time<S: serde::Serializer>(
    at: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => time(at, serializer),
        None => serializer.serialize_none(),
    }
}

/// Bytes as both engines read them out of JSON: `\x` and hex.
pub(crate) fn optional_bytes<S: serde::Serializer>(
    bytes: &Option<Vec<u8>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    use std::fmt::Write;
    let Some(bytes) = bytes else { return serializer.serialize_none() };
    let mut text = String::with_capacity(2 + 2 * bytes.len());
    text.push_str("\\x");
    for byte in bytes {
        write!(text, "{byte:02x}").map_err(serde::ser::Error::custom)?;
    }
    serializer.serialize_str(&text)
}

/// An id as both engines read it out of JSON: 32 hex digits.
pub(crate) fn hex<S: serde::Serializer>(id: &Uuid, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&id.simple())
}
