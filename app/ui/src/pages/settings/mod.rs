//! Settings, one tab a file.

pub(crate) mod keys;
pub(crate) mod organization;
pub(crate) mod people;
pub(crate) mod sessions;
pub(crate) mod texting;
