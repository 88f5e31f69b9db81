//! JSON as it was meant: a name that stands twice in an object is an error, where the usual
//! parser keeps the last value and says nothing. And no more of it than is worth its memory.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// So many values a body may hold: twice what the largest list of people needs.
const MOST_VALUES: u32 = 200_000;
/// An object takes the memory of so many other values, however small it is.
const OBJECT: u32 = 10;

/// Why a body is not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    /// What is wrong, and where.
    #[error(transparent)]
    NoJson(serde_json::Error),
    /// In memory it would be far larger than on the wire.
    #[error("too many values")]
    TooMuch,
}

/// Reads JSON; numbers that no double holds and nesting deeper than 127 are errors.
///
/// # Errors
/// Why it is not read.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Unreadable> {
    let left = Cell::new(MOST_VALUES);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Strict { left: &left }.deserialize(&mut reader);
    let read = read.and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| if left.get() == 0 { Unreadable::TooMuch } else { Unreadable::NoJson(error) })
}

/// Reads one value, and knows how much may still come.
#[derive(Clone, Copy)]
struct Strict<'a> {
    left: &'a Cell<u32>,
}

impl Strict<'_> {
    fn take<E: serde::de::Error>(self, values: u32) -> Result<(), E> {
        self.left.set(self.left.get().saturating_sub(values));
        if self.left.get() == 0 { Err(E::custom("too many values")) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.take(1)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        self.take(OBJECT)?;
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if object.contains_key(&name) {
                let name: String = name.chars().take(100).collect();
                return Err(A::Error::custom(format_args!("the name {name:?} stands twice in one object")));
            }
            let value = fields.next_value_seed(self)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_read_as_it_stands() {
        let text = r#" {"a": [1, -2, 2.5, true, null, "ü\n"], "b": {"a": 18446744073709551615}} "#;
        let value = parse(text.as_bytes()).expect("JSON");
        assert_eq!(
            value,
            json!({ "a": [1, -2, 2.5, true, null, "ü\n"], "b": { "a": 18_446_744_073_709_551_615_u64 } })
        );
    }

    #[test]
    fn a_name_that_stands_twice_is_named() {
        let error = parse(br#"{"to": "+1", "x": {"to": 1}, "to": "+2"}"#).expect_err("twice");
        assert!(error.to_string().contains("\"to\" stands twice"), "{error}");
    }

    #[test]
    fn what_is_no_json_is_an_error_and_never_a_panic() {
        let deep = "[".repeat(100_000);
        for text in
            ["", "{", "{}{}", "nul", "1e999", "\"\\ud800\"", "{\"a\":}", "\u{feff}{}", "\"\u{1}\"", &deep]
        {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(b"\"\xff\"").is_err());
    }

    #[test]
    fn what_would_fill_the_memory_is_not_read() {
        let list = |item: &str, times: usize| format!("[{}]", vec![item; times].join(","));
        let people = list(r#"{"phone":"1","name":"2","email":"3","rsvp":"4","timezone":"5"}"#, 10_000);
        for (body, is_read) in [
            (list("1", 199_000), true),
            (people, true),
            (list("1", 200_001), false),
            (list("[]", 200_001), false),
            (list(r#"{"":0}"#, 20_000), false),
            (list("{}", 20_000), false),
        ] {
            let told = parse(body.as_bytes());
            assert_eq!(matches!(told, Err(Unreadable::TooMuch)), !is_read, "{}", &body[..40]);
            assert_eq!(told.is_ok(), is_read);
        }
    }
}
