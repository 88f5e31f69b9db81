//! Which column holds what: by the names in the first row, else by what stands in them.

use super::table::{Line, Table};
use crate::phones::{Phone, Region};
use crate::search::fold;

/// What a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The whole name.
    Name,
    /// The first part of the name.
    FirstName,
    /// The second part of the name.
    LastName,
    /// The number.
    Phone,
    /// The email address.
    Email,
    /// Whether they come.
    Rsvp,
    /// Their own zone.
    Timezone,
}

impl Field {
    /// Every one.
    pub const ALL: [Self; 7] =
        [Self::Name, Self::FirstName, Self::LastName, Self::Phone, Self::Email, Self::Rsvp, Self::Timezone];

    /// The word in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Rsvp => "rsvp",
            Self::Timezone => "timezone",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == word)
    }

    /// What people call such a column.
    fn of_title(title: &str) -> Option<Self> {
        let title: String = fold(title).chars().filter(|c| c.is_alphanumeric()).collect();
        Some(match title.as_str() {
            "name" | "fullname" | "guest" | "guestname" | "attendee" | "attendeename" | "displayname" => {
                Self::Name
            }
            "firstname" | "first" | "givenname" | "forename" | "vorname" | "prenom" | "nombre" => {
                Self::FirstName
            }
            "lastname" | "last" | "surname" | "familyname" | "nachname" | "apellido" | "apellidos" => {
                Self::LastName
            }
            "phone" | "phonenumber" | "mobile" | "mobilenumber" | "mobilephone" | "cell" | "cellphone"
            | "number" | "tel" | "telephone" | "telefon" | "telefono" | "handy" | "sms" | "whatsapp"
            | "phone1" => Self::Phone,
            "email" | "emailaddress" | "mail" | "emailadresse" | "correo" => Self::Email,
            "rsvp" | "status" | "rsvpstatus" | "response" | "answer" | "attending" | "approvalstatus" => {
                Self::Rsvp
            }
            "timezone" | "zone" | "tz" => Self::Timezone,
            _ => return None,
        })
    }
}

/// The columns of a table, and whether its first row names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub header: bool,
    pub fields: Vec<Option<Field>>,
}

/// What the columns probably hold; what somebody chose counts.
pub(super) fn columns(
    table: &Table,
    header: Option<bool>,
    fields: Option<&[Option<Field>]>,
    region: Option<Region>,
) -> Columns {
    let titles = table.lines.first().map(|line| line.cells.as_slice()).unwrap_or_default();
    let named = by_title(titles, table.width);
    let recognized = named.iter().flatten().count();
    let header = header.unwrap_or(named.contains(&Some(Field::Phone)) || recognized >= 2);
    let guessed = if header && recognized > 0 { named } else { by_content(table, header, region) };
    let fields = match fields {
        Some(chosen) => (0..table.width).map(|place| chosen.get(place).copied().flatten()).collect(),
        None => guessed,
    };
    Columns { header, fields: each_once(fields) }
}

fn by_title(titles: &[String], width: usize) -> Vec<Option<Field>> {
    (0..width).map(|place| titles.get(place).and_then(|title| Field::of_title(title))).collect()
}

/// Numbers look like numbers, addresses have an @, and what is left of them is a name.
fn by_content(table: &Table, header: bool, region: Option<Region>) -> Vec<Option<Field>> {
    const SAMPLE: usize = 30;
    let sample: Vec<&Line> = table.lines.iter().skip(usize::from(header)).take(SAMPLE).collect();
    let most = |place: usize, is: &dyn Fn(&str) -> bool| {
        let filled = sample.iter().filter_map(|line| line.cells.get(place)).filter(|cell| !cell.is_empty());
        let (all, fit) = filled.fold((0, 0), |(all, fit), cell| (all + 1, fit + usize::from(is(cell))));
        fit * 2 > all
    };
    let is_phone = |cell: &str| {
        cell.chars().filter(char::is_ascii_digit).count() >= 7 && Phone::typed(cell, region).is_ok()
    };
    let mut fields = vec![None; table.width];
    for (place, field) in fields.iter_mut().enumerate() {
        if most(place, &is_phone) {
            *field = Some(Field::Phone);
        } else if most(place, &|cell| cell.contains('@')) {
            *field = Some(Field::Email);
        }
    }
    let name = (0..table.width).find(|place| {
        fields[*place].is_none() && most(*place, &|cell| cell.chars().any(char::is_alphabetic))
    });
    if let Some(name) = name {
        fields[name] = Some(Field::Name);
    }
    fields
}

/// Of two columns for the same thing the first counts.
fn each_once(mut fields: Vec<Option<Field>>) -> Vec<Option<Field>> {
    let mut seen = Vec::new();
    for field in &mut fields {
        match *field {
            Some(kind) if seen.contains(&kind) => *field = None,
            Some(kind) => seen.push(kind),
            None => {}
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (bool, Vec<Option<Field>>) {
        let table = Table::read(text).expect("a table");
        let columns = columns(&table, None, None, Region::parse("US"));
        (columns.header, columns.fields)
    }

    #[test]
    fn columns_are_known_by_their_names() {
        let (header, fields) =
            found("First Name,Last name,Cell Phone,E-Mail,Seat,Approval status\nAna,Lopez,1,a@b,4,yes");
        assert!(header);
        let known = [Field::FirstName, Field::LastName, Field::Phone, Field::Email].map(Some);
        assert_eq!(fields, [&known[..], &[None, Some(Field::Rsvp)]].concat());
    }

    #[test]
    fn columns_without_names_are_known_by_what_stands_in_them() {
        let (header, fields) =
            found("Ana Lopez,ana@example.org,(555) 234-0500\nBob,bob@example.org,555-234-0501\n");
        assert!(!header);
        assert_eq!(fields, [Some(Field::Name), Some(Field::Email), Some(Field::Phone)]);
        assert_eq!(found("+1 555 234 0500\n+1 555 234 0501").1, [Some(Field::Phone)]);
    }
}
