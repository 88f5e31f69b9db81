//! What a list would change about people who are known already, whatever event they are known from.

use std::collections::HashMap;

use serde::Serialize;

use super::Field;
use super::judge::{Fate, Judged};
use crate::attendees::{Row, Rsvp};
use crate::ids::{EventId, OrgId};
use crate::store::{Tx, as_parameter, on_tx, rows};

/// How many numbers are looked up in one statement.
const PIECE: usize = 1_000;
/// People whose changes are shown.
const MOST_SHOWN: usize = 20;
/// From so many people on, a list that renames most of those it knows is probably read wrongly.
const MANY: usize = 5;

/// What a list would change about one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// In which line of the file they stand, from 1.
    pub line: u64,
    /// E.164.
    pub phone: String,
    /// What would be another: which, what it is, what it would be.
    pub parts: Vec<(Field, String, String)>,
}

/// What a list would change about people who are known already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// People who would be called otherwise, or get another email or zone; what is filled in is no change.
    pub people: usize,
    /// The first of them.
    pub shown: Vec<Change>,
    /// Most people who are known would be called otherwise: perhaps a column is taken for another.
    pub doubtful: bool,
}

/// What is known of somebody.
#[derive(sqlx::FromRow)]
pub(super) struct Was {
    phone: String,
    name: String,
    email: Option<String>,
    timezone: Option<String>,
    /// What they answered, if they are on the list of this event.
    pub rsvp: Option<Rsvp>,
}

impl Was {
    /// What this row would change.
    pub(super) fn parts(&self, row: &Row) -> Vec<(Field, String, String)> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        [
            (Field::Name, self.name.clone(), row.name.clone()),
            (Field::Email, text(&self.email), text(&row.email)),
            (Field::Timezone, text(&self.timezone), text(&row.timezone)),
        ]
        .into_iter()
        .filter(|(_, was, will)| !was.is_empty() && !will.is_empty() && was != will)
        .collect()
    }
}

/// What these rows would change about whom we know.
pub(super) fn changes(judged: &[Judged], known: &HashMap<String, Was>) -> Changes {
    let mut changes = Changes::default();
    let (mut named, mut renamed) = (0, 0);
    for judged in judged {
        let Fate::Good(row) = &judged.fate else { continue };
        let Some(was) = known.get(&row.phone) else { continue };
        let parts = was.parts(row);
        named += usize::from(!was.name.is_empty() && !row.name.is_empty());
        renamed += usize::from(parts.iter().any(|(field, ..)| *field == Field::Name));
        if !parts.is_empty() {
            changes.people += 1;
            if changes.shown.len() < MOST_SHOWN {
                changes.shown.push(Change { line: judged.line.number, phone: row.phone.clone(), parts });
            }
        }
    }
    changes.doubtful = renamed >= MANY && renamed * 2 > named;
    changes
}

/// Who of them is known, by number.
pub(super) async fn known(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    rows: &[Row],
) -> Result<HashMap<String, Was>, sqlx::Error> {
    #[derive(Serialize)]
    struct Phone<'a> {
        phone: &'a str,
    }
    let mut known = HashMap::new();
    for piece in rows.chunks(PIECE) {
        let phones: Vec<Phone<'_>> = piece.iter().map(|row| Phone { phone: &row.phone }).collect();
        let sql = rows!(phone text =>
            "select c.phone, c.name, c.email, c.timezone, a.rsvp
             from input i join contacts c on c.phone = i.phone and c.org_id = $2
             left join attendees a on a.contact_id = c.id and a.event_id = $3")
        .text(tx);
        let phones = as_parameter(&phones)?;
        let found: Vec<Was> =
            on_tx!(tx, |ex| sqlx::query_as(sql).bind(phones).bind(org).bind(event).fetch_all(ex).await)?;
        known.extend(found.into_iter().map(|was| (was.phone.clone(), was)));
    }
    Ok(known)
}
