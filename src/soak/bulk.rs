//! Three sends to everybody and two runs of retries in the middle of the storm, one send paused for a
//! while, one canceled: what many texts at once add to the trouble.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use super::api::{Answer, Ask, id};
use super::crowd::Crowd;
use super::error::SoakError;
use super::once::Made;

/// Sends in one soak; each is one text to everybody.
pub(crate) const SENDS: u64 = 3;

/// What was asked for in bulk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bulk {
    /// By their words, which differ.
    pub(crate) sends: Vec<Made>,
    /// By their ids, since whoever asks meanwhile for the same joins a run.
    pub(crate) runs: Vec<Made>,
}

/// Asks for sends and runs of retries over the storm.
pub(crate) async fn ask(crowd: &Crowd, over: Duration) -> Result<Bulk, SoakError> {
    let (began, mut bulk) = (Instant::now(), Bulk::default());
    let wait_for = |part: f64| tokio::time::sleep_until(began + over.mul_f64(part));
    wait_for(0.15).await;
    bulk.sends.push(confirm(crowd, "doors", "Hi {{first_name}}, doors open at 7").await?);
    wait_for(0.4).await;
    bulk.runs.extend(retry_all(crowd, "first").await?);
    wait_for(0.5).await;
    let paused = confirm(crowd, "thanks", "{{first_name}}, thank you for coming").await?;
    steer(crowd, paused.id, "pause").await?;
    wait_for(0.6).await;
    steer(crowd, paused.id, "resume").await?;
    bulk.sends.push(paused);
    wait_for(0.7).await;
    let canceled = confirm(crowd, "off", "{{first_name}}, this one is called off").await?;
    wait_for(0.72).await;
    steer(crowd, canceled.id, "cancel").await?;
    bulk.sends.push(canceled);
    wait_for(0.8).await;
    bulk.runs.extend(retry_all(crowd, "second").await?);
    Ok(bulk)
}

async fn confirm(crowd: &Crowd, key: &str, body: &str) -> Result<Made, SoakError> {
    let path = format!("/api/v1/events/{}/sends", crowd.event);
    let send = json!({ "purpose": "announcement", "body": body, "audience": { "rsvp": ["confirmed"] } });
    let confirmed = crowd.api.ask(&Ask::make(path, format!("send-{key}"), send)).await?;
    Ok(Made { key: body.to_owned(), id: id(&confirmed.done("confirming a send")?)? })
}

async fn steer(crowd: &Crowd, send: Uuid, turn: &str) -> Result<(), SoakError> {
    let path = format!("/api/v1/sends/{send}/{turn}");
    // Too late is fine too: then all of it has left.
    crowd.api.ask(&Ask::change(Method::POST, path, json!({}))).await.map(drop)
}

/// `None` if nothing had failed by then.
async fn retry_all(crowd: &Crowd, key: &str) -> Result<Option<Made>, SoakError> {
    let filter = json!({ "filter": { "event_id": crowd.event } });
    match crowd.api.ask(&Ask::make("/api/v1/retries", format!("retry-{key}"), filter)).await? {
        Answer::Done(run) => id(&run).map(|id| Some(Made { key: id.to_string(), id })),
        Answer::Refused(_) => Ok(None),
    }
}
