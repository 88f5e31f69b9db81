//! What variables stand for, person by person.

use std::borrow::Cow;

use chrono_tz::Tz;

use crate::events::Event;

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
#[derive(Clone, Debug)]
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
