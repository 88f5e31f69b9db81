//! Countries and territories: in which a number without its country code is read, and which one a time
//! zone suggests. Names and zones come from the tz database (iso3166.tab, zone.tab; public domain).

use std::sync::LazyLock;

use phonenumber::country;

const TABLE: &str = include_str!("regions.csv");

/// A country or territory with phone numbers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region(country::Id);

/// A row of the table.
struct Row {
    region: Region,
    code: &'static str,
    name: &'static str,
    zones: &'static str,
}

/// No name in the table has a comma, so a line is split where it has one.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let (code, rest) = line.split_once(',')?;
        let (name, zones) = rest.split_once(',')?;
        Some(Row { region: Region(code.parse().ok()?), code, name, zones })
    };
    TABLE.lines().skip(1).filter_map(row).collect()
});

impl Region {
    /// Reads the two letters of ISO 3166.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.code == code).map(|row| row.region)
    }

    /// The region that this IANA zone lies in; `None` for zones of no country such as UTC.
    #[must_use]
    pub fn of_zone(zone: &str) -> Option<Self> {
        let lies_in = |row: &&Row| row.zones.split(' ').any(|one| one == zone);
        ROWS.iter().find(lies_in).map(|row| row.region)
    }

    /// The region of a stored number; for a code that several share, the largest of them.
    #[must_use]
    pub fn of_number(e164: &str) -> Option<Self> {
        let number = phonenumber::parse(None, e164).ok()?;
        number.country().id().map(Self)
    }

    /// The two letters of ISO 3166.
    #[must_use]
    pub fn code(self) -> &'static str {
        ROWS.iter().find(|row| row.region == self).map_or("", |row| row.code)
    }

    /// Its English name.
    #[must_use]
    pub fn name(self) -> &'static str {
        ROWS.iter().find(|row| row.region == self).map_or("", |row| row.name)
    }

    pub(crate) fn id(self) -> country::Id {
        self.0
    }
}

/// Every region, by name.
pub fn all() -> impl Iterator<Item = Region> {
    ROWS.iter().map(|row| row.region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_region_with_two_letters_and_a_name() {
        assert_eq!(ROWS.len(), TABLE.lines().count() - 1);
        assert!(
            ROWS.iter().all(|row| row.code.len() == 2 && !row.name.is_empty() && !row.zones.contains(','))
        );
    }

    #[test]
    fn a_zone_suggests_its_country() {
        let country = |zone| Region::of_zone(zone).map(Region::code);
        assert_eq!(country("America/New_York"), Some("US"));
        assert_eq!(country("Europe/Berlin"), Some("DE"));
        assert_eq!(country("UTC"), None);
        assert_eq!(Region::of_number("+447400123456").map(Region::name), Some("United Kingdom"));
    }
}
