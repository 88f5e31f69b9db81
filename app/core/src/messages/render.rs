//! Words with variables: `Hi {{first_name}}` becomes one text per person.

use std::borrow::Cow;

/// Words that may hold variables, taken apart once for any number of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words<'a>(Vec<Part<'a>>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<'a> {
    Plain(&'a str),
    Variable(&'a str),
}

/// A variable is not written as one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWords {
    /// `{{` without `}}`.
    #[error("A variable is opened with {{{{ but never closed with }}}}.")]
    Unclosed,
    /// Something else than a word between the braces.
    #[error("“{{{{{0}}}}}” is no variable: its name may have only small letters, digits and _.")]
    Name(String),
}

/// A person has no value for a variable that the words use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("There is no value for {{{{{0}}}}}.")]
pub struct Missing(
    /// The variable.
    pub String,
);

impl<'a> Words<'a> {
    /// Takes words apart.
    ///
    /// # Errors
    /// If a variable is not written as one.
    pub fn parse(body: &'a str) -> Result<Self, BadWords> {
        let mut parts = Vec::new();
        let mut rest = body;
        while let Some((plain, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").ok_or(BadWords::Unclosed)?;
            let name = name.trim();
            let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if name.is_empty() || name.len() > 50 || !name.chars().all(is_name) {
                return Err(BadWords::Name(name.chars().take(50).collect()));
            }
            parts.push(Part::Plain(plain));
            parts.push(Part::Variable(name));
            rest = after;
        }
        parts.push(Part::Plain(rest));
        Ok(Self(parts))
    }

    /// The variables it uses, each once, in order of appearance.
    #[must_use]
    pub fn variables(&self) -> Vec<&'a str> {
        let mut names = Vec::new();
        for part in &self.0 {
            if let Part::Variable(name) = part
                && !names.contains(name)
            {
                names.push(*name);
            }
        }
        names
    }

    /// The text for one person; an empty value is a missing one.
    ///
    /// # Errors
    /// Names the first variable without a value.
    pub fn render<'v>(&self, value: impl Fn(&str) -> Option<Cow<'v, str>>) -> Result<String, Missing> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Plain(plain) => text.push_str(plain),
                Part::Variable(name) => {
                    let value = value(name).filter(|value| !value.is_empty());
                    text.push_str(&value.ok_or_else(|| Missing((*name).to_owned()))?);
                }
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_ana<'v>(name: &str) -> Option<Cow<'v, str>> {
        match name {
            "first_name" => Some("Ana".into()),
            "table" => Some("".into()),
            _ => None,
        }
    }

    #[test]
    fn variables_become_what_they_stand_for() {
        let words = Words::parse("Hi {{first_name}}, {{ first_name }}! {}").expect("words");
        assert_eq!(words.render(of_ana), Ok("Hi Ana, Ana! {}".into()));
        assert_eq!(words.variables(), ["first_name"]);
    }

    #[test]
    fn a_value_that_holds_braces_is_not_rendered_again() {
        let words = Words::parse("Hi {{first_name}}").expect("words");
        assert_eq!(words.render(|_| Some("{{table}}".into())), Ok("Hi {{table}}".into()));
    }

    #[test]
    fn a_missing_or_empty_value_is_named() {
        for name in ["table", "row"] {
            let body = format!("You sit at {{{{{name}}}}}");
            assert_eq!(Words::parse(&body).expect("words").render(of_ana), Err(Missing(name.into())));
        }
    }

    #[test]
    fn what_is_not_written_as_a_variable_is_refused() {
        assert_eq!(Words::parse("Hi {{first_name"), Err(BadWords::Unclosed));
        assert_eq!(Words::parse("Hi {{First Name}}"), Err(BadWords::Name("First Name".into())));
        assert_eq!(Words::parse("Hi {{}}"), Err(BadWords::Name(String::new())));
    }
}
