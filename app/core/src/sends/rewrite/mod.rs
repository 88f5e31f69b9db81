//! Texts that wait while their event changes, written anew from the words of their send or their own: they then
//! say what the event is now. What holds them stays as it is, and what a worker has taken goes as it was.

mod anew;
mod can;
mod deed;
mod of_send;
mod singly;

use std::collections::BTreeMap;

pub use can::can_rewrite;
use deed::Deed;

use super::plan::NoText;
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
    /// Its words are not on record as they were before they were filled in: it was written before they were kept,
    /// holds a code, or is for somebody whose name looks like a variable.
    NotOnRecord,
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
    let deed = Deed { service: service.clone(), org: person.org_id, event, name, author: person.author() };
    to_the_end(async move {
        let mut rewritten = Rewritten::default();
        for send in waiting_sends(&deed.service.store, deed.org, event).await? {
            of_send::rewrite(&deed, send, &mut rewritten).await?;
        }
        singly::rewrite(&deed, &mut rewritten).await?;
        Ok(rewritten)
    })
    .await
}

/// The sends of an event that have texts to write or to hand over; of a canceled one, retries may wait.
async fn waiting_sends(store: &Store, org: OrgId, event: EventId) -> Result<Vec<SendId>, sqlx::Error> {
    let sql = "select s.id from sends s where s.org_id = $1 and s.event_id = $2 and coalesce(s.work, '') <> 'cancel'
           and ((s.work = 'insert' and s.state <> 'canceled') or s.id in (select m.send_id from messages m
             where m.org_id = $1 and m.event_id = $2 and m.counts and m.outcome = 'in_progress'
               and m.status in ('scheduled', 'queued') and m.send_id is not null))
         order by s.id";
    on_store!(read store, |ex| sqlx::query_scalar(sql).bind(org).bind(event).fetch_all(ex).await)
}
