//! How an event's texts went over time, and how long they took to the phone.

use leptos::prelude::*;
use usher_core::events::Event;
use usher_core::messages::{Dashboard, Pace, SERIES_SAMPLE};

use crate::parts::chart::chart;
use crate::parts::time::span;
use crate::parts::words::{count, grouped};

/// The card; nothing before the first text.
pub(super) fn over_time(event: &Event, dashboard: &Dashboard) -> Option<AnyView> {
    let series = dashboard.series.as_ref()?;
    let picture = chart(series, event.zone());
    let newest = series.of_newest.then(|| {
        view! { <p class="small soft">"The newest "{grouped(SERIES_SAMPLE)}" texts are shown. Choose days above to see others."</p> }
    });
    Some(
        view! {
            <section class="card pad stack" id="over-time" aria-labelledby="over-time-title">
                <h2 id="over-time-title">"Delivery over time"</h2>
                {picture}
                {newest}
                {dashboard.pace.map(pace)}
            </section>
        }
        .into_any(),
    )
}

fn pace(pace: Pace) -> AnyView {
    let of = if pace.of_newest {
        format!("the newest {} that were delivered", grouped(pace.texts))
    } else {
        count(pace.texts, "delivered text", "delivered texts")
    };
    view! {
        <dl class="facts">
            <dt>"Half arrived within"</dt><dd class="num">{span(pace.median)}</dd>
            <dt>"95 of 100 within"</dt><dd class="num">{span(pace.p95)}</dd>
        </dl>
        <p class="small soft">"From Twilio’s taking a text to the phone’s receipt; of "{of}"."</p>
    }
    .into_any()
}
