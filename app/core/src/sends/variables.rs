//! What variables stand for, person by person.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::events::Event;
use crate::messages::render::Words;

/// A variable that words may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Between the braces.
    pub name: &'static str,
    /// What it stands for, for the organizer.
    pub meaning: &'static str,
}

/// Every variable.
pub const VARIABLES: &[Variable] = &[
    Variable { name: "first_name", meaning: "The first word of their name" },
    Variable { name: "name", meaning: "Their whole name" },
    Variable { name: "event", meaning: "The event’s name" },
    Variable { name: "date", meaning: "The day it starts, such as Thu Feb 26" },
    Variable { name: "time", meaning: "When it starts, such as 7:00 PM" },
    Variable { name: "location", meaning: "Where it is" },
    Variable { name: "host", meaning: "Who hosts it" },
];

/// What an event gives to the texts about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfEvent {
    event: String,
    date: String,
    time: String,
    location: String,
    host: String,
}

impl OfEvent {
    pub(crate) fn new(event: &Event) -> Self {
        let zone: Tz = event.zone();
        let starts_at = event.starts_at.with_timezone(&zone);
        Self {
            event: event.name.clone(),
            date: starts_at.format("%a %b %-d").to_string(),
            time: starts_at.format("%-I:%M %p").to_string(),
            location: event.location.clone(),
            host: event.host_name.clone(),
        }
    }

    /// As a send keeps it.
    pub(crate) fn written(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|error| Error::Broken(error.to_string()))
    }

    /// Reads what [`OfEvent::written`] wrote.
    pub(crate) fn read(written: &str) -> Result<Self, Error> {
        serde_json::from_str(written)
            .map_err(|error| Error::Broken(format!("the event of a send cannot be read: {error}")))
    }

    /// In what of these variables another differs from it, in a word each.
    pub(super) fn differs_in(&self, other: &Self, variables: &[&str]) -> Vec<&'static str> {
        let parts = [
            ("event", "name", self.event != other.event),
            ("date", "day", self.date != other.date),
            ("time", "time", self.time != other.time),
            ("location", "place", self.location != other.location),
            ("host", "host", self.host != other.host),
        ];
        let told =
            parts.into_iter().filter(|(variable, _, differs)| *differs && variables.contains(variable));
        told.map(|(_, word, _)| word).collect()
    }

    /// Of an event that is none, to show a template by.
    pub(crate) fn sample() -> Self {
        Self {
            event: "Summer Dinner".into(),
            date: "Thu Feb 26".into(),
            time: "7:00 PM".into(),
            location: "The Foundry".into(),
            host: "Ana Lima".into(),
        }
    }

    /// What a variable stands for in the text to the person of this name; `None` for a variable that
    /// is none.
    pub(crate) fn value<'a>(&'a self, name: &'a str, variable: &str) -> Option<Cow<'a, str>> {
        if let Some(value) = of_person(name, variable) {
            return Some(Cow::Borrowed(value));
        }
        Some(Cow::Borrowed(match variable {
            "event" => &self.event,
            "date" => &self.date,
            "time" => &self.time,
            "location" => &self.location,
            "host" => &self.host,
            _ => return None,
        }))
    }
}

/// What a variable stands for whatever the event; `None` if it is not about the person.
pub(crate) fn of_person<'a>(name: &'a str, variable: &str) -> Option<&'a str> {
    match variable {
        "first_name" => Some(name.split_whitespace().next().unwrap_or_default()),
        "name" => Some(name),
        _ => None,
    }
}

/// Whether words use anything of the event.
pub(super) fn tells_of_event(words: &Words<'_>) -> bool {
    words.variables().into_iter().any(|variable| of_person("", variable).is_none())
}

/// What is wrong with a variable that is none, in a sentence; `None` for one that is.
pub(crate) fn unknown(name: &str) -> Option<String> {
    if VARIABLES.iter().any(|variable| variable.name == name) {
        return None;
    }
    let known: Vec<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
    let nearest = known.iter().map(|known| (distance(name, known), *known)).min();
    // Two slips of the finger, or a third of the word.
    let meant = nearest.filter(|(slips, known)| *slips <= 2.max(known.len() / 3));
    let meant = meant.map(|(_, known)| format!(" Did you mean {{{{{known}}}}}?")).unwrap_or_default();
    Some(format!("There is no variable {{{{{name}}}}}.{meant} You can use {}.", known.join(", ")))
}

/// How many letters must be put in, taken out or changed to make one word of the other, or two
/// neighbours swapped.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let changed = rows[i][j] + usize::from(a != b);
            let mut least = changed.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && one[i - 1] == *b && other[j - 1] == *a {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_variable_is_told_with_the_one_that_was_probably_meant() {
        assert_eq!(unknown("first_name"), None);
        for (typed, meant) in
            [("frist_name", "first_name"), ("firstname", "first_name"), ("locaton", "location")]
        {
            let told = unknown(typed).expect("it is none");
            assert!(told.contains(&format!("Did you mean {{{{{meant}}}}}?")), "{told}");
        }
        assert!(!unknown("table_number").expect("it is none").contains("Did you mean"));
    }
}
