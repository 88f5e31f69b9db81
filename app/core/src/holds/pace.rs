//! The pace of a sender: so many segments a second, whatever the number of processes. Each text
//! moves the moment at which its sender is free on by the time that its segments take; a text
//! that finds its sender busy gets a turn of its own in the queue and is looked at again then.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::ids::AccountId;
use crate::store::{Tx, as_parameter, on_tx, rows, time};

/// A sender may be ahead of its pace by so much, so that the worker need not wake for each segment.
const BURST: TimeDelta = TimeDelta::seconds(1);

/// A number or Messaging Service of an account.
pub(crate) type Sender = (AccountId, String);

/// What is left of senders' time, while one transaction hands out turns.
#[derive(Debug, Default)]
pub(crate) struct Lanes(BTreeMap<Sender, Lane>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lane {
    /// When all segments that were handed over will have left.
    free_at: DateTime<Utc>,
    /// When the last turn ends that was given to a waiting text.
    booked_until: DateTime<Utc>,
}

/// A text that wants to leave through a sender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub segments: i64,
    /// The sender's pace.
    pub per_second: u32,
    /// It waited for its turn already.
    pub has_waited: bool,
    /// It goes even if the others must wait longer for it.
    pub goes_first: bool,
}

impl Lanes {
    /// Holds these senders until the transaction ends; always in the same order, so that two
    /// processes do not wait for each other in a circle.
    pub(crate) async fn open(
        tx: &mut Tx,
        senders: impl IntoIterator<Item = Sender>,
        now: DateTime<Utc>,
    ) -> Result<Self, sqlx::Error> {
        let wanted: std::collections::BTreeSet<Sender> = senders.into_iter().collect();
        let mut lanes = BTreeMap::new();
        for sender in wanted {
            let sql =
                "insert into senders (account_id, sender, free_at, booked_until) values ($1, $2, $3, $3)
                 on conflict (account_id, sender) do update set sender = excluded.sender
                 returning free_at, booked_until";
            let (free_at, booked_until) = on_tx!(tx, |ex| sqlx::query_as(sql)
                .bind(sender.0)
                .bind(&sender.1)
                .bind(now)
                .fetch_one(ex)
                .await)?;
            lanes.insert(sender, Lane { free_at, booked_until });
        }
        Ok(Self(lanes))
    }

    /// Lets a text go (`None`), or says when its turn is.
    pub(crate) fn take(&mut self, sender: &Sender, load: Load, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.0.get_mut(sender).and_then(|lane| lane.take(load, now))
    }

    /// Writes what was taken and booked.
    pub(crate) async fn close(self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        #[derive(Serialize)]
        struct Row {
            account_id: AccountId,
            sender: String,
            #[serde(serialize_with = "time")]
            free_at: DateTime<Utc>,
            #[serde(serialize_with = "time")]
            booked_until: DateTime<Utc>,
        }
        if self.0.is_empty() {
            return Ok(());
        }
        let row = |((account_id, sender), lane): (Sender, Lane)| Row {
            account_id,
            sender,
            free_at: lane.free_at,
            booked_until: lane.booked_until,
        };
        let lanes: Vec<Row> = self.0.into_iter().map(row).collect();
        let sql = rows!(account_id uuid, sender text, free_at timestamptz, booked_until timestamptz =>
            "update senders set free_at = i.free_at, booked_until = i.booked_until
             from input i where senders.account_id = i.account_id and senders.sender = i.sender")
        .text(tx);
        on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(&lanes)?).execute(ex).await.map(drop))
    }
}

impl Lane {
    fn take(&mut self, load: Load, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let micros = load.segments.max(1).saturating_mul(1_000_000) / i64::from(load.per_second.max(1));
        let takes = TimeDelta::microseconds(micros);
        if load.goes_first || self.free_at <= now {
            self.free_at = self.free_at.max(now - BURST) + takes;
            return None;
        }
        if load.has_waited {
            return Some(self.free_at);
        }
        let turn = self.booked_until.max(self.free_at);
        self.booked_until = turn + takes;
        Some(turn)
    }
}

/// Gives the turns back that texts had which will not go: those that come next need not wait for
/// them.
pub(crate) async fn forget_turns(tx: &mut Tx, sender: &Sender) -> Result<(), sqlx::Error> {
    let sql = "update senders set booked_until = free_at where account_id = $1 and sender = $2";
    on_tx!(tx, |ex| sqlx::query(sql).bind(sender.0).bind(&sender.1).execute(ex).await.map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Load = Load { segments: 1, per_second: 2, has_waited: false, goes_first: false };

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(millis)
    }

    /// A sender that nobody used for a minute.
    fn idle() -> Lane {
        Lane { free_at: at(-60_000), booked_until: at(-60_000) }
    }

    #[test]
    fn an_idle_sender_takes_a_second_of_segments_at_once_and_the_rest_in_turn() {
        let mut lane = idle();
        let turns: Vec<Option<DateTime<Utc>>> = (0..6).map(|_| lane.take(ONE, at(0))).collect();
        let expected = [None, None, None, Some(at(500)), Some(at(1_000)), Some(at(1_500))];
        assert_eq!(turns, expected);
    }

    #[test]
    fn a_long_text_takes_the_time_of_its_segments() {
        let mut lane = idle();
        let long = Load { segments: 4, ..ONE };
        assert_eq!(lane.take(long, at(0)), None);
        assert_eq!(lane.take(ONE, at(0)), Some(at(1_000)));
    }

    #[test]
    fn a_code_goes_at_once_and_the_others_wait_longer() {
        let mut lane = idle();
        while lane.take(ONE, at(0)).is_none() {}
        assert_eq!(lane.take(Load { goes_first: true, ..ONE }, at(0)), None);
        assert_eq!(lane.free_at, at(1_000));
    }

    #[test]
    fn over_time_no_more_leaves_than_the_pace_allows() {
        let mut lane = idle();
        let mut waiting: Vec<(DateTime<Utc>, Load)> = vec![(at(0), ONE); 100];
        let mut left = 0;
        for tick in 0..100 {
            let now = at(tick * 100);
            waiting.retain_mut(|(due, load)| {
                if *due > now {
                    return true;
                }
                match lane.take(*load, now) {
                    Some(turn) => {
                        assert!(turn > now, "it would be looked at again at once");
                        (*due, load.has_waited) = (turn, true);
                        true
                    }
                    None => {
                        left += 1;
                        false
                    }
                }
            });
        }
        assert!((20..=23).contains(&left), "{left} of 2 a second in ten seconds");
    }
}
