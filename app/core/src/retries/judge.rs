//! Which texts a run retries: one judge for the plan and for the run, so that they agree.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::filter::{Candidate, Filter};
use crate::failures::{Key, Need};
use crate::ids::{ContactId, EventId};
use crate::messages::{Outcome, RETRY_ARCHIVED, retry_refusal};

/// Why a text is passed over of whose words a newer one is there.
const SAME_WORDS: &str = "The same words go to them by a newer text.";
/// Why a text is passed over whose event was.
const PAST: &str = "Its event is over.";

/// Judges texts, newest first.
pub(super) struct Judge<'f> {
    filter: &'f Filter,
    now: DateTime<Utc>,
    /// To whom, about which event and in which words texts are retried.
    said: HashSet<(ContactId, Option<EventId>, String)>,
}

impl<'f> Judge<'f> {
    pub(super) fn new(filter: &'f Filter, now: DateTime<Utc>) -> Self {
        Self { filter, now, said: HashSet::new() }
    }

    /// Why a run passes this text over; `None` if it retries it.
    pub(super) fn refusal(&mut self, text: &Candidate) -> Option<String> {
        if let Some(why) = refusal(self.filter, text, self.now) {
            return Some(why);
        }
        let words = (text.contact_id, text.event_id, text.body.clone());
        if text.same_words || !self.said.insert(words) {
            return Some(SAME_WORDS.into());
        }
        let is_past = !self.filter.past && text.past_event(self.now).is_some();
        is_past.then(|| PAST.into())
    }

    /// Whether it is passed over only because its event is over.
    pub(super) fn is_only_past(why: Option<&str>) -> bool {
        why == Some(PAST)
    }
}

/// Why a text is not retried, whatever other texts there are.
fn refusal(filter: &Filter, text: &Candidate, now: DateTime<Utc>) -> Option<String> {
    if text.status.outcome() == Some(Outcome::Unconfirmed) {
        return Some("The phone may have it already. Look at it, and retry it by itself.".into());
    }
    if text.dismissed {
        return Some("Somebody dismissed it.".into());
    }
    if text.archived {
        return Some(RETRY_ARCHIVED.into());
    }
    if text.suppressed {
        return Some("They must not be texted any more.".into());
    }
    if text.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Some("It was of use until a time that has passed.".into());
    }
    let refusal = retry_refusal(
        text.purpose,
        text.status,
        text.error_code,
        text.reason.as_deref(),
        text.chain_position,
    );
    let key = Key::of(text.status.outcome()?, text.error_code, text.reason.as_deref());
    let is_ready = !filter.ready || key.is_none_or(|key| key.need() == Need::Retry);
    refusal.or_else(|| (!is_ready).then(|| "Something has to be put right before another try.".into()))
}
