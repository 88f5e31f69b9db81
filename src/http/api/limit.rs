//! How often one caller may call.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::http::StatusCode;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

use super::problem::Problem;

/// More than an import of 10,000 people needs, less than what slows others down.
const PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(199);

/// A token bucket for each caller.
#[derive(Clone)]
pub struct Limit(Arc<DefaultKeyedRateLimiter<Uuid>>);

impl Default for Limit {
    fn default() -> Self {
        Self::of(PER_SECOND, BURST)
    }
}

impl Limit {
    /// So many calls a second in the long run, and so many at once.
    #[must_use]
    pub fn of(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        Self(Arc::new(RateLimiter::keyed(Quota::per_second(per_second).allow_burst(burst))))
    }

    /// Takes a token of this caller's.
    pub(super) fn take(&self, caller: Uuid) -> Result<(), Problem> {
        self.0.check_key(&caller).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let detail = "This key calls too often. Wait as long as Retry-After says.";
            Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).retry_after(wait.as_secs() + 1)
        })
    }
}
