//! Reading an object of a request field by field. Everything that is wrong is noted with its path,
//! so that a program hears of all of it at once; a field that nobody asked for is wrong too.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use usher_core::clock::{NOT_OF_OUR_TIME, is_of_our_time};
use usher_core::error::Problems;

use super::request::id;

/// One object of a request.
pub(super) struct Fields<'p> {
    path: String,
    fields: Map<String, Value>,
    problems: &'p mut Problems,
}

/// What a change says about a field.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change<T> {
    /// Nothing.
    Keep,
    /// `null`.
    Clear,
    /// A new value.
    Set(T),
}

impl<T> Change<T> {
    /// The value afterwards.
    pub(super) fn apply(self, before: T, cleared: impl FnOnce() -> T) -> T {
        match self {
            Self::Keep => before,
            Self::Clear => cleared(),
            Self::Set(value) => value,
        }
    }
}

impl<'p> Fields<'p> {
    /// The body of a request.
    pub(super) fn of(body: Value, problems: &'p mut Problems) -> Self {
        Self::at(String::new(), body, problems)
    }

    /// An object at this path.
    pub(super) fn at(path: String, value: Value, problems: &'p mut Problems) -> Self {
        let fields = match value {
            Value::Object(fields) => fields,
            value => {
                let field = if path.is_empty() { "(body)" } else { &path };
                problems.add(field, is_not(field, "an object", &value));
                Map::new()
            }
        };
        Self { path, fields, problems }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Notes what is wrong with a field.
    pub(super) fn wrong(&mut self, name: &str, message: &str) {
        let path = self.path_of(name);
        self.problems.add(&path, message);
    }

    /// Notes a field that is missing: it has to be this.
    pub(super) fn needs(&mut self, name: &str, kind: &str) {
        if !self.has(name) {
            let path = self.path_of(name);
            self.problems.add(&path, format!("{path} is missing: send {kind}."));
        }
    }

    /// The field, unless it is missing or null.
    fn value(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    /// Whether the field is given and not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null())
    }

    /// A field's value by `read`, if it is of this kind of JSON value.
    fn read_as<V, T>(
        &mut self,
        name: &str,
        kind: &str,
        cast: impl FnOnce(Value) -> Result<V, Value>,
        read: impl FnOnce(V) -> Result<T, String>,
    ) -> Option<T> {
        let path = self.path_of(name);
        self.read(name, |value| cast(value).map_err(|value| is_not(&path, kind, &value)).and_then(read))
    }

    /// A field's value by `read`, which says what it should have been.
    fn read<T>(&mut self, name: &str, read: impl FnOnce(Value) -> Result<T, String>) -> Option<T> {
        match read(self.value(name)?) {
            Ok(value) => Some(value),
            Err(message) => {
                self.wrong(name, &message);
                None
            }
        }
    }

    /// Text on one line.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.read_as(name, "a string", string, |text| printable(text, |_| false))
    }

    /// Text that may have line breaks.
    pub(super) fn lines(&mut self, name: &str) -> Option<String> {
        self.read_as(name, "a string", string, |text| printable(text, |c| c == '\n'))
    }

    /// A moment.
    pub(super) fn time(&mut self, name: &str) -> Option<DateTime<Utc>> {
        self.read_as(name, "a string", string, |text| time(&text))
    }

    /// A whole number in this range.
    pub(super) fn number(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let number = |value: Value| if value.is_number() { Ok(value) } else { Err(value) };
        self.read_as(name, "a number", number, |value| {
            let number = value.as_i64().filter(|number| range.contains(number));
            number.ok_or_else(|| format!("Send a whole number from {} to {}.", range.start(), range.end()))
        })
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        self.read_as(name, "true or false", |value| value.as_bool().ok_or(value), Ok)
    }

    /// One of a set of words.
    pub(super) fn word<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
        words: impl FnOnce() -> String,
    ) -> Option<T> {
        self.read_as(name, "a string", string, |text| {
            parse(&text).ok_or_else(|| format!("Use one of: {}.", words()))
        })
    }

    /// An id that we gave out.
    pub(super) fn id<T: std::fmt::Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.read_as(name, "a string", string, |text| {
            id(&text, parse).ok_or_else(|| "There is none with this id.".to_owned())
        })
    }

    /// An object within this one.
    pub(super) fn object(&mut self, name: &str) -> Option<Fields<'_>> {
        let value = self.value(name)?;
        Some(Fields::at(self.path_of(name), value, self.problems))
    }

    /// A list, item by item with its path.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(Value) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let path = self.path_of(name);
        let list = |value| match value {
            Value::Array(items) => Ok(items),
            value => Err(value),
        };
        let items = self.read_as(name, "a list", list, Ok)?;
        let mut list = Vec::with_capacity(items.len());
        for (n, item) in items.into_iter().enumerate() {
            match read(item) {
                Ok(item) => list.push(item),
                Err(message) => self.problems.add(&format!("{path}[{n}]"), message),
            }
        }
        Some(list)
    }

    /// An object of texts by names that the caller chooses.
    pub(super) fn texts(&mut self, name: &str) -> Option<Vec<(String, String)>> {
        let path = self.path_of(name);
        let object = |value| match value {
            Value::Object(fields) => Ok(fields),
            value => Err(value),
        };
        let fields = self.read_as(name, "an object of strings", object, Ok)?;
        let mut texts = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let path = format!("{path}.{}", shortened(&name));
            let text = string(value).map_err(|value| is_not(&path, "a string", &value));
            match text.and_then(|text| printable(text, |c| c == '\n')) {
                Ok(text) => texts.push((name, text)),
                Err(message) => self.problems.add(&path, message),
            }
        }
        Some(texts)
    }

    /// What a change says about a field, where `null` clears it.
    pub(super) fn change<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Change<T> {
        match self.fields.get(name) {
            None => Change::Keep,
            Some(Value::Null) => {
                self.fields.remove(name);
                Change::Clear
            }
            // What cannot be read was noted; nothing will be changed.
            Some(_) => read(self, name).map_or(Change::Keep, Change::Set),
        }
    }

    /// As [`Fields::change`], for a field that always has a value.
    pub(super) fn replacement<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Option<T> {
        match self.change(name, read) {
            Change::Keep => None,
            Change::Clear => {
                self.wrong(name, "This cannot be empty.");
                None
            }
            Change::Set(value) => Some(value),
        }
    }

    /// Every field that nobody asked for is wrong.
    pub(super) fn done(self) {
        self.done_without("There is no such field here.");
    }

    /// As [`Fields::done`], in other words.
    pub(super) fn done_without(mut self, message: &str) {
        for name in std::mem::take(&mut self.fields).keys() {
            self.wrong(&shortened(name), message);
        }
    }
}

/// A name of the caller's choosing, as far as it is worth repeating.
fn shortened(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(100).collect()
}

/// A JSON string, or else the value.
fn string(value: Value) -> Result<String, Value> {
    match value {
        Value::String(text) => Ok(text),
        value => Err(value),
    }
}

/// That a value is of another kind than it must be.
pub(super) fn is_not(field: &str, kind: &str, value: &Value) -> String {
    let given = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    let field = if field == "(body)" { "The body" } else { field };
    format!("{field} must be {kind}, not {given}.")
}

/// A text without control characters but the allowed ones: they would be lost on the way.
fn printable(text: String, allowed: impl Fn(char) -> bool) -> Result<String, String> {
    let text = text.replace("\r\n", "\n");
    match text.chars().find(|c| c.is_control() && !allowed(*c)) {
        Some('\n') => Err("Keep this on one line.".to_owned()),
        Some(c) => Err(format!("Remove the control character U+{:04X}.", u32::from(c))),
        None => Ok(text),
    }
}

/// A moment as RFC 3339 writes it, cut to the microsecond, in a year that texts are sent in.
fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let parsed = DateTime::parse_from_rfc3339(text)
        .ok()
        .and_then(|time| DateTime::from_timestamp_micros(time.timestamp_micros()));
    let time = parsed.ok_or("Send a time such as 2027-02-26T19:00:00Z.")?;
    if is_of_our_time(time) { Ok(time) } else { Err(NOT_OF_OUR_TIME.to_owned()) }
}

#[cfg(test)]
mod tests;
