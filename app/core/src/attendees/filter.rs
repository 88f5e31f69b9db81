//! Which attendees of an event are meant: by their answer, by whether texts reach them, by their last
//! text, by what they have not had, by name or number.

use crate::messages::{Outcome, Purpose};
use crate::search;

use super::Rsvp;

/// Whether texts reach somebody's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(rename_all = "snake_case", type_name = "text")]
pub enum Reach {
    /// A text was delivered to it.
    Receives,
    /// No text was ever delivered to it, and none says that it cannot be.
    Never,
    /// It cannot receive texts: a landline, no mobile number, out of service.
    Dead,
    /// Its owner does not want texts.
    OptedOut,
}

impl Reach {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Receives, Self::Never, Self::Dead, Self::OptedOut];

    /// The word in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receives => "receives",
            Self::Never => "never",
            Self::Dead => "dead",
            Self::OptedOut => "opted_out",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reach| reach.as_str() == word)
    }
}

/// What became of somebody's last text at an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Last {
    /// There was none.
    NoText,
    /// This.
    Ended(Outcome),
}

impl Last {
    /// Every one, those that need somebody first.
    pub const ALL: [Self; 6] = [
        Self::Ended(Outcome::Failed),
        Self::Ended(Outcome::Unconfirmed),
        Self::Ended(Outcome::NotSent),
        Self::Ended(Outcome::InProgress),
        Self::Ended(Outcome::Delivered),
        Self::NoText,
    ];

    /// The word in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoText => "none",
            Self::Ended(outcome) => outcome.as_str(),
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|last| last.as_str() == word)
    }
}

/// Which attendees of an event are meant; a part that is not given narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those who answered so.
    pub rsvp: Option<Rsvp>,
    /// Those whose number is so.
    pub reach: Option<Reach>,
    /// Those whose last text of this event ended so.
    pub last: Option<Last>,
    /// Those who have not had a text for this: none reached them, none may have, and none is on its way.
    pub without: Option<Purpose>,
    /// Those whose name or number has this in it, as typed.
    pub find: String,
}

impl Filter {
    /// Whether it narrows anything.
    #[must_use]
    pub fn is_any(&self) -> bool {
        let narrows = self.rsvp.is_some() || self.reach.is_some() || self.last.is_some();
        narrows || self.without.is_some() || self.pattern().is_some()
    }

    pub(crate) fn pattern(&self) -> Option<String> {
        search::pattern(&self.find)
    }
}

/// Whether texts reach `c.phone`; `m` is the last text of `a`. What that says counts too: one "landline" is not
/// yet enough to suppress a number, but enough to show.
macro_rules! reaches {
    () => {
        "case
           when exists (select 1 from suppressions s where s.org_id = a.org_id and s.phone = c.phone
             and s.lifted_at is null and s.source <> 'dead') then 'opted_out'
           when exists (select 1 from suppressions s where s.org_id = a.org_id and s.phone = c.phone
             and s.lifted_at is null) then 'dead'
           when m.outcome = 'failed' and m.to_phone = c.phone and m.error_code in (21211, 21614, 21635, 30005, 30006)
             then 'dead'
           when exists (select 1 from messages d where d.org_id = a.org_id and d.contact_id = a.contact_id
             and d.to_phone = c.phone and d.status = 'delivered') then 'receives'
           else 'never' end"
    };
}

/// A column of the last text that counts of the attendee `a`.
macro_rules! last_text {
    ($column:literal) => {
        concat!(
            "(select l.",
            $column,
            " from messages l where l.contact_id = a.contact_id
               and l.event_id = a.event_id and l.counts and l.direction = 'out' order by l.id desc limit 1)"
        )
    };
}

/// Whom a [`Filter`] means: the attendees `a`, who are the contacts `c`. The list and whoever sends to what it
/// shows ask with these same words. `$1` organization, `$2` event, `$3` RSVP, `$4` what is looked for, `$5` reach,
/// `$6` last text, `$7` purpose. What is not asked for is not looked up.
macro_rules! meant {
    () => {
        concat!(
            "a.org_id = $1 and a.event_id = $2 and c.org_id = $1 and c.id = a.contact_id and ($3 is null or a.rsvp = $3)
               and ($4 is null or c.search like $4 escape '!')
               and ($5 is null or $5 = (select ",
            $crate::attendees::reaches!(),
            " from (select 1 as one) one left join messages m on m.id = ",
            $crate::attendees::last_text!("id"),
            ")) and ($6 is null or $6 = coalesce(",
            $crate::attendees::last_text!("outcome"),
            ", 'none'))
               and ($7 is null or not exists (select 1 from messages w where w.event_id = a.event_id
                 and w.contact_id = a.contact_id and w.counts and w.direction = 'out' and w.purpose = $7
                 and w.outcome in ('delivered', 'unconfirmed', 'in_progress')))"
        )
    };
}

pub(crate) use {last_text, meant, reaches};
