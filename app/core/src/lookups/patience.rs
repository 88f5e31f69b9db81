//! How long news is awaited, and when it is asked for.

use chrono::{DateTime, TimeDelta, Utc};

/// Patience with Twilio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patience {
    /// A text whose outcome is unknown may be sent again this long after its request ended, if
    /// Twilio does not have it.
    pub resend_after: TimeDelta,
    /// After the hand-over, when to look a text up that is not final; the last repeats as an
    /// interval.
    pub look_up_at: Vec<TimeDelta>,
    /// A text without final status is `unconfirmed` this long after its hand-over.
    pub unconfirmed_after: TimeDelta,
}

/// A duration or a list of them that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it should look like 90s, 2m, 1h or 3d")]
pub struct PatienceError;

impl Default for Patience {
    /// Two minutes; 1, 5, 15 and 60 minutes, then hourly; three days.
    fn default() -> Self {
        Self {
            resend_after: TimeDelta::minutes(2),
            look_up_at: [1, 5, 15, 60].map(TimeDelta::minutes).to_vec(),
            unconfirmed_after: TimeDelta::hours(72),
        }
    }
}

impl Patience {
    /// A duration such as `500ms`, `90s`, `2m`, `1h` or `3d`.
    ///
    /// # Errors
    /// [`PatienceError`] for anything else, and for nothing or less.
    pub fn parse_duration(text: &str) -> Result<TimeDelta, PatienceError> {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or(PatienceError)?;
        let (number, unit) = text.split_at(digits);
        let number: i64 = number.parse().map_err(|_| PatienceError)?;
        let milliseconds = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(PatienceError),
        };
        let duration = number.checked_mul(milliseconds).and_then(TimeDelta::try_milliseconds);
        duration.filter(|duration| *duration > TimeDelta::zero()).ok_or(PatienceError)
    }

    /// A list such as `1m,5m,15m,1h`; a final `…` is allowed, since the last repeats anyhow.
    ///
    /// # Errors
    /// [`PatienceError`] for anything else, and for a list that does not rise.
    pub fn parse_plan(text: &str) -> Result<Vec<TimeDelta>, PatienceError> {
        let items = text.trim().trim_end_matches(['…', '.']).trim_end_matches(',');
        let plan = items.split(',').map(Self::parse_duration).collect::<Result<Vec<_>, _>>()?;
        let rises = plan.windows(2).all(|pair| pair[0] < pair[1]);
        if plan.is_empty() || !rises { Err(PatienceError) } else { Ok(plan) }
    }

    /// When to look a text up next, after `lookups` look-ups: by the plan, later hourly at most a
    /// day long, then daily; never in the past.
    #[must_use]
    pub fn next_look_up(&self, started_at: DateTime<Utc>, lookups: i64, now: DateTime<Utc>) -> DateTime<Utc> {
        let index = usize::try_from(lookups).unwrap_or(usize::MAX);
        let last = self.look_up_at.last().copied().unwrap_or(TimeDelta::hours(1));
        let planned = self.look_up_at.get(index).map(|after| started_at + *after);
        let pause =
            if now - started_at > TimeDelta::hours(24) { last.max(TimeDelta::hours(24)) } else { last };
        // The end of patience is looked at too, so that nothing waits a day longer for it.
        let deadline = started_at + self.unconfirmed_after;
        let next = planned.filter(|at| *at > now).unwrap_or(now + pause);
        if deadline > now { next.min(deadline) } else { next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_plans_are_read_or_refused() {
        assert_eq!(Patience::parse_duration("2m"), Ok(TimeDelta::minutes(2)));
        assert_eq!(Patience::parse_duration("500ms"), Ok(TimeDelta::milliseconds(500)));
        assert_eq!(
            Patience::parse_plan("1m,5m,15m,1h,…"),
            Ok(vec![
                TimeDelta::minutes(1),
                TimeDelta::minutes(5),
                TimeDelta::minutes(15),
                TimeDelta::hours(1)
            ])
        );
        for wrong in ["", "2", "m", "-1m", "0s", "2 m", "2w", "99999999999999999999h", "9223372036854775807d"]
        {
            assert_eq!(Patience::parse_duration(wrong), Err(PatienceError), "{wrong}");
        }
        for wrong in ["", "5m,1m", "1m,1m", "1m;5m"] {
            assert_eq!(Patience::parse_plan(wrong), Err(PatienceError), "{wrong}");
        }
    }

    #[test]
    fn look_ups_follow_the_plan_then_the_hour_then_the_day() {
        let patience = Patience::default();
        let start = DateTime::UNIX_EPOCH;
        let mut now = start;
        let mut asked = Vec::new();
        for lookups in 0..100 {
            let next = patience.next_look_up(start, lookups, now);
            assert!(next > now, "never in the past");
            now = next;
            asked.push((now - start).num_minutes());
            if now >= start + patience.unconfirmed_after {
                break;
            }
        }
        assert_eq!(asked[..6], [1, 5, 15, 60, 120, 180]);
        assert_eq!(asked.last(), Some(&(72 * 60)), "the end of patience is met");
        assert!(asked.len() < 32, "{} look-ups are too many", asked.len());
    }
}
