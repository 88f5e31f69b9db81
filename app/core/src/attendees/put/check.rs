//! Which rows of a list can be taken, and why the others cannot.

use std::collections::HashMap;

use chrono_tz::Tz;

use super::{Rejected, Row};
use crate::attendees::Rsvp;
use crate::contacts::LONGEST_NAME;
use crate::people::email;
use crate::phones::Phone;

/// A row that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) index: usize,
    pub(super) phone: String,
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) rsvp: Option<Rsvp>,
    pub(super) timezone: Option<String>,
}

/// Rows that can be taken, each number once, and why the others cannot.
pub(super) fn check(rows: &[Row]) -> (Vec<Checked>, Vec<Rejected>) {
    let mut checked: Vec<Checked> = Vec::with_capacity(rows.len());
    let mut rejected = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let judged = row.check(index).and_then(|new| match seen.get(&new.phone) {
            None => Ok(Some(new)),
            Some(place) => new.beside(&checked[*place]).map(|()| None),
        });
        match judged {
            Ok(Some(new)) => {
                seen.insert(new.phone.clone(), checked.len());
                checked.push(new);
            }
            Ok(None) => {}
            Err(reason) => rejected.push(Rejected { index, phone: row.phone.clone(), reason }),
        }
    }
    (checked, rejected)
}

/// Why rows of a list cannot be taken, each with its place.
#[must_use]
pub fn faults(rows: &[Row]) -> Vec<(usize, String)> {
    check(rows).1.into_iter().map(|rejected| (rejected.index, rejected.reason)).collect()
}

impl Row {
    fn check(&self, index: usize) -> Result<Checked, String> {
        let phone = Phone::parse(&self.phone, None).map_err(|error| error.to_string())?;
        let name = self.name.trim();
        if name.chars().count() > LONGEST_NAME {
            return Err(format!("Use at most {LONGEST_NAME} characters for the name."));
        }
        let email = self.email.as_deref().filter(|text| !text.trim().is_empty()).map(email).transpose();
        let zone = self.timezone.as_deref().map(|name| name.trim().parse::<Tz>()).transpose();
        let zone =
            zone.map_err(|_| "There is no such time zone. Use an IANA name such as America/New_York.")?;
        Ok(Checked {
            index,
            phone: phone.as_str().to_owned(),
            name: name.to_owned(),
            email: email?,
            rsvp: self.rsvp,
            timezone: zone.map(|zone| zone.name().to_owned()),
        })
    }
}

impl Checked {
    /// Whether this row says the same as an earlier one with the same number.
    fn beside(&self, earlier: &Self) -> Result<(), String> {
        let Self { index, name, .. } = earlier;
        if self.name.to_lowercase() != name.to_lowercase() {
            let whose = if name.is_empty() { "which has no name" } else { name };
            return Err(format!("Same number as row {index}, {whose}."));
        }
        if (&self.email, self.rsvp, &self.timezone) == (&earlier.email, earlier.rsvp, &earlier.timezone) {
            Ok(())
        } else {
            Err(format!("Row {index} says something else about the same person."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(phone: &str, name: &str) -> Row {
        Row { phone: phone.into(), name: name.into(), ..Row::default() }
    }

    #[test]
    fn one_number_is_one_person() {
        let rows = [
            row("+15552340500", "Ana Lopez"),
            row("+1 555 234 0500", "ana lopez"),
            row("+15552340500", "Bob"),
            row("555", "Nobody"),
            Row { rsvp: Some(Rsvp::Declined), ..row("+15552340500", "Ana Lopez") },
        ];
        let (checked, rejected) = check(&rows);
        assert_eq!(checked.len(), 1);
        let told: Vec<(usize, &str)> =
            rejected.iter().map(|rejected| (rejected.index, rejected.reason.as_str())).collect();
        assert_eq!(told[0], (2, "Same number as row 0, Ana Lopez."));
        assert_eq!(told[1].0, 3);
        assert_eq!(told[2], (4, "Row 0 says something else about the same person."));
    }

    #[test]
    fn what_a_row_says_is_checked_before_anything_is_written() {
        let wrong = [
            Row { email: Some("nobody".into()), ..row("+15552340500", "Ana") },
            Row { timezone: Some("Mars/Base".into()), ..row("+15552340501", "Ana") },
            row("+15552340502", &"a".repeat(201)),
        ];
        assert_eq!(check(&wrong).1.len(), 3);
    }
}
