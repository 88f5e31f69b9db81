//! What Twilio's codes mean: the one table behind every reason, advice and Retry button.
//!
//! The table is `error_codes.csv`. Numbers and meanings come from Twilio's error dictionary and
//! pages (column `source`); title, class, retry and advice are our judgement. A title never claims
//! more than Twilio said. Twilio splits codes from time to time, so an unknown one is always
//! possible and has an honest answer too: [`describe`] never fails.

use csv::StringRecord;
use serde::Deserialize;
use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

/// Whose problem it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It may pass by itself.
    Transient,
    /// This number cannot get this text.
    Permanent,
    /// The account, the sender or a setting is wrong; an administrator has to act.
    Configuration,
    /// A law or a carrier's rule forbids it: opt-out, registration, hours.
    Compliance,
    /// The text itself is refused; it needs an edit.
    Content,
    /// Nobody said why.
    Unknown,
}

impl Class {
    /// The word in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Permanent => "permanent",
            Self::Configuration => "configuration",
            Self::Compliance => "compliance",
            Self::Content => "content",
            Self::Unknown => "unknown",
        }
    }
}

/// When trying again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// After a while, as it is.
    Later,
    /// Once somebody has put something right.
    AfterFix,
    /// Not by itself.
    Never,
}

impl Retry {
    /// The word in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Later => "later",
            Self::AfterFix => "after_fix",
            Self::Never => "never",
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Twilio's number.
    pub code: u32,
    /// What Twilio calls it, shortened; for logs and administrators.
    pub name: &'static str,
    /// What it means, in an organizer's words; the name for codes that no text can have.
    pub title: &'static str,
    /// What the organizer can do, in one sentence.
    pub advice: &'static str,
    /// Whose problem it is.
    pub class: Class,
    /// When trying again makes sense.
    pub retry: Retry,
    /// Whether number and meaning are from Twilio's own text.
    pub confirmed: bool,
    /// Whether Twilio refuses the call that creates a text with it.
    pub refuses_call: bool,
    /// Whether it is the reason of a text that failed later on.
    pub fails_delivery: bool,
}

/// What to tell about a code, known or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Twilio's number.
    pub code: u32,
    /// What it means, in an organizer's words.
    pub title: Cow<'static, str>,
    /// What the organizer can do, in one sentence.
    pub advice: &'static str,
    /// Whose problem it is.
    pub class: Class,
    /// When trying again makes sense; for an unknown code never by itself.
    pub retry: Retry,
}

/// When a code proves a number dead, so that it must not be texted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dead {
    /// The first time.
    AtOnce,
    /// When it comes again on another day: carriers err.
    TwiceOnDifferentDays,
}

/// The row of a code, if Twilio has told us about it.
#[must_use]
pub fn lookup(code: u32) -> Option<&'static Code> {
    TABLE.get(&code)
}

/// The codes that a text can end with, in their order.
pub fn of_texts() -> impl Iterator<Item = &'static Code> {
    TABLE.values().filter(|code| code.refuses_call || code.fails_delivery)
}

/// What to tell about a code. Of an unknown one only the number is said.
#[must_use]
pub fn describe(code: u32) -> Description {
    match lookup(code) {
        Some(&Code { code, title, advice, class, retry, .. }) => {
            Description { code, title: Cow::Borrowed(title), advice, class, retry }
        }
        None => Description {
            code,
            title: Cow::Owned(format!("Twilio code {code}")),
            advice: "We know nothing about this code; the text can be tried again by hand.",
            class: Class::Unknown,
            retry: Retry::Never,
        },
    }
}

/// Whether a Retry button makes sense on a text with this code.
///
/// Not where the number is the problem (landline, invalid, out of service: fix the number, that is
/// a new text) nor where trying again is forbidden (opt-out). Yes where time may help, where nobody
/// knows the reason, and where the table says [`Retry::AfterFix`]: content needs an edit, and
/// configuration and registration an administrator, but then the same text may well pass, so the
/// button is there and the advice says what has to come first.
#[must_use]
pub fn person_may_retry(code: u32) -> bool {
    lookup(code).is_none_or(|row| row.class != Class::Permanent && row.retry != Retry::Never)
}

/// Whether a call that Twilio refused with this code may be repeated automatically: surely not
/// accepted, and likely to pass. Twilio's own failures are not among them, since after those nobody
/// knows whether the text went out; they need a look-up first.
#[must_use]
pub fn call_may_be_repeated(code: u32) -> bool {
    /// Internal error, unavailable, time-out inside Twilio.
    const OUTCOME_UNKNOWN: [u32; 3] = [20500, 20503, 20504];
    lookup(code)
        .is_some_and(|row| row.refuses_call && row.class == Class::Transient && row.retry == Retry::Later)
        && !OUTCOME_UNKNOWN.contains(&code)
}

/// Whether every text of the account would meet the same code, so that sending should pause.
#[must_use]
pub fn is_account_wide(code: u32) -> bool {
    matches!(
        code,
        // Login refused, access denied, action disabled for the account.
        20003 | 20006 | 20010 | 20403
        // Account not active or suspended, sending switched off.
        | 10001 | 20005 | 30002 | 30037 | 90010
        // Our connection is too old for Twilio, or the API is gone.
        | 20011 | 20012 | 20410 | 20426
        // The account's own limit: of the trial, of the day.
        | 30454 | 63038
    )
}

/// Whether, and how surely, this code says that a number is dead.
#[must_use]
pub fn is_dead_number(code: u32) -> Option<Dead> {
    match code {
        21211 | 21614 | 21635 => Some(Dead::AtOnce),
        30005 | 30006 => Some(Dead::TwiceOnDifferentDays),
        _ => None,
    }
}

/// Whether this code says that the person replied STOP.
#[must_use]
pub fn is_opt_out(code: u32) -> bool {
    code == 21610
}

#[derive(Deserialize)]
struct Row<'a> {
    code: u32,
    short_name: &'a str,
    title: &'a str,
    class: Class,
    retry: Retry,
    audience_action: &'a str,
    confirmed: &'a str,
    r#where: &'a str,
}

impl From<Row<'static>> for Code {
    fn from(row: Row<'static>) -> Self {
        let comes_at = |place| row.r#where.split(';').any(|one| one == place);
        Self {
            code: row.code,
            name: row.short_name,
            title: if row.title.is_empty() { row.short_name } else { row.title },
            advice: row.audience_action,
            class: row.class,
            retry: row.retry,
            confirmed: row.confirmed == "yes",
            refuses_call: comes_at("create"),
            fails_delivery: comes_at("delivery"),
        }
    }
}

/// The lines of the file, header first. The table borrows its texts from here.
static LINES: LazyLock<Vec<csv::Result<StringRecord>>> = LazyLock::new(|| {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(include_str!("error_codes.csv").as_bytes())
        .into_records()
        .collect()
});

/// A line that cannot be read would be left out and reported; a test proves that there is none.
static TABLE: LazyLock<BTreeMap<u32, Code>> = LazyLock::new(|| {
    rows()
        .filter_map(|row| match row {
            Ok(row) => Some((row.code, row)),
            Err(error) => {
                tracing::error!(error, "a row of error_codes.csv cannot be read");
                None
            }
        })
        .collect()
});

fn rows() -> impl Iterator<Item = Result<Code, String>> {
    let mut lines = LINES.iter().map(|line| line.as_ref().map_err(ToString::to_string));
    let header = lines.next().and_then(Result::ok);
    lines.map(move |line| {
        let row: Row<'static> = line?.deserialize(header).map_err(|error| error.to_string())?;
        Ok(row.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn where_true(rule: impl Fn(u32) -> bool) -> Vec<u32> {
        TABLE.keys().copied().filter(|code| rule(*code)).collect()
    }

    #[test]
    fn every_row_can_be_read_and_no_code_comes_twice() -> Result<(), String> {
        let rows: Vec<Code> = rows().collect::<Result<_, _>>()?;
        assert_eq!(rows.len(), include_str!("error_codes.csv").lines().count() - 1);
        assert_eq!(rows.len(), TABLE.len());
        Ok(())
    }

    #[test]
    fn every_column_holds_only_the_words_we_know() {
        let column = |at: usize| LINES.iter().flatten().skip(1).filter_map(move |line| line.get(at));
        assert!(column(3).eq(TABLE.values().map(|row| row.class.as_str())));
        assert!(column(4).eq(TABLE.values().map(|row| row.retry.as_str())));
        assert!(column(6).all(|confirmed| ["yes", "no"].contains(&confirmed)));
    }

    #[test]
    fn every_code_that_a_text_can_have_has_a_title() {
        for line in LINES.iter().flatten().skip(1) {
            let place = line.get(7).unwrap_or_default();
            let of_texts = place.contains("create") || place.contains("delivery");
            assert!(!of_texts || line.get(2).is_some_and(|title| !title.is_empty()), "{line:?}");
        }
    }

    #[test]
    fn titles_are_short_plain_and_claim_nothing_that_nobody_said() {
        for row in TABLE.values() {
            assert!(!row.name.is_empty() && row.advice.ends_with('.'), "{row:?}");
            for claim in ["not exist", "does not work", "wrong number"] {
                assert!(!row.title.contains(claim), "{row:?}");
            }
            if row.refuses_call || row.fails_delivery {
                assert!(row.title.len() <= 44 && !row.title.ends_with('.'), "{row:?}");
                assert!(row.title.starts_with(char::is_uppercase), "{row:?}");
                for jargon in ["SID", "'To'", "'From'", "10DLC", "MMS", "StatusCallback", "("] {
                    assert!(!row.title.contains(jargon), "{row:?}");
                }
            }
        }
    }

    #[test]
    fn the_codes_that_organizers_meet_most_have_their_words() {
        for (code, title) in [
            (21211, "Not a valid phone number"),
            (21610, "Opted out"),
            (21614, "Not a mobile number"),
            (21635, "Landline"),
            (30003, "Phone off or out of range"),
            (30005, "Number no longer in use or unknown"),
            (30006, "Landline"),
            (30007, "Filtered by the carrier"),
            (30008, "Not delivered, reason not known"),
            (11200, "Our endpoint answered with an HTTP error"),
        ] {
            assert_eq!(describe(code).title, title);
        }
    }

    #[test]
    fn an_unknown_code_says_so_and_leaves_the_retry_to_a_person() {
        let unknown = describe(98765);
        assert_eq!(unknown.title, "Twilio code 98765");
        assert_eq!((unknown.class, unknown.retry), (Class::Unknown, Retry::Never));
        assert_eq!(lookup(98765), None);
        assert!(person_may_retry(98765));
        assert!(!call_may_be_repeated(98765));
    }

    #[test]
    fn there_is_no_hopeful_retry() {
        let hopeless = [
            21211, 21214, 21217, 21265, 21266, 21268, 21604, 21610, 21612, 21614, 21635, 30004, 30005, 30006,
            30011, 30014, 30640, 63003, 63014, 63024, 63032, 63036,
        ];
        let of_texts = |code| lookup(code).is_some_and(|row| row.refuses_call || row.fails_delivery);
        let without_button = where_true(|code| of_texts(code) && !person_may_retry(code));
        for code in hopeless {
            assert!(!person_may_retry(code), "{code}");
        }
        assert!(without_button.iter().all(|code| hopeless.contains(code)), "{without_button:?}");
        for code in [20003, 20429, 20500, 21617, 30001, 30003, 30007, 30008, 30034, 30410] {
            assert!(person_may_retry(code), "{code}");
        }
    }

    #[test]
    fn only_sure_refusals_that_may_pass_are_repeated() {
        assert_eq!(where_true(call_may_be_repeated), [20429, 21611, 21730, 35125]);
    }

    #[test]
    fn a_pause_of_the_account_is_for_configuration_or_its_own_limit() {
        let wide = where_true(is_account_wide);
        assert_eq!(wide.len(), 15);
        for code in wide {
            let row = describe(code);
            assert!(row.class == Class::Configuration || code == 63038, "{row:?}");
            assert!(!call_may_be_repeated(code) && person_may_retry(code), "{row:?}");
        }
    }

    #[test]
    fn dead_numbers_and_opt_outs_are_never_retried() {
        let dead = where_true(|code| is_dead_number(code).is_some());
        assert_eq!(dead, [21211, 21614, 21635, 30005, 30006]);
        assert_eq!(where_true(is_opt_out), [21610]);
        for code in dead.into_iter().chain([21610]) {
            assert!(!person_may_retry(code) && !call_may_be_repeated(code), "{code}");
        }
    }

    proptest! {
        #[test]
        fn any_number_has_a_description(code: u32) {
            let description = describe(code);
            prop_assert_eq!(description.code, code);
            prop_assert!(!description.title.is_empty() && !description.advice.is_empty());
        }
    }
}
