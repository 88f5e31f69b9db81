//! How many texts an event had over time, by what became of them.

use chrono::{DateTime, Utc};

use super::Outcome;
use super::filter::{Filter, bound, filtered};
use crate::error::Error;
use crate::ids::{EventId, OrgId};
use crate::store::{Tx, on_tx};

/// It is told of so many texts, the newest: an index leads to them, and they fit in memory however
/// many texts an event has.
pub const SAMPLE: i64 = 10_000;

/// When texts were recorded, and what became of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// One for each text, newest first.
    pub texts: Vec<(DateTime<Utc>, Outcome)>,
    /// Older texts are not in it.
    pub of_newest: bool,
}

/// The newest texts of a filter; `None` before the first.
pub(super) async fn series(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    base: &Filter,
) -> Result<Option<Series>, Error> {
    let sql =
        filtered!(base, "select m.created_at, m.outcome from messages m", "order by m.id desc limit $15");
    let texts: Vec<(DateTime<Utc>, String)> =
        on_tx!(tx, |ex| bound!(sqlx::query_as(sql), org, event, base).bind(SAMPLE).fetch_all(ex).await)?;
    let of_newest = i64::try_from(texts.len()).is_ok_and(|texts| texts >= SAMPLE);
    let texts: Vec<(DateTime<Utc>, Outcome)> =
        texts.into_iter().filter_map(|(at, outcome)| Some((at, Outcome::parse(&outcome)?))).collect();
    Ok((!texts.is_empty()).then_some(Series { texts, of_newest }))
}
