//! How many texts there were over time: bars in SVG, and the same numbers as a table.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;
use usher_core::messages::{Bar, Outcome, Series};

use super::delivery::{label, tone};
use super::words::{count, grouped};

const DAY: i64 = 1_440;
/// How high the picture is, in its own units; a bar is 10 wide.
const HEIGHT: i64 = 100;
/// A part that is there must be seen, however small.
const LOWEST: i64 = 2;

/// The picture and, behind a details, its numbers.
pub(crate) fn chart(series: &Series, zone: Tz) -> Option<AnyView> {
    let (bars, step) = (&series.bars, series.step);
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
            {table(bars, zone, step)}
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
