//! What a text says: a program's own words or a template's, with their variables filled in.

use std::borrow::Cow;

use super::render::Words as Parsed;
use super::unfilled::Unfilled;
use super::{LONGEST_BODY, secret};
use crate::error::{Error, Problems};
use crate::ids::{OrgId, TemplateId};
use crate::sends::{OfEvent, of_person, unknown_variable};
use crate::store::Tx;
use crate::templates;
use crate::twilio::segments;

/// What it says.
#[derive(Clone, Debug)]
pub enum Words {
    /// These words.
    Body(String),
    /// The newest words of this template.
    Template(TemplateId),
}

/// Words before their variables are filled in.
pub(super) struct Unrendered {
    field: &'static str,
    body: String,
    /// The template and version it comes from.
    pub template: Option<(TemplateId, i64)>,
}

/// The words, with their variables.
pub(super) async fn words(
    tx: &mut Tx,
    org: OrgId,
    words: &Words,
    problems: &mut Problems,
) -> Result<Option<Unrendered>, Error> {
    let id = match words {
        Words::Body(body) => {
            return Ok(Some(Unrendered { field: "body", body: body.clone(), template: None }));
        }
        Words::Template(id) => *id,
    };
    let found = problems.note(templates::usable_in(tx, org, id).await)?;
    Ok(found.map(|found| Unrendered {
        field: "template",
        body: found.body,
        template: Some((found.id, found.version)),
    }))
}

/// What we know of the person and the event by ourselves.
pub(super) struct Known<'a> {
    pub name: &'a str,
    pub event: Option<OfEvent>,
}

impl Known<'_> {
    fn value(&self, variable: &str) -> Option<Cow<'_, str>> {
        match &self.event {
            Some(event) => event.value(self.name, variable),
            None => of_person(self.name, variable).map(Cow::Borrowed),
        }
    }
}

/// Notes what is wrong with words whoever they are for: they cannot be read, or use what nobody could know.
pub(super) fn read_at_least(words: &Unrendered, variables: &[(String, String)], problems: &mut Problems) {
    let Some(parsed) = problems.take(words.field, Parsed::parse(&words.body)) else { return };
    let is_given =
        |variable: &str| variables.iter().any(|(name, value)| name == variable && !value.is_empty());
    for variable in parsed.variables() {
        if !is_given(variable) && unknown_variable(variable).is_some() {
            no_value(variable, problems);
        }
    }
}

fn no_value(variable: &str, problems: &mut Problems) {
    let message = format!("The text uses {{{{{variable}}}}}, and there is no value for it.");
    problems.add(&format!("variables.{variable}"), message);
}

impl Unrendered {
    /// These words where only what they say of the event is still to be filled in to make this text; `None` for
    /// a text of no event.
    pub(super) fn unfilled(
        &self,
        variables: &[(String, String)],
        known: &Known<'_>,
        text: &str,
    ) -> Option<Unfilled> {
        let value = |variable: &str| {
            let given = variables.iter().find(|(name, _)| name == variable);
            let given = given.map(|(_, value)| Cow::Borrowed(value.as_str()));
            given.or_else(|| of_person(known.name, variable).map(Cow::Borrowed))
        };
        Some(Unfilled::new(&self.body, known.event.as_ref()?, value, text))
    }
}

/// A text, and what of it is shown if it holds a secret.
pub(super) struct Rendered {
    pub text: String,
    pub masked: String,
}

/// The text itself: what a program gives for a variable goes before what we know.
pub(super) fn rendered(
    words: &Unrendered,
    variables: &[(String, String)],
    known: &Known<'_>,
    problems: &mut Problems,
) -> Option<Rendered> {
    let parsed = problems.take(words.field, Parsed::parse(&words.body))?;
    let given = |variable: &str| variables.iter().find(|(name, _)| name == variable);
    let value = |variable: &str| {
        let given = given(variable).map(|(_, value)| Cow::Borrowed(value.as_str()));
        given.or_else(|| known.value(variable))
    };
    let has_none = |variable: &&str| value(variable).is_none_or(|value| value.is_empty());
    for variable in parsed.variables().into_iter().filter(has_none) {
        no_value(variable, problems);
    }
    let text = parsed.render(value).ok()?;
    let masked = secret::shown(&parsed, |variable| given(variable).is_some(), value).ok()?;
    let text = segments::normalize(text.trim());
    if text.is_empty() {
        problems.add(words.field, "Write the text.");
    }
    match text.chars().count() {
        length if length > LONGEST_BODY => {
            let message = format!("The text has {length} characters; at most {LONGEST_BODY} fit into one.");
            problems.add(words.field, message);
            None
        }
        _ => Some(Rendered { text, masked: masked.trim().to_owned() }),
    }
}
