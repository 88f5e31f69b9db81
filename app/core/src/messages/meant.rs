//! A filter as queries ask with it: its condition, its parameters, and the people whom its words mean.

use std::borrow::Cow;
use std::sync::Arc;

use uuid::Uuid;

use super::{Filter, Outcome};
use crate::error::Error;
use crate::ids::{ContactId, EventId, OrgId};
use crate::search;
use crate::store::{Tx, on_tx};

/// The texts of so many people are looked up by their ids; of more, an event's texts are looked through.
const FEW: usize = 200;

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
        $crate::messages::meant::base!($tx, $meant, $outcome, "m.id < $3 and m.id >= $4", $select, $rest)
    };
    ($tx:expr, $meant:expr, $outcome:literal, $ids:literal, $select:literal, $rest:expr) => {{
        use $crate::messages::meant::People;
        use $crate::store::Tx;
        match (&$meant.people, &*$tx) {
            (People::Everybody, _) => $crate::messages::meant::base!(@ "m.org_id = $1 and $7 is null", $outcome, $ids, $select, $rest),
            (People::Few { .. }, Tx::Sqlite(_)) => {
                $crate::messages::meant::base!(@ "+m.org_id = $1 and m.contact_id in (select unhex(value) from json_each($7))", $outcome, $ids, $select, $rest)
            }
            (People::Few { .. }, Tx::Postgres(_)) => $crate::messages::meant::base!(
                @ "m.org_id = $1 and m.contact_id in (select cast(value as uuid) from jsonb_array_elements_text(cast($7 as jsonb)) as value)",
                $outcome, $ids, $select, $rest
            ),
            (People::Many(_), _) => $crate::messages::meant::base!(
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
        $crate::messages::meant::base!(
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
        $crate::messages::meant::based!($query, $meant)
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

    /// As [`Filter::base`].
    pub(super) fn base(&self) -> Self {
        self.with(self.filter.base())
    }

    /// As [`Filter::with_outcome`].
    pub(super) fn with_outcome(&self, outcome: Outcome) -> Self {
        self.with(self.filter.with_outcome(outcome))
    }

    pub(super) fn with(&self, filter: Filter) -> Self {
        Self { filter: Cow::Owned(filter), people: self.people.clone(), ..*self }
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
}

/// Their texts that a base finds, newest first.
async fn texts_of_few(tx: &mut Tx, base: &Meant<'_>) -> Result<Vec<(Uuid, Outcome)>, Error> {
    let sql = base!(tx, base, "$6 is null", "select m.id, m.outcome from messages m", "order by m.id desc");
    let found: Vec<(Uuid, String)> = on_tx!(tx, |ex| based!(sqlx::query_as(sql), base).fetch_all(ex).await)?;
    found.into_iter().map(|(id, outcome)| Ok((id, outcome_of(&outcome)?))).collect()
}

pub(super) fn outcome_of(word: &str) -> Result<Outcome, Error> {
    Outcome::parse(word).ok_or_else(|| Error::Broken(format!("a text that counts has the outcome “{word}”")))
}
