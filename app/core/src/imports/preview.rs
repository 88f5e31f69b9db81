//! What an import would do, before it does anything.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::columns::{Columns, columns};
use super::judge::{Fate, Judged, judge};
use super::table::Table;
use super::{Choices, Content, Field, content};
use crate::attendees::{Row, Rsvp};
use crate::error::Error;
use crate::events;
use crate::ids::{DraftId, EventId, OrgId};
use crate::people::Person;
use crate::phones::Region;
use crate::service::Service;
use crate::store::{Tx, as_parameter, on_tx, rows};

/// Rows with problems that are shown.
const MOST_BAD: usize = 50;
/// Rows without that are shown.
const MOST_GOOD: usize = 20;
/// Rows that are left out, for copying.
const MOST_LEFT_OUT: usize = 1_000;
/// How many numbers are looked up in one statement.
const PIECE: usize = 1_000;
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
    /// People who are on it and answer otherwise now.
    pub changed: usize,
    /// People who are on it and answer as before.
    pub same: usize,
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
    /// Rows that are left out, as CSV with the reason at the end; a thousand at most.
    pub left_out: String,
    /// When this very file was imported last, in the last 30 days.
    pub before: Option<Past>,
}

/// A file that is read and judged.
pub(super) struct Read {
    pub file_name: String,
    pub hash: String,
    pub region: Option<Region>,
    pub columns: Columns,
    pub titles: Vec<String>,
    pub judged: Vec<Judged>,
}

impl Read {
    /// Reads a draft as somebody chose; without a choice numbers are read as in the event's country.
    pub(super) async fn of(
        service: &Service,
        person: &Person,
        event: EventId,
        draft: DraftId,
        choices: &Choices,
    ) -> Result<Self, Error> {
        let Content { file_name, hash, text } = content(service, person, event, draft).await?;
        let zone = events::find(&service.store, person.org_id, event).await?.timezone;
        let here = Region::of_zone(&zone).or_else(|| Region::of_zone(&person.org_timezone));
        let region = choices.region.or(here);
        let (header, fields) = (choices.header, choices.columns.clone());
        // Ten thousand numbers take a while; others' requests must not wait for them.
        let work = move || -> Result<(Columns, Vec<String>, Vec<Judged>), String> {
            let table = Table::read(&text)?;
            let columns = columns(&table, header, fields.as_deref(), region);
            let titles = table.lines.first().filter(|_| columns.header).map(|line| line.cells.clone());
            let judged = judge(table, &columns, region);
            Ok((columns, titles.unwrap_or_default(), judged))
        };
        let done = tokio::task::spawn_blocking(work).await;
        let (columns, titles, judged) = done
            .map_err(|error| Error::Broken(format!("a list was not read to its end: {error}")))?
            .map_err(Error::Broken)?;
        Ok(Self { file_name, hash, region, columns, titles, judged })
    }

    /// The rows that can be taken.
    pub(super) fn good(&self) -> Vec<Row> {
        let good = self.judged.iter().filter_map(|row| match &row.fate {
            Fate::Good(row) => Some(row.clone()),
            Fate::Repeats | Fate::Bad(_) => None,
        });
        good.collect()
    }

    pub(super) fn refused(&self) -> usize {
        self.judged.iter().filter(|row| matches!(row.fate, Fate::Bad(_))).count()
    }
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
    let (mut new, mut changed, mut same) = (0, 0, 0);
    for row in &good {
        match known.get(&row.phone) {
            None => new += 1,
            Some(rsvp) if row.rsvp.is_some_and(|answer| answer != *rsvp) => changed += 1,
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
        changed,
        same,
        repeats: read.judged.iter().filter(|row| row.fate == Fate::Repeats).count(),
        refused: read.refused(),
        doubtful: read.judged.iter().filter(|row| row.doubtful).count(),
        bad: read.judged.iter().filter(is_bad).take(MOST_BAD).map(shown).collect(),
        good: read.judged.iter().filter(is_good).take(MOST_GOOD).map(shown).collect(),
        left_out: left_out(&read)?,
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

/// Who of them is on the list already, by number, and what they answered.
async fn known(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    rows: &[Row],
) -> Result<HashMap<String, Rsvp>, sqlx::Error> {
    #[derive(Serialize)]
    struct Phone<'a> {
        phone: &'a str,
    }
    let mut known = HashMap::new();
    for piece in rows.chunks(PIECE) {
        let phones: Vec<Phone<'_>> = piece.iter().map(|row| Phone { phone: &row.phone }).collect();
        let sql = rows!(phone text =>
            "select c.phone, a.rsvp from input i join contacts c on c.phone = i.phone and c.org_id = $2
             join attendees a on a.contact_id = c.id and a.event_id = $3")
        .text(tx);
        let phones = as_parameter(&phones)?;
        let found: Vec<(String, Rsvp)> =
            on_tx!(tx, |ex| sqlx::query_as(sql).bind(phones).bind(org).bind(event).fetch_all(ex).await)?;
        known.extend(found);
    }
    Ok(known)
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

/// The rows that are left out, as a file of its own that can be mended and imported.
fn left_out(read: &Read) -> Result<String, Error> {
    let broken = |error: String| Error::Broken(format!("left-out rows cannot be written: {error}"));
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let mut write = |cells: &[String], last: &str| {
        let defused = cells.iter().map(String::as_str).chain([last]).map(defused);
        writer.write_record(defused).map_err(|error| broken(error.to_string()))
    };
    if !read.titles.is_empty() {
        write(&read.titles, "problem")?;
    }
    let bad = read.judged.iter().filter_map(|row| match &row.fate {
        Fate::Bad(problems) => Some((row, problems)),
        Fate::Good(_) | Fate::Repeats => None,
    });
    for (row, problems) in bad.take(MOST_LEFT_OUT) {
        let why: Vec<&str> = problems.iter().map(|(_, why)| why.as_str()).collect();
        write(&row.line.cells, &why.join("; "))?;
    }
    let bytes = writer.into_inner().map_err(|error| broken(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| broken(error.to_string()))
}

/// A cell that a spreadsheet must not take for a formula; a number with its plus is none.
fn defused(cell: &str) -> String {
    let is_number =
        cell.starts_with('+') && cell[1..].chars().all(|c| c.is_ascii_digit() || " -().".contains(c));
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
