//! Failures: texts across all events that did not arrive and that somebody can do something about,
//! grouped by what to do. Only texts that no retry has replaced and that nobody has dismissed.

mod dismiss;
mod list;
mod overview;

pub use dismiss::{Dismissed, dismiss, dismiss_all, dismissed, restore};
pub use list::{Failed, Page, find, list};
pub use overview::{LOOKED_AT, Overview, Reason, overview};

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::first_id_of;
use crate::error::Error;
use crate::ids::OrgId;
use crate::messages::Outcome;
use crate::store::{Store, on_store};
use crate::twilio::codes::{self, Class, Retry};

/// So far back the failures go that are counted beside the navigation.
pub const RECENT: TimeDelta = TimeDelta::days(30);
/// So many of the newest are looked at for that count: it stands on every page.
const COUNTED: i64 = 1_000;

/// What a text failed of: one row of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// Twilio's code; 0 where none came.
    Code(i64),
    /// No receipt came, or the outcome was never known.
    Unconfirmed,
    /// We did not send it: there was no account or number to send from.
    NotConfigured,
    /// We did not send it: the organization had switched texting off.
    SwitchedOff,
    /// We did not send it: the number cannot receive texts.
    DeadNumber,
}

/// What it needs before it can arrive, in the order in which the page shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// Nothing but another try.
    Retry,
    /// Other words.
    Words,
    /// Another number.
    Number,
    /// A look at each: the phone may have it already.
    Look,
    /// Something that an administrator has to put right.
    Administrator,
    /// Nobody can make it arrive but the person themselves.
    Nobody,
}

impl Key {
    /// The word in addresses.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Code(code) => code.to_string(),
            Self::Unconfirmed => "no-receipt".into(),
            Self::NotConfigured => "not-configured".into(),
            Self::SwitchedOff => "switched-off".into(),
            Self::DeadNumber => "dead-number".into(),
        }
    }

    /// Reads the word in an address.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "no-receipt" => Self::Unconfirmed,
            "not-configured" => Self::NotConfigured,
            "switched-off" => Self::SwitchedOff,
            "dead-number" => Self::DeadNumber,
            code => Self::Code(code.parse().ok().filter(|code| (0..=999_999).contains(code))?),
        })
    }

    /// What it needs before it can arrive.
    #[must_use]
    pub fn need(self) -> Need {
        match self {
            Self::Unconfirmed => Need::Look,
            Self::NotConfigured | Self::SwitchedOff => Need::Administrator,
            Self::DeadNumber => Need::Number,
            Self::Code(code) => {
                let code = u32::try_from(code).unwrap_or_default();
                let known = codes::describe(code);
                match known.class {
                    _ if code == 0 => Need::Retry,
                    Class::Permanent => Need::Number,
                    _ if !codes::person_may_retry(code) => Need::Nobody,
                    Class::Content => Need::Words,
                    Class::Transient | Class::Unknown => Need::Retry,
                    Class::Compliance if known.retry == Retry::Later => Need::Retry,
                    Class::Configuration | Class::Compliance => Need::Administrator,
                }
            }
        }
    }

    /// The reason that is stored, where we did not send it.
    #[must_use]
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::NotConfigured => Some("not_configured"),
            Self::SwitchedOff => Some("switched_off"),
            Self::DeadNumber => Some("dead_number"),
            Self::Code(_) | Self::Unconfirmed => None,
        }
    }

    /// Twilio's code; 0 where none came.
    #[must_use]
    pub fn code(self) -> Option<i64> {
        match self {
            Self::Code(code) => Some(code),
            _ => None,
        }
    }

    pub(crate) fn of(outcome: Outcome, code: Option<i64>, reason: Option<&str>) -> Option<Self> {
        match (outcome, reason) {
            (Outcome::Failed, _) => Some(Self::Code(code.unwrap_or_default())),
            (Outcome::Unconfirmed, _) => Some(Self::Unconfirmed),
            (Outcome::NotSent, Some("not_configured")) => Some(Self::NotConfigured),
            (Outcome::NotSent, Some("switched_off")) => Some(Self::SwitchedOff),
            (Outcome::NotSent, Some("dead_number")) => Some(Self::DeadNumber),
            _ => None,
        }
    }

    fn outcome(self) -> Outcome {
        match self {
            Self::Code(_) => Outcome::Failed,
            Self::Unconfirmed => Outcome::Unconfirmed,
            _ => Outcome::NotSent,
        }
    }
}

/// What makes a text a failure: `$1` the organization, `$2` the first id of the time that is asked
/// for. Texts that were held back on purpose are none.
macro_rules! failure {
    () => {
        "m.org_id = $1 and m.counts and m.outcome in ('failed', 'unconfirmed', 'not_sent') and m.id >= $2
           and (m.outcome <> 'not_sent' or m.reason in ('not_configured', 'switched_off', 'dead_number'))
           and not exists (select 1 from dismissals d where d.message_id = m.id)"
    };
}
use failure;

/// Texts that failed lately, as counted beside the navigation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    /// How many that nobody dismissed.
    pub texts: i64,
    /// There may be more: only the newest were looked at.
    pub or_more: bool,
}

/// How many texts failed in the last 30 days and were not dismissed. Looks at the newest thousand at most, in their
/// index alone.
///
/// # Errors
/// If the database fails.
pub async fn recent(store: &Store, org: OrgId, now: DateTime<Utc>) -> Result<Recent, Error> {
    let sql = "select count(*) as looked_at,
           count(*) filter (where not exists (select 1 from dismissals d where d.message_id = newest.id)) as texts
         from (select id from messages where org_id = $1 and counts and outcome = 'failed' and id >= $2
               order by id desc limit $3) newest";
    let (looked_at, texts): (i64, i64) = on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(first_id_of(now - RECENT))
        .bind(COUNTED)
        .fetch_one(ex)
        .await)?;
    Ok(Recent { texts, or_more: looked_at == COUNTED })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_addresses_are_read_back() {
        let keys = [
            Key::Code(30003),
            Key::Code(0),
            Key::Unconfirmed,
            Key::NotConfigured,
            Key::SwitchedOff,
            Key::DeadNumber,
        ];
        for key in keys {
            assert_eq!(Key::parse(&key.word()), Some(key));
        }
        for word in ["", "-1", "1e3", "99999999999", "no receipt"] {
            assert_eq!(Key::parse(word), None, "{word}");
        }
    }

    #[test]
    fn each_reason_stands_with_what_it_needs() {
        let need = |code| Key::Code(code).need();
        assert_eq!(need(30003), Need::Retry);
        assert_eq!(need(0), Need::Retry);
        assert_eq!(need(99999), Need::Retry, "a code that nobody knows can be tried by hand");
        assert_eq!(need(30007), Need::Words);
        assert_eq!(need(30006), Need::Number);
        assert_eq!(need(30004), Need::Number);
        assert_eq!(need(20003), Need::Administrator);
        assert_eq!(need(30034), Need::Administrator);
        assert_eq!(need(21610), Need::Nobody);
        assert_eq!(need(30610), Need::Retry);
        assert_eq!(Key::Unconfirmed.need(), Need::Look);
    }
}
