//! How many texts there were over time: bars in SVG, and the same numbers as a table.

use chrono::{DateTime, NaiveTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;
use usher_core::messages::{Outcome, Series};

use super::delivery::{label, tone};
use super::local::in_zone;
use super::words::{count, grouped};

/// No more bars than this.
const MOST: i64 = 60;
/// No fewer, so that a single send does not fill the whole picture.
const FEWEST: usize = 24;
/// How long a bar may be, in minutes: each at most 2.5 times the one before, so that between
/// [`FEWEST`] and [`MOST`] bars always fit.
const STEPS: [i64; 16] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 5_760, 10_080, 20_160];
const DAY: i64 = 1_440;
/// How high the picture is, in its own units; a bar is 10 wide.
const HEIGHT: i64 = 100;
/// A part that is there must be seen, however small.
const LOWEST: i64 = 2;

/// The texts of one bar.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bar {
    begin: DateTime<Utc>,
    /// In the order of [`Outcome::ALL`].
    texts: [i64; 5],
}

impl Bar {
    fn total(&self) -> i64 {
        self.texts.iter().sum()
    }

    /// What there is, with how many.
    fn parts(&self) -> impl Iterator<Item = (Outcome, i64)> {
        Outcome::ALL.into_iter().zip(self.texts).filter(|(_, texts)| *texts > 0)
    }
}

/// Bars over time.
struct Bars {
    bars: Vec<Bar>,
    /// How long each is, in minutes.
    step: i64,
}

/// The picture and, behind a details, its numbers.
pub(crate) fn chart(series: &Series, zone: Tz) -> Option<AnyView> {
    let Bars { bars, step } = bars_of(series, zone)?;
    let highest = bars.iter().map(Bar::total).max().unwrap_or_default().max(1);
    let (first, last) = (bars.first()?.begin, bars.last()?.begin);
    let title = format!(
        "{}, from {} to {}; the table below has the numbers.",
        count(bars.iter().map(Bar::total).sum(), "text", "texts"),
        moment(first, zone, step),
        moment(last, zone, step)
    );
    let drawn =
        bars.iter().enumerate().map(|(place, bar)| drawn(place, bar, highest, zone, step)).collect_view();
    let width = bars.len() * 10;
    Some(
        view! {
            <figure class="chart">
                <figcaption class="row between small soft">
                    <span>"One bar is "{length(step)}", "{last.with_timezone(&zone).format("%Z").to_string()}</span>
                    <span>"highest "{grouped(highest)}</span>
                </figcaption>
                <svg role="img" viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" aria-label=title>
                    {drawn}
                </svg>
                <div class="row between small soft" aria-hidden="true">
                    <span>{moment(first, zone, step)}</span>
                    <span>{moment(last, zone, step)}</span>
                </div>
            </figure>
            {table(&bars, zone, step)}
        }
        .into_any(),
    )
}

fn drawn(place: usize, bar: &Bar, highest: i64, zone: Tz, step: i64) -> Option<AnyView> {
    if bar.total() == 0 {
        return None;
    }
    let words: Vec<String> =
        bar.parts().map(|(outcome, texts)| format!("{} {}", grouped(texts), label(outcome))).collect();
    let mut bottom = HEIGHT;
    let parts = bar
        .parts()
        .map(|(outcome, texts)| {
            let height = (texts * HEIGHT / highest).max(LOWEST).min(bottom);
            bottom -= height;
            view! { <rect data-status=tone(outcome) x=place * 10 + 1 y=bottom width="8" height=height/> }
        })
        .collect_view();
    let title = format!("{}: {}", moment(bar.begin, zone, step), words.join(", "));
    Some(view! { <g><title>{title}</title>{parts}</g> }.into_any())
}

/// The same numbers for whoever does not see the picture.
fn table(bars: &[Bar], zone: Tz, step: i64) -> AnyView {
    let there: Vec<usize> =
        (0..Outcome::ALL.len()).filter(|place| bars.iter().any(|bar| bar.texts[*place] > 0)).collect();
    let heads =
        there.iter().map(|place| view! { <th class="num">{label(Outcome::ALL[*place])}</th> }).collect_view();
    let rows = bars
        .iter()
        .filter(|bar| bar.total() > 0)
        .map(|bar| {
            let cells = there
                .iter()
                .map(|place| view! { <td class="num">{grouped(bar.texts[*place])}</td> })
                .collect_view();
            view! { <tr><th scope="row">{moment(bar.begin, zone, step)}</th>{cells}</tr> }
        })
        .collect_view();
    let zone_name = bars.last().map(|bar| bar.begin.with_timezone(&zone).format("%Z").to_string());
    view! {
        <details class="more" id="over-time-table">
            <summary>"As a table"</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Texts over time">
                <table class="figures">
                    <thead><tr><th>"From, "{zone_name}</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn bars_of(series: &Series, zone: Tz) -> Option<Bars> {
    let first = series.texts.iter().map(|(at, _)| *at).min()?;
    let last = series.texts.iter().map(|(at, _)| *at).max()?;
    let step = step((last - first).num_minutes());
    let mut bars: Vec<Bar> =
        begins(first, last, step, zone).into_iter().map(|begin| Bar { begin, texts: [0; 5] }).collect();
    for (at, outcome) in &series.texts {
        let after = bars.partition_point(|bar| bar.begin <= *at);
        let place = Outcome::ALL.iter().position(|one| one == outcome)?;
        if let Some(bar) = after.checked_sub(1).and_then(|place| bars.get_mut(place)) {
            bar.texts[place] += 1;
        }
    }
    Some(Bars { bars, step })
}

/// How long a bar is, in minutes, for so many minutes.
fn step(span: i64) -> i64 {
    let fits = |step: &&i64| span / **step + 2 <= MOST;
    // Longer than any: whole weeks.
    STEPS.iter().find(fits).copied().unwrap_or_else(|| (span / (MOST - 2) / (7 * DAY) + 1) * 7 * DAY)
}

/// When the bars begin: at round times of day in this zone, whatever its clocks do.
fn begins(first: DateTime<Utc>, last: DateTime<Utc>, step: i64, zone: Tz) -> Vec<DateTime<Utc>> {
    let (first, end) = (first.with_timezone(&zone).naive_local(), last.with_timezone(&zone).naive_local());
    let of_day = i64::from(first.num_seconds_from_midnight()) / 60;
    let into = if step < DAY { of_day / step * step } else { 0 };
    let mut begin = first.date().and_time(NaiveTime::MIN) + TimeDelta::minutes(into);
    let mut local = Vec::new();
    while begin <= end {
        local.push(begin);
        begin += TimeDelta::minutes(step);
    }
    while local.len() < FEWEST {
        local.insert(0, local[0] - TimeDelta::minutes(step));
    }
    let mut begins: Vec<DateTime<Utc>> = local.into_iter().filter_map(|local| in_zone(local, zone)).collect();
    // Where clocks go back, two local times are one.
    begins.sort_unstable();
    begins.dedup();
    begins
}

fn moment(at: DateTime<Utc>, zone: Tz, step: i64) -> String {
    let form = match step {
        minutes if minutes < 60 => "%b %-d, %-I:%M %p",
        minutes if minutes < DAY => "%b %-d, %-I %p",
        _ => "%b %-d, %Y",
    };
    at.with_timezone(&zone).format(form).to_string()
}

fn length(step: i64) -> String {
    match step {
        minutes if minutes < 60 => count(minutes, "minute", "minutes"),
        minutes if minutes < DAY => count(minutes / 60, "hour", "hours"),
        minutes => count(minutes / DAY, "day", "days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn series(times: &[&str]) -> Series {
        let texts = times.iter().map(|text| (at(text), Outcome::Delivered)).collect();
        Series { texts, of_newest: false }
    }

    #[test]
    fn from_a_minute_to_a_century_there_are_enough_bars_and_not_too_many() {
        let first = at("2026-03-07T23:50:00Z");
        let mut span = 0;
        while span < 60 * 24 * 365 * 100 {
            let last = first + TimeDelta::minutes(span);
            let step = step(span);
            for zone in [
                chrono_tz::UTC,
                chrono_tz::America::New_York,
                chrono_tz::Asia::Kathmandu,
                chrono_tz::Africa::Cairo,
            ] {
                let begins = begins(first, last, step, zone);
                assert!(
                    (FEWEST - 1..=60).contains(&begins.len()),
                    "{} bars of {step} for {span}",
                    begins.len()
                );
                assert!(begins.is_sorted() && begins[0] <= first, "{span}");
            }
            span = span * 5 / 4 + 1;
        }
    }

    #[test]
    fn every_text_stands_in_its_bar() {
        let texts = series(&[
            "2026-03-08T04:59:59Z",
            "2026-03-08T05:00:00Z",
            "2026-03-09T03:59:59Z",
            "2026-04-20T12:00:00Z",
        ]);
        let Bars { bars, step } = bars_of(&texts, chrono_tz::America::New_York).expect("bars");
        assert_eq!(step, DAY);
        assert_eq!(bars.iter().map(Bar::total).sum::<i64>(), 4);
        // The day of 23 hours, in which clocks went forward.
        let day = bars.iter().find(|bar| bar.begin == at("2026-03-08T05:00:00Z")).expect("its bar");
        assert_eq!(day.total(), 2);
        assert!(bars_of(&series(&[]), chrono_tz::UTC).is_none());
    }
}
