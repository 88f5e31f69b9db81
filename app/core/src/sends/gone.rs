//! Who loses their text between confirming a send and writing it.

use super::audience::Recipient;
use super::left_out;
use super::plan::Skipped;
use crate::error::Error;
use crate::ids::AttendeeId;

/// People who were in the audience when the send was confirmed and have lost their text since: they
/// left the event, or lost a value that the words use.
pub(super) struct Gone {
    skipped: Vec<Skipped>,
    /// How many of them were to get a text.
    pub texts: i64,
}

impl Gone {
    pub(super) fn new(chosen: &[AttendeeId], found: &[Recipient]) -> Self {
        let found: std::collections::HashSet<AttendeeId> =
            found.iter().map(|person| person.attendee_id).collect();
        let left = chosen.iter().filter(|id| !found.contains(id));
        let skipped: Vec<Skipped> =
            left.map(|id| Skipped { attendee_id: *id, reason: "not_attending".into() }).collect();
        let texts = i64::try_from(skipped.len()).unwrap_or(i64::MAX);
        Self { skipped, texts }
    }

    pub(super) fn add(&mut self, person: &Recipient, reason: String) {
        // Who is suppressed was skipped, and not counted, from the beginning.
        if person.suppressed.is_none() {
            self.texts += 1;
            self.skipped.push(Skipped { attendee_id: person.attendee_id, reason });
        }
    }

    /// With those who were skipped before, and what a page tells of them all; `None` if nobody is gone.
    pub(super) fn written(&self, before: &str) -> Result<Option<(String, String)>, Error> {
        if self.skipped.is_empty() {
            return Ok(None);
        }
        let broken =
            |error: serde_json::Error| Error::Broken(format!("who was skipped cannot be kept: {error}"));
        let mut all: Vec<Skipped> = serde_json::from_str(before).map_err(broken)?;
        all.extend(self.skipped.iter().cloned());
        Ok(Some((serde_json::to_string(&all).map_err(broken)?, left_out::written(&all)?)))
    }
}
