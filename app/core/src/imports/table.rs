//! Text to rows: commas, semicolons or tabs, with quotes where needed.

use super::{MOST_COLUMNS, MOST_ROWS};
use crate::spreadsheet::undefused;

/// A row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// In which line of the file it begins, from 1.
    pub number: u64,
    pub cells: Vec<String>,
}

/// The rows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub lines: Vec<Line>,
    /// How many columns the widest row has.
    pub width: usize,
}

impl Table {
    /// Reads a list.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("There is nothing in it. Choose a file or paste the list.".into());
        }
        let lines = rows(text, delimiter(text), MOST_ROWS + 2)?;
        if lines.len() > MOST_ROWS + 1 {
            return Err("It has over 10,000 rows. Split it into several files.".into());
        }
        let width = lines.iter().map(|line| line.cells.len()).max().unwrap_or_default();
        if width > MOST_COLUMNS {
            return Err(format!("It has {width} columns. Keep at most {MOST_COLUMNS}."));
        }
        Ok(Self { lines, width })
    }
}

fn rows(text: &str, delimiter: u8, most: usize) -> Result<Vec<Line>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut lines = Vec::new();
    let (mut number, mut counted) = (1, 0);
    for record in reader.records() {
        let record = record.map_err(|_| "It cannot be read as a list. Save it as CSV again.".to_owned())?;
        let cells: Vec<String> = record.iter().map(cell).collect();
        if cells.iter().all(String::is_empty) {
            continue;
        }
        // The reader's own count is late by one where lines end with two characters.
        let begin = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(counted);
        let ends = text.as_bytes()[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let begin = begin + ends;
        number += text.as_bytes()[counted..begin].iter().filter(|byte| **byte == b'\n').count() as u64;
        counted = begin;
        lines.push(Line { number, cells });
        if lines.len() >= most {
            break;
        }
    }
    Ok(lines)
}

/// A cell as it was meant, also in a file that came from us.
fn cell(text: &str) -> String {
    let cleaned = crate::error::clean(text);
    match undefused(&cleaned) {
        same if same.len() == cleaned.len() => cleaned,
        meant => crate::error::clean(meant),
    }
}

/// The sign that cuts the first rows into the most columns alike.
fn delimiter(text: &str) -> u8 {
    const SAMPLE: usize = 20;
    let score = |delimiter: u8| {
        let lines = rows(text, delimiter, SAMPLE).unwrap_or_default();
        let widths: Vec<usize> = lines.iter().map(|line| line.cells.len()).collect();
        let usual = widths.first().copied().unwrap_or_default();
        let alike = widths.iter().filter(|width| **width == usual).count();
        if usual < 2 { 0 } else { alike * 100 + usual }
    };
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        Table::read(text).expect("a table").lines.into_iter().map(|line| line.cells).collect()
    }

    #[test]
    fn commas_semicolons_and_tabs_are_told_apart() {
        for text in
            ["name,phone\n\"Lopez, Ana\",1\n", "name;phone\nLopez, Ana;1\n", "name\tphone\nLopez, Ana\t1\n"]
        {
            assert_eq!(cells(text), [["name", "phone"], ["Lopez, Ana", "1"]], "{text}");
        }
        assert_eq!(cells("+15551234567\n+15551234568"), [["+15551234567"], ["+15551234568"]]);
    }

    #[test]
    fn rows_keep_the_numbers_of_the_file() {
        for text in ["name,phone\n\n\nAna,1\nBob,2\n", "name,phone\r\n\r\n\r\nAna,1\r\nBob,2\r\n"] {
            let table = Table::read(text).expect("a table");
            assert_eq!(table.lines.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 4, 5], "{text:?}");
        }
    }

    #[test]
    fn too_much_is_refused() {
        assert!(Table::read("\n \n").is_err());
        assert!(Table::read(&"a,b\n".repeat(10_002)).is_err_and(|why| why.contains("10,000")));
        assert!(Table::read(&"a,b\n".repeat(10_001)).is_ok(), "a heading and ten thousand");
        assert!(Table::read(&vec!["x"; 60].join(",")).is_err());
    }
}
