//! What each row says, what is wrong with it, and whom it repeats.

use std::collections::HashMap;

use chrono_tz::Tz;

use super::columns::{Columns, Field};
use super::table::{Line, Table};
use crate::attendees::{Row, Rsvp};
use crate::contacts::LONGEST_NAME;
use crate::people::email;
use crate::phones::{Phone, Region};

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It can be taken.
    Good(Row),
    /// It says the same as an earlier row.
    Repeats,
    /// It cannot be taken: in which column, and why. No column where the row as a whole is meant.
    Bad(Vec<(Option<usize>, String)>),
}

/// A row and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub line: Line,
    pub fate: Fate,
    /// libphonenumber knows no number like this one.
    pub doubtful: bool,
}

/// Judges every row but the heading.
pub(super) fn judge(table: Table, columns: &Columns, region: Option<Region>) -> Vec<Judged> {
    let mut seen: HashMap<String, (u64, Row)> = HashMap::with_capacity(table.lines.len());
    let lines = table.lines.into_iter().skip(usize::from(columns.header));
    lines
        .map(|line| {
            let (fate, doubtful) = match read(&line, columns, region) {
                Err(problems) => (Fate::Bad(problems), false),
                Ok((row, doubtful)) => match seen.get(&row.phone) {
                    None => {
                        seen.insert(row.phone.clone(), (line.number, row.clone()));
                        (Fate::Good(row), doubtful)
                    }
                    Some(earlier) => (beside(&row, earlier, columns), false),
                },
            };
            Judged { line, fate, doubtful }
        })
        .collect()
}

/// A row with the same number as an earlier one: the same person again, or somebody else.
fn beside(row: &Row, (number, earlier): &(u64, Row), columns: &Columns) -> Fate {
    let place = columns.fields.iter().position(|field| *field == Some(Field::Phone));
    if row.name.to_lowercase() != earlier.name.to_lowercase() {
        let whose = if earlier.name.is_empty() { String::new() } else { format!(", {}", earlier.name) };
        return Fate::Bad(vec![(place, format!("Same number as row {number}{whose}"))]);
    }
    if (&row.email, row.rsvp, &row.timezone) == (&earlier.email, earlier.rsvp, &earlier.timezone) {
        return Fate::Repeats;
    }
    Fate::Bad(vec![(None, format!("Row {number} says something else about the same person"))])
}

type Problems = Vec<(Option<usize>, String)>;

fn read(line: &Line, columns: &Columns, region: Option<Region>) -> Result<(Row, bool), Problems> {
    let mut problems = Problems::new();
    let cell = |field| {
        let place = columns.fields.iter().position(|one| *one == Some(field))?;
        Some((place, line.cells.get(place).map_or("", String::as_str)))
    };
    let given = |field| cell(field).filter(|(_, text)| !text.is_empty());
    let name = match (given(Field::Name), given(Field::FirstName), given(Field::LastName)) {
        (Some((_, name)), ..) => name.to_owned(),
        (None, first, last) => {
            let parts = [first, last].into_iter().flatten().map(|(_, part)| part);
            parts.collect::<Vec<_>>().join(" ")
        }
    };
    if name.chars().count() > LONGEST_NAME {
        let place = cell(Field::Name).or_else(|| cell(Field::FirstName)).map(|(place, _)| place);
        problems.push((place, format!("Over {LONGEST_NAME} characters")));
    }
    let phone = match cell(Field::Phone) {
        None => Err((None, "No column with numbers is chosen".to_owned())),
        Some((place, text)) => {
            Phone::typed(text, region).map_err(|error| (Some(place), error.in_a_cell().to_owned()))
        }
    };
    let address = given(Field::Email)
        .map(|(place, text)| email(text).map_err(|_| (Some(place), "Not an email address".to_owned())))
        .transpose();
    let rsvp = given(Field::Rsvp)
        .map(|(place, text)| rsvp(text).ok_or_else(|| (Some(place), "Not an RSVP we know".to_owned())))
        .transpose();
    let zone = given(Field::Timezone)
        .map(|(place, text)| text.parse::<Tz>().map_err(|_| (Some(place), "No such time zone".to_owned())))
        .transpose();
    let mut note = |problem| problems.push(problem);
    let phone = phone.map_err(&mut note).ok();
    let address = address.map_err(&mut note).ok().flatten();
    let rsvp = rsvp.map_err(&mut note).ok().flatten();
    let zone = zone.map_err(&mut note).ok().flatten();
    match phone {
        Some(phone) if problems.is_empty() => {
            let doubtful = !phone.looks_valid();
            let timezone = zone.map(|zone| zone.name().to_owned());
            Ok((Row { phone: phone.to_string(), name, email: address, rsvp, timezone }, doubtful))
        }
        _ => Err(problems),
    }
}

/// The answer in the words of other lists.
fn rsvp(text: &str) -> Option<Rsvp> {
    let word = crate::search::fold(text);
    Rsvp::parse(&word).or_else(|| {
        Some(match word.as_str() {
            "yes" | "y" | "going" | "attending" | "accepted" | "approved" | "coming" | "registered" => {
                Rsvp::Confirmed
            }
            "no" | "n" | "not going" | "not attending" | "not coming" | "regrets" => Rsvp::Declined,
            "pending" | "maybe" | "no reply" | "no response" | "tentative" | "sent" => Rsvp::Invited,
            "waitlist" | "waiting" | "waiting list" | "standby" => Rsvp::Waitlisted,
            "cancelled" | "removed" => Rsvp::Canceled,
            _ => return None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::columns::columns;

    fn judged(text: &str) -> Vec<Judged> {
        let table = Table::read(text).expect("a table");
        let us = Region::parse("US");
        let columns = columns(&table, None, None, us);
        judge(table, &columns, us)
    }

    #[test]
    fn any_usual_way_to_write_a_number_is_read() {
        let list = "name,phone\nA,(555) 234-0500\nB,+44 7400 123456\nC,1-555-234-0502\nD,0049 151 12345678\n";
        for row in judged(list) {
            let is_good = matches!(row.fate, Fate::Good(_));
            assert!(is_good, "{row:?}");
        }
    }

    #[test]
    fn each_problem_is_told_in_its_cell() {
        let list = "name,phone,email,rsvp,timezone\nAna,12,x,perhaps,Mars\nBob,,,,\n";
        let rows = judged(list);
        let Fate::Bad(problems) = &rows[0].fate else { panic!("{rows:?}") };
        assert_eq!(
            problems.iter().map(|(place, _)| *place).collect::<Vec<_>>(),
            [Some(1), Some(2), Some(3), Some(4)]
        );
        let Fate::Bad(problems) = &rows[1].fate else { panic!("{rows:?}") };
        assert_eq!(problems, &[(Some(1), "Missing".to_owned())]);
    }

    #[test]
    fn one_number_is_one_person() {
        let rows = judged("name,phone\nAna,555-234-0500\nana,+15552340500\nBob,5552340500\n");
        assert!(matches!(rows[0].fate, Fate::Good(_)));
        assert!(matches!(rows[1].fate, Fate::Repeats));
        assert_eq!(rows[2].fate, Fate::Bad(vec![(Some(1), "Same number as row 2, Ana".into())]));
    }
}
