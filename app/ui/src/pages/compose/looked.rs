//! What there is to say of words, beneath them and beside them. The same whether the page was just
//! loaded or the words are being typed.

use leptos::prelude::*;
use usher_core::sends::{Left, Look, Reader};
use usher_core::twilio::segments::Encoding;

use crate::parts::field::last;
use crate::parts::words::{count, grouped};
use crate::paths;

/// The facts beneath the words, and the preview beside them.
pub(crate) fn looked(look: &Look, replaced: bool) -> (AnyView, AnyView) {
    let undo = replaced.then(|| {
        view! { <button class="button quiet" name="then" value="undo" formnovalidate="">"Bring back the words before"</button> }
    });
    let facts = view! {
        <div class="look stack" id="look" aria-live="polite">
            <p class="small soft">{size(look)}</p>
            {wrong(look)}
            {expensive(look)}
            {missing(look)}
            {look.says_no_stop.then(|| view! {
                <p class="small soft">"The first text to somebody should say how to stop, such as: Reply STOP to opt out."</p>
            })}
        </div>
        <div class="row tight">
            <button class="button" name="then" value="look" formnovalidate="" data-without-script="">"Check the words"</button>
            {undo}
        </div>
    }
    .into_any();
    let preview = view! { <div id="look-preview">{preview(look)}</div> }.into_any();
    (facts, preview)
}

/// `104 characters · 1 segment each (plain GSM text) · for 118 people`.
fn size(look: &Look) -> String {
    let mut facts = vec![count(number(look.characters), "character", "characters")];
    if let Some(longest) = look.longest.as_ref().filter(|_| look.characters > 0) {
        let (least, most) = (look.least, longest.size.segments);
        let segments = if least == most {
            format!("{} each", count(i64::from(most), "segment", "segments"))
        } else {
            format!("{least} to {most} segments each")
        };
        let kind = match longest.size.encoding {
            Encoding::Gsm7 => "plain GSM text",
            Encoding::Ucs2 => "Unicode text",
        };
        facts.push(format!("{segments} ({kind})"));
        facts.push(format!("{} of {} used", longest.size.units, longest.size.room()));
    }
    if let Some(people) = look.people {
        facts.push(format!("for {}", count(people, "person", "people")));
    }
    facts.extend(look.tried.map(|tried| format!("tried with the first {}", grouped(tried))));
    facts.join(" · ")
}

fn number(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// What keeps the words from being sent.
fn wrong(look: &Look) -> Vec<AnyView> {
    let too_many = (look.too_many > 0)
        .then(|| format!("You have {} too many.", count(number(look.too_many), "character", "characters")));
    // What is wrong elsewhere is said there.
    let others = look
        .problems
        .iter()
        .filter(|problem| problem.field.starts_with("audience"))
        .map(|problem| problem.message.clone());
    let all = look.problem.clone().into_iter().chain(too_many).chain(others);
    // A refused form says it at the field and on top already.
    let said: Vec<String> =
        last().map_or_else(Vec::new, |flash| flash.errors.into_iter().map(|error| error.message).collect());
    all.filter(|problem| !said.contains(problem))
        .map(|problem| view! { <p class="error">{problem}</p> }.into_any())
        .collect()
}

/// What makes the words expensive, and what to do about it.
fn expensive(look: &Look) -> Option<AnyView> {
    let longest = look.longest.as_ref()?;
    let segments = longest.size.segments;
    if !look.costly.is_empty() && longest.size.encoding == Encoding::Ucs2 {
        let named = costly(&look.costly);
        let verb = if look.costly.len() == 1 { "makes" } else { "make" };
        let words = match look.plain {
            Some(plain) => format!(
                "{named} {verb} this Unicode text: {} where {} would do.",
                count(i64::from(segments), "segment", "segments"),
                plain
            ),
            None => format!("{named} {verb} this Unicode text, with 70 characters a segment instead of 160."),
        };
        let button = look.can_be_plain.then(|| {
            view! { <button class="button" name="then" value="plain">"Replace with plain ones"</button> }
        });
        return Some(
            view! { <div class="notice" data-tone="warning"><p class="small">{words}</p>{button}</div> }
                .into_any(),
        );
    }
    if look.by_name.people > 0 {
        let words = format!(
            "For {} the name has letters outside plain GSM text, so their text takes 70 characters a segment instead of 160: ",
            count(look.by_name.people, "person", "people"),
        );
        return Some(view! { <p class="small soft">{words}{names(look, &look.by_name)}"."</p> }.into_any());
    }
    let over = longest.size.over()?;
    let less = i64::from(segments) - 1;
    let words = format!(
        "{} fewer would make the longest text {}.",
        count(i64::from(over), "character", "characters"),
        count(less, "segment", "segments")
    );
    Some(view! { <p class="small soft">{words}</p> }.into_any())
}

/// `“’” and “–”`; those that are not seen by their names.
pub(crate) fn costly(characters: &[char]) -> String {
    let each: Vec<String> = characters.iter().take(6).map(|character| named(*character)).collect();
    let more = characters.len() - each.len();
    match each.as_slice() {
        [one] => one.clone(),
        [most @ .., last] if more == 0 => format!("{} and {last}", most.join(", ")),
        _ => format!("{} and {more} more", each.join(", ")),
    }
}

fn named(character: char) -> String {
    match character {
        '\u{a0}' => "a no-break space".into(),
        '\u{202f}' => "a narrow no-break space".into(),
        '\u{200b}' => "a zero-width space".into(),
        '\u{200d}' => "a zero-width joiner".into(),
        c if c.is_whitespace() || c.is_control() => format!("an odd space (U+{:04X})", u32::from(c)),
        c => format!("“{c}”"),
    }
}

/// Who lacks a value that the words use.
fn missing(look: &Look) -> Vec<AnyView> {
    let each = look.missing.iter().map(|(variable, left)| {
        let lack = if left.people == 1 { "has" } else { "have" };
        let words = format!(
            "{} {lack} no {{{{{variable}}}}} and would be skipped: ",
            count(left.people, "person", "people"),
        );
        view! { <p class="small soft">{words}{names(look, left)}"."</p> }.into_any()
    });
    each.collect()
}

/// `Ana, Omar and 3 more`, each name with the way to the person: in another tab, for what is typed here is
/// kept nowhere yet.
fn names(look: &Look, left: &Left) -> Vec<AnyView> {
    let more = left.people - number(left.names.len());
    let event = look.event;
    let each = left.names.iter().enumerate().map(|(k, (attendee, name))| {
        let joint = (k > 0).then_some(", ");
        let name = view! { <bdi>{name.clone()}</bdi> };
        match event.filter(|_| !attendee.0.is_nil()) {
            Some(event) => {
                let to = paths::edit_attendee(event, *attendee);
                view! { {joint}<a href=to target="_blank" rel="noopener">{name}</a> }.into_any()
            }
            None => view! { {joint}{name} }.into_any(),
        }
    });
    let more = (more > 0).then(|| view! { {format!(" and {} more", grouped(more))} }.into_any());
    each.chain(more).collect()
}

fn preview(look: &Look) -> AnyView {
    match &look.longest {
        Some(reader) if !reader.text.is_empty() => bubble(reader),
        _ => view! {
            <div class="phone"><span class="small soft">"Preview"</span><p class="soft small">"Write the text; it shows here as it arrives."</p></div>
        }
        .into_any(),
    }
}

fn bubble(reader: &Reader) -> AnyView {
    view! {
        <div class="phone">
            <span class="small soft">"Preview for "<bdi>{reader.name.clone()}</bdi></span>
            <div class="bubble" dir="auto">{reader.text.clone()}</div>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costly_characters_are_named() {
        assert_eq!(costly(&['’']), "“’”");
        assert_eq!(costly(&['’', '\u{a0}']), "“’” and a no-break space");
        assert_eq!(
            costly(&['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']),
            "“a”, “b”, “c”, “d”, “e”, “f” and 2 more"
        );
    }
}
