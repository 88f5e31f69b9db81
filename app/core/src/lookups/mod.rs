//! Asking Twilio: about texts that no callback has settled, about texts whose outcome is unknown,
//! and about the price of those that are finished. A text is never sent again unless Twilio surely
//! does not have it.

mod ask;
mod crowd;
mod due;
mod fill;
mod find;
mod learn;
mod patience;
mod walk;
mod worker;

pub use fill::run_once as complete_finished;
pub use patience::{Patience, PatienceError};
pub use worker::{Looker, reconcile, run_once};
