//! The pieces that pages are made of.

pub(crate) mod ask;
pub(crate) mod badge;
pub(crate) mod brand;
pub(crate) mod chart;
pub(crate) mod delivery;
pub(crate) mod event_head;
pub(crate) mod field;
pub(crate) mod flash;
pub(crate) mod form_key;
pub(crate) mod once;
pub(crate) mod page;
pub(crate) mod past;
pub(crate) mod rail;
pub(crate) mod same_words;
pub(crate) mod time;
pub(crate) mod trail;
pub(crate) mod words;
pub(crate) mod zone;
