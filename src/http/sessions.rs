//! Sessions over our own store: the cookie holds a random key, the store only its hash.

use async_trait::async_trait;
use axum::http::Uri;
use chrono::DateTime;
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};
use usher_core::Service;
use usher_core::ids::UserId;
use usher_core::people::sessions::{self, Session};
use usher_core::store::DatabaseError;
use usher_ui::IDLE_SESSION;

/// The layer that gives each request its session.
pub(super) fn layer(service: &Service) -> SessionManagerLayer<Sessions> {
    let https = service.settings.public_url.parse::<Uri>().is_ok_and(|url| url.scheme_str() == Some("https"));
    SessionManagerLayer::new(Sessions(service.clone()))
        .with_name("usher")
        .with_http_only(true)
        .with_secure(https)
        .with_same_site(tower_sessions::cookie::SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(IDLE_SESSION))
}

/// [`SessionStore`] over core's sessions.
#[derive(Clone)]
pub(super) struct Sessions(Service);

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let session = to_stored(record)?;
        // A key that is taken is drawn again; with 128 bits of chance this is theory.
        while !sessions::create(&self.0.store, &self.0.clock, &record.id.to_string(), &session)
            .await
            .map_err(away)?
        {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let session = to_stored(record)?;
        sessions::save(&self.0.store, &self.0.clock, &record.id.to_string(), &session).await.map_err(away)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = sessions::find(&self.0.store, &self.0.clock, &id.to_string()).await.map_err(away)?;
        found.map(|session| to_record(*id, &session)).transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sessions::end(&self.0.store, &id.to_string()).await.map_err(away)
    }
}

fn to_stored(record: &Record) -> Result<Session> {
    let user_id =
        record.data.get("signed_in").and_then(|signed_in| UserId::parse(signed_in["user_id"].as_str()?));
    let data = serde_json::to_vec(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    let expires_at = DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0)
        .ok_or_else(|| Error::Encode("the session ends outside of time".into()))?;
    let opened_from = |part: &str| Some(record.data.get("opened_from")?[part].as_str()?.to_owned());
    let (address, user_agent) = (opened_from("address"), opened_from("user_agent"));
    Ok(Session { user_id, data, expires_at, address, user_agent })
}

fn to_record(id: Id, session: &Session) -> Result<Record> {
    let data = serde_json::from_slice(&session.data).map_err(|error| Error::Decode(error.to_string()))?;
    let expiry_date = OffsetDateTime::from_unix_timestamp(session.expires_at.timestamp())
        .map_err(|error| Error::Decode(error.to_string()))?;
    Ok(Record { id, data, expiry_date })
}

fn away(error: DatabaseError) -> Error {
    Error::Backend(error.to_string())
}
