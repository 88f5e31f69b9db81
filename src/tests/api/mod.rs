//! What programs are promised, call by call.

mod addresses;
mod all_faults;
mod attendees;
mod codes;
mod description;
mod events;
mod idempotency;
mod manners;
mod messages;
mod numbers;
mod sends;
mod templates;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::harness::{Api, TestApp};

/// An event that a program made.
pub async fn event(api: &Api) -> String {
    api.post("/api/v1/events", &gala()).await.id()
}

/// A request for an event.
pub fn gala() -> Value {
    json!({ "name": "Gala", "starts_at": "2027-02-27T00:00:00Z", "timezone": "America/New_York" })
}

/// A request for a text.
pub fn text(to: &str) -> Value {
    json!({ "to": to, "body": "Doors at 7", "purpose": "announcement" })
}

/// A program of somebody else's organization.
pub async fn stranger(app: &TestApp) -> Api {
    let eve = app.db_stranger().await;
    app.api_of(&eve).await
}

/// So many minutes from now, as programs write it.
pub fn in_minutes(app: &TestApp, minutes: i64) -> String {
    let time: DateTime<Utc> = app.service.clock.now() + TimeDelta::minutes(minutes);
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
