//! A text as one person will get it, and the way to the others.

use leptos::prelude::*;
use usher_core::ids::{DraftId, EventId};
use usher_core::phones;
use usher_core::sends::{Checked, Preview, Show};

use crate::parts::words::{count, grouped};
use crate::paths;

/// The text of whoever was chosen.
pub(super) fn preview(event: EventId, draft: DraftId, checked: &Checked, show: &Show) -> AnyView {
    let base = paths::send_check(event, draft);
    let words = if let Show::Found(words) = show { words.clone() } else { String::new() };
    let bubble = match &checked.preview {
        Some(preview) => bubble(&base, preview, checked),
        None => view! {
            <div class="phone">
                <p>"Nobody who gets a text has these words in their name or number. "<a href=base.clone()>"Show the longest text"</a></p>
            </div>
        }
        .into_any(),
    };
    view! {
        {bubble}
        <form class="row" role="search" action=base>
            <label class="vh" for="find">"Show the text for"</label>
            <input id="find" name="find" type="search" placeholder="Name or number" value=words/>
            <button class="button">"Show their text"</button>
        </form>
    }
    .into_any()
}

fn bubble(base: &str, preview: &Preview, checked: &Checked) -> AnyView {
    let at = |place: i64| format!("{base}?person={place}#preview");
    let link = |place: i64, words: &'static str| {
        let there = (1..=checked.plan.total).contains(&place);
        there.then(|| view! { <a href=at(place)>{words}</a> })
    };
    let longest = (preview.segments < checked.sizes.most)
        .then(|| view! { <a href=at(checked.longest)>"Longest text"</a> });
    let number = phones::shown(&preview.phone);
    let number = (number != preview.name).then(|| format!(" · {number}"));
    view! {
        <div class="phone" id="preview">
            <span class="small soft">"Preview for "<b><bdi>{preview.name.clone()}</bdi></b>{number}</span>
            <div class="bubble" dir="auto">{preview.text.clone()}</div>
            <span class="small soft">{count(i64::from(preview.segments), "segment", "segments")}</span>
        </div>
        <nav class="pager" aria-label="Preview of other people’s texts">
            <span>{format!("{} of {}", grouped(preview.place), grouped(checked.plan.total))}</span>
            {longest}
            {link(preview.place - 1, "← Previous")}
            {link(preview.place + 1, "Next →")}
        </nav>
    }
    .into_any()
}
