//! Hearing of what other processes wrote.

use serde::{Deserialize, Serialize};
use sqlx::postgres::PgListener;

use super::Store;
use crate::ids::ProcessId;
use crate::live::{Changed, Hub};

const CHANNEL: &str = "usher_changes";
/// PostgreSQL refuses a payload of 8,000 bytes.
const LONGEST_PAYLOAD: usize = 7_500;

#[derive(Serialize, Deserialize)]
struct Notice {
    from: ProcessId,
    changed: Changed,
}

impl Store {
    /// A number that changes when another connection than our writing one committed to an
    /// embedded database.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn foreign_writes(&self) -> Result<i64, sqlx::Error> {
        match self {
            // The pragma counts commits of all other connections; asked on the only one of ours
            // that writes, those are the commits of other processes.
            Self::Sqlite(embedded) => {
                sqlx::query_scalar("pragma data_version").fetch_one(&embedded.write).await
            }
            Self::Postgres(_) => Ok(0),
        }
    }

    /// Tells other processes on the same server of a change.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn notify(&self, from: ProcessId, changed: &Changed) -> Result<(), sqlx::Error> {
        let Self::Postgres(pool) = self else {
            return Ok(());
        };
        let write = |changed| {
            serde_json::to_string(&Notice { from, changed })
                .map_err(|error| sqlx::Error::Encode(Box::new(error)))
        };
        let mut payload = write(changed.clone())?;
        if payload.len() > LONGEST_PAYLOAD {
            payload = write(Changed::anything())?;
        }
        sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(payload).execute(pool).await.map(drop)
    }

    /// Passes what other processes tell on to the hub, until the connection breaks.
    ///
    /// # Errors
    /// Why it broke.
    pub async fn listen(&self, us: ProcessId, hub: &Hub) -> Result<(), sqlx::Error> {
        let Self::Postgres(pool) = self else {
            return Ok(());
        };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        while let Some(notification) = listener.try_recv().await? {
            match serde_json::from_str::<Notice>(notification.payload()) {
                Ok(notice) if notice.from == us => {}
                Ok(notice) => hub.hear(notice.changed),
                Err(error) => {
                    tracing::warn!(%error, "a change was told in words we do not know");
                    hub.hear(Changed::anything());
                }
            }
        }
        Ok(())
    }
}
