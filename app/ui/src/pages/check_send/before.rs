//! What to know before confirming: who gets it, who does not, what it costs, what holds it.

use leptos::prelude::*;
use usher_core::ids::{AttendeeId, EventId};
use usher_core::sends::{Checked, Held, Left, Limited, Unmatched};

use super::super::compose::looked::costly;
use super::super::send_words::{between, money, place, skipped, skipped_heading};
use super::same_words;
use crate::parts::past::past;
use crate::parts::time::{long, short};
use crate::parts::words::{count, grouped};
use crate::paths;
use crate::visit::ui;

/// What must not be overlooked.
pub(super) fn warnings(checked: &Checked) -> Vec<AnyView> {
    let zone = checked.event.zone();
    let trouble = checked.trouble.map(|why| {
        let words = match checked.event.archived_at {
            Some(_) => why.to_owned(),
            None => format!("{why} Until then texts are recorded as not sent."),
        };
        view! { <div class="notice" data-tone="warning"><b>"Nothing would go out"</b><p class="small">{words}</p></div> }
            .into_any()
    });
    let before = checked.before.as_ref().filter(|_| !same_words::is_told(checked)).map(|before| {
        let at = short(before.created_at, zone, ui().service.clock.now());
        let words = format!(" went to {} of this event on {at}.", count(before.total, "person", "people"));
        view! {
            <div class="notice" data-tone="warning">
                <b>"These very words were sent today"</b>
                <p class="small"><a href=paths::send(before.id)>"The same text"</a>{words}" Whoever got it would get it twice."</p>
            </div>
        }
        .into_any()
    });
    let past = past(&checked.event, checked.new.send_at).filter(|_| !checked.new.purpose.looks_back());
    [trouble, past, before].into_iter().flatten().collect()
}

/// The figures.
pub(super) fn before(checked: &Checked) -> AnyView {
    let plan = &checked.plan;
    let zone = checked.event.zone();
    let cost =
        plan.estimated_cost.as_ref().map_or("not known yet".into(), |cost| format!("about {}", money(cost)));
    let when = checked.new.send_at.map_or("Now".into(), |at| long(at, zone));
    let each = match (checked.sizes.least, checked.sizes.most) {
        (least, most) if least == most => String::new(),
        (least, most) => format!(" ({least} to {most} each)"),
    };
    let event = checked.event.id;
    let left = checked.left.iter().map(|(reason, left)| left_row(event, reason, left)).collect_view();
    view! {
        <section class="card pad stack before" aria-labelledby="before">
            <h2 id="before">"Before you send"</h2>
            <dl class="facts">
                <dt>"Will be texted"</dt><dd class="num"><b>{grouped(plan.total)}</b></dd>
                <dt>"Type"</dt><dd class="num">{checked.new.purpose.label()}</dd>
                <dt>"When"</dt><dd class="num">{when}</dd>
                <dt>"Segments"</dt><dd class="num">{grouped(plan.segments)}{each}</dd>
                <dt>"Estimated cost"</dt><dd class="num">{cost}</dd>
            </dl>
            {dear(checked)}
            {(!checked.left.is_empty()).then(|| view! { <h3>"Who gets none"</h3> })}
            {left}
            <h3>"Quiet hours"</h3>
            {quiet(checked)}
            {limits(checked)}
            {newcomers(checked)}
        </section>
    }
    .into_any()
}

/// What makes the texts more expensive than they need be.
fn dear(checked: &Checked) -> Option<impl IntoView + use<>> {
    let sizes = &checked.sizes;
    (sizes.dear > 0).then(|| {
        let words = format!(
            "{} cost {} where plain characters would cost {}.",
            costly(&sizes.costly),
            count(checked.plan.segments, "segment", "segments"),
            grouped(sizes.plain)
        );
        view! { <p class="small notice" data-tone="warning">{words}</p> }
    })
}

/// How many get none for one reason, with their names.
pub(in super::super) fn left_row(event: EventId, reason: &str, left: &Left) -> AnyView {
    let heading = format!("{}: {}", skipped_heading(reason), grouped(left.people));
    view! {
        <details class="left" id=format!("left-{}", reason.replace(':', "-"))>
            <summary>{heading}</summary>
            <p class="small soft">{skipped(reason)}</p>
            <ul class="small">{told(event, reason, left.people, &left.names)}</ul>
        </details>
    }
    .into_any()
}

/// The first names, each with the way to what can be done, and how many more there are.
fn told(event: EventId, reason: &str, people: i64, names: &[(AttendeeId, String)]) -> Vec<AnyView> {
    let to = |attendee: AttendeeId| match reason {
        "dead_number" => paths::edit_attendee(event, attendee),
        _ => paths::history(event, attendee),
    };
    let what = (reason == "dead_number").then_some(": fix the number");
    let told = i64::try_from(names.len()).unwrap_or(i64::MAX);
    let more = (people > told).then(|| format!("… and {} more", grouped(people - told)));
    let names = names.iter().map(|(attendee, name)| {
        view! { <li><a href=to(*attendee)><bdi>{name.clone()}</bdi>{what}</a></li> }.into_any()
    });
    names.chain(more.map(|more| view! { <li>{more}</li> }.into_any())).collect()
}

fn quiet(checked: &Checked) -> AnyView {
    let Some(hours) = checked.settings.quiet_hours else {
        let settings = format!("{}#quiet-hours", paths::SETTINGS);
        return view! {
            <p class="small soft">
                "Switched off: texts go at any hour, by night too. An owner can switch them on under "<a href=settings>"Settings"</a>"."
            </p>
        }
        .into_any();
    };
    let clock = format!(
        "They go by the clock of the person; whoever has no time zone of their own goes by the event’s, {}.",
        place(checked.event.zone())
    );
    if checked.held.is_empty() {
        let words = format!("Nobody has to wait: it does not go out between {}. {clock}", between(hours));
        return view! { <p class="small soft">{words}</p> }.into_any();
    }
    let now = ui().service.clock.now();
    let each = checked.held.iter().map(|Held { zone, until, people }| {
        let get = if *people == 1 { "gets" } else { "get" };
        let words = format!(
            "{} in {} {get} it at {}.",
            count(*people, "person", "people"),
            place(*zone),
            short(*until, *zone, now)
        );
        view! { <li>{words}</li> }
    });
    view! {
        <p class="small soft">{format!("Nobody is texted between {}. {clock}", between(hours))}</p>
        <ul class="small">{each.collect_view()}</ul>
    }
    .into_any()
}

/// What limits and pace do to so many texts.
fn limits(checked: &Checked) -> Vec<AnyView> {
    let settings = &checked.settings;
    let hour = settings.texts_per_hour.map(i64::from).filter(|limit| checked.plan.total > *limit);
    let hour = hour.map(|limit| {
        let hours = (checked.plan.total + limit - 1) / limit;
        format!("Your limit of {} texts an hour spreads this over about {hours} hours.", grouped(limit))
    });
    let pace =
        settings.segments_per_second.map(i64::from).map(|pace| (pace, checked.plan.segments / pace.max(1)));
    let pace = pace.filter(|(_, seconds)| *seconds > 10).map(|(pace, seconds)| {
        let takes = crate::parts::time::span(f64::from(i32::try_from(seconds).unwrap_or(i32::MAX)));
        format!("At {} a second, sending takes about {takes}.", count(pace, "segment", "segments"))
    });
    let all: Vec<String> = [hour, pace].into_iter().flatten().collect();
    let limited = limited(checked);
    let heading = (!all.is_empty() || limited.is_some()).then(|| view! { <h3>"Limits"</h3> }.into_any());
    let each = all.into_iter().map(|words| view! { <p class="small soft">{words}</p> }.into_any());
    heading.into_iter().chain(limited).chain(each).collect()
}

/// Who had as many texts as one person may have in a day.
fn limited(checked: &Checked) -> Option<AnyView> {
    let limit = checked.settings.texts_per_contact_per_day.filter(|_| checked.limited.people > 0)?;
    let Limited { people, names, until } = &checked.limited;
    let heading = format!(
        "Had {} in the last 24 hours: {}",
        count(i64::from(limit), "text", "texts"),
        grouped(*people)
    );
    let until = short(*until, checked.event.zone(), ui().service.clock.now());
    let words =
        format!("More is not allowed to one person. They get this one later, the last of them at {until}.");
    Some(
        view! { <details class="left" id="left-limited">
            <summary>{heading}</summary>
            <p class="small soft">{words}</p>
            <ul class="small">{told(checked.event.id, "limit", *people, names)}</ul>
        </details> }
        .into_any(),
    )
}

/// Advice only.
fn newcomers(checked: &Checked) -> Option<impl IntoView + use<>> {
    (checked.newcomers > 0 && !checked.says_stop).then(|| {
        let words = format!(
            "This is the first text to {}. It should say how to stop, such as: Reply STOP to opt out.",
            count(checked.newcomers, "person", "people")
        );
        view! { <p class="small notice">{words}</p> }
    })
}

/// Lines of a pasted list that name nobody, and chosen people who are gone.
pub(super) fn unmatched(checked: &Checked) -> Option<AnyView> {
    let gone = i64::try_from(checked.gone).unwrap_or(i64::MAX);
    let gone = (gone > 0).then(|| {
        let words = format!(
            "{} you chose left the list of this event since, and get no text.",
            count(gone, "person", "people")
        );
        view! { <p class="small">{words}</p> }
    });
    let lines = i64::try_from(checked.unmatched.len()).unwrap_or(i64::MAX);
    if gone.is_none() && lines == 0 {
        return None;
    }
    let heading = if lines > 0 {
        format!("{} of your list named nobody", count(lines, "line", "lines"))
    } else {
        "Not everybody you chose".to_owned()
    };
    let each = checked.unmatched.iter().take(100).map(|Unmatched { line, text, is_ambiguous }| {
        let why = if *is_ambiguous {
            "several people have this name; use the number"
        } else {
            "nobody on this event’s list"
        };
        view! { <li>"Line "{*line}": "<bdi>{text.clone()}</bdi>" – "{why}</li> }
    });
    Some(
        view! {
            <div class="notice" data-tone="warning">
                <b>{heading}</b>
                {gone}
                <ul class="small">{each.collect_view()}</ul>
            </div>
        }
        .into_any(),
    )
}
