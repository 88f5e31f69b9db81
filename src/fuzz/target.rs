//! What requests are thrown at, and what of an answer is no fault. Another target is another
//! variant here and a file of its own beside `webhooks.rs`.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use clap::ValueEnum;

use super::api;
use super::dice::Dice;
use super::scene::Scene;
use super::webhooks::{self, Route};

/// A part of the product that strangers can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Target {
    /// Status callbacks.
    Status,
    /// Texts from people.
    Inbound,
    /// The JSON API.
    Api,
}

/// One request, and what may be answered to it.
pub(crate) struct Throw {
    /// The request.
    pub(crate) request: Request<Body>,
    /// The allowed statuses.
    pub(crate) allowed: Vec<u16>,
    /// What is wrong with an answer whose status is allowed.
    pub(crate) fault: fn(&Answer) -> Option<String>,
    /// The request as a person reads it.
    pub(crate) shown: String,
}

/// An answer as it came.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Target {
    /// Its name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status callbacks",
            Self::Inbound => "inbound texts",
            Self::Api => "JSON API",
        }
    }

    /// The request that these dice make; `None` for one that cannot even be written down as HTTP.
    pub(crate) fn throw(self, dice: &mut Dice, scene: &Scene) -> Option<Throw> {
        match self {
            Self::Status => webhooks::throw(Route::Status, dice, scene),
            Self::Inbound => webhooks::throw(Route::Inbound, dice, scene),
            Self::Api => api::throw(dice, scene),
        }
    }
}
