//! Years of texts, written by SQL in minutes: people, events, texts of every outcome with their
//! attempts, trail and counters, as the product itself leaves them. Everything follows from a
//! text's number, so a measurement knows each id without asking.

mod indexes;
mod rows;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::database::Database;
use super::error::BenchError;

/// The length of the history, in milliseconds: 90 days.
const SPAN: i64 = 90 * 86_400_000;
/// Texts of each event but the big one.
const A_SMALL_EVENT: i64 = 1_000;
/// People on the list of each event but the big one.
pub(crate) const SMALL_CROWD: i64 = 300;

/// What is loaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Texts in all.
    pub(crate) texts: i64,
    /// Of those, the newest, that Twilio has taken and not told more about.
    pub(crate) in_flight: i64,
    /// The newest that have a trail.
    pub(crate) with_trail: i64,
    /// When the newest was made, in milliseconds.
    pub(crate) newest: i64,
    /// At most so many are of the big event.
    pub(crate) big: i64,
}

/// Kinds of ids, so that no two things have one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of {
    Contact = 1,
    Event = 2,
    Attendee = 3,
    Send = 4,
    Text = 5,
    Attempt = 6,
    Suppression = 7,
}

/// The id of the `n`th of a kind, made at `ms`.
pub(crate) fn id(ms: i64, kind: Of, n: i64) -> Uuid {
    let (ms, n) = (ms.unsigned_abs(), n.unsigned_abs());
    let high = (u128::from(ms) << 80) | (7 << 76) | ((kind as u128) << 64);
    Uuid::from_u128(high | (8 << 60) | u128::from(n))
}

impl Shape {
    /// So many texts up to now.
    pub(crate) fn new(texts: i64, in_flight: i64, now: DateTime<Utc>) -> Self {
        let newest = now.timestamp_millis() - 60_000;
        Self { texts, in_flight, with_trail: texts.min(500_000), newest, big: 100_000.min(texts / 2) }
    }

    /// People of the organization.
    pub(crate) fn people(&self) -> i64 {
        (self.texts / 5).max(1_000)
    }

    /// Every so many texts one is of the big event.
    fn stride(&self) -> i64 {
        (self.texts / self.big).max(1)
    }

    /// Texts of the big event.
    pub(crate) fn of_big(&self) -> i64 {
        (self.texts + self.stride() - 1) / self.stride()
    }

    /// People on the list of the big event.
    pub(crate) fn big_crowd(&self) -> i64 {
        (self.of_big() / 2).min(self.people())
    }

    /// Events, the big one first.
    pub(crate) fn events(&self) -> i64 {
        1 + (self.texts - self.of_big() + A_SMALL_EVENT - 1) / A_SMALL_EVENT
    }

    /// When it began, in milliseconds: people and events are as old.
    pub(crate) fn oldest(&self) -> i64 {
        self.newest - SPAN
    }

    /// When a text was made, in milliseconds.
    pub(crate) fn made(&self, n: i64) -> i64 {
        self.oldest() + (n + 1) * SPAN / self.texts
    }

    /// The event with this number.
    pub(crate) fn event(&self, n: i64) -> Uuid {
        id(self.oldest(), Of::Event, n)
    }

    /// The event of a text, and which of its texts it is.
    pub(crate) fn place(&self, n: i64) -> (i64, i64) {
        let stride = self.stride();
        if n % stride == 0 {
            return (0, n / stride);
        }
        let rank = n - n / stride - 1;
        (1 + rank / A_SMALL_EVENT, rank % A_SMALL_EVENT)
    }

    /// Why the text at this place of its event was sent.
    pub(crate) fn purpose(place: i64) -> &'static str {
        match place % 10 {
            0..=4 => "invitation",
            5..=7 => "event_reminder",
            8 => "booking_confirmation",
            _ => "announcement",
        }
    }

    /// The `n`th on the list of an event.
    pub(crate) fn attendee(&self, event: i64, n: i64) -> Uuid {
        let before = if event == 0 { 0 } else { self.big_crowd() + (event - 1) * SMALL_CROWD };
        id(self.oldest(), Of::Attendee, before + n)
    }

    /// The contact with this number.
    pub(crate) fn contact(&self, n: i64) -> Uuid {
        id(self.oldest(), Of::Contact, n)
    }

    /// The text with this number.
    pub(crate) fn text(&self, n: i64) -> Uuid {
        id(self.made(n), Of::Text, n)
    }

    /// Its attempt.
    pub(crate) fn attempt(&self, n: i64) -> Uuid {
        id(self.made(n), Of::Attempt, n)
    }

    /// Its name at Twilio.
    pub(crate) fn sid(&self, n: i64) -> String {
        format!("SM{n:032x}")
    }

    /// The first text that Twilio has taken and not told more about.
    pub(crate) fn first_in_flight(&self) -> i64 {
        self.texts - self.in_flight
    }
}

/// Writes all of it, for the one organization that the database has.
pub(crate) async fn load(database: &mut Database, shape: &Shape) -> Result<(), BenchError> {
    // Nothing else uses the database yet, and what is half loaded is thrown away.
    database
        .run(match database {
            Database::Sqlite(_) => {
                "pragma journal_mode = off; pragma synchronous = off; pragma foreign_keys = off;
                 pragma cache_size = -2000000; pragma temp_store = memory"
            }
            Database::Postgres(_) => {
                "set session_replication_role = replica; set synchronous_commit = off;
                 set maintenance_work_mem = '1GB'; set work_mem = '256MB'"
            }
        })
        .await?;
    let indexes = indexes::take_away(database).await?;
    rows::write(database, shape).await?;
    indexes::put_back(database, &indexes).await?;
    let last = match database {
        // How the product opens it; what the planner goes by came with the migrations.
        Database::Sqlite(_) => ["pragma synchronous = full", "pragma journal_mode = wal"],
        Database::Postgres(_) => ["vacuum analyze", "checkpoint"],
    };
    for statement in last {
        database.run(statement).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fill_their_events() {
        for texts in [10_000, 100_000, 1_000_000, 5_000_000] {
            let shape = Shape::new(texts, 0, DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000));
            assert_eq!(shape.of_big(), (texts / 2).min(100_000), "{texts}");
            assert_eq!(shape.events(), 1 + (texts - shape.of_big()) / A_SMALL_EVENT);
            assert!(shape.big_crowd() <= shape.people());
            assert_eq!(shape.made(texts - 1), shape.newest);
        }
    }

    #[test]
    fn ids_are_of_version_seven() {
        let id = id(1_700_000_000_123, Of::Text, 0xabc);
        assert_eq!(id.to_string(), "018bcfe5-687b-7005-8000-000000000abc");
        assert_eq!(
            (id.get_version_num(), id.get_timestamp().map(|at| at.to_unix().0)),
            (7, Some(1_700_000_000))
        );
    }
}
