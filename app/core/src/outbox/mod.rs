//! The outbox: the only way from a row to Twilio.

mod call;
mod claim;
mod worker;

pub use worker::{Worker, run_once};
