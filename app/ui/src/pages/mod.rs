//! One file a page: what it shows, and the server functions its forms post to.

pub(crate) mod attendees;
pub(crate) mod check_send;
pub(crate) mod compose;
pub(crate) mod contact;
pub(crate) mod edit_attendee;
pub(crate) mod edit_event;
pub(crate) mod event;
mod event_form;
pub(crate) mod events;
pub(crate) mod failures;
pub(crate) mod guide;
pub(crate) mod history;
pub(crate) mod home;
pub(crate) mod import;
pub(crate) mod import_check;
pub(crate) mod inbox;
pub(crate) mod message;
pub(crate) mod new_event;
pub(crate) mod not_found;
mod numbers;
pub(crate) mod opt_outs;
mod opted_out;
pub(crate) mod people;
pub(crate) mod progress;
pub(crate) mod retry_check;
pub(crate) mod retry_run;
pub(crate) mod send;
mod send_words;
pub(crate) mod sends;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod template;
pub(crate) mod templates;
pub(crate) mod text;
pub(crate) mod unlinked;
pub(crate) mod welcome;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// A part of the path, such as `:event`.
fn param(name: &str) -> String {
    use_params_map().with_untracked(|params| params.get(name)).unwrap_or_default()
}

/// A part of the query, such as `?outcome=failed`.
fn query(name: &str) -> Option<String> {
    use_query_map().with_untracked(|query| query.get(name))
}

/// Every value of a part of the query that may stand in it more than once.
fn queries(name: &str) -> Vec<String> {
    use_query_map().with_untracked(|query| query.get_all(name)).unwrap_or_default()
}
