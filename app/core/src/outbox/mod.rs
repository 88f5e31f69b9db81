//! The outbox: the only way from a row to Twilio.

mod batch;
mod budget;
mod call;
pub(crate) mod circuit;
mod claim;
mod judge;
mod worker;

pub use budget::Budget;
pub use circuit::{Fault, Pause, of_organization as pause_of};
pub use worker::{Worker, run_once};
