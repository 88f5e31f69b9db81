//! Who the demo's people are, and what their phones do. The last five digits of a number decide: those
//! of a Twilio error code fail with it, with a 9 for its first digit they fail the first time only, and
//! 00001 never gets a receipt.

use usher_core::attendees::{Row, Rsvp};

/// Everybody at the smaller events: name, number and RSVP.
pub(super) const REGULARS: &[(&str, &str, Rsvp)] = &[
    ("John Smith", "+15551234567", Rsvp::Confirmed),
    ("Jane Doe", "+15559876543", Rsvp::Confirmed),
    ("Priya Raman", "+15552225511", Rsvp::Confirmed),
    ("Bob Wilson", "+15551130006", Rsvp::Confirmed),
    ("Mei Tanaka", "+15552293003", Rsvp::Confirmed),
    ("Omar Haddad", "+15553345612", Rsvp::Confirmed),
    ("Lucía Fernández", "+34612345678", Rsvp::Confirmed),
    ("Noah Williams", "+15554421610", Rsvp::Invited),
    ("Zoë Müller", "+4915112345678", Rsvp::Confirmed),
    ("Ava Johnson", "+15556677812", Rsvp::Waitlisted),
    ("Liam O’Brien", "+353861234567", Rsvp::Confirmed),
    ("Sofia Rossi", "+393331234567", Rsvp::Confirmed),
    ("Kwame Mensah", "+233241234567", Rsvp::Invited),
    ("Yuki Sato", "+819012345678", Rsvp::Confirmed),
    ("Elena Petrova", "+15557700001", Rsvp::Confirmed),
    ("Tom Becker", "+15558830007", Rsvp::Invited),
    ("Grace Kim", "+15559930006", Rsvp::Confirmed),
    ("Mateo Silva", "+5511912345678", Rsvp::Declined),
    ("Hannah Cohen", "+972501234567", Rsvp::Confirmed),
    ("Arjun Patel", "+919812345678", Rsvp::Confirmed),
];

/// Invited only today, so that nobody has texted him yet: his landline turns up with the first text.
pub(super) const NEWCOMER: &str = "Bob Wilson";

/// Names that a page has to get right.
const UNUSUAL: &[&str] = &[
    "محمد العلي",
    "王小明",
    "Nguyễn Thị Hồng Nhung",
    "Sofía 🎉 Núñez",
    "Þórdís Kolbrún Reykfjörð Gylfadóttir",
    "דוד לוי",
    "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh",
];

const FIRST: &[&str] = &[
    "Ada",
    "Alejandro",
    "Amara",
    "Anders",
    "Anika",
    "Ben",
    "Bianca",
    "Camille",
    "Carlos",
    "Chidi",
    "Clara",
    "Daniel",
    "Deepa",
    "Dmitri",
    "Eduardo",
    "Elise",
    "Emeka",
    "Fatima",
    "Felix",
    "Gabriela",
    "George",
    "Hana",
    "Hugo",
    "Ines",
    "Isaac",
    "Ivy",
    "Jamal",
    "Joana",
    "Jonas",
    "Julia",
    "Kenji",
    "Lara",
    "Leila",
    "Leon",
    "Lena",
    "Marcus",
    "Maya",
    "Mira",
    "Nadia",
    "Nikhil",
    "Nina",
    "Olivia",
    "Oscar",
    "Paulo",
    "Quinn",
    "Rania",
    "Rafael",
    "Ruth",
    "Sam",
    "Selin",
    "Simone",
    "Stefan",
    "Tara",
    "Theo",
    "Uma",
    "Victor",
    "Wei",
    "Yara",
    "Yusuf",
    "Zara",
    "Zeynep",
];

const LAST: &[&str] = &[
    "Abbott",
    "Acosta",
    "Adeyemi",
    "Andersson",
    "Bauer",
    "Bianchi",
    "Brooks",
    "Castillo",
    "Chen",
    "Costa",
    "Dang",
    "Diaz",
    "Dubois",
    "Eriksen",
    "Farouk",
    "Fischer",
    "Fitzgerald",
    "Garcia",
    "Goldberg",
    "Gupta",
    "Hansen",
    "Hayes",
    "Hoang",
    "Ibrahim",
    "Ito",
    "Jansen",
    "Jensen",
    "Kaur",
    "Keller",
    "Kim",
    "Kowalski",
    "Lambert",
    "Larsen",
    "Lopez",
    "Marino",
    "Mbeki",
    "Mehta",
    "Moreau",
    "Murphy",
    "Nakamura",
    "Novak",
    "Okafor",
    "Oliveira",
    "Park",
    "Pereira",
    "Petrov",
    "Quintero",
    "Reyes",
    "Ricci",
    "Sanders",
    "Schmidt",
    "Shah",
    "Silva",
    "Sokolov",
    "Tan",
    "Torres",
    "Ueda",
    "Vargas",
    "Weber",
    "Yilmaz",
    "Zhang",
];

/// Where numbers in the United States are from.
const AREAS: &[&str] = &["212", "646", "718", "917", "347", "201", "617", "415", "312", "305", "512"];

/// One of the many at the larger events; the same number is always the same person.
pub(super) fn guest(n: usize) -> Row {
    let first = FIRST[n * 7 % FIRST.len()];
    let last = LAST[(n * 11 + n / FIRST.len()) % LAST.len()];
    let name = match (n % 89 == 40).then(|| UNUSUAL.get(n / 89)).flatten() {
        Some(unusual) => (*unusual).to_owned(),
        None => format!("{first} {last}"),
    };
    let rsvp = match n % 10 {
        0..=6 => Rsvp::Confirmed,
        7 => Rsvp::Waitlisted,
        _ => Rsvp::Invited,
    };
    Row { phone: phone(n), name, email: None, rsvp: Some(rsvp), timezone: None }
}

/// Those of ordinary life: most phones work, some are off, a few are landlines.
fn phone(n: usize) -> String {
    let fate = match n {
        // Half of the phones that are off are on again at the next try, so that a retry has something to show.
        n if n % 82 == 7 => Some("93003"),
        n if n % 41 == 7 => Some("30003"),
        n if n % 83 == 20 => Some("30006"),
        n if n % 97 == 13 => Some("30005"),
        n if n % 131 == 5 => Some("30007"),
        n if n % 113 == 50 => Some("00001"),
        n if n % 151 == 9 => Some("21610"),
        n if n % 173 == 33 => Some("21614"),
        n if n % 422 == 17 => Some("93008"),
        n if n % 211 == 17 => Some("30008"),
        _ => None,
    };
    let works = format!("{}", 70_000 + n * 37 % 29_989);
    let end = fate.unwrap_or(&works);
    let middle = 10 + n % 90;
    match n % 19 {
        _ if fate.is_some() => us(n, middle, end),
        3 => format!("+447{middle}{:02}{end}", n / 90 % 90 + 10),
        8 => format!("+49151{:02}{middle}{}", n / 90 % 90 + 10, &end[1..]),
        14 => format!("+336{middle}{:02}{}", n / 90 % 90 + 10, &end[1..]),
        _ => us(n, middle, end),
    }
}

fn us(n: usize, middle: usize, end: &str) -> String {
    format!("+1{}{middle}{end}", AREAS[n / 90 % AREAS.len()])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_guest_has_a_number_of_their_own() {
        let numbers: BTreeSet<String> = (0..900).map(phone).collect();
        assert_eq!(numbers.len(), 900);
    }

    #[test]
    fn most_phones_work() {
        let fail = (0..900)
            .filter(|n| ["300", "930", "216"].iter().any(|code| phone(*n)[7..].starts_with(code)))
            .count();
        assert!((20..70).contains(&fail), "{fail} of 900");
    }
}
