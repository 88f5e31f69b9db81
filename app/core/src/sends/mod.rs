//! Sends: one organizer action that makes many texts. Audience and words are frozen when it is
//! confirmed; its texts are written in pieces, so that a crash in the middle loses and doubles
//! nothing, and leave only when all are written.

mod audience;
mod confirm;
mod cost;
mod once;
mod plan;
mod progress;
mod steer;
mod variables;
pub(crate) mod work;

pub use audience::Audience;
pub use confirm::{Confirmed, confirm};
pub use cost::Money;
pub use once::{Wish, confirm_once, preview};
pub use plan::{NewSend, Plan, Skipped, plan};
pub use progress::{Send, find, list};
pub use steer::{Turn, steer};
pub(crate) use variables::{OfEvent, of_person};
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
