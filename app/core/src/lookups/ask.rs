//! Asking Twilio within the budget that look-ups share with sending.

use chrono::TimeDelta;

use crate::service::Service;
use crate::twilio::client::CallError;

/// Asks one question; what Twilio says about its load counts for look-ups and sending alike.
pub(super) async fn ask<T>(
    service: &Service,
    question: impl Future<Output = Result<T, CallError>>,
) -> Result<T, CallError> {
    let began = service.clock.now();
    let answer = service.budget.look_up().make(question).await;
    match &answer {
        Ok(_) => service.budget.went_well(),
        Err(CallError::Refused { http_status: 429, retry_after, .. }) => {
            let now = service.clock.now();
            service.budget.slow_down(began, now);
            if let Some(pause) = retry_after.and_then(pause) {
                service.budget.rest(now, pause);
            }
        }
        Err(_) => {}
    }
    answer
}

fn pause(seconds: u64) -> Option<TimeDelta> {
    TimeDelta::try_seconds(i64::try_from(seconds).ok()?)
}
