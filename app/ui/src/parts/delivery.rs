//! The one picture of an event: every text, by what became of it.

use leptos::prelude::*;
use usher_core::counters::Totals;
use usher_core::messages::Outcome;

use super::words::grouped;

/// How wide the picture is, in its own units.
const WIDTH: i64 = 1_000;
/// A part that is there must be seen, however small.
const THINNEST: i64 = 8;

/// The tone of an outcome, as the style sheet knows it.
pub(crate) fn tone(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "delivered",
        Outcome::Failed => "failed",
        Outcome::InProgress => "waiting",
        Outcome::Unconfirmed => "unconfirmed",
        Outcome::NotSent => "blocked",
    }
}

/// The words for an outcome under a number.
pub(crate) fn label(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "delivered",
        Outcome::Failed => "failed",
        Outcome::InProgress => "in progress",
        Outcome::Unconfirmed => "no receipt",
        Outcome::NotSent => "not sent",
    }
}

/// The delivery bar.
#[component]
pub fn Delivery(totals: Totals) -> AnyView {
    let words: Vec<String> = Outcome::ALL
        .into_iter()
        .filter(|outcome| totals.of_outcome(*outcome) > 0)
        .map(|outcome| format!("{} {}", grouped(totals.of_outcome(outcome)), label(outcome)))
        .collect();
    let title = if words.is_empty() {
        "No texts yet".into()
    } else {
        format!("{}, of {}", words.join(", "), grouped(totals.total))
    };
    let parts = widths(&totals);
    view! {
        <svg class="delivery" role="img" viewBox=format!("0 0 {WIDTH} 1") preserveAspectRatio="none">
            <title>{title}</title>
            {parts
                .into_iter()
                .map(|(outcome, x, width)| view! { <rect data-status=tone(outcome) x=x width=width height="1"/> })
                .collect_view()}
        </svg>
    }
    .into_any()
}

/// Where each outcome's part begins and how wide it is.
fn widths(totals: &Totals) -> Vec<(Outcome, i64, i64)> {
    let mut left = 0;
    let mut parts = Vec::new();
    for outcome in Outcome::ALL {
        let texts = totals.of_outcome(outcome);
        if texts > 0 && totals.total > 0 {
            let width = (texts * WIDTH / totals.total).max(THINNEST).min(WIDTH - left);
            parts.push((outcome, left, width));
            left += width;
        }
    }
    // Rounding leaves a gap at the end; the widest part takes it.
    if let Some(widest) = parts.iter().map(|part| part.2).max() {
        let mut shift = 0;
        for part in &mut parts {
            part.1 += shift;
            if part.2 == widest && shift == 0 {
                shift = WIDTH - left;
                part.2 += shift;
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_full_and_shows_the_smallest_part() {
        let totals =
            Totals { total: 152, delivered: 148, failed: 3, in_progress: 1, unconfirmed: 0, not_sent: 0 };
        let parts = widths(&totals);
        assert_eq!(parts.len(), 3);
        assert_eq!(parts.iter().map(|part| part.2).sum::<i64>(), WIDTH);
        assert!(parts.iter().all(|part| part.2 >= THINNEST));
        assert!(parts.windows(2).all(|pair| pair[0].1 + pair[0].2 == pair[1].1));
        assert!(widths(&Totals::default()).is_empty());
    }
}
