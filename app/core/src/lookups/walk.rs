//! Reading Twilio's list back to a moment, page by page.

use chrono::{DateTime, TimeDelta, Utc};

use super::ask::ask;
use crate::service::Service;
use crate::twilio::client::{CallError, Filter, Login, Message};

/// Twilio's clock and ours may differ by so much.
pub(super) const SLACK: TimeDelta = TimeDelta::seconds(30);
/// The largest page that Twilio gives.
pub(super) const LARGEST_PAGE: u32 = 1_000;
/// A page of the list is worth so many look-ups by sid.
const PAGE_IS_WORTH: usize = 10;

/// A list being read, newest first. Without a date filter: whether texts that are not sent yet
/// match one is not documented.
pub(super) struct Walk<'a> {
    service: &'a Service,
    login: &'a Login,
    since: DateTime<Utc>,
    next: Next,
    pages: usize,
    complete: bool,
}

enum Next {
    First(Filter),
    Page(String),
    End,
}

impl<'a> Walk<'a> {
    /// A walk back past `since`.
    pub(super) fn new(service: &'a Service, login: &'a Login, filter: Filter, since: DateTime<Utc>) -> Self {
        Self { service, login, since: since - SLACK, next: Next::First(filter), pages: 0, complete: false }
    }

    /// The next page; `None` once the list ended or was read back far enough. New texts shift
    /// pages, so a text may come twice.
    ///
    /// # Errors
    /// [`CallError`]; the walk is over then, and proves nothing.
    pub(super) async fn page(&mut self) -> Result<Option<Vec<Message>>, CallError> {
        let client = &self.service.twilio;
        let page = match std::mem::replace(&mut self.next, Next::End) {
            Next::First(filter) => ask(self.service, client.list_messages(self.login, &filter)).await?,
            Next::Page(uri) => ask(self.service, client.next_page(self.login, &uri)).await?,
            Next::End => return Ok(None),
        };
        self.pages += 1;
        let oldest = page.messages.last().and_then(Message::created_at);
        match page.next_page_uri {
            Some(uri) if oldest.is_none_or(|oldest| oldest >= self.since) => self.next = Next::Page(uri),
            _ => self.complete = true,
        }
        Ok(Some(page.messages))
    }

    /// Pages read.
    pub(super) fn pages(&self) -> usize {
        self.pages
    }

    /// Whether the list was read back past its moment.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// The moment, with room for clocks that differ.
    pub(super) fn since(&self) -> DateTime<Utc> {
        self.since
    }

    /// Whether asking for so many one by one is cheaper than what was read already.
    pub(super) fn costs_more_than(&self, texts: usize) -> bool {
        self.pages * PAGE_IS_WORTH >= texts
    }
}
