//! A file as somebody chose to read it.

use super::columns::{Columns, columns};
use super::judge::{Fate, Judged, judge};
use super::table::Table;
use super::{Choices, Content, content};
use crate::attendees::Row;
use crate::error::Error;
use crate::events;
use crate::ids::{DraftId, EventId};
use crate::people::Person;
use crate::phones::Region;
use crate::service::Service;

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
