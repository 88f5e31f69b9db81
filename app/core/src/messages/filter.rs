//! Which texts of an event are meant: one definition for the tabs, the list, the reasons and the
//! export, so that no two of them can disagree.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::text::first_id_of;
use super::{Outcome, Purpose, Status};
use crate::counters::{self, Count};
use crate::error::Error;
use crate::ids::{EventId, MessageId, OrgId};
use crate::search;
use crate::store::{Tx, on_tx};

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

/// The condition that a [`Filter`] stands for, over `messages m`, with `$1` to `$14` bound by [`bound!`].
/// `$outcome` is a condition on `$8`: an equality where an outcome is given, so that its index leads to
/// the texts.
macro_rules! filtered {
    ($select:literal, $outcome:literal, $rest:literal) => {
        concat!(
            $select,
            " where m.org_id = $1 and m.event_id = $2 and m.counts and m.direction = 'out' and m.id < $3 and m.id >= $4
               and ($5 is null or m.created_at >= $5) and ($6 is null or m.created_at < $6)
               and ($7 is null or m.purpose = $7) and ",
            $outcome,
            " and ($9 is null or m.status in ($9, $10, $11)) and ($12 is null or coalesce(m.error_code, 0) = $12)
               and ($13 is null or m.reason = $13)
               and ($14 is null or m.to_phone like $14 escape '!'
                 or m.contact_id in (select s.id from contacts s where s.org_id = $1 and s.search like $14 escape '!')) ",
            $rest
        )
    };
    ($filter:expr, $select:literal, $rest:literal) => {
        if $filter.only_outcome().is_some() {
            filtered!($select, "m.outcome = $8", $rest)
        } else {
            filtered!($select, "$8 is null", $rest)
        }
    };
}

/// A query with the parameters of [`filtered!`].
macro_rules! bound {
    ($query:expr, $org:expr, $event:expr, $filter:expr) => {{
        let filter: &$crate::messages::Filter = $filter;
        let (low, high) = filter.ids();
        let status = |place: usize| filter.statuses.get(place).copied();
        $query
            .bind($org)
            .bind($event)
            .bind(high)
            .bind(low)
            .bind(filter.since)
            .bind(filter.until)
            .bind(filter.purpose)
            .bind(filter.only_outcome().map($crate::messages::Outcome::as_str))
            .bind(status(0))
            .bind(status(1))
            .bind(status(2))
            .bind(filter.error_code)
            .bind(filter.reason.clone())
            .bind($crate::search::pattern(&filter.find))
    }};
}
pub(super) use {bound, filtered};

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

    /// Between which ids its texts are: from the first on, before the second. No id is made before its
    /// text's time; how long after, nobody promises.
    pub(super) fn ids(&self) -> (Uuid, Uuid) {
        let low = self.since.map_or(Uuid::nil(), first_id_of);
        (low, self.before.map_or(Uuid::max(), |before| before.0))
    }

    /// Whether what it finds must be counted from the rows: counters know neither times nor people.
    fn is_counted_from_rows(&self) -> bool {
        self.since.is_some() || self.until.is_some() || search::pattern(&self.find).is_some()
    }

    fn finds(&self, count: &Count) -> bool {
        self.purpose.is_none_or(|purpose| count.purpose == purpose)
            && self.outcome.is_none_or(|outcome| count.status.outcome() == Some(outcome))
            && (self.statuses.is_empty() || self.statuses.contains(&count.status))
            && self.error_code.is_none_or(|code| count.error_code == code)
    }
}

/// What the tabs count: the texts of the filter's [`base`](Filter::base) by what became of them, from
/// the counters where they know it.
pub(super) async fn counts(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    filter: &Filter,
) -> Result<Vec<Count>, Error> {
    let base = filter.base();
    if !base.is_counted_from_rows() {
        let mut counts = counters::of_scope(tx, org, event.0).await?;
        counts.retain(|count| base.finds(count));
        return Ok(counts);
    }
    let sql = filtered!(
        base,
        "select m.purpose, m.status, coalesce(m.error_code, 0) as error_code, count(*) as texts from messages m",
        "group by m.purpose, m.status, coalesce(m.error_code, 0)"
    );
    Ok(on_tx!(tx, |ex| bound!(sqlx::query_as(sql), org, event, &base).fetch_all(ex).await)?)
}

/// How many texts the whole list of a filter has, wherever a page of it begins. `counts` are those of
/// its base.
pub(super) async fn listed(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    filter: &Filter,
    counts: &[Count],
) -> Result<i64, Error> {
    if filter.reason.is_none() {
        return Ok(counts.iter().filter(|count| filter.finds(count)).map(|count| count.texts).sum());
    }
    let all = Filter { before: None, ..filter.clone() };
    let sql = filtered!(all, "select count(*) from messages m", "");
    Ok(on_tx!(tx, |ex| bound!(sqlx::query_scalar(sql), org, event, &all).fetch_one(ex).await)?)
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
        let since = Filter { since: Some(clock.now()), ..Filter::default() };
        let id = clock.new_id();
        let (low, high) = since.ids();
        assert!(low <= id && id < high);
    }
}
