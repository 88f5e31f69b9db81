//! Indexes are taken away while millions of rows are written, and built once afterwards. The figures that SQLite plans
//! by go with them, so they are kept aside.

use super::super::database::Database;
use super::super::error::BenchError;

/// What has millions of rows.
const TABLES: &str = "('messages', 'attempts', 'attendees', 'contacts')";

/// Drops the indexes that no constraint needs; returns the statements that make them again.
pub(super) async fn take_away(database: &mut Database) -> Result<Vec<String>, BenchError> {
    let (names, statements) = match database {
        Database::Sqlite(_) => {
            let of = format!(
                "from sqlite_master where type = 'index' and sql is not null and tbl_name in {TABLES} order by name"
            );
            (format!("select name {of}"), format!("select sql {of}"))
        }
        Database::Postgres(_) => {
            let of = format!(
                "from pg_indexes where schemaname = current_schema() and tablename in {TABLES} and not exists
                   (select 1 from pg_constraint c where c.conindid = (quote_ident(schemaname) || '.' || quote_ident(indexname))::regclass)
                 order by indexname"
            );
            (format!("select indexname::text {of}"), format!("select indexdef {of}"))
        }
    };
    let names = database.words(&names).await?;
    let mut statements = database.words(&statements).await?;
    if let Database::Sqlite(_) = database {
        database.run("create temp table figures as select * from sqlite_stat1").await?;
        statements.push(
            "delete from sqlite_stat1; insert into sqlite_stat1 select * from temp.figures; analyze sqlite_schema".into(),
        );
    }
    for name in names {
        database.run(&format!("drop index {name}")).await?;
    }
    Ok(statements)
}

/// Makes them again.
pub(super) async fn put_back(database: &mut Database, statements: &[String]) -> Result<(), BenchError> {
    for statement in statements {
        database.run(statement).await?;
    }
    Ok(())
}
