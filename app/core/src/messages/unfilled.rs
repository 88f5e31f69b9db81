//! The words of texts that were written singly, before what they say of their event was filled in: with them a
//! text that waits can say what the event is now. Texts of a send have the send's words.

use std::borrow::Cow;

use super::render::Words;
use crate::ids::{MessageId, OrgId};
use crate::sends::OfEvent;
use crate::store::{Tx, as_ids, on_tx, rows};
use crate::twilio::segments;

/// Words in which only what they say of the event is still to be filled in; `None` where that is nothing, or
/// where filling it in would not make this body. `value` knows everything else.
pub(super) fn unfilled<'v>(
    words: &str,
    event: &OfEvent,
    value: impl Fn(&str) -> Option<Cow<'v, str>>,
    body: &str,
) -> Option<String> {
    let parsed = Words::parse(words).ok()?;
    if parsed.variables().into_iter().all(|variable| value(variable).is_some()) {
        return None;
    }
    let half = |variable: &str| value(variable).or_else(|| Some(format!("{{{{{variable}}}}}").into()));
    let half = parsed.render(half).ok()?;
    // A name that looks like a variable must not become one.
    let filled = Words::parse(&half).ok()?.render(|variable| event.value("", variable)).ok()?;
    let plain = |text: &str| segments::normalize(text.trim());
    (plain(&filled) == plain(body)).then_some(half)
}

/// Keeps them for a text that was just recorded.
pub(super) async fn keep(tx: &mut Tx, org: OrgId, id: MessageId, words: &str) -> Result<(), sqlx::Error> {
    let sql = "insert into unfilled_words (message_id, org_id, words) values ($1, $2, $3)
         on conflict (message_id) do update set words = excluded.words";
    on_tx!(tx, |ex| sqlx::query(sql).bind(id).bind(org).bind(words).execute(ex).await.map(drop))
}

/// Keeps for retries what was kept for the texts that they repeat in the same words.
pub(super) async fn keep_for_retries(tx: &mut Tx, retries: &[MessageId]) -> Result<(), sqlx::Error> {
    let sql = rows!(id uuid =>
        "insert into unfilled_words (message_id, org_id, words)
         select r.id, r.org_id, w.words from input i join messages r on r.id = i.id
         join messages o on o.id = r.retry_of join unfilled_words w on w.message_id = o.id
         where r.body = o.body")
    .text(tx);
    let ids = as_ids(retries)?;
    on_tx!(tx, |ex| sqlx::query(sql).bind(ids).execute(ex).await.map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfilled_for(name: &'static str, words: &str) -> Option<String> {
        let event = OfEvent::sample();
        let value = |variable: &str| (variable == "first_name").then_some(Cow::Borrowed(name));
        let body = Words::parse(words)
            .expect("words")
            .render(|variable| value(variable).or_else(|| event.value("", variable)));
        unfilled(words, &event, value, &segments::normalize(&body.expect("a text")))
    }

    #[test]
    fn only_what_is_said_of_the_event_is_left_open() {
        assert_eq!(
            unfilled_for("Ana", "Hi {{first_name}}, at {{time}}").as_deref(),
            Some("Hi Ana, at {{time}}")
        );
        assert_eq!(unfilled_for("Ana", "Hi {{first_name}}"), None);
    }

    #[test]
    fn a_name_that_looks_like_a_variable_does_not_become_one() {
        assert_eq!(unfilled_for("{{time}}", "Hi {{first_name}}, at {{time}}"), None);
        assert_eq!(unfilled_for("{{", "Hi {{first_name}}, at {{time}}"), None);
    }
}
