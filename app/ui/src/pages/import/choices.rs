//! What somebody chose about a file, as it travels in addresses: `region`, `header`, `keep`, and `c0`, `c1`, …
//! for what each column holds.

use usher_core::imports::{Choices, Field, MOST_COLUMNS};
use usher_core::phones::Region;

/// The choices in the address of this page.
pub(crate) fn asked() -> Choices {
    read(super::super::query)
}

/// The choices in a query that a form carries.
pub(crate) fn of_query(query: &str) -> Choices {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    read(|name| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
}

fn read(query: impl Fn(&str) -> Option<String>) -> Choices {
    let columns: Vec<Option<String>> = (0..MOST_COLUMNS).map(|place| query(&format!("c{place}"))).collect();
    let chosen = columns.iter().any(Option::is_some);
    let field = |word: Option<String>| word.as_deref().and_then(Field::parse);
    Choices {
        region: query("region").and_then(|code| Region::parse(&code)),
        header: query("header").map(|word| word == "yes"),
        columns: chosen.then(|| columns.into_iter().map(field).collect()),
        keep: query("keep").is_some_and(|word| word == "on"),
    }
}

/// The same choices as a query, without a question mark; empty for none.
pub(crate) fn query_of(choices: &Choices) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(region) = choices.region {
        query.append_pair("region", region.code());
    }
    if let Some(header) = choices.header {
        query.append_pair("header", if header { "yes" } else { "no" });
    }
    for (place, field) in choices.columns.iter().flatten().enumerate() {
        query.append_pair(&format!("c{place}"), field.map_or("", Field::as_str));
    }
    if choices.keep {
        query.append_pair("keep", "on");
    }
    query.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_survive_their_way_through_an_address() {
        let mut columns = vec![None; MOST_COLUMNS];
        (columns[0], columns[2]) = (Some(Field::Phone), Some(Field::Name));
        let choices =
            Choices { region: Region::parse("DE"), header: Some(false), columns: Some(columns), keep: true };
        assert_eq!(of_query(&query_of(&choices)), choices);
        assert_eq!(of_query("region=XX&c0=nonsense").columns.map(|columns| columns[0]), Some(None));
        assert_eq!(of_query(""), Choices::default());
    }
}
