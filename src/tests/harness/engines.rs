//! A store of its own for each test, on each engine.

use usher_core::clock::Clock;
use usher_core::store::Location;

use super::TestApp;
use super::outage::Wire;

/// Where one test keeps everything; gone with it.
pub enum Place {
    Sqlite(tempfile::TempDir),
    Postgres {
        server: String,
        schema: String,
    },
    /// As the other, over a wire that can be cut.
    Wired {
        server: String,
        wired: String,
        schema: String,
    },
}

impl Place {
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => {
                format!("sqlite://{}", folder.path().join("usher.db").display())
            }
            Self::Postgres { server, schema } | Self::Wired { wired: server, schema, .. } => {
                let joint = if server.contains('?') { '&' } else { '?' };
                format!("{server}{joint}options[search_path]={schema}")
            }
        }
    }

    pub fn location(&self) -> Location {
        self.url().parse().expect("a database address")
    }

    pub async fn remove(self) {
        if let Self::Postgres { server, schema } | Self::Wired { server, schema, .. } = self {
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

/// What a test can do to a database.
pub enum Database {
    Sqlite { url: String, lock: tokio::sync::Mutex<Option<sqlx::SqliteConnection>> },
    Postgres(Wire),
}

impl Database {
    /// From now on the product cannot write: somebody else holds the file, or the wire is cut.
    pub async fn take_away(&self) {
        match self {
            Self::Sqlite { url, lock } => {
                use sqlx::Connection;
                let mut connection = sqlx::SqliteConnection::connect(url).await.expect("the file");
                let locked = sqlx::raw_sql("begin immediate").execute(&mut connection).await;
                locked.expect("the write lock");
                *lock.lock().await = Some(connection);
            }
            Self::Postgres(wire) => wire.cut(),
        }
    }

    /// It can again.
    pub async fn give_back(&self) {
        use sqlx::Connection;
        match self {
            Self::Sqlite { lock, .. } => {
                let mut connection = lock.lock().await.take().expect("it was taken away");
                sqlx::raw_sql("rollback").execute(&mut connection).await.expect("the lock is free");
                connection.close().await.expect("closed");
            }
            Self::Postgres(wire) => wire.mend(),
        }
    }
}

/// As [`each_engine`], with a database that the test can take away.
pub async fn each_engine_that_can_be_taken_away(test: impl AsyncFn(&TestApp, &Database)) {
    for place in places().await {
        let (place, wire) = match place {
            Place::Postgres { server, schema } => {
                let mut wired = url::Url::parse(&server).expect("an address");
                let (host, port) = (wired.host_str().unwrap_or("127.0.0.1"), wired.port().unwrap_or(5432));
                let address = tokio::net::lookup_host((host, port)).await.expect("the server").next();
                let (wire, begin) = Wire::to(address.expect("an address")).await;
                wired.set_host(Some("127.0.0.1")).expect("a host");
                wired.set_port(Some(begin.port())).expect("a port");
                (Place::Wired { server, wired: wired.into(), schema }, Some(wire))
            }
            place => (place, None),
        };
        let url = place.url();
        let database = match wire {
            Some(wire) => Database::Postgres(wire),
            None => Database::Sqlite { url, lock: tokio::sync::Mutex::new(None) },
        };
        let app = TestApp::start(place).await;
        test(&app, &database).await;
        app.finish().await;
    }
}
