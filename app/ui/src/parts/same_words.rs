//! The question before the same words go to somebody again.

use leptos::prelude::*;
use usher_core::messages::SameWords;

use super::field::value;
use crate::form::Done;

/// The field in which the question comes back.
const ASKED: &str = "asked";

/// Back to the form, with all that was typed and the question.
pub(crate) fn ask(to: String, same: &SameWords, typed: &[(&str, &str)]) -> Done {
    let ago = match same.since.num_minutes() {
        ..=0 => "less than a minute ago".to_owned(),
        1 => "1 minute ago".to_owned(),
        minutes => format!("{minutes} minutes ago"),
    };
    let asked = format!("{} was sent these words {ago}.", same.name);
    let typed: Vec<(&str, &str)> = typed.iter().copied().chain([(ASKED, asked.as_str())]).collect();
    Done::but(to, format!("Nothing was sent yet. {asked}")).with_typed(&typed)
}

/// The question with its button, which the form that it stands in is sent by; nothing where none was asked.
pub(crate) fn question() -> Option<AnyView> {
    let asked = value(ASKED, "");
    (!asked.is_empty()).then(|| {
        view! {
            <div class="notice row between" data-tone="warning" id="again">
                <p><b dir="auto">{asked}</b>" Send them again?"</p>
                <button class="button primary" name="then" value="again">"Send again"</button>
            </div>
        }
        .into_any()
    })
}
