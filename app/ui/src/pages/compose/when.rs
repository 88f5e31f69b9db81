//! When the texts go.

use leptos::prelude::*;
use usher_core::events::Event;
use usher_core::sends::Typed;

use super::{error, error_line};
use crate::visit::ui;

/// Now, or a date and time in the event's zone.
pub(super) fn when(event: &Event, typed: &Typed) -> AnyView {
    let zone = event.zone();
    let now = ui().service.clock.now().with_timezone(&zone);
    let invalid = error("send_at").map(|_| "true");
    let described = if invalid.is_some() { "send_at-error send_at-hint" } else { "send_at-hint" };
    let later = typed.when == "later";
    view! {
        <fieldset class="card pad when">
            <legend class="vh">"When"</legend>
            <h2 aria-hidden="true">"When"</h2>
            <label for="when-now"><input id="when-now" name="when" type="radio" value="now" checked=!later/>"Now"</label>
            <div class="option">
                <label for="when-later"><input id="when-later" name="when" type="radio" value="later" checked=later/>"At a time"</label>
                <div class="details field">
                    <label class="vh" for="send_at">"Date and time"</label>
                    <input id="send_at" name="send_at" type="datetime-local" value=typed.send_at.clone()
                        min=now.format("%Y-%m-%dT%H:%M").to_string() aria-invalid=invalid aria-describedby=described/>
                    {error_line("send_at")}
                    <p class="hint" id="send_at-hint">
                        {format!("In the event’s zone, {} ({}). It is {} there now.", zone.name(), now.format("%Z"), now.format("%-I:%M %p"))}
                    </p>
                </div>
            </div>
        </fieldset>
    }
    .into_any()
}
