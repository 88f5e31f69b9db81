//! Medians, percentiles and spreads.

use std::time::Duration;

/// Durations of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// So many of a hundred took no longer.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(index).copied().unwrap_or_default()
    }

    /// Median and spread, for people.
    pub(crate) fn shown(&self) -> String {
        let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
        let [least, median, most] = [0, 50, 100].map(|percent| ms(self.percentile(percent)));
        format!("{median:.0} ms ({least:.0}–{most:.0}, {} rounds)", self.0.len())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_measured() {
        let mut times = Times::default();
        (1..=100).rev().for_each(|n| times.add(Duration::from_millis(n)));
        assert_eq!(times.percentile(50), Duration::from_millis(50));
        assert_eq!(times.percentile(95), Duration::from_millis(95));
        assert_eq!(times.percentile(100), Duration::from_millis(100));
        assert_eq!(Times::default().percentile(50), Duration::ZERO);
    }
}
