//! What the address of a dashboard asks for: the filter, the words that came with it, and what could
//! not be understood.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use url::form_urlencoded;
use usher_core::clock::is_of_our_time;
use usher_core::error::clean;
use usher_core::ids::{EventId, MessageId};
use usher_core::messages::{Filter, Outcome, Purpose, Status};

use crate::parts::words;
use crate::paths;
use usher_core::local::begin_of;

/// Every part of the address that means something here.
pub(crate) const PARTS: [&str; 9] =
    ["outcome", "purpose", "status", "code", "reason", "before", "find", "from", "to"];

/// The status words that can be asked for: the word in the address, and what stands behind it.
const STATUSES: [(&str, &[Status]); 9] = [
    ("scheduled", &[Status::Scheduled]),
    ("sending", &[Status::Sending, Status::Queued, Status::Accepted]),
    ("sent", &[Status::Sent]),
    ("delivered", &[Status::Delivered]),
    ("undelivered", &[Status::Undelivered]),
    ("failed", &[Status::Failed]),
    ("unconfirmed", &[Status::Unconfirmed]),
    ("blocked", &[Status::Blocked]),
    ("canceled", &[Status::Canceled]),
];

/// The filter as the address has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// What is looked for.
    pub filter: Filter,
    /// What was understood, by its name in the address.
    given: BTreeMap<&'static str, String>,
    /// What was not, with what to do about it.
    pub wrong: Vec<(&'static str, String)>,
}

impl Asked {
    /// Reads an address; `part` gives a part of it by its name. Days are days in this zone.
    pub(crate) fn read(part: impl Fn(&str) -> Option<String>, zone: Tz) -> Self {
        let mut asked = Self::default();
        let part = |name: &str| part(name).map(|value| clean(&value)).filter(|value| !value.is_empty());
        asked.read_words(&part);
        asked.read_days(&part, zone);
        asked
    }

    fn read_words(&mut self, part: &impl Fn(&str) -> Option<String>) {
        self.filter.outcome = self.take(part, "outcome", Outcome::parse, "There is no such counter.");
        self.filter.purpose =
            self.take(part, "purpose", Purpose::parse, "There is no such type of text. Choose one.");
        let statuses =
            |word: &str| STATUSES.iter().find(|(name, _)| *name == word).map(|(_, statuses)| *statuses);
        let statuses = self.take(part, "status", statuses, "There is no such status. Choose one.");
        self.filter.statuses = statuses.unwrap_or_default().to_vec();
        let code = |text: &str| text.parse::<i64>().ok().filter(|code| (0..=999_999).contains(code));
        self.filter.error_code =
            self.take(part, "code", code, "A code of Twilio’s is a number, such as 30003.");
        let reason = |word: &str| {
            let is_word = word.len() <= 40 && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            is_word.then(|| word.to_owned())
        };
        self.filter.reason = self.take(part, "reason", reason, "There is no such reason.");
        let before = "That place in the list is not there. These are the newest texts.";
        self.filter.before = self.take(part, "before", MessageId::parse, before);
        self.given.remove("before");
        if let Some(find) = part("find") {
            self.filter.find.clone_from(&find);
            self.given.insert("find", find);
        }
        // A status says more than the counter it belongs to.
        if !self.filter.statuses.is_empty() {
            self.filter.outcome = None;
            self.given.remove("outcome");
        }
    }

    fn read_days(&mut self, part: &impl Fn(&str) -> Option<String>, zone: Tz) {
        let day = |text: &str| {
            text.parse::<NaiveDate>().ok().filter(|day| begin_of(*day, zone).is_some_and(is_of_our_time))
        };
        let no_day = "That is not a day. Write it as year-month-day, such as 2026-02-26.";
        let from = self.take(part, "from", day, no_day);
        let to = self.take(part, "to", day, no_day);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            self.wrong.push(("to", "The last day is before the first. Choose a later one.".into()));
        }
        self.filter.since = from.and_then(|day| begin_of(day, zone));
        self.filter.until = to.and_then(|day| begin_of(day.checked_add_days(Days::new(1))?, zone));
    }

    /// What a part of the address stands for; a note if it stands for nothing.
    fn take<T>(
        &mut self,
        part: &impl Fn(&str) -> Option<String>,
        name: &'static str,
        read: impl Fn(&str) -> Option<T>,
        wrong: &str,
    ) -> Option<T> {
        let text = part(name)?;
        let value = read(&text);
        match &value {
            Some(_) => drop(self.given.insert(name, text)),
            None => self.wrong.push((name, format!("“{}” was left out: {wrong}", words::excerpt(&text, 40)))),
        }
        value
    }

    /// The word that was understood for a part of the address; empty if there is none.
    pub(crate) fn word(&self, name: &str) -> &str {
        self.given.get(name).map_or("", String::as_str)
    }

    /// Whether anything narrows what the page shows, the counters aside.
    pub(crate) fn narrows(&self) -> bool {
        self.given.keys().any(|name| *name != "outcome")
    }

    /// Whether what the tabs count is narrowed.
    pub(crate) fn narrows_tabs(&self) -> bool {
        self.given.keys().any(|name| is_of_base(name))
    }

    /// True where the list is exactly that of this tab; `None` is the one of all texts.
    pub(crate) fn is_tab(&self, outcome: Option<Outcome>) -> bool {
        self.filter.outcome == outcome
            && self.filter == Filter { outcome, before: self.filter.before, ..self.filter.base() }
    }

    /// What went into it, for a link to the same texts: without the place in the list.
    pub(crate) fn query(&self) -> String {
        self.query_of(|_| true, &[])
    }

    /// A link to a tab: what became of a text is chosen anew, everything else stays.
    pub(crate) fn tab(&self, event: EventId, outcome: Option<Outcome>) -> String {
        let outcome = outcome.map(|outcome| ("outcome", outcome.as_str().to_owned()));
        address(event, &self.query_of(is_of_base, outcome.as_slice()))
    }

    /// A link to the texts of one cause.
    pub(crate) fn cause(&self, event: EventId, cause: &[(&'static str, String)]) -> String {
        address(event, &self.query_of(is_of_base, cause))
    }

    /// A link to the same list without a part of what narrows it.
    pub(crate) fn without(&self, event: EventId, name: &str) -> String {
        address(event, &self.query_of(|part| part != name, &[]))
    }

    /// A link to another place in the same list.
    pub(crate) fn place(&self, event: EventId, before: Option<MessageId>) -> String {
        let before = before.map(|before| ("before", before.to_string()));
        address(event, &self.query_of(|_| true, before.as_slice()))
    }

    fn query_of(&self, keep: impl Fn(&str) -> bool, and: &[(&'static str, String)]) -> String {
        let kept =
            self.given.iter().filter(|(name, _)| keep(name)).map(|(name, value)| (*name, value.as_str()));
        let all = kept.chain(and.iter().map(|(name, value)| (*name, value.as_str())));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(all);
        query.finish()
    }
}

fn is_of_base(name: &str) -> bool {
    matches!(name, "purpose" | "from" | "to" | "find")
}

fn address(event: EventId, query: &str) -> String {
    let path = paths::event(event);
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

/// Every status word that can be asked for, and how pages call it.
pub(super) fn statuses() -> impl Iterator<Item = (&'static str, &'static str)> {
    STATUSES
        .iter()
        .map(|(word, statuses)| (*word, statuses.first().map_or("", |status| words::status(*status))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Asked {
        let parts: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Asked::read(|name| parts.get(name).cloned(), chrono_tz::America::New_York)
    }

    #[test]
    fn a_day_is_a_day_in_the_events_zone() {
        let asked = read("from=2026-03-08&to=2026-03-08");
        // The clocks went forward that day: it had 23 hours.
        let (since, until) = (asked.filter.since.expect("a day"), asked.filter.until.expect("a day"));
        assert_eq!(since.to_rfc3339(), "2026-03-08T05:00:00+00:00");
        assert_eq!((until - since).num_hours(), 23);
        assert!(asked.wrong.is_empty());
        // In Cairo clocks jump over midnight.
        let cairo = begin_of(NaiveDate::from_ymd_opt(2026, 4, 24).expect("a day"), chrono_tz::Africa::Cairo);
        assert_eq!(cairo.map(|time| time.to_rfc3339()), Some("2026-04-23T22:00:00+00:00".into()));
    }

    #[test]
    fn what_is_not_understood_is_said_and_left_out() {
        let asked = read(
            "outcome=great&purpose=nonsense&status=x&code=-1&from=soon&to=99999-01-01&before=1&reason=A%20B",
        );
        assert_eq!(asked.wrong.len(), 8);
        assert_eq!(asked.filter, Filter::default());
        assert_eq!(asked.query(), "");
        assert_eq!(read("from=2026-02-02&to=2026-02-01").wrong.len(), 1);
        assert!(read("outcome=&purpose=&status=&from=&to=&find=%20").wrong.is_empty());
    }

    #[test]
    fn links_keep_what_was_asked_for() {
        let event = EventId(uuid::Uuid::nil());
        let asked = read("purpose=invitation&status=undelivered&find=Zo%C3%AB%20%26%20Co&from=2026-02-01");
        assert_eq!(asked.filter.statuses, [Status::Undelivered]);
        assert_eq!(
            asked.query(),
            "find=Zo%C3%AB+%26+Co&from=2026-02-01&purpose=invitation&status=undelivered"
        );
        assert!(
            asked
                .tab(event, Some(Outcome::Failed))
                .ends_with("?find=Zo%C3%AB+%26+Co&from=2026-02-01&purpose=invitation&outcome=failed")
        );
        assert!(
            asked.without(event, "find").ends_with("?from=2026-02-01&purpose=invitation&status=undelivered")
        );
        assert!(!asked.is_tab(Some(Outcome::Failed)) && !asked.is_tab(None));
        assert!(read("outcome=failed&find=x").is_tab(Some(Outcome::Failed)));
        assert!(read("find=x").is_tab(None));
        // A status is more than its counter.
        assert_eq!(read("outcome=failed&status=delivered").filter.outcome, None);
    }
}
