//! Writes the texts, through the product's own core: many at once, evenly over the storm.

use std::time::Duration;

use futures::stream::{self, StreamExt, TryStreamExt};
use tokio::time::Instant;
use usher_core::Service;
use usher_core::ids::MessageId;
use usher_core::messages::{self, TextToOne};

use super::crowd::Crowd;
use super::error::SoakError;

/// Texts written at once.
const AT_ONCE: usize = 12;
/// Between two tries to record a text while the database is away.
const PAUSE: Duration = Duration::from_millis(200);
/// Tries before the soak gives up: a database that is away for a minute is not coming back.
const TRIES: u32 = 300;

/// Writes so many texts over this time; returns the ids of those that were surely recorded.
pub(crate) async fn write(
    service: &Service,
    crowd: &Crowd,
    texts: u64,
    over: Duration,
) -> Result<Vec<MessageId>, SoakError> {
    let began = Instant::now();
    stream::iter(0..texts)
        .map(|n| async move {
            tokio::time::sleep_until(began + over.mul_f64(n as f64 / texts as f64)).await;
            one(service, crowd, n).await
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

/// Tries until it is recorded. A try whose answer was lost with the database may have been
/// recorded too; so each try has its own body, and is a text of its own.
async fn one(service: &Service, crowd: &Crowd, n: u64) -> Result<MessageId, SoakError> {
    let people = u64::try_from(crowd.attendees.len()).unwrap_or(1).max(1);
    let index = usize::try_from(n % people).unwrap_or_default();
    let Some(attendee) = crowd.attendees.get(index) else {
        return Err(SoakError::new("writing a text", "there is nobody to write to"));
    };
    let mut last = String::new();
    for again in 0..TRIES {
        let text = TextToOne { purpose: "announcement".into(), body: body(n, again) };
        match messages::send_one(service, &crowd.organizer, crowd.event, *attendee, &text).await {
            Ok(id) => return Ok(id),
            Err(error) => last = error.to_string(),
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(SoakError::new("writing a text", last))
}

/// Bodies differ, and some are the end of others: `1.0: …` of `11.0: …`.
fn body(n: u64, again: u32) -> String {
    let end = match n % 5 {
        0 => "Doors open at 7, dinner at 8 – bring “Ana” along 🎉",
        1 => "Your seat is confirmed.",
        2 => "Ваше место подтверждено.",
        _ => "See you at The Foundry tonight. Reply here if you cannot come, so that somebody else can.",
    };
    format!("{n}.{again}: {end}")
}
