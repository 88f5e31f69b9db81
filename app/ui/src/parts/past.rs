//! That an event is over, said where somebody is about to text its people.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use usher_core::events::Event;

use super::time::long;
use crate::visit::ui;

/// That the event is over, or will be by the time at which texts are to go; nothing where it is not.
pub(crate) fn past(event: &Event, send_at: Option<DateTime<Utc>>) -> Option<AnyView> {
    let (over_at, now) = (event.over_at(), ui().service.clock.now());
    let end = match event.ends_at {
        Some(end) => format!("It ended {}.", long(end, event.zone())),
        None => format!("It started {}.", long(event.starts_at, event.zone())),
    };
    let (title, words) = if over_at <= now {
        ("This event is over", format!("{end} Look whether the words are still of use."))
    } else {
        let at = send_at.filter(|at| *at >= over_at)?;
        let begin = match event.ends_at {
            Some(end) => format!("The event ends {}", long(end, event.zone())),
            None => format!("The event starts {}", long(event.starts_at, event.zone())),
        };
        let words = format!("{begin}, and the texts would go out {}.", long(at, event.zone()));
        ("The event will be over by then", words)
    };
    Some(
        view! { <div class="notice" data-tone="warning"><b>{title}</b><p class="small">{words}</p></div> }
            .into_any(),
    )
}
