//! Asking Twilio: about texts that no callback has settled, and about texts whose outcome is
//! unknown. A text is never sent again unless Twilio surely does not have it.

mod due;
mod find;
mod patience;
mod worker;

pub use patience::{Patience, PatienceError};
pub use worker::{Looker, reconcile, run_once};
