//! What a form showed when somebody opened it, so that saving it later undoes unseen nothing that somebody else
//! has changed meanwhile.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::error::Problems;

/// What stood in each field; it travels in the form, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<String, String>);

/// A field when it is saved.
pub(crate) struct Field<'a> {
    pub name: &'static str,
    /// What is stored now.
    pub now: String,
    pub typed: &'a str,
    /// When that was changed last, as far as we know.
    pub at: DateTime<Utc>,
}

impl Seen {
    /// What stands in these fields.
    #[must_use]
    pub fn new<const N: usize>(fields: [(&str, String); N]) -> Self {
        Self(fields.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// Reads what a form carried; nothing if it is not ours, or of a form that carries none.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    /// What stood in a field; empty where there was none.
    pub(crate) fn value(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// Whether somebody has typed something else into a field than stood there, as far as that is known.
    #[must_use]
    pub fn was_touched(&self, field: &str, typed: &str) -> bool {
        self.0.get(field).is_none_or(|seen| seen.trim() != typed.trim())
    }

    /// Notes each field that somebody else has changed meanwhile, unless the same was typed.
    pub(crate) fn note(&self, fields: &[Field<'_>], zone: Tz, problems: &mut Problems) {
        for Field { name, now, typed, at } in fields {
            let is_as_seen = self.0.get(*name).is_none_or(|seen| seen.trim() == now.trim());
            if is_as_seen || typed.trim() == now.trim() {
                continue;
            }
            let at = at.with_timezone(&zone).format("%-I:%M %p %Z on %-d %B");
            let what = match (now.is_empty(), self.was_touched(name, typed)) {
                (true, true) => "It is empty now; yours stands here. Save again to keep yours.".to_owned(),
                (false, true) => format!("It is “{now}” now; yours stands here. Save again to keep yours."),
                (_, false) => "It stands here as they left it. Save again if that is right.".to_owned(),
            };
            problems.add(name, format!("Somebody else changed this at {at}. {what}"));
        }
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| std::fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn problems(seen: &Seen, now: &str, typed: &str) -> Vec<String> {
        let mut problems = Problems::default();
        let field = Field { name: "name", now: now.into(), typed, at: DateTime::UNIX_EPOCH };
        seen.note(&[field], Tz::UTC, &mut problems);
        match problems.none() {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.message).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn only_what_would_be_undone_is_told() {
        let seen = Seen::read(&Seen::new([("name", "Ana".to_owned())]).to_string());
        assert!(problems(&seen, "Ana", "Bob").is_empty(), "nobody else changed it");
        assert!(problems(&seen, "Bob", "Bob").is_empty(), "both want the same");
        assert!(problems(&Seen::read("nonsense"), "Ana", "Bob").is_empty(), "nothing is known");
        let mine = problems(&seen, "Cem", "Bob");
        assert!(
            mine[0].starts_with("Somebody else changed this at 12:00 AM UTC on 1 January. It is “Cem” now")
        );
        assert!(problems(&seen, "Cem", "Ana")[0].contains("as they left it"));
        assert!(problems(&seen, "", "Bob")[0].contains("empty now"));
    }
}
