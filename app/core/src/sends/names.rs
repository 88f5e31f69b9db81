//! Finding people as others write them: by a line of a pasted list.

use std::collections::HashMap;

use crate::ids::AttendeeId;
use crate::phones::Phone;
use crate::search::fold;

/// Fewer digits than these name nobody.
const SHORTEST_NUMBER: usize = 7;

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A line of a pasted list that names nobody we can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// Its number, from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
    /// Several people have this name or number; else nobody has.
    pub is_ambiguous: bool,
}

/// The people of an event by what a list may call them.
#[derive(Default)]
pub(super) struct Book {
    by_phone: HashMap<String, AttendeeId>,
    by_ending: HashMap<String, Vec<(String, AttendeeId)>>,
    by_name: HashMap<String, Vec<AttendeeId>>,
}

impl Book {
    pub(super) fn add(&mut self, id: AttendeeId, name: &str, phone: &str) {
        let digits = digits(phone);
        if let Some(ending) = ending(&digits) {
            self.by_ending.entry(ending.to_owned()).or_default().push((digits.clone(), id));
        }
        self.by_phone.insert(phone.to_owned(), id);
        if !name.is_empty() {
            self.by_name.entry(fold(name)).or_default().push(id);
        }
    }

    /// Whom the lines of a list name, in their order, and the lines that name nobody.
    pub(super) fn read(&self, list: &str) -> (Vec<AttendeeId>, Vec<Unmatched>) {
        let (mut people, mut unmatched) = (Vec::new(), Vec::new());
        for (index, text) in list.lines().enumerate() {
            let text = text.trim().trim_matches([',', ';']).trim();
            if text.is_empty() {
                continue;
            }
            match self.find(text).as_slice() {
                [id] => people.push(*id),
                found => unmatched.push(Unmatched {
                    line: index + 1,
                    text: text.chars().take(100).collect(),
                    is_ambiguous: !found.is_empty(),
                }),
            }
        }
        (people, unmatched)
    }

    /// Everybody whom a line can mean: by the number in it, else by the name.
    fn find(&self, line: &str) -> Vec<AttendeeId> {
        let parts = line.split([',', ';', '\t']).chain(line.find('+').map(|at| before_words(&line[at..])));
        for part in parts.clone() {
            if let Ok(phone) = Phone::parse(part, None) {
                return self.by_phone.get(phone.as_str()).copied().into_iter().collect();
            }
        }
        for part in parts.clone().filter(|part| !part.chars().any(char::is_alphabetic)) {
            let digits = digits(part);
            // A number without its country, as people write it: 0 before it in many of them.
            let national = digits.trim_start_matches('0');
            if let Some(ending) = ending(national) {
                let people = self.by_ending.get(ending).into_iter().flatten();
                return people.filter(|(whole, _)| whole.ends_with(national)).map(|(_, id)| *id).collect();
            }
        }
        let names = std::iter::once(line).chain(parts);
        names.filter_map(|name| self.by_name.get(&fold(name))).next().cloned().unwrap_or_default()
    }
}

/// A number without the words that stand after it, if they stand apart from it.
fn before_words(text: &str) -> &str {
    let before = text.find(char::is_alphabetic).and_then(|at| text.get(..at)).unwrap_or(text);
    if before.ends_with([' ', '(', '\t', ':', '-']) {
        before.trim_end_matches([' ', '(', '\t', ':', '-'])
    } else {
        text
    }
}

/// The last digits of a number, by which it is looked up.
fn ending(digits: &str) -> Option<&str> {
    digits.len().checked_sub(SHORTEST_NUMBER).and_then(|from| digits.get(from..))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> AttendeeId {
        AttendeeId(Uuid::from_u128(n))
    }

    fn book() -> Book {
        let mut book = Book::default();
        book.add(id(1), "Zoë Müller", "+4915112345678");
        book.add(id(2), "Ana Lima", "+15551234567");
        book.add(id(3), "Ana  LIMA", "+15559876543");
        book.add(id(4), "", "+15552340500");
        book
    }

    #[test]
    fn people_are_found_by_name_or_number_however_they_are_written() {
        for (line, who) in [
            ("zoe muller", 1),
            ("ZOE\u{200b} MÜLLER", 1),
            ("Zoë Müller,", 1),
            ("0151 12345678", 1),
            ("+1 (555) 123-4567", 2),
            ("Ana Lima; +1 555 987 6543", 3),
            ("Ana Lima\t555-987-6543", 3),
            ("Somebody +1 555 234 0500", 4),
            ("+1 555 234 0500 (her mother)", 4),
            ("tel:+15552340500", 4),
        ] {
            assert_eq!(book().read(line), (vec![id(who)], Vec::new()), "{line}");
        }
    }

    #[test]
    fn a_line_that_names_nobody_or_several_is_told_by_its_number() {
        let (people, unmatched) = book().read("\nAna Lima\n+1 555 000 0000\nZoë Müller\n12\n+15551234567x\n");
        assert_eq!(people, [id(1)]);
        let told: Vec<(usize, bool)> = unmatched.iter().map(|line| (line.line, line.is_ambiguous)).collect();
        assert_eq!(told, [(2, true), (3, false), (5, false), (6, false)]);
    }
}
