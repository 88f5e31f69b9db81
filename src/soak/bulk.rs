//! Three sends to everybody and two runs of retries in the middle of the storm, one send paused for a
//! while, one canceled: what many texts at once add to the trouble.

use std::time::Duration;

use tokio::time::Instant;
use usher_core::attendees::Rsvp;
use usher_core::ids::{RetryRunId, SendId};
use usher_core::messages::{Author, Purpose};
use usher_core::retries::{self, Filter};
use usher_core::sends::{self, Audience, NewSend, Turn};
use usher_core::{Error, Service};

use super::crowd::Crowd;
use super::error::{Doing, SoakError};

/// Sends in one soak; each is one text to everybody.
pub(crate) const SENDS: u64 = 3;
/// Between two tries while the database is away.
const PAUSE: Duration = Duration::from_millis(300);
/// Tries before the soak gives up.
const TRIES: u32 = 300;

/// What was asked for in bulk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bulk {
    pub(crate) sends: Vec<SendId>,
    pub(crate) runs: Vec<RetryRunId>,
}

/// Asks for sends and runs of retries over the storm.
pub(crate) async fn ask(service: &Service, crowd: &Crowd, over: Duration) -> Result<Bulk, SoakError> {
    let (began, mut bulk) = (Instant::now(), Bulk::default());
    let wait_for = |part: f64| tokio::time::sleep_until(began + over.mul_f64(part));
    wait_for(0.15).await;
    bulk.sends.push(confirm(service, crowd, "Hi {{first_name}}, doors open at 7").await?);
    wait_for(0.4).await;
    bulk.runs.extend(retry_all(service, crowd).await?);
    wait_for(0.5).await;
    let paused = confirm(service, crowd, "{{first_name}}, thank you for coming").await?;
    bulk.sends.push(paused);
    steer(service, crowd, paused, Turn::Pause).await?;
    wait_for(0.6).await;
    steer(service, crowd, paused, Turn::Resume).await?;
    wait_for(0.7).await;
    let canceled = confirm(service, crowd, "{{first_name}}, this one is called off").await?;
    bulk.sends.push(canceled);
    wait_for(0.72).await;
    steer(service, crowd, canceled, Turn::Cancel).await?;
    wait_for(0.8).await;
    bulk.runs.extend(retry_all(service, crowd).await?);
    Ok(bulk)
}

fn author() -> Author {
    Author { user: None, name: "soak".into(), via: "api" }
}

async fn confirm(service: &Service, crowd: &Crowd, body: &str) -> Result<SendId, SoakError> {
    let new = NewSend {
        purpose: Purpose::Announcement,
        body: body.into(),
        template: None,
        audience: Audience::Rsvp(vec![Rsvp::Confirmed]),
        send_at: None,
    };
    // A commit whose answer was lost with the database may have happened: then this is one send more,
    // which the books hold against its own rows like any other.
    for _ in 0..TRIES {
        if let Ok(confirmed) =
            sends::confirm(service, crowd.organizer.org_id, &author(), crowd.event, &new).await
        {
            return Ok(confirmed.id);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(SoakError::new("confirming a send", "the database did not come back"))
}

async fn steer(service: &Service, crowd: &Crowd, id: SendId, turn: Turn) -> Result<(), SoakError> {
    for _ in 0..TRIES {
        match sends::steer(service, crowd.organizer.org_id, &author(), id, turn).await {
            // Too late is fine too: then all of it has left.
            Ok(()) | Err(Error::Refused(_)) => return Ok(()),
            Err(_) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(SoakError::new("steering a send", "the database did not come back"))
}

/// `None` if nothing had failed by then.
async fn retry_all(service: &Service, crowd: &Crowd) -> Result<Option<RetryRunId>, SoakError> {
    let filter = Filter { event_id: Some(crowd.event), ..Filter::default() };
    for _ in 0..TRIES {
        match retries::start(service, crowd.organizer.org_id, &author(), &filter).await {
            Ok(id) => return Ok(Some(id)),
            Err(Error::Refused(_)) => return Ok(None),
            Err(Error::Store(_)) => tokio::time::sleep(PAUSE).await,
            other => return other.map(Some).doing("retrying all"),
        }
    }
    Err(SoakError::new("retrying all", "the database did not come back"))
}
