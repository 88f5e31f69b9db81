//! What stands after the question mark: filters, how many, and where to go on.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use usher_core::error::Problems;
use uuid::Uuid;

use super::fields::Fields;
use super::problem::Problem;
use crate::http::App;

const DEFAULT_LIMIT: i64 = 50;
const LONGEST: i64 = 200;

/// The parameters of a request's address, as an object of texts.
pub(super) struct Query(Value);

impl FromRequestParts<App> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let mut object = Map::new();
        let mut problems = Problems::default();
        let query = parts.uri.query().unwrap_or_default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if object.insert(name.to_string(), json!(value)).is_some() {
                problems.add(&name.chars().take(100).collect::<String>(), "Send this once.");
            }
        }
        problems.none()?;
        Ok(Self(Value::Object(object)))
    }
}

/// The address of a call that takes no parameters: any at all is wrong, for whoever sent it believes
/// that it does something.
pub(super) struct NoQuery;

impl FromRequestParts<App> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let query = Query::from_request_parts(parts, app).await?;
        let mut problems = Problems::default();
        query.fields(&mut problems).done_without("This call takes nothing in its address.");
        problems.none()?;
        Ok(Self)
    }
}

impl Query {
    /// The parameters as the fields of a request.
    pub(super) fn fields(self, problems: &mut Problems) -> Fields<'_> {
        Fields::of(self.0, problems)
    }
}

/// How many items of a list, and those after which one.
pub(super) struct Page<C> {
    pub limit: i64,
    pub after: Option<C>,
}

impl<C: Cursor> Page<C> {
    /// Reads `limit` and `cursor`.
    pub(super) fn of(fields: &mut Fields<'_>) -> Self {
        let limit = fields.text("limit").map(|limit| limit.parse::<i64>());
        let limit = match limit {
            None => DEFAULT_LIMIT,
            Some(Ok(limit @ 1..=LONGEST)) => limit,
            Some(_) => {
                fields.wrong("limit", &format!("Send a number from 1 to {LONGEST}."));
                DEFAULT_LIMIT
            }
        };
        let after = fields.text("cursor").and_then(|cursor| {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
            let read = bytes.and_then(|bytes| C::read(&bytes));
            if read.is_none() {
                fields.wrong("cursor", "Send the next_cursor of an earlier answer as it was.");
            }
            read
        });
        Self { limit, after }
    }

    /// Cuts a list that was read with one item too many, and says where it goes on.
    pub(super) fn cut<T>(&self, items: &mut Vec<T>, cursor: impl FnOnce(&T) -> C) -> Option<String> {
        let full = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = items.len() > full;
        items.truncate(full);
        let last = items.last().filter(|_| more)?;
        Some(URL_SAFE_NO_PAD.encode(cursor(last).written()))
    }

    /// How many items to read, to know whether there are more.
    pub(super) fn and_one(&self) -> i64 {
        self.limit + 1
    }
}

/// A place in a list.
pub(super) trait Cursor: Sized {
    fn written(&self) -> Vec<u8>;
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl Cursor for Uuid {
    fn written(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Self::from_slice(bytes).ok()
    }
}
