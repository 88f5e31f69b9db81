//! Finding a text whose outcome is unknown in Twilio's list: same recipient and sender, created in
//! the window of the request, a sid that no attempt owns. The body only chooses among several,
//! since trial prefixes, Smart Encoding and link shortening change it.

use chrono::{DateTime, Utc};

use super::due::{self, Due};
use super::walk::Walk;
use crate::error::Error;
use crate::service::Service;
use crate::twilio::client::{CallError, Filter, Login, Message};

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
    let filter = Filter { to: Some(due.to_phone.clone()), page_size: Some(200), ..Filter::default() };
    let mut walk = Walk::new(service, login, filter, due.started_at);
    let mut candidates = Candidates::default();
    while walk.pages() < MOST_PAGES {
        let Some(messages) = walk.page().await? else { break };
        for message in messages {
            candidates.consider(service, due, walk.since(), &message).await?;
        }
    }
    if walk.is_complete() { Ok(candidates.choose(due)) } else { Err(FindError::Incomplete) }
}

/// The texts at Twilio that could be an attempt's.
#[derive(Debug, Default)]
pub(super) struct Candidates(Vec<Message>);

impl Candidates {
    /// Keeps a text of the list if it could be this attempt's.
    pub(super) async fn consider(
        &mut self,
        service: &Service,
        due: &Due,
        since: DateTime<Utc>,
        message: &Message,
    ) -> Result<(), Error> {
        let new = !self.0.iter().any(|candidate| candidate.sid == message.sid);
        if new && could_be(message, due, since) && !due::is_owned(service, &message.sid).await? {
            self.0.push(message.clone());
        }
        Ok(())
    }

    /// Which of them it is; only to be asked after a complete walk.
    pub(super) fn choose(self, due: &Due) -> Found {
        let mut candidates = self.0;
        if candidates.len() > 1 {
            let alike: Vec<usize> =
                (0..candidates.len()).filter(|n| same_body(&candidates[*n], due)).collect();
            return match alike.as_slice() {
                [only] => Found::Ours(Box::new(candidates.swap_remove(*only))),
                // The newest of equals is ours or a double of ours; the rest turn up as doubles.
                [newest, ..] => Found::Ours(Box::new(candidates.swap_remove(*newest))),
                [] => Found::Ambiguous(candidates.len()),
            };
        }
        candidates.pop().map_or(Found::Nothing, |only| Found::Ours(Box::new(only)))
    }
}

fn could_be(message: &Message, due: &Due, since: DateTime<Utc>) -> bool {
    let sender = if due.sender.starts_with("MG") { &message.messaging_service_sid } else { &message.from };
    let to = message.to.as_ref().is_none_or(|to| *to == due.to_phone);
    let inbound = message.direction.as_deref() == Some("inbound");
    to && !inbound
        && sender.as_ref().is_some_and(|sender| *sender == due.sender)
        && message.created_at().is_some_and(|created_at| created_at >= since)
}

/// Trial accounts put words before the body.
fn same_body(message: &Message, due: &Due) -> bool {
    message.body.as_ref().is_some_and(|body| body.ends_with(due.body.trim()))
}
