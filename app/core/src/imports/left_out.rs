//! The rows of a list that cannot be taken, as a file of their own that can be mended and imported.

use super::judge::Fate;
use super::read::Read;
use super::{Choices, may_import};
use crate::error::Error;
use crate::ids::{DraftId, EventId};
use crate::people::Person;
use crate::service::Service;
use crate::spreadsheet::defused;

/// All rows of a draft that are left out, as CSV with the reason in the last column; what a spreadsheet would take
/// for a formula is defused, and read as it was when it is imported again.
///
/// # Errors
/// [`Error::NotFound`] for a draft that is not this person's, not of this event, or past its time;
/// [`Error::NotAllowed`] for a role that may not import.
pub async fn left_out(
    service: &Service,
    person: &Person,
    event: EventId,
    draft: DraftId,
    choices: &Choices,
) -> Result<String, Error> {
    may_import(person)?;
    let read = Read::of(service, person, event, draft, choices).await?;
    let broken = |error: String| Error::Broken(format!("left-out rows cannot be written: {error}"));
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let width = read.columns.fields.len();
    let mut write = |cells: &[String], last: &str| {
        // The reason stands in its own column also beside rows that end early.
        let missing = width.saturating_sub(cells.len());
        let cells = cells.iter().map(String::as_str).chain(std::iter::repeat_n("", missing)).chain([last]);
        writer
            .write_record(cells.map(|cell| defused(cell).into_owned()))
            .map_err(|error| broken(error.to_string()))
    };
    if !read.titles.is_empty() {
        write(&read.titles, "problem")?;
    }
    for row in &read.judged {
        if let Fate::Bad(problems) = &row.fate {
            let why: Vec<&str> = problems.iter().map(|(_, why)| why.as_str()).collect();
            write(&row.line.cells, &why.join("; "))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| broken(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| broken(error.to_string()))
}
