//! Bringing the schema up to date, one process at a time, and checking that it is whole.

use std::collections::BTreeSet;
use std::fs::File;

use sqlx::migrate::Migrator;

use super::{Location, Store, StoreError, on_store};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// One column of one table.
pub type Column = (String, String);

impl Location {
    /// Opens the store with its schema up to date and whole.
    ///
    /// # Errors
    /// As [`Location::open`], or if a migration fails or something is missing afterwards.
    pub async fn open_migrated(&self) -> Result<Store, StoreError> {
        // PostgreSQL locks by itself; on SQLite two processes would run the same migration twice.
        let lock = match self.file() {
            Some(database) => Some(wait_for_lock(database).await?),
            None => None,
        };
        let store = self.open().await?;
        store.migrate().await?;
        drop(lock);
        Ok(store)
    }

    /// Keeps every other `serve` away from an embedded database, as long as the guard lives.
    ///
    /// # Errors
    /// [`StoreError::Served`] if another process holds it.
    pub fn guard(&self) -> Result<Option<File>, StoreError> {
        let Some(database) = self.file() else {
            return Ok(None);
        };
        let (file, path) = lock_file(database, "lock")?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Served(database.display().to_string())),
            Err(std::fs::TryLockError::Error(cause)) => Err(StoreError::Lock { path, cause }),
        }
    }
}

/// Waits for the lock on a thread of its own: whoever holds it may need this one to finish.
async fn wait_for_lock(database: &std::path::Path) -> Result<File, StoreError> {
    let (file, path) = lock_file(database, "migrate.lock")?;
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    let failed = |cause| StoreError::Lock { path: path.clone(), cause };
    locked.map_err(|error| failed(std::io::Error::other(error)))?.map_err(failed)
}

fn lock_file(database: &std::path::Path, suffix: &str) -> Result<(File, String), StoreError> {
    let path = format!("{}.{suffix}", database.display());
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|cause| StoreError::Lock { path: path.clone(), cause })?;
    Ok((file, path))
}

impl Store {
    async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(embedded) => SQLITE.run(&embedded.write).await?,
            Self::Postgres(pool) => POSTGRES.run(pool).await?,
        }
        self.check_whole().await?;
        Ok(crate::search::fill(self).await?)
    }

    /// The number of the newest migration this program knows.
    #[must_use]
    pub fn schema_version() -> i64 {
        SQLITE.iter().map(|migration| migration.version).max().unwrap_or_default()
    }

    /// Finds tables and columns that the migrations make but this database lacks.
    ///
    /// # Errors
    /// [`StoreError::Incomplete`] with their names.
    pub async fn check_whole(&self) -> Result<(), StoreError> {
        let found: BTreeSet<Column> = self.columns().await?.into_iter().collect();
        let tables: BTreeSet<&str> = found.iter().map(|(table, _)| table.as_str()).collect();
        let missing: Vec<String> = expected_columns()
            .into_iter()
            .filter(|column| !found.contains(column))
            .map(|(table, column)| {
                if tables.contains(table.as_str()) {
                    format!("column {table}.{column}")
                } else {
                    format!("table {table}")
                }
            })
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(StoreError::Incomplete(missing.join(", "))) }
    }

    /// Every table and column of ours, sorted.
    ///
    /// # Errors
    /// If the database cannot be asked.
    pub async fn columns(&self) -> Result<Vec<Column>, StoreError> {
        let sql = match self {
            Self::Sqlite(_) => {
                "select m.name, c.name from sqlite_schema m, pragma_table_xinfo(m.name) c
                 where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> '_sqlx_migrations' order by 1, 2"
            }
            Self::Postgres(_) => {
                "select table_name::text, column_name::text from information_schema.columns
                 where table_schema = current_schema() and table_name <> '_sqlx_migrations' order by 1, 2"
            }
        };
        Ok(on_store!(read self, |ex| sqlx::query_as(sql).fetch_all(ex).await)?)
    }
}

/// The columns that the embedded migrations make, read from their text.
fn expected_columns() -> Vec<Column> {
    SQLITE.iter().flat_map(|migration| columns_made_by(migration.sql.as_str())).collect()
}

/// House form of a migration: `create table NAME (`, one column a line by two spaces, `)`; later
/// ones `alter table NAME add column COLUMN …`.
fn columns_made_by(sql: &str) -> Vec<Column> {
    let mut made = Vec::new();
    let mut table: Option<&str> = None;
    for line in sql.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (words.as_slice(), table) {
            (["create", "table", name, "("], _) => table = Some(name),
            (["alter", "table", name, "add", "column", column, ..], _) => {
                made.push(((*name).into(), (*column).into()))
            }
            ([first, ..], _) if first.starts_with(')') => table = None,
            ([first, ..], Some(name)) if is_column(line, first) => made.push((name.into(), (*first).into())),
            _ => {}
        }
    }
    made
}

fn is_column(line: &str, first: &str) -> bool {
    let indented_once = line.starts_with("  ") && !line.starts_with("   ");
    indented_once && !matches!(first, "primary" | "unique" | "check" | "foreign" | "--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_have_the_same_migrations() {
        let names = |migrator: &Migrator| -> Vec<_> {
            migrator.iter().map(|migration| (migration.version, migration.description.clone())).collect()
        };
        assert_eq!(names(&SQLITE), names(&POSTGRES));
        assert!(SQLITE.iter().count() > 0);
    }

    #[test]
    fn both_engines_make_the_same_columns() {
        let of = |migrator: &Migrator| -> Vec<Column> {
            migrator.iter().flat_map(|migration| columns_made_by(migration.sql.as_str())).collect()
        };
        assert_eq!(of(&SQLITE), of(&POSTGRES));
        assert!(of(&SQLITE).contains(&("messages".into(), "status".into())));
    }
}
