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

    pub(super) fn pattern(&self) -> Option<String> {
        search::pattern(&self.find)
    }
}
