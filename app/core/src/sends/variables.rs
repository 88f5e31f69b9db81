//! What variables stand for, person by person.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::audience::Recipient;
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

/// What the event gives to every text of a send.
#[derive(Clone, Debug)]
pub(super) struct OfEvent {
    event: String,
    date: String,
    time: String,
    location: String,
    host: String,
}

impl OfEvent {
    pub(super) fn new(event: &Event) -> Self {
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

    /// What a variable stands for in the text to this person; `None` for a name that is none.
    pub(super) fn value<'a>(&'a self, recipient: &'a Recipient, variable: &str) -> Option<Cow<'a, str>> {
        Some(Cow::Borrowed(match variable {
            "first_name" => recipient.name.split_whitespace().next().unwrap_or_default(),
            "name" => recipient.name.as_str(),
            "event" => &self.event,
            "date" => &self.date,
            "time" => &self.time,
            "location" => &self.location,
            "host" => &self.host,
            _ => return None,
        }))
    }
}
