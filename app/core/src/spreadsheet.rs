//! Cells that a spreadsheet must not take for formulas (OWASP, CSV injection).

use std::borrow::Cow;

/// What stands before a formula without being seen.
const UNSEEN: [char; 4] = [' ', '\u{a0}', '\u{feff}', '\u{200b}'];

/// Whether a spreadsheet may take this for a formula.
fn is_formula(cell: &str) -> bool {
    let first = cell.trim_start_matches(UNSEEN).chars().next();
    first.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'))
}

/// Whether this is a number in E.164: a plus, digits and nothing else, which every spreadsheet takes for a number
/// and none for a formula that does anything; phones and imports read it as it is.
#[must_use]
pub fn is_number(cell: &str) -> bool {
    cell.strip_prefix('+').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// The cell, with an apostrophe before what would be a formula.
#[must_use]
pub fn defused(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) && !is_number(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell as it was before it was defused.
pub(crate) fn undefused(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_a_formula_is_text_and_can_be_read_again() {
        for cell in [
            "=cmd()",
            "+1+1",
            "-2",
            "@sum",
            "\t=1",
            "\r=1",
            "  =1",
            "\u{200b}=1",
            "\u{feff}@x",
            "＝1",
            "＋1",
            "－1",
            "+1-555-234-0500",
        ] {
            assert_eq!(defused(cell), format!("'{cell}"));
            assert_eq!(undefused(&defused(cell)), cell);
        }
        for cell in ["", "Zoë", "+15552340500", "O'Brien", "'tis", "1=1"] {
            assert_eq!(defused(cell), cell);
            assert_eq!(undefused(cell), cell);
        }
        assert!(!is_number("+") && !is_number("15552340500"));
    }
}
