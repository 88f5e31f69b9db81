//! What became of a text. Status is a maximum, not a sequence: receipts may come late, twice,
//! in any order and from several places, and the result is the same.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The words of a text's life, lowest first: among receipts the higher one holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, Serialize, Deserialize)]
#[sqlx(rename_all = "lowercase", type_name = "text")]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Waits for a time.
    Scheduled,
    /// Due, waits for the worker.
    Queued,
    /// Claimed; a request may be on its way, or its outcome is unknown.
    Sending,
    /// We refused, with a reason.
    Blocked,
    /// An inbound text.
    Received,
    /// Twilio has it.
    Accepted,
    /// The carrier took it.
    Sent,
    /// No receipt in time, or the outcome was never known.
    Unconfirmed,
    /// Stopped in time.
    Canceled,
    /// Twilio refused it or gave up.
    Failed,
    /// The carrier says no.
    Undelivered,
    /// A receipt from the phone.
    Delivered,
}

/// The definitive word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It reached the phone.
    Delivered,
    /// It did not.
    Failed,
    /// Not known yet.
    InProgress,
    /// Never to be known, unless a late receipt lifts it.
    Unconfirmed,
    /// It never left us.
    NotSent,
}

impl Status {
    /// Every status, lowest first.
    pub const ALL: [Self; 12] = [
        Self::Scheduled,
        Self::Queued,
        Self::Sending,
        Self::Blocked,
        Self::Received,
        Self::Accepted,
        Self::Sent,
        Self::Unconfirmed,
        Self::Canceled,
        Self::Failed,
        Self::Undelivered,
        Self::Delivered,
    ];

    /// The stored and public word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Blocked => "blocked",
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Unconfirmed => "unconfirmed",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::Undelivered => "undelivered",
            Self::Delivered => "delivered",
        }
    }

    /// Reads the stored or public word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// What a word of Twilio's means to us; `None` for a word that changes nothing.
    /// The enum is Twilio's `message_enum_status`.
    #[must_use]
    pub fn from_twilio(word: &str) -> Option<Self> {
        match word {
            "accepted" | "scheduled" | "queued" | "sending" => Some(Self::Accepted),
            "sent" => Some(Self::Sent),
            "delivered" | "read" => Some(Self::Delivered),
            "undelivered" | "partially_delivered" => Some(Self::Undelivered),
            "failed" => Some(Self::Failed),
            "canceled" => Some(Self::Canceled),
            _ => None,
        }
    }

    /// The definitive word; `None` for an inbound text, which is outside every counter.
    #[must_use]
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Scheduled | Self::Queued | Self::Sending | Self::Accepted | Self::Sent => {
                Some(Outcome::InProgress)
            }
            Self::Unconfirmed => Some(Outcome::Unconfirmed),
            Self::Delivered => Some(Outcome::Delivered),
            Self::Undelivered | Self::Failed => Some(Outcome::Failed),
            Self::Blocked | Self::Canceled => Some(Outcome::NotSent),
            Self::Received => None,
        }
    }

    /// True where no more news is awaited. `unconfirmed` counts: a later receipt still lifts it.
    #[must_use]
    pub fn is_final(self) -> bool {
        self.outcome() != Some(Outcome::InProgress)
    }
}

impl Outcome {
    /// Every outcome, in the order pages show them.
    pub const ALL: [Self; 5] =
        [Self::Delivered, Self::Failed, Self::InProgress, Self::Unconfirmed, Self::NotSent];

    /// The public word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::InProgress => "in_progress",
            Self::Unconfirmed => "unconfirmed",
            Self::NotSent => "not_sent",
        }
    }

    /// Reads the public word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// How we know a status, weakest evidence first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, Serialize, Deserialize)]
#[sqlx(rename_all = "snake_case", type_name = "text")]
#[serde(rename_all = "snake_case")]
pub enum KnownBy {
    /// Nothing came in time.
    Timeout,
    /// Twilio's answer to our own request.
    ApiAnswer,
    /// Twilio's record, looked up.
    LookUp,
    /// Twilio told us.
    Callback,
}

impl KnownBy {
    /// The stored and public word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::ApiAnswer => "api_answer",
            Self::LookUp => "look_up",
            Self::Callback => "callback",
        }
    }
}

/// What the receipts of one attempt add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The highest status seen.
    pub status: Status,
    /// The highest code that came with that status.
    pub error_code: Option<i64>,
    /// The best evidence for that status.
    pub known_by: KnownBy,
    /// When that status was first known.
    pub known_at: DateTime<Utc>,
}

impl Standing {
    /// The one rule by which statuses change. Commutative, associative and idempotent, so
    /// order and repetition of receipts cannot matter.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        match self.status.cmp(&other.status) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Equal => Self {
                status: self.status,
                error_code: self.error_code.max(other.error_code),
                known_by: self.known_by.max(other.known_by),
                known_at: self.known_at.min(other.known_at),
            },
        }
    }

    /// Joins what is known, if anything, with one more receipt.
    #[must_use]
    pub fn after(known: Option<Self>, receipt: Self) -> Self {
        known.map_or(receipt, |known| known.join(receipt))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The words a receipt can have, as Twilio may send them.
    const WORDS: [&str; 11] = [
        "accepted",
        "scheduled",
        "queued",
        "sending",
        "sent",
        "delivered",
        "read",
        "undelivered",
        "partially_delivered",
        "failed",
        "canceled",
    ];

    fn receipt() -> impl Strategy<Value = Standing> {
        let known_by = prop_oneof![Just(KnownBy::ApiAnswer), Just(KnownBy::LookUp), Just(KnownBy::Callback)];
        let code = prop::option::of(prop_oneof![Just(30003), Just(30005), Just(30006), Just(21610)]);
        (0..WORDS.len(), code, known_by, 0i64..100).prop_map(|(word, error_code, known_by, second)| {
            Standing {
                status: Status::from_twilio(WORDS[word]).expect("a word of Twilio's"),
                error_code,
                known_by,
                known_at: DateTime::from_timestamp(second, 0).expect("a time"),
            }
        })
    }

    fn all(receipts: &[Standing]) -> Option<Standing> {
        receipts.iter().copied().fold(None, |known, receipt| Some(Standing::after(known, receipt)))
    }

    /// Every order of up to five receipts.
    fn permutations(receipts: &[Standing]) -> Vec<Vec<Standing>> {
        if receipts.len() < 2 {
            return vec![receipts.to_vec()];
        }
        let mut orders = Vec::new();
        for first in 0..receipts.len() {
            let mut rest = receipts.to_vec();
            let head = rest.remove(first);
            for mut tail in permutations(&rest) {
                tail.insert(0, head);
                orders.push(tail);
            }
        }
        orders
    }

    proptest! {
        #[test]
        fn every_order_of_receipts_ends_alike(receipts in prop::collection::vec(receipt(), 1..6)) {
            let expected = all(&receipts);
            for order in permutations(&receipts) {
                prop_assert_eq!(all(&order), expected);
            }
        }

        #[test]
        fn receipts_that_come_twice_change_nothing(
            receipts in prop::collection::vec(receipt(), 1..6),
            again in prop::collection::vec(0usize..6, 0..12),
        ) {
            let repeats = again.iter().filter_map(|index| receipts.get(*index).copied());
            let repeated: Vec<Standing> = receipts.iter().copied().chain(repeats).collect();
            prop_assert_eq!(all(&repeated), all(&receipts));
        }

        #[test]
        fn grouping_receipts_changes_nothing(a in receipt(), b in receipt(), c in receipt()) {
            prop_assert_eq!(a.join(b).join(c), a.join(b.join(c)));
        }

        #[test]
        fn a_status_never_falls(receipts in prop::collection::vec(receipt(), 1..12)) {
            let mut known = None;
            for receipt in receipts {
                let next = Standing::after(known, receipt);
                prop_assert!(known.is_none_or(|known: Standing| known.status <= next.status));
                known = Some(next);
            }
        }
    }

    #[test]
    fn a_word_nobody_knows_changes_nothing() {
        assert_eq!(Status::from_twilio("teleported"), None);
        assert_eq!(Status::from_twilio("receiving"), None);
        assert_eq!(Status::from_twilio("Delivered"), None);
    }

    #[test]
    fn the_order_is_the_one_of_the_design() {
        let order = [
            Status::Accepted,
            Status::Sent,
            Status::Unconfirmed,
            Status::Canceled,
            Status::Failed,
            Status::Undelivered,
            Status::Delivered,
        ];
        assert!(order.is_sorted());
        let ours = [Status::Scheduled, Status::Queued, Status::Sending, Status::Blocked];
        assert!(ours.iter().all(|word| *word < Status::Accepted));
    }

    #[test]
    fn words_survive_the_store() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
        }
    }
}
