//! Texts that wait while their event changes, written anew from the words of their send or their own: they then
//! say what the event is now. What holds them stays as it is, and what a worker has taken goes as it was.

mod anew;
mod of_send;
mod singly;

use std::collections::BTreeMap;

use super::plan::NoText;
use crate::audit;
use crate::error::Error;
use crate::events;
use crate::ids::{EventId, OrgId, SendId};
use crate::people::Person;
use crate::service::Service;
use crate::store::{Store, on_store};
use crate::to_the_end::to_the_end;

/// Texts that are written anew in one transaction.
const PIECE: usize = 500;

/// Why a text that waits is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// It says what the event is already.
    UpToDate,
    /// Its words use no variable of the event.
    NoVariable,
    /// It repeats a text of a send in other words, which use none either.
    OtherWords,
    /// Its words use something that has no value any more: the variable.
    Lacks(String),
    /// It would be too long.
    TooLong,
}

/// What became of the texts of an event that wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// How many say now what the event is, those that were not written yet included.
    pub changed: i64,
    /// How many do not, and why.
    pub kept: BTreeMap<Kept, i64>,
}

impl Rewritten {
    fn keep(&mut self, why: Kept, texts: i64) {
        if texts > 0 {
            *self.kept.entry(why).or_default() += texts;
        }
    }

    /// Counts a text that says this now, or why it stays as it is.
    fn count<T>(&mut self, text: Result<T, Kept>) -> Option<T> {
        match text {
            Ok(text) => {
                self.changed += 1;
                Some(text)
            }
            Err(why) => {
                self.keep(why, 1);
                None
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.changed += other.changed;
        for (why, texts) in other.kept {
            self.keep(why, texts);
        }
    }
}

impl From<NoText> for Kept {
    fn from(why: NoText) -> Self {
        match why {
            NoText::Missing(variable) => Self::Lacks(variable),
            NoText::TooLong(_) => Self::TooLong,
        }
    }
}

/// Writes the waiting texts of an event anew, so that they say what the event is now.
///
/// # Errors
/// [`Error::NotFound`] for a strange event, [`Error::NotAllowed`] for a role that may not send.
pub async fn rewrite_waiting(service: &Service, person: &Person, event: EventId) -> Result<Rewritten, Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role can look at texts, but not change them. Ask an organizer."));
    }
    let name = events::find(&service.store, person.org_id, event).await?.name;
    let (service, org, author) = (service.clone(), person.org_id, person.author());
    to_the_end(async move {
        let mut rewritten = Rewritten::default();
        for send in waiting_sends(&service.store, org, event).await? {
            rewritten.add(of_send::rewrite(&service, (org, event, send), &author).await?);
        }
        rewritten.add(singly::rewrite(&service, (org, event), &author).await?);
        if rewritten.changed > 0 {
            let texts = if rewritten.changed == 1 { "text" } else { "texts" };
            let subject = format!("{name}: {} {texts}", rewritten.changed);
            let mut tx = service.store.begin().await?;
            let action = "bring waiting texts up to date";
            audit::note(&mut tx, &service, org, &author, action, &subject).await?;
            tx.commit().await?;
        }
        Ok(rewritten)
    })
    .await
}

macro_rules! waiting_sends {
    ($before:literal, $rest:literal) => {
        concat!(
            $before,
            "select s.id from sends s where s.org_id = $1 and s.event_id = $2 and s.state <> 'canceled'
               and (s.work = 'insert' or s.id in (select m.send_id from messages m
                 where m.org_id = $1 and m.event_id = $2 and m.counts and m.outcome = 'in_progress'
                   and m.status in ('scheduled', 'queued') and m.send_id is not null)) ",
            $rest
        )
    };
}

/// Whether texts of an event wait whose words have variables: that can say what it is now.
///
/// # Errors
/// If the database fails.
pub async fn can_rewrite(store: &Store, org: OrgId, event: EventId) -> Result<bool, Error> {
    let sql = waiting_sends!(
        "select exists (select 1 from messages m join unfilled_words w on w.message_id = m.id
             where m.org_id = $1 and m.event_id = $2 and m.counts and m.outcome = 'in_progress'
               and m.status in ('scheduled', 'queued')) or exists (",
        "and s.body like '%{{%')"
    );
    Ok(on_store!(read store, |ex| sqlx::query_scalar(sql).bind(org).bind(event).fetch_one(ex).await)?)
}

/// The sends of an event that have texts to write or to hand over.
async fn waiting_sends(store: &Store, org: OrgId, event: EventId) -> Result<Vec<SendId>, sqlx::Error> {
    let sql = waiting_sends!("", "order by s.id");
    on_store!(read store, |ex| sqlx::query_scalar(sql).bind(org).bind(event).fetch_all(ex).await)
}
