//! How many texts an event had over time, by what became of them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::Outcome;
use super::bars::bars;
use super::meant::{Meant, People, base, based};
use super::tally::between;
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
    let (_, high) = base.filter.ids();
    let first_ids: Vec<Uuid> = bars.iter().map(|bar| first_id_of(bar.begin).clamp(oldest, high)).collect();
    let ends = first_ids.iter().skip(1).copied().chain([high]);
    let ranges: Vec<(Uuid, Uuid)> = first_ids.iter().copied().zip(ends).collect();
    for (place, outcome, texts) in between(tx, base, &ranges).await? {
        let outcome = Outcome::ALL.iter().position(|one| *one == outcome);
        if let Some((bar, outcome)) = bars.get_mut(place).zip(outcome) {
            bar.texts[outcome] = texts;
        }
    }
    Ok(Some(Series { bars, step, of_newest: totals.total > SAMPLE }))
}

/// The oldest and the newest of the texts that it tells of.
async fn ends(tx: &mut Tx, base: &Meant<'_>, totals: &Totals) -> Result<Option<(Uuid, Uuid)>, Error> {
    if let People::Few { texts, .. } = &base.people {
        let newest = usize::try_from(SAMPLE).map_or(&texts[..], |sample| &texts[..sample.min(texts.len())]);
        return Ok(newest.last().zip(newest.first()).map(|(oldest, newest)| (oldest.0, newest.0)));
    }
    let from_the_end =
        base!(tx, base, "$6 is null", "select m.id from messages m", "order by m.id desc limit 1 offset $8");
    let first =
        base!(tx, base, "$6 is null", "select m.id from messages m", "order by m.id limit 1 offset $8");
    let (oldest, offset) = if totals.total > SAMPLE { (from_the_end, SAMPLE - 1) } else { (first, 0) };
    let oldest: Option<MessageId> =
        on_tx!(tx, |ex| based!(sqlx::query_scalar(oldest), base).bind(offset).fetch_optional(ex).await)?;
    let newest: Option<MessageId> =
        on_tx!(tx, |ex| based!(sqlx::query_scalar(from_the_end), base).bind(0_i64).fetch_optional(ex).await)?;
    Ok(oldest.zip(newest).map(|(oldest, newest)| (oldest.0, newest.0)))
}
