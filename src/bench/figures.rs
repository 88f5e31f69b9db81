//! Medians, percentiles and spreads.

use std::time::Duration;

/// Durations of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(crate) fn extend(&mut self, times: Self) {
        self.0.extend(times.0);
    }

    /// So many of a hundred took no longer.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(index).copied().unwrap_or_default()
    }

    /// So many of a hundred took no longer, in milliseconds.
    pub(crate) fn ms(&self, percent: usize) -> f64 {
        self.percentile(percent).as_secs_f64() * 1_000.0
    }

    /// Median and spread of rounds, for people.
    pub(crate) fn shown(&self) -> String {
        let [least, median, most] = [0, 50, 100].map(|percent| self.ms(percent));
        format!("{median:.0} ms ({least:.0}–{most:.0}, {} rounds)", self.0.len())
    }

    /// Median and tail of many, for people.
    pub(crate) fn percentiles(&self) -> String {
        let [p50, p95, p99, most] = [50, 95, 99, 100].map(|percent| self.ms(percent));
        format!("p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms, at most {most:.1} ms of {}", self.0.len())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<Duration> for Times {
    fn from_iter<I: IntoIterator<Item = Duration>>(times: I) -> Self {
        Self(times.into_iter().collect())
    }
}

/// What each round came to: rates, ratios.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    pub(crate) fn add(&mut self, figure: f64) {
        self.0.push(figure);
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted
    }

    /// The middle one; of an even number, the lower.
    pub(crate) fn median(&self) -> f64 {
        let sorted = self.sorted();
        sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or_default()
    }

    /// Median and spread, with so many digits after the point.
    pub(crate) fn shown(&self, digits: usize) -> String {
        let sorted = self.sorted();
        let (least, most) = (sorted.first(), sorted.last());
        let [least, most] = [least, most].map(|figure| figure.copied().unwrap_or_default());
        format!("{:.digits$} ({least:.digits$}–{most:.digits$}, {} rounds)", self.median(), sorted.len())
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

    #[test]
    fn the_middle_of_rounds_is_shown_with_their_spread() {
        let mut figures = Figures::default();
        [3.0, 1.0, 2.5, 9.0, 2.0].into_iter().for_each(|figure| figures.add(figure));
        assert_eq!(figures.shown(1), "2.5 (1.0–9.0, 5 rounds)");
        assert_eq!(Figures::default().shown(0), "0 (0–0, 0 rounds)");
    }
}
