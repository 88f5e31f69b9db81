//! Asks for the texts, one call each: many at once, evenly over the storm. Some callers are hasty
//! and hang up at once, some ask twice at the same time; each key still has to make one text.

use std::time::Duration;

use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::json;
use tokio::time::Instant;

use super::api::{Ask, id};
use super::crowd::Crowd;
use super::error::SoakError;
use super::once::Made;

/// What a text is about in the program that asks for it: the key of its request.
pub(crate) const RELATED: &str = "soak";
/// Calls under way at once.
const AT_ONCE: usize = 12;
/// Of so many texts one has a hasty caller, and one is asked for twice at once.
const ODD: u64 = 20;
/// The longest that a hasty caller waits, in milliseconds.
const HASTE: u64 = 30;

/// Asks for so many texts over this time; returns what was answered.
pub(crate) async fn write(crowd: &Crowd, texts: u64, over: Duration) -> Result<Vec<Made>, SoakError> {
    let began = Instant::now();
    let made: Vec<Vec<Made>> = stream::iter(0..texts)
        .map(|n| async move {
            tokio::time::sleep_until(began + over.mul_f64(n as f64 / texts as f64)).await;
            one(crowd, n).await
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(made.into_iter().flatten().collect())
}

/// Asks for one text until it is there.
async fn one(crowd: &Crowd, n: u64) -> Result<Vec<Made>, SoakError> {
    let people = u64::try_from(crowd.attendees.len()).unwrap_or(1).max(1);
    let index = usize::try_from(n % people).unwrap_or_default();
    let Some(attendee) = crowd.attendees.get(index) else {
        return Err(SoakError::new("writing a text", "there is nobody to write to"));
    };
    let key = format!("text-{n}");
    let text = json!({
        "attendee_id": attendee,
        "body": body(n),
        "purpose": "announcement",
        "related": { "type": RELATED, "id": key },
    });
    let ask = Ask::make("/api/v1/messages", &key, text);
    match n % ODD {
        1 => {
            crowd.api.give_up_after(Duration::from_millis(n / ODD % HASTE), &ask).await?;
            Ok(vec![answered(crowd, &key, &ask).await?])
        }
        2 => {
            let (one, other) = tokio::try_join!(answered(crowd, &key, &ask), answered(crowd, &key, &ask))?;
            Ok(vec![one, other])
        }
        _ => Ok(vec![answered(crowd, &key, &ask).await?]),
    }
}

async fn answered(crowd: &Crowd, key: &str, ask: &Ask) -> Result<Made, SoakError> {
    let text = crowd.api.ask(ask).await?.done("writing a text")?;
    Ok(Made { key: key.to_owned(), id: id(&text)? })
}

/// Bodies differ, and some are the end of others: `1: …` of `11: …`.
fn body(n: u64) -> String {
    let end = match n % 5 {
        0 => "Doors open at 7, dinner at 8 – bring “Ana” along 🎉",
        1 => "Your seat is confirmed.",
        2 => "Ваше место подтверждено.",
        _ => "See you at The Foundry tonight. Reply here if you cannot come, so that somebody else can.",
    };
    format!("{n}: {end}")
}
