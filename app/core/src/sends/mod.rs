//! Sends: one organizer action that makes many texts. Audience and words are frozen when it is
//! confirmed; its texts are written in pieces, so that a crash in the middle loses and doubles
//! nothing, and leave only when all are written.

mod audience;
mod check;
mod confirm;
mod cost;
mod from_draft;
mod gone;
mod lately;
mod left_out;
mod limited;
mod look;
mod names;
mod once;
mod page;
mod plan;
mod progress;
mod rewrite;
mod steer;
mod typed;
mod variables;
pub(crate) mod work;

pub use audience::Audience;
pub use check::{Checked, Held, Left, Preview, Show, Sizes, check};
pub use confirm::{Confirmed, confirm};
pub use cost::Money;
pub use from_draft::{
    Confirmation, Found, Then, Written, confirm_draft, discard, drafts_of, find_draft, only_new_words, write,
};
pub use lately::Before;
pub use limited::Limited;
pub use look::{Headcounts, Look, Reader, SAMPLE_NAME, headcounts, look, look_at_template};
pub use names::Unmatched;
pub use once::{Wish, confirm_once, preview};
pub use page::{Hold, Listed, Page, Tab, page};
pub use plan::{NewSend, Plan, Skipped, plan};
pub use progress::{Send, find, list};
pub use rewrite::{Kept, Rewritten, can_rewrite, rewrite_waiting};
pub use steer::{Turn, steer, steer_by};
pub use typed::Typed;
pub(crate) use variables::{OfEvent, of_person, unknown as unknown_variable};
pub use variables::{VARIABLES, Variable};

use serde::{Deserialize, Serialize};

/// Where a send stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, Serialize, Deserialize)]
#[sqlx(rename_all = "lowercase", type_name = "text")]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its texts are being written; none leaves yet.
    Preparing,
    /// Its texts leave.
    Ready,
    /// Somebody paused it.
    Paused,
    /// Somebody canceled what had not left.
    Canceled,
    /// Every text has its outcome.
    Done,
}

impl State {
    /// The stored and public word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Ready => "ready",
            Self::Paused => "paused",
            Self::Canceled => "canceled",
            Self::Done => "done",
        }
    }
}
