//! What an import would do, before it does anything.

use chrono::{DateTime, TimeDelta, Utc};

use super::judge::{Fate, Judged};
use super::read::Read;
use super::was::{Changes, changes, known};
use super::{Choices, Field};
use crate::error::Error;
use crate::ids::{DraftId, EventId};
use crate::people::Person;
use crate::phones::Region;
use crate::service::Service;
use crate::store::{Tx, on_tx};

/// Rows with problems that are shown.
const MOST_BAD: usize = 50;
/// Rows without that are shown.
const MOST_GOOD: usize = 20;
/// So long the same file is recognized.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

/// A column of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What its first row calls it; empty without a heading.
    pub title: String,
    /// What it is taken for; `None` for one that is not used.
    pub field: Option<Field>,
}

/// A row as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// In which line of the file it begins, from 1.
    pub line: u64,
    /// What stands in it.
    pub cells: Vec<String>,
    /// In which column something is wrong, and what; no column for the row as a whole.
    pub problems: Vec<(Option<usize>, String)>,
    /// No such number is known; it is tried all the same.
    pub doubtful: bool,
}

/// The same file was imported before.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Past {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom, as the audit log calls them.
    pub actor: String,
}

/// What an import would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What the file is called.
    pub file_name: String,
    /// In which country numbers without a country code are read.
    pub region: Option<Region>,
    /// Whether the first row names the columns.
    pub header: bool,
    /// The columns, from the left.
    pub columns: Vec<Column>,
    /// Rows with people.
    pub rows: usize,
    /// People who come onto the event's list.
    pub new: usize,
    /// Those of them who are known already, from other events or texts.
    pub met: usize,
    /// People who are on it and answer otherwise now.
    pub changed: usize,
    /// People who are on it, answer as before, and get another name, email or zone.
    pub updated: usize,
    /// People who are on it and stay as they are, but for what is filled in.
    pub same: usize,
    /// What changes about people who are known.
    pub changes: Changes,
    /// Rows that repeat an earlier one.
    pub repeats: usize,
    /// Rows that are left out.
    pub refused: usize,
    /// People with a number that nobody knows the like of.
    pub doubtful: usize,
    /// The first rows that are left out.
    pub bad: Vec<Shown>,
    /// The first rows that are taken.
    pub good: Vec<Shown>,
    /// When this very file was imported last, in the last 30 days.
    pub before: Option<Past>,
}

/// What an import would do; nothing is saved.
///
/// # Errors
/// [`Error::NotFound`] for a draft that is not this person's, not of this event, or past its time.
pub async fn preview(
    service: &Service,
    person: &Person,
    event: EventId,
    draft: DraftId,
    choices: &Choices,
) -> Result<Preview, Error> {
    let read = Read::of(service, person, event, draft, choices).await?;
    let good = read.good();
    let mut tx = service.store.begin_read().await?;
    let known = known(&mut tx, person.org_id, event, &good).await?;
    let before = before(&mut tx, service, event, &read.hash).await?;
    tx.commit().await?;
    let (mut new, mut met, mut changed, mut updated, mut same) = (0, 0, 0, 0, 0);
    for row in &good {
        let was = known.get(&row.phone);
        match was.and_then(|was| Some((was, was.rsvp?))) {
            None => {
                new += 1;
                met += usize::from(was.is_some());
            }
            Some((_, rsvp)) if row.rsvp.is_some_and(|answer| answer != rsvp) => changed += 1,
            Some((was, _)) if !was.parts(row).is_empty() => updated += 1,
            Some(_) => same += 1,
        }
    }
    let columns = read.columns.fields.iter().enumerate();
    let column = |(place, field): (usize, &Option<Field>)| Column {
        title: read.titles.get(place).cloned().unwrap_or_default(),
        field: *field,
    };
    let is_good = |row: &&Judged| matches!(row.fate, Fate::Good(_));
    let is_bad = |row: &&Judged| matches!(row.fate, Fate::Bad(_));
    Ok(Preview {
        columns: columns.map(column).collect(),
        rows: read.judged.len(),
        new,
        met,
        changed,
        updated,
        same,
        changes: changes(&read.judged, &known),
        repeats: read.judged.iter().filter(|row| row.fate == Fate::Repeats).count(),
        refused: read.refused(),
        doubtful: read.judged.iter().filter(|row| row.doubtful).count(),
        bad: read.judged.iter().filter(is_bad).take(MOST_BAD).map(shown).collect(),
        good: read.judged.iter().filter(is_good).take(MOST_GOOD).map(shown).collect(),
        before,
        file_name: read.file_name,
        region: read.region,
        header: read.columns.header,
    })
}

fn shown(row: &Judged) -> Shown {
    let problems = match &row.fate {
        Fate::Bad(problems) => problems.clone(),
        Fate::Good(_) | Fate::Repeats => Vec::new(),
    };
    Shown { line: row.line.number, cells: row.line.cells.clone(), problems, doubtful: row.doubtful }
}

async fn before(
    tx: &mut Tx,
    service: &Service,
    event: EventId,
    hash: &str,
) -> Result<Option<Past>, sqlx::Error> {
    let since = service.clock.now() - REMEMBERED;
    let sql = "select at, actor from imports where event_id = $1 and hash = $2 and at > $3 order by at desc limit 1";
    on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(event)
        .bind(hash.as_bytes())
        .bind(since)
        .fetch_optional(ex)
        .await)
}
