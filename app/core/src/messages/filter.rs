//! Which texts of an event are meant: one definition for the tabs, the list, the reasons and the
//! export, so that no two of them can disagree.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Outcome, Purpose, Status};
use crate::clock::first_id_of;
use crate::counters::Count;
use crate::ids::MessageId;
use crate::search;

/// Which texts of an event are meant; a part that is not given narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those with this outcome.
    pub outcome: Option<Outcome>,
    /// Only those that stand at one of these, of which there are at most three.
    pub statuses: Vec<Status>,
    /// Only those sent for this.
    pub purpose: Option<Purpose>,
    /// Only those with this code of Twilio's; 0 for those without one.
    pub error_code: Option<i64>,
    /// Only those that were blocked or canceled for this.
    pub reason: Option<String>,
    /// Only those recorded then or later.
    pub since: Option<DateTime<Utc>>,
    /// Only those recorded before.
    pub until: Option<DateTime<Utc>>,
    /// Only those to people whose name or number has this in it, as somebody typed it.
    pub find: String,
    /// Only those before this one.
    pub before: Option<MessageId>,
}

impl Filter {
    /// Without what narrows it by what became of a text and by the place in the list: what the tabs
    /// count, each of which then narrows it to one outcome.
    #[must_use]
    pub fn base(&self) -> Self {
        Self {
            purpose: self.purpose,
            since: self.since,
            until: self.until,
            find: self.find.clone(),
            ..Self::default()
        }
    }

    /// Its [`base`](Self::base) with one outcome.
    #[must_use]
    pub fn with_outcome(&self, outcome: Outcome) -> Self {
        Self { outcome: Some(outcome), ..self.base() }
    }

    /// The one outcome that it can find, if it names one or a status, which implies one.
    pub(super) fn only_outcome(&self) -> Option<Outcome> {
        let implied = self
            .statuses
            .iter()
            .map(|status| status.outcome())
            .reduce(|one, other| if one == other { one } else { None });
        self.outcome.or(implied.flatten())
    }

    /// Between which ids its texts are, from the first on, before the second: a text is recorded when its id is made.
    pub(super) fn ids(&self) -> (Uuid, Uuid) {
        let low = self.since.map_or(Uuid::nil(), first_id_of);
        let (until, before) = (self.until.map(first_id_of), self.before.map(|before| before.0));
        (low, until.into_iter().chain(before).min().unwrap_or(Uuid::max()))
    }

    /// Whether what it finds must be counted from the rows: counters know neither times nor people.
    pub(super) fn is_counted_from_rows(&self) -> bool {
        self.since.is_some() || self.until.is_some() || search::pattern(&self.find).is_some()
    }

    /// Whether it narrows its base by nothing but an outcome.
    pub(super) fn is_tab(&self) -> bool {
        self.statuses.is_empty() && self.error_code.is_none() && self.reason.is_none()
    }

    pub(super) fn finds(&self, count: &Count) -> bool {
        self.purpose.is_none_or(|purpose| count.purpose == purpose)
            && self.outcome.is_none_or(|outcome| count.status.outcome() == Some(outcome))
            && (self.statuses.is_empty() || self.statuses.contains(&count.status))
            && self.error_code.is_none_or(|code| count.error_code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_implies_its_outcome_and_two_of_different_outcomes_none() {
        let of =
            |statuses: &[Status]| Filter { statuses: statuses.to_vec(), ..Filter::default() }.only_outcome();
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[Status::Undelivered]), Some(Outcome::Failed));
        assert_eq!(of(&[Status::Queued, Status::Accepted]), Some(Outcome::InProgress));
        assert_eq!(of(&[Status::Queued, Status::Delivered]), None);
    }

    #[test]
    fn no_text_of_a_time_is_before_its_ids() {
        let clock = crate::clock::Clock::System;
        let now = clock.now();
        let id = clock.new_id();
        let (low, high) = Filter { since: Some(now), ..Filter::default() }.ids();
        assert!(low <= id && id < high);
        let (low, high) = Filter { until: Some(now), ..Filter::default() }.ids();
        assert!(low < id && id >= high);
    }
}
