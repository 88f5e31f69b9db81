//! The texts of an event as a file for a spreadsheet: exactly those of a dashboard's filter, written a
//! page at a time.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use futures::Stream;
use futures::stream::try_unfold;
use url::form_urlencoded;
use usher_core::events::{self, Event};
use usher_core::ids::{EventId, OrgId};
use usher_core::messages::{Export, Exported, Outcome};
use usher_core::{Error, Service, spreadsheet};

use crate::pages::event::asked::Asked;
use crate::parts::delivery::label;
use crate::parts::words::{known_by, status, why_failed, why_not_sent};

/// Tells Excel that the file is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";
const HEADS: [&str; 21] = [
    "Name",
    "Number",
    "Type",
    "Text",
    "Status",
    "Outcome",
    "Why",
    "Twilio code",
    "Recorded at",
    "Sent at",
    "Delivered at",
    "Outcome known at",
    "How we know",
    "From",
    "Segments",
    "Price",
    "Currency",
    "Try",
    "Twilio SID",
    "Text id",
    "Read at",
];

/// A file that can be fetched.
pub struct Csv {
    /// What to call it: the event and when it was asked for.
    pub file_name: String,
    export: Export,
    zone: Tz,
}

/// The texts of an event that the query of its dashboard's address finds.
///
/// # Errors
/// [`Error::NotFound`] if the event is not this organization's; [`Error::Refused`] for a filter that
/// cannot be understood, since nobody would see that the file has other texts than they meant.
pub async fn csv(service: &Service, org: OrgId, event: &str, query: &str) -> Result<Csv, Error> {
    let id = EventId::parse(event).ok_or(Error::NotFound)?;
    let event = events::find(&service.store, org, id).await?;
    let part = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(part, _)| part == name)
            .map(|(_, value)| value.into_owned())
    };
    let asked = Asked::read(part, event.zone());
    if let Some((_, why)) = asked.wrong.first() {
        return Err(Error::Refused(why.clone()));
    }
    let export = Export::new(service, org, id, &asked.filter);
    Ok(Csv { file_name: file_name(&event, service.clock.now()), export, zone: event.zone() })
}

impl Csv {
    /// The file in pieces. Where the database fails on the way it ends with an error, so that half a
    /// file is never taken for a whole one.
    pub fn pieces(self) -> impl Stream<Item = Result<String, Error>> + Send + 'static {
        let Self { export, zone, .. } = self;
        let head = format!("{BYTE_ORDER_MARK}{}", line(HEADS.map(quoted).as_slice()));
        try_unfold((Some(head), export), move |(head, mut export)| async move {
            if let Some(head) = head {
                return Ok(Some((head, (None, export))));
            }
            let Some((read_at, texts)) = export.next().await? else { return Ok(None) };
            let lines = texts.iter().map(|text| row(text, zone, read_at)).collect::<String>();
            Ok(Some((lines, (None, export))))
        })
    }
}

/// `texts-no-edges-2026-02-13-1545.csv`; letters of any script stay.
fn file_name(event: &Event, now: DateTime<Utc>) -> String {
    let mut name = String::new();
    for letter in event.name.chars().take(60) {
        if letter.is_alphanumeric() {
            name.extend(letter.to_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    let name = if name.is_empty() { "event" } else { name };
    format!("texts-{name}-{}.csv", now.with_timezone(&event.zone()).format("%Y-%m-%d-%H%M"))
}

fn row(text: &Exported, zone: Tz, read_at: DateTime<Utc>) -> String {
    let time = |at: DateTime<Utc>| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false);
    let maybe = |at: Option<DateTime<Utc>>| at.map(time).unwrap_or_default();
    let outcome = text.status.outcome();
    let why = match outcome {
        Some(Outcome::Failed) => why_failed(text.error_code).title,
        Some(Outcome::NotSent) => why_not_sent(text.reason.as_deref()).title,
        _ => String::new(),
    };
    let cells = [
        quoted(&text.name),
        number(&text.to_phone),
        quoted(text.purpose.label()),
        quoted(&text.body),
        quoted(status(text.status)),
        quoted(outcome.map_or("", label)),
        quoted(&why),
        text.error_code.map(|code| code.to_string()).unwrap_or_default(),
        time(text.created_at),
        maybe(text.sent_at),
        maybe(text.delivered_at),
        maybe(text.final_at),
        quoted(text.final_by.map_or("", known_by)),
        text.from_phone.as_deref().map(number).unwrap_or_default(),
        text.segments.to_string(),
        quoted(text.price.as_deref().map_or("", |price| price.trim_start_matches('-'))),
        quoted(text.price_unit.as_deref().unwrap_or_default()),
        (text.chain_position + 1).to_string(),
        quoted(text.sid.as_deref().unwrap_or_default()),
        text.id.to_string(),
        time(read_at),
    ];
    line(&cells)
}

/// RFC 4180: commas between, CRLF at the end.
fn line(cells: &[String]) -> String {
    let mut line = cells.join(",");
    line.push_str("\r\n");
    line
}

fn number(phone: &str) -> String {
    if spreadsheet::is_number(phone) { phone.to_owned() } else { quoted(phone) }
}

/// A cell of text; PostgreSQL and we keep no other control characters than line breaks.
fn quoted(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("\"{}\"", spreadsheet::defused(text).replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_a_formula_is_text() {
        for (name, cell) in [
            ("=cmd()", "\"'=cmd()\""),
            ("+1+1", "\"'+1+1\""),
            ("-2", "\"'-2\""),
            ("@sum", "\"'@sum\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("  =1", "\"'  =1\""),
            ("＝1", "\"'＝1\""),
            ("Zoë \"Z\", Köln", "\"Zoë \"\"Z\"\", Köln\""),
            ("a\nb", "\"a\nb\""),
            ("", ""),
        ] {
            assert_eq!(quoted(name), cell);
        }
    }

    #[test]
    fn a_number_stays_a_number() {
        assert_eq!(number("+15552340500"), "+15552340500");
        assert_eq!(number("+1-2"), "\"'+1-2\"");
        assert_eq!(number("+"), "\"'+\"");
        assert_eq!(number("USHER"), "\"USHER\"");
    }
}
