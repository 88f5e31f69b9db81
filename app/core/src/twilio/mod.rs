//! Twilio, as its API behaves and as its documentation says.
//!
//! - [`client`]: the calls we make, each answer sorted by what it proves.
//! - [`codes`]: what an error code means to an organizer, and whether trying again can help.
//! - [`segments`]: how a text is encoded and in how many segments it is billed.
//! - [`signature`]: whether a webhook really comes from Twilio.

pub mod client;
pub mod codes;
pub mod segments;
pub mod signature;
