//! Writing texts anew, whatever their words come from.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Kept;
use super::deed::Deed;
use crate::counters::Belonging;
use crate::error::Error;
use crate::ids::{MessageId, OrgId};
use crate::live::Changed;
use crate::messages::{Author, Kind, NewStep, trail, write_trail};
use crate::sends::OfEvent;
use crate::sends::plan::{NoText, Renderer};
use crate::store::{Tx, as_parameter, on_tx, rows};
use crate::twilio::segments;

/// A text that waits, under lock.
#[derive(sqlx::FromRow)]
pub(super) struct Waiting {
    pub id: MessageId,
    #[sqlx(flatten)]
    pub belonging: Belonging,
    pub body: String,
    pub segments: i64,
    pub name: String,
    pub is_retry: bool,
    /// Whether its words are its own, and not its send's.
    pub has_own_words: bool,
    /// Its own words, with what they say of the event still open; `None` where they are not on record.
    pub words: Option<String>,
}

impl Waiting {
    /// As it is to be, if that is not as it is.
    pub(super) fn anew(&self, body: Result<String, NoText>) -> Result<Anew, Kept> {
        let body = segments::normalize(&body?);
        if body == self.body { Err(Kept::UpToDate) } else { Ok(Anew::new(self.id, body)) }
    }

    /// As its own words have it.
    pub(super) fn in_own_words(&self, event: &OfEvent) -> Result<Result<Anew, Kept>, Error> {
        let Some(words) = &self.words else { return Ok(Err(Kept::NotOnRecord)) };
        let renderer = Renderer::of(words, event.clone()).map_err(Error::Broken)?;
        if !renderer.tells_of_event() {
            return Ok(Err(Kept::NoVariable));
        }
        Ok(self.anew(renderer.render_for("").map(|body| body.trim().to_owned())))
    }
}

/// A text as it is to be.
#[derive(Serialize)]
pub(super) struct Anew {
    id: MessageId,
    body: String,
    pub segments: i64,
    encoding: &'static str,
}

impl Anew {
    fn new(id: MessageId, body: String) -> Self {
        let count = segments::count(&body);
        Self { id, body, segments: i64::from(count.segments), encoding: count.encoding.as_str() }
    }
}

/// What the trail says of it.
pub(super) struct Step<'a> {
    org: OrgId,
    author: &'a Author,
    /// What of the event that they tell is not what it was, where that is known.
    note: Option<String>,
    at: DateTime<Utc>,
}

impl<'a> Step<'a> {
    pub(super) fn new(deed: &'a Deed, differs: &[&str]) -> Self {
        let note = (!differs.is_empty()).then(|| differs.join(", "));
        Self { org: deed.org, author: &deed.author, note, at: deed.service.clock.now() }
    }
}

/// Writes them, with a step in the trail of each.
pub(super) async fn write(
    tx: &mut Tx,
    anew: &[(&Waiting, Anew)],
    what: &Step<'_>,
    changed: &mut Changed,
) -> Result<(), Error> {
    if anew.is_empty() {
        return Ok(());
    }
    let sql = rows!(id uuid, body text, segments bigint, encoding text =>
        "update messages set body = i.body, segments = i.segments, encoding = i.encoding
         from input i where messages.org_id = $2 and messages.id = i.id")
    .text(tx);
    let texts: Vec<&Anew> = anew.iter().map(|(_, anew)| anew).collect();
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(&texts)?).bind(what.org).execute(ex).await.map(drop))?;
    let progress = trail::progress(tx, anew.iter().map(|(text, _)| text.id)).await?;
    let step = |text: &Waiting| {
        let seq = progress.get(&text.id).map_or(1, |progress| progress.steps + 1);
        let mut step = NewStep::new(what.org, text.id, seq, Kind::Rewritten, what.at);
        step.actor = Some(what.author.name.clone());
        step.note.clone_from(&what.note);
        step
    };
    let steps: Vec<NewStep> = anew.iter().map(|(text, _)| step(text)).collect();
    write_trail(tx, &steps).await?;
    for (text, _) in anew {
        text.belonging.has_changed(changed);
    }
    Ok(())
}
