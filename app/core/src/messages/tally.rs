//! How many texts a filter finds: by the counters where they know it, else from the entries of an index.

use uuid::Uuid;

use super::meant::{Meant, People, base, based, bound, filtered, outcome_of};
use super::{Filter, Outcome};
use crate::counters::{self, Totals};
use crate::error::Error;
use crate::store::{Tx, on_tx};

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
}
