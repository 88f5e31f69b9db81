//! A fresh database for each engine, gone afterwards.

use std::path::PathBuf;

use sqlx::Connection;
use usher_core::clock::Clock;

use super::args::{Args, Engine};
use super::error::{Doing, FuzzError};

/// Where everything is kept meanwhile.
pub(crate) enum Place {
    /// A folder of our own.
    Sqlite(PathBuf),
    /// A schema of our own.
    Postgres { server: String, schema: String },
}

impl Place {
    /// One for each engine that was asked for, or that there is.
    pub(crate) async fn all(args: &Args) -> Result<Vec<Self>, FuzzError> {
        let mut places = Vec::new();
        if args.engine != Some(Engine::Postgres) {
            let name = format!("usher-fuzz-{}", Clock::System.new_id().simple());
            let folder = std::env::temp_dir().join(name);
            std::fs::create_dir_all(&folder).doing("making a folder")?;
            places.push(Self::Sqlite(folder));
        }
        if args.engine == Some(Engine::Sqlite) {
            return Ok(places);
        }
        match &args.postgres {
            Some(server) => {
                let schema = format!("fuzz_{}", Clock::System.new_id().simple());
                run(server, &format!("create schema {schema}")).await?;
                places.push(Self::Postgres { server: server.clone(), schema });
            }
            None if args.engine.is_some() => {
                return Err("name a server with --postgres or TEST_DATABASE_URL").doing("finding PostgreSQL");
            }
            None => {}
        }
        Ok(places)
    }

    /// As `DATABASE_URL` would have it.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.join("usher.db").display()),
            Self::Postgres { server, schema } => {
                let joint = if server.contains('?') { '&' } else { '?' };
                format!("{server}{joint}options[search_path]={schema}")
            }
        }
    }

    /// Takes everything away.
    pub(crate) async fn remove(&self) -> Result<(), FuzzError> {
        match self {
            Self::Sqlite(folder) => std::fs::remove_dir_all(folder).doing("removing a folder"),
            Self::Postgres { server, schema } => run(server, &format!("drop schema {schema} cascade")).await,
        }
    }
}

async fn run(server: &str, sql: &str) -> Result<(), FuzzError> {
    let mut connection = sqlx::PgConnection::connect(server).await.doing("connecting to PostgreSQL")?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .doing("making or dropping a schema")?;
    connection.close().await.doing("leaving PostgreSQL")
}
