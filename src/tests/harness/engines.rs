//! A store of its own for each test, on each engine.

use usher_core::clock::Clock;
use usher_core::store::Location;

use super::TestApp;

/// Where one test keeps everything; gone with it.
pub enum Place {
    Sqlite(tempfile::TempDir),
    Postgres { server: String, schema: String },
}

impl Place {
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => {
                format!("sqlite://{}", folder.path().join("usher.db").display())
            }
            Self::Postgres { server, schema } => {
                let joint = if server.contains('?') { '&' } else { '?' };
                format!("{server}{joint}options[search_path]={schema}")
            }
        }
    }

    pub fn location(&self) -> Location {
        self.url().parse().expect("a database address")
    }

    pub async fn remove(self) {
        if let Self::Postgres { server, schema } = self {
            run(&server, &format!("drop schema {schema} cascade")).await;
        }
    }
}

/// One place for each engine. Without a server only SQLite is tested, except on CI, where that is
/// a failure.
pub async fn places() -> Vec<Place> {
    let mut places = vec![Place::Sqlite(tempfile::tempdir().expect("a folder"))];
    #[expect(clippy::disallowed_methods, reason = "where the test server is, is no setting of the product")]
    let (server, ci) = (std::env::var("TEST_DATABASE_URL").ok(), std::env::var("CI").is_ok());
    match server {
        Some(server) => {
            let schema = format!("test_{}", Clock::System.new_id().simple());
            run(&server, &format!("create schema {schema}")).await;
            places.push(Place::Postgres { server, schema });
        }
        None if ci => panic!("TEST_DATABASE_URL is missing: on CI both engines are tested"),
        None => {}
    }
    places
}

async fn run(server: &str, sql: &str) {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(server).await.expect("the test server answers");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.expect("a schema");
    connection.close().await.expect("closed");
}

/// Runs a test on both engines, then checks what every test should: nothing waits in the outbox.
pub async fn each_engine(test: impl AsyncFn(&TestApp)) {
    for place in places().await {
        let app = TestApp::start(place).await;
        test(&app).await;
        app.finish().await;
    }
}
