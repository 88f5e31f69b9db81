//! How many texts an event had over time, by what became of them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::Outcome;
use super::bars::bars;
use super::filter::{Meant, base, based};
use crate::clock::{first_id_of, made_at};
use crate::counters::Totals;
use crate::error::Error;
use crate::ids::MessageId;
use crate::store::{Tx, on_tx};

/// It is told of so many texts, the newest, however many an event has: each costs a look into the index.
pub const SAMPLE: i64 = 5_000;

/// How many texts were recorded when, and what became of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The oldest first, without a gap.
    pub bars: Vec<Bar>,
    /// How long a bar is, in minutes.
    pub step: i64,
    /// Older texts are not in it.
    pub of_newest: bool,
}

/// The texts of one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// When it begins; it ends where the next begins.
    pub begin: DateTime<Utc>,
    /// How many texts, in the order of [`Outcome::ALL`].
    pub texts: [i64; 5],
}

impl Bar {
    /// How many texts of any outcome.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.texts.iter().sum()
    }

    /// The outcomes there are, with how many.
    pub fn parts(&self) -> impl Iterator<Item = (Outcome, i64)> {
        Outcome::ALL.into_iter().zip(self.texts).filter(|(_, texts)| *texts > 0)
    }
}

/// The newest texts of a filter over time, in bars that begin at round times of this zone; `None` before the first.
pub(super) async fn series(
    tx: &mut Tx,
    base: &Meant<'_>,
    totals: &Totals,
    zone: Tz,
) -> Result<Option<Series>, Error> {
    let Some((oldest, newest)) = ends(tx, base, totals).await? else { return Ok(None) };
    let (begins, step) = bars(made_at(oldest), made_at(newest), zone);
    let mut bars: Vec<Bar> = begins.into_iter().map(|begin| Bar { begin, texts: [0; 5] }).collect();
    let (low, high) = base.filter.ids();
    let first_ids: Vec<Uuid> =
        bars.iter().map(|bar| first_id_of(bar.begin).clamp(low.max(oldest), high)).collect();
    let ends = first_ids.iter().skip(1).copied().chain([high]);
    let ranges: Vec<[String; 2]> = first_ids
        .iter()
        .zip(ends)
        .map(|(low, high)| [*low, high].map(|id| id.simple().to_string()))
        .collect();
    for (place, outcome, texts) in counted(tx, base, &ranges).await? {
        let outcome = Outcome::ALL.iter().position(|one| one.as_str() == outcome);
        let bar = usize::try_from(place).ok().and_then(|place| bars.get_mut(place));
        if let Some((bar, outcome)) = bar.zip(outcome) {
            bar.texts[outcome] = texts;
        }
    }
    Ok(Some(Series { bars, step, of_newest: totals.total > SAMPLE }))
}

/// The oldest and the newest of the texts that it tells of.
async fn ends(tx: &mut Tx, base: &Meant<'_>, totals: &Totals) -> Result<Option<(Uuid, Uuid)>, Error> {
    let select_newest =
        base!(tx, base, "$6 is null", "select m.id from messages m", "order by m.id desc limit 1 offset $8");
    let select_oldest =
        base!(tx, base, "$6 is null", "select m.id from messages m", "order by m.id limit 1 offset $8");
    let (from_the_end, offset) = if totals.total > SAMPLE { (true, SAMPLE - 1) } else { (false, 0) };
    let oldest = if from_the_end { select_newest } else { select_oldest };
    let oldest: Option<MessageId> =
        on_tx!(tx, |ex| based!(sqlx::query_scalar(oldest), base).bind(offset).fetch_optional(ex).await)?;
    let newest: Option<MessageId> = on_tx!(tx, |ex| based!(sqlx::query_scalar(select_newest), base)
        .bind(0_i64)
        .fetch_optional(ex)
        .await)?;
    Ok(oldest.zip(newest).map(|(oldest, newest)| (oldest.0, newest.0)))
}

/// How many texts there are between these ids, by place and outcome. The outcomes are joined to it so that their
/// index leads to each bar.
async fn counted(
    tx: &mut Tx,
    base: &Meant<'_>,
    ranges: &[[String; 2]],
) -> Result<Vec<(i64, String, i64)>, Error> {
    let ranges = serde_json::to_string(ranges).map_err(|error| Error::Broken(error.to_string()))?;
    let sql = match tx {
        Tx::Sqlite(_) => base!(
            tx,
            base,
            "m.outcome = o.outcome and $6 is null",
            "m.id >= unhex(b.value ->> 0) and m.id < unhex(b.value ->> 1)",
            "select b.key as place, o.outcome, count(*) from json_each($8) b cross join (select 'delivered' as outcome
               union all select 'failed' union all select 'in_progress' union all select 'unconfirmed'
               union all select 'not_sent') o cross join messages m",
            "group by b.key, o.outcome"
        ),
        Tx::Postgres(_) => base!(
            tx,
            base,
            "m.outcome = o.outcome and $6 is null",
            "m.id >= b.low and m.id < b.high",
            "select b.place - 1 as place, o.outcome, count(*) from (select place, cast(value ->> 0 as uuid) as low,
                 cast(value ->> 1 as uuid) as high
               from jsonb_array_elements(cast($8 as jsonb)) with ordinality as r (value, place)) b
             cross join (values ('delivered'), ('failed'), ('in_progress'), ('unconfirmed'), ('not_sent')) o (outcome)
             cross join messages m",
            "group by b.place, o.outcome"
        ),
    };
    Ok(on_tx!(tx, |ex| based!(sqlx::query_as(sql), base).bind(&ranges).fetch_all(ex).await)?)
}
