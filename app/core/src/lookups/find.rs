//! Finding a text whose outcome is unknown in Twilio's list: same recipient and sender, created in
//! the window of the request, a sid that no attempt owns. The body only chooses among several,
//! since trial prefixes, Smart Encoding and link shortening change it.

use chrono::{DateTime, TimeDelta, Utc};

use super::due::{self, Due};
use crate::error::Error;
use crate::service::Service;
use crate::twilio::client::{CallError, Filter, Login, Message};

/// Twilio's clock and ours may differ by so much.
const SLACK: TimeDelta = TimeDelta::seconds(30);
/// A list that does not end within so many pages is not read back far enough.
const MOST_PAGES: usize = 50;

/// What the list says about an attempt.
#[derive(Debug)]
pub(super) enum Found {
    /// Twilio has it.
    Ours(Box<Message>),
    /// Twilio has several that could be it: a person decides.
    Ambiguous(usize),
    /// The list was read back past the request's start, and it is not there.
    Nothing,
}

/// Why the list proves nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum FindError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Core(#[from] Error),
    #[error("the list was not read back past the request's start")]
    Incomplete,
}

/// Reads Twilio's list back past the start of the request.
pub(super) async fn find(service: &Service, login: &Login, due: &Due) -> Result<Found, FindError> {
    let since = due.started_at - SLACK;
    // Without a date filter: whether texts that are not sent yet match one is not documented.
    let filter = Filter { to: Some(due.to_phone.clone()), page_size: Some(200), ..Filter::default() };
    let mut page = service.twilio.list_messages(login, &filter).await?;
    let mut candidates: Vec<Message> = Vec::new();
    for _ in 0..MOST_PAGES {
        let oldest = page.messages.last().and_then(Message::created_at);
        let next = page.next_page_uri.take();
        for message in page.messages {
            let new = !candidates.iter().any(|candidate| candidate.sid == message.sid);
            if new && could_be(&message, due, since) && !owned(service, &message).await? {
                candidates.push(message);
            }
        }
        match (next, oldest) {
            (None, _) => return Ok(choose(candidates, due)),
            (Some(_), Some(oldest)) if oldest < since => return Ok(choose(candidates, due)),
            (Some(next), _) => page = service.twilio.next_page(login, &next).await?,
        }
    }
    Err(FindError::Incomplete)
}

async fn owned(service: &Service, message: &Message) -> Result<bool, FindError> {
    Ok(due::is_owned(service, &message.sid).await.map_err(Error::from)?)
}

fn could_be(message: &Message, due: &Due, since: DateTime<Utc>) -> bool {
    let sender = if due.sender.starts_with("MG") { &message.messaging_service_sid } else { &message.from };
    let to = message.to.as_ref().is_none_or(|to| *to == due.to_phone);
    let inbound = message.direction.as_deref() == Some("inbound");
    to && !inbound
        && sender.as_ref().is_some_and(|sender| *sender == due.sender)
        && message.created_at().is_some_and(|created_at| created_at >= since)
}

fn choose(mut candidates: Vec<Message>, due: &Due) -> Found {
    if candidates.len() > 1 {
        let alike: Vec<usize> = (0..candidates.len()).filter(|n| same_body(&candidates[*n], due)).collect();
        return match alike.as_slice() {
            [only] => Found::Ours(Box::new(candidates.swap_remove(*only))),
            // The newest of equals is ours or a double of ours; the rest turn up as doubles.
            [newest, ..] => Found::Ours(Box::new(candidates.swap_remove(*newest))),
            [] => Found::Ambiguous(candidates.len()),
        };
    }
    candidates.pop().map_or(Found::Nothing, |only| Found::Ours(Box::new(only)))
}

/// Trial accounts put words before the body.
fn same_body(message: &Message, due: &Due) -> bool {
    message.body.as_ref().is_some_and(|body| body.ends_with(due.body.trim()))
}
