//! How long texts take to the phone.

use chrono::{DateTime, Utc};

use super::Outcome;
use super::meant::{Meant, base, based};
use crate::error::Error;
use crate::store::{Tx, on_tx};

/// It is told of so many texts, the newest that were delivered: an index leads to them. Of so many the middle is
/// as certain as anybody needs, and each costs a look at its row.
const SAMPLE: i64 = 250;

/// How long texts took from Twilio's taking them to the phone's receipt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Half of them took no longer, in seconds.
    pub median: f64,
    /// 95 of 100 took no longer, in seconds.
    pub p95: f64,
    /// Of how many texts, the newest that were delivered.
    pub texts: i64,
    /// Older ones were delivered too, and are not in it.
    pub of_newest: bool,
}

/// How long the delivered texts of a filter took; `None` before the first.
pub(super) async fn pace(tx: &mut Tx, base: &Meant<'_>) -> Result<Option<Pace>, Error> {
    let delivered = base.with_outcome(Outcome::Delivered);
    let sql = base!(
        tx,
        delivered,
        "m.outcome = $6",
        "select m.sent_at, m.delivered_at from messages m",
        "and m.sent_at is not null and m.delivered_at is not null order by m.id desc limit $8"
    );
    let times: Vec<(DateTime<Utc>, DateTime<Utc>)> =
        on_tx!(tx, |ex| based!(sqlx::query_as(sql), delivered).bind(SAMPLE).fetch_all(ex).await)?;
    Ok(of(times.into_iter().map(|(sent, delivered)| (delivered - sent).num_milliseconds().max(0)).collect()))
}

fn of(mut milliseconds: Vec<i64>) -> Option<Pace> {
    milliseconds.sort_unstable();
    let last = milliseconds.len().checked_sub(1)?;
    let between = |lower: usize, upper: usize| (milliseconds[lower] + milliseconds[upper]) as f64 / 2_000.0;
    // The smallest value that at least 95 of 100 do not exceed.
    let high = (milliseconds.len() * 95).div_ceil(100) - 1;
    let texts = i64::try_from(milliseconds.len()).unwrap_or(SAMPLE);
    Some(Pace {
        median: between(last / 2, last.div_ceil(2)),
        p95: between(high, high),
        texts,
        of_newest: texts >= SAMPLE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        let median = |values: &[i64]| of(values.to_vec()).map(|pace| pace.median);
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7_000]), Some(7.0));
        assert_eq!(median(&[9_000, 1_000, 4_000]), Some(4.0));
        assert_eq!(median(&[9_000, 1_000, 4_000, 6_000]), Some(5.0));
    }

    #[test]
    fn ninety_five_of_a_hundred_took_no_longer() {
        let hundred: Vec<i64> = (1..=100).map(|n| n * 1_000).collect();
        assert_eq!(of(hundred).map(|pace| pace.p95), Some(95.0));
        assert_eq!(of(vec![3_000]).map(|pace| pace.p95), Some(3.0));
        assert_eq!(of(vec![1_000, 8_000]).map(|pace| pace.p95), Some(8.0));
    }
}
