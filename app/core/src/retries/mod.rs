//! Retrying all that can work: planned first, then run in pieces that a crash cannot lose or
//! double. Whoever asks for the same while it runs joins it; and whatever two people ask for at
//! once, each text is retried once, since each is looked at again under lock.

mod filter;
mod judge;
mod plan;
mod run;
pub(crate) mod work;

pub use filter::Filter;
pub use plan::{NotRetried, PastEvent, Plan, plan};
pub use run::{PassedOver, Run, find, outcomes, start, start_by, start_once};
