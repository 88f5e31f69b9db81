//! Which texts of an event are meant: one definition for the tabs, the list, the reasons and the
//! export, so that no two of them can disagree.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Outcome, Purpose, Status};
use crate::clock::first_id_of;
use crate::counters::{self, Count, Totals};
use crate::error::Error;
use crate::ids::{ContactId, EventId, MessageId, OrgId};
use crate::search;
use crate::store::{Tx, on_tx};

/// The texts of so many people are looked up by their ids; of more, an event's texts are looked through.
const FEW: usize = 200;

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

/// A [`Filter`] over one event, with the people whom its words mean.
#[derive(Clone, Debug)]
pub(super) struct Meant<'a> {
    pub org: OrgId,
    pub event: EventId,
    pub filter: Cow<'a, Filter>,
    pub people: People,
}

/// Who is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum People {
    /// Nobody: everybody is meant.
    Everybody,
    /// These: a JSON list of their ids in hex; and, once they are read, their texts that the filter's base finds,
    /// newest first.
    Few { ids: String, texts: Arc<[(Uuid, Outcome)]> },
    /// Whoever has this pattern in their name or number, or had.
    Many(String),
}

/// A query of the texts `m` that a [`Meant`] means, with `$1` to `$7` bound by [`based!`], by what no receipt changes
/// and by the outcome: indexes know all of it. `$outcome` is a condition on `$6`; `$ids` stands for the one on the ids,
/// `$3` and `$4`.
macro_rules! base {
    ($tx:expr, $meant:expr, $outcome:literal, $select:literal, $rest:expr) => {
        $crate::messages::filter::base!($tx, $meant, $outcome, "m.id < $3 and m.id >= $4", $select, $rest)
    };
    ($tx:expr, $meant:expr, $outcome:literal, $ids:literal, $select:literal, $rest:expr) => {{
        use $crate::messages::filter::People;
        use $crate::store::Tx;
        match (&$meant.people, &*$tx) {
            (People::Everybody, _) => $crate::messages::filter::base!(@ "m.org_id = $1 and $7 is null", $outcome, $ids, $select, $rest),
            (People::Few { .. }, Tx::Sqlite(_)) => {
                $crate::messages::filter::base!(@ "+m.org_id = $1 and m.contact_id in (select unhex(value) from json_each($7))", $outcome, $ids, $select, $rest)
            }
            (People::Few { .. }, Tx::Postgres(_)) => $crate::messages::filter::base!(
                @ "m.org_id = $1 and m.contact_id in (select cast(value as uuid) from jsonb_array_elements_text(cast($7 as jsonb)) as value)",
                $outcome, $ids, $select, $rest
            ),
            (People::Many(_), _) => $crate::messages::filter::base!(
                @ "m.org_id = $1 and m.contact_id in (select s.id from contacts s where s.org_id = $1 and (s.search like $7 escape '!' or (s.former_phones <> '' and s.former_phones like $7 escape '!')))",
                $outcome, $ids, $select, $rest
            ),
        }
    }};
    (@ $people:literal, $outcome:literal, $ids:literal, $select:literal, $rest:expr) => {
        concat!(
            $select,
            " where m.event_id = $2 and m.counts and ",
            $ids,
            " and ($5 is null or m.purpose = $5) and ",
            $outcome,
            " and ",
            $people,
            " ",
            $rest
        )
    };
}

/// A query with the parameters of [`base!`].
macro_rules! based {
    ($query:expr, $meant:expr) => {{
        let (low, high) = $meant.filter.ids();
        $query
            .bind($meant.org)
            .bind($meant.event)
            .bind(high)
            .bind(low)
            .bind($meant.filter.purpose)
            .bind($meant.filter.only_outcome().map($crate::messages::Outcome::as_str))
            .bind($meant.people.parameter())
    }};
}

/// As [`base!`], with everything that narrows a list: `$8` to `$12` too, bound by [`bound!`]. An outcome is an equality
/// where one is given, so that its index leads to the texts. What follows the condition begins with `and` or `order by`.
macro_rules! filtered {
    ($tx:expr, $meant:expr, $select:literal, $rest:literal) => {
        if $meant.filter.only_outcome().is_some() {
            filtered!(@ $tx, $meant, "m.outcome = $6", $select, $rest)
        } else {
            filtered!(@ $tx, $meant, "$6 is null", $select, $rest)
        }
    };
    (@ $tx:expr, $meant:expr, $outcome:literal, $select:literal, $rest:literal) => {
        $crate::messages::filter::base!(
            $tx,
            $meant,
            $outcome,
            $select,
            concat!(
                "and ($8 is null or m.status in ($8, $9, $10)) and ($11 is null or coalesce(m.error_code, 0) = $11)
                 and ($12 is null or m.reason = $12) ",
                $rest
            )
        )
    };
}

/// A query with the parameters of [`filtered!`].
macro_rules! bound {
    ($query:expr, $meant:expr) => {{
        let status = |place: usize| $meant.filter.statuses.get(place).copied();
        $crate::messages::filter::based!($query, $meant)
            .bind(status(0))
            .bind(status(1))
            .bind(status(2))
            .bind($meant.filter.error_code)
            .bind($meant.filter.reason.clone())
    }};
}
pub(super) use {base, based, bound, filtered};

impl People {
    /// Who has these words in their name or number, or had, and a text of this event.
    async fn find(tx: &mut Tx, org: OrgId, event: EventId, typed: &str) -> Result<Self, sqlx::Error> {
        let Some(pattern) = search::pattern(typed) else { return Ok(Self::Everybody) };
        let sql = "select s.id from contacts s
             where s.org_id = $1 and (s.search like $2 escape '!' or (s.former_phones <> '' and s.former_phones like $2 escape '!'))
               and exists (select 1 from messages m where m.event_id = $3 and m.contact_id = s.id and m.counts) limit $4";
        let most = i64::try_from(FEW + 1).unwrap_or(i64::MAX);
        let found: Vec<ContactId> = on_tx!(tx, |ex| sqlx::query_scalar(sql)
            .bind(org)
            .bind(&pattern)
            .bind(event)
            .bind(most)
            .fetch_all(ex)
            .await)?;
        if found.len() > FEW {
            return Ok(Self::Many(pattern));
        }
        let ids: Vec<String> = found.iter().map(|id| format!("\"{}\"", id.0.simple())).collect();
        Ok(Self::Few { ids: format!("[{}]", ids.join(",")), texts: Arc::default() })
    }

    /// Whether they are more than anybody looks for by name.
    pub(super) fn are_many(&self) -> bool {
        matches!(self, Self::Many(_))
    }

    /// What stands for them in a query.
    pub(super) fn parameter(&self) -> Option<String> {
        match self {
            Self::Everybody => None,
            Self::Few { ids: text, .. } | Self::Many(text) => Some(text.clone()),
        }
    }
}

impl<'a> Meant<'a> {
    /// What a filter means, with its people looked up.
    pub(super) async fn of(
        tx: &mut Tx,
        org: OrgId,
        event: EventId,
        filter: &'a Filter,
    ) -> Result<Self, sqlx::Error> {
        let people = People::find(tx, org, event, &filter.find).await?;
        Ok(Self { org, event, filter: Cow::Borrowed(filter), people })
    }

    /// Reads the texts of few people, of which everything else is counted then.
    pub(super) async fn read_few(&mut self, tx: &mut Tx) -> Result<(), Error> {
        if !matches!(self.people, People::Few { .. }) {
            return Ok(());
        }
        let found = texts_of_few(tx, &self.base()).await?;
        if let People::Few { texts, .. } = &mut self.people {
            *texts = found.into();
        }
        Ok(())
    }

    /// As [`Filter::base`].
    pub(super) fn base(&self) -> Self {
        self.with(self.filter.base())
    }

    /// As [`Filter::with_outcome`].
    pub(super) fn with_outcome(&self, outcome: Outcome) -> Self {
        self.with(self.filter.with_outcome(outcome))
    }

    fn with(&self, filter: Filter) -> Self {
        Self { filter: Cow::Owned(filter), people: self.people.clone(), ..*self }
    }
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
    fn is_counted_from_rows(&self) -> bool {
        self.since.is_some() || self.until.is_some() || search::pattern(&self.find).is_some()
    }

    /// Whether it narrows its base by nothing but an outcome.
    fn is_tab(&self) -> bool {
        self.statuses.is_empty() && self.error_code.is_none() && self.reason.is_none()
    }

    fn finds(&self, count: &Count) -> bool {
        self.purpose.is_none_or(|purpose| count.purpose == purpose)
            && self.outcome.is_none_or(|outcome| count.status.outcome() == Some(outcome))
            && (self.statuses.is_empty() || self.statuses.contains(&count.status))
            && self.error_code.is_none_or(|code| count.error_code == code)
    }
}

/// What the tabs count: the texts of the filter's [`base`](Filter::base) by what became of them, and what
/// the whole list has, wherever a page of it begins. From the counters where they know it.
pub(super) async fn counts(tx: &mut Tx, meant: &Meant<'_>) -> Result<(Totals, i64), Error> {
    let filter = &meant.filter;
    let base = meant.base();
    if base.filter.is_counted_from_rows() {
        let totals = totals_from_rows(tx, &base).await?;
        let listed = if filter.is_tab() {
            filter.outcome.map_or(totals.total, |outcome| totals.of_outcome(outcome))
        } else {
            listed_from_rows(tx, meant).await?
        };
        return Ok((totals, listed));
    }
    let mut counts = counters::of_scope(tx, meant.org, meant.event.0).await?;
    counts.retain(|count| base.filter.finds(count));
    let listed = if filter.reason.is_some() {
        listed_from_rows(tx, meant).await?
    } else {
        counts.iter().filter(|count| filter.finds(count)).map(|count| count.texts).sum()
    };
    Ok((Totals::of(&counts), listed))
}

/// Their texts that a base finds, newest first.
async fn texts_of_few(tx: &mut Tx, base: &Meant<'_>) -> Result<Vec<(Uuid, Outcome)>, Error> {
    let sql = base!(tx, base, "$6 is null", "select m.id, m.outcome from messages m", "order by m.id desc");
    let found: Vec<(Uuid, String)> = on_tx!(tx, |ex| based!(sqlx::query_as(sql), base).fetch_all(ex).await)?;
    found.into_iter().map(|(id, outcome)| Ok((id, outcome_of(&outcome)?))).collect()
}

async fn totals_from_rows(tx: &mut Tx, base: &Meant<'_>) -> Result<Totals, Error> {
    let mut totals = Totals::default();
    for (_, outcome, texts) in between(tx, base, &[base.filter.ids()]).await? {
        totals.add_outcome(outcome, texts);
    }
    Ok(totals)
}

/// How many texts a base finds between these ids, from the first on, before the second, by their place in the list and
/// the outcome: each range and outcome is looked up by itself, as their index has them.
pub(super) async fn between(
    tx: &mut Tx,
    base: &Meant<'_>,
    ranges: &[(Uuid, Uuid)],
) -> Result<Vec<(usize, Outcome, i64)>, Error> {
    if let People::Few { texts, .. } = &base.people {
        return Ok(between_of(texts, ranges));
    }
    let ranges: Vec<[String; 2]> =
        ranges.iter().map(|(low, high)| [low, high].map(|id| id.simple().to_string())).collect();
    let ranges = serde_json::to_string(&ranges).map_err(|error| Error::Broken(error.to_string()))?;
    let sql = match tx {
        Tx::Sqlite(_) => base!(
            tx,
            base,
            "m.outcome = o.outcome and $6 is null",
            "m.id >= unhex(r.value ->> 0) and m.id < unhex(r.value ->> 1)",
            "select r.key as place, o.outcome, (select count(*) from messages m",
            ") as texts from json_each($8) r cross join (select 'delivered' as outcome union all select 'failed'
               union all select 'in_progress' union all select 'unconfirmed' union all select 'not_sent') o"
        ),
        Tx::Postgres(_) => base!(
            tx,
            base,
            "m.outcome = o.outcome and $6 is null",
            "m.id >= r.low and m.id < r.high",
            "select r.place - 1 as place, o.outcome, (select count(*) from messages m",
            ") as texts from (select place, cast(value ->> 0 as uuid) as low, cast(value ->> 1 as uuid) as high
               from jsonb_array_elements(cast($8 as jsonb)) with ordinality as x (value, place)) r
             cross join (values ('delivered'), ('failed'), ('in_progress'), ('unconfirmed'), ('not_sent')) o (outcome)"
        ),
    };
    let counted: Vec<(i64, String, i64)> =
        on_tx!(tx, |ex| based!(sqlx::query_as(sql), base).bind(&ranges).fetch_all(ex).await)?;
    let known = |(place, outcome, texts): (i64, String, i64)| {
        Ok((usize::try_from(place).unwrap_or_default(), outcome_of(&outcome)?, texts))
    };
    counted.into_iter().map(known).collect()
}

fn between_of(texts: &[(Uuid, Outcome)], ranges: &[(Uuid, Uuid)]) -> Vec<(usize, Outcome, i64)> {
    let mut counted = Vec::new();
    for (place, (low, high)) in ranges.iter().enumerate() {
        for outcome in Outcome::ALL {
            let is_one = |text: &&(Uuid, Outcome)| text.1 == outcome && (*low..*high).contains(&text.0);
            let found = texts.iter().filter(is_one).count();
            counted.push((place, outcome, i64::try_from(found).unwrap_or(i64::MAX)));
        }
    }
    counted
}

fn outcome_of(word: &str) -> Result<Outcome, Error> {
    Outcome::parse(word).ok_or_else(|| Error::Broken(format!("a text that counts has the outcome “{word}”")))
}

async fn listed_from_rows(tx: &mut Tx, meant: &Meant<'_>) -> Result<i64, Error> {
    let all = meant.with(Filter { before: None, ..meant.filter.clone().into_owned() });
    let sql = filtered!(tx, all, "select count(*) from messages m", "");
    Ok(on_tx!(tx, |ex| bound!(sqlx::query_scalar(sql), all).fetch_one(ex).await)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stands_from_the_first_id_of_its_range_on_and_before_the_next() {
        let id = Uuid::from_u128;
        let texts = [(id(9), Outcome::Failed), (id(5), Outcome::Delivered), (id(4), Outcome::Delivered)];
        let counted = between_of(&texts, &[(id(0), id(5)), (id(5), id(9)), (id(9), Uuid::max())]);
        let there: Vec<_> = counted.into_iter().filter(|(_, _, texts)| *texts > 0).collect();
        assert_eq!(there, [(0, Outcome::Delivered, 1), (1, Outcome::Delivered, 1), (2, Outcome::Failed, 1)]);
    }

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
