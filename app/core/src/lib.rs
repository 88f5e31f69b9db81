//! What Usher does: rules and SQL side by side, the Twilio client, the clock. This crate knows no
//! HTTP server and no HTML.

pub mod accounts;
pub mod api_keys;
pub mod attendees;
pub mod audit;
pub mod clerk;
pub mod clock;
pub mod contacts;
pub mod counters;
pub mod drafts;
pub mod error;
pub mod events;
pub mod failures;
pub mod holds;
pub mod home;
pub mod idempotency;
pub mod ids;
pub mod imports;
pub mod inbound;
pub mod inbox;
pub mod live;
pub mod lookups;
pub mod messages;
pub mod orgs;
pub mod outbox;
pub mod people;
pub mod phones;
pub mod processes;
pub mod random;
pub mod receipts;
pub mod refusals;
pub mod retries;
pub mod search;
pub mod seen;
pub mod sends;
pub mod service;
pub mod spreadsheet;
pub mod store;
pub mod suppressions;
pub mod templates;
mod to_the_end;
pub mod twilio;
pub mod unlinked;
pub mod vault;

pub use error::{Error, FieldError};
pub use service::Service;
