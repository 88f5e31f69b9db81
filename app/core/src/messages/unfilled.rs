//! The words of texts that are their own, before what they say of their event was filled in: with them a text
//! that waits can say what the event is now. Texts of a send have the send's words.

use std::borrow::Cow;

use super::LONGEST_CHAIN;
use super::render::Words;
use crate::ids::{MessageId, OrgId};
use crate::sends::OfEvent;
use crate::service::Service;
use crate::store::{Tx, as_ids, on_store, on_tx, rows};
use crate::twilio::segments;

/// Words in which only what they say of the event is still to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unfilled {
    /// `None` where filling them in would not make their text.
    words: Option<String>,
    /// Whether they say anything of the event.
    is_open: bool,
}

impl Unfilled {
    /// Those of this body, made from these words; `value` knows everything but the event.
    pub(super) fn new<'v>(
        words: &str,
        event: &OfEvent,
        value: impl Fn(&str) -> Option<Cow<'v, str>>,
        body: &str,
    ) -> Self {
        let is_open = Words::parse(words)
            .is_ok_and(|words| words.variables().into_iter().any(|variable| value(variable).is_none()));
        Self { words: half_filled(words, event, value, body), is_open }
    }

    /// Keeps them for a text that was just recorded, if they say anything of its event.
    pub(super) async fn keep_if_open(
        &self,
        tx: &mut Tx,
        org: OrgId,
        id: MessageId,
    ) -> Result<(), sqlx::Error> {
        if self.is_open { self.keep(tx, org, id).await } else { Ok(()) }
    }

    /// Keeps them for a text of an event that was just recorded.
    pub(super) async fn keep(&self, tx: &mut Tx, org: OrgId, id: MessageId) -> Result<(), sqlx::Error> {
        let sql = "insert into unfilled_words (message_id, org_id, event_id, words)
             select id, org_id, event_id, $3 from messages where org_id = $1 and id = $2 and event_id is not null";
        on_tx!(tx, |ex| sqlx::query(sql).bind(org).bind(id).bind(&self.words).execute(ex).await.map(drop))
    }
}

fn half_filled<'v>(
    words: &str,
    event: &OfEvent,
    value: impl Fn(&str) -> Option<Cow<'v, str>>,
    body: &str,
) -> Option<String> {
    let half = |variable: &str| value(variable).or_else(|| Some(format!("{{{{{variable}}}}}").into()));
    let half = Words::parse(words).ok()?.render(half).ok()?;
    // A name that looks like a variable must not become one.
    let filled = Words::parse(&half).ok()?.render(|variable| event.value("", variable)).ok()?;
    let plain = |text: &str| segments::normalize(text.trim());
    (plain(&filled) == plain(body)).then_some(half)
}

/// Keeps for retries what was kept for the texts that they repeat.
pub(super) async fn keep_for_retries(
    tx: &mut Tx,
    org: OrgId,
    retries: &[MessageId],
) -> Result<(), sqlx::Error> {
    let sql = rows!(id uuid =>
        "insert into unfilled_words (message_id, org_id, event_id, words)
         select r.id, r.org_id, w.event_id, w.words from input i join messages r on r.id = i.id
         join unfilled_words w on w.message_id = r.retry_of where r.org_id = $2")
    .text(tx);
    let ids = as_ids(retries)?;
    on_tx!(tx, |ex| sqlx::query(sql).bind(ids).bind(org).execute(ex).await.map(drop))
}

/// Texts that are looked at in one query.
const PIECE: i64 = 1_000;

/// Forgets the words of every text that can be retried no more, of all organizations: nobody asks for them again.
///
/// # Errors
/// If the database fails.
pub async fn forget_unfilled_words(service: &Service) -> Result<(), sqlx::Error> {
    let sql = "select w.message_id, m.final_at is not null and (m.status in ('delivered', 'canceled') or not m.counts
             or m.chain_position + 1 >= $2)
         from unfilled_words w join messages m on m.id = w.message_id
         where $1 is null or w.message_id > $1 order by w.message_id limit $3";
    let mut after: Option<MessageId> = None;
    loop {
        let piece: Vec<(MessageId, bool)> = on_store!(read & service.store, |ex| sqlx::query_as(sql)
            .bind(after)
            .bind(LONGEST_CHAIN)
            .bind(PIECE)
            .fetch_all(ex)
            .await)?;
        let Some((last, _)) = piece.last() else { return Ok(()) };
        after = Some(*last);
        forget(service, piece.iter().filter(|(_, is_over)| *is_over).map(|(id, _)| *id).collect()).await?;
    }
}

async fn forget(service: &Service, over: Vec<MessageId>) -> Result<(), sqlx::Error> {
    if over.is_empty() {
        return Ok(());
    }
    let mut tx = service.store.begin().await?;
    let sql =
        rows!(id uuid => "delete from unfilled_words where message_id in (select id from input)").text(&tx);
    let ids = as_ids(over)?;
    on_tx!(&mut tx, |ex| sqlx::query(sql).bind(ids).execute(ex).await.map(drop))?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfilled_for(name: &'static str, words: &str) -> Unfilled {
        let event = OfEvent::sample();
        let value = |variable: &str| (variable == "first_name").then_some(Cow::Borrowed(name));
        let body = Words::parse(words)
            .expect("words")
            .render(|variable| value(variable).or_else(|| event.value("", variable)));
        Unfilled::new(words, &event, value, &segments::normalize(&body.expect("a text")))
    }

    fn kept(words: Option<&str>, is_open: bool) -> Unfilled {
        Unfilled { words: words.map(str::to_owned), is_open }
    }

    #[test]
    fn only_what_is_said_of_the_event_is_left_open() {
        let open = unfilled_for("Ana", "Hi {{first_name}}, at {{time}}");
        assert_eq!(open, kept(Some("Hi Ana, at {{time}}"), true));
        assert_eq!(unfilled_for("Ana", "Hi {{first_name}}"), kept(Some("Hi Ana"), false));
    }

    #[test]
    fn a_name_that_looks_like_a_variable_does_not_become_one() {
        assert_eq!(unfilled_for("{{time}}", "Hi {{first_name}}, at {{time}}"), kept(None, true));
        assert_eq!(unfilled_for("{{", "Hi {{first_name}}, at {{time}}"), kept(None, true));
        assert_eq!(unfilled_for("{{time}}", "Hi {{first_name}}"), kept(None, false));
    }
}
