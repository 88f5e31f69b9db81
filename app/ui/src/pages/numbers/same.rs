//! A number that somebody else has already: are the two one person?

use leptos::prelude::*;
use usher_core::contacts::Contact;
use usher_core::phones;

use crate::parts::field::{last, value};

/// Whoever gets a number, and whoever has it.
pub(in super::super) struct Pair<'a> {
    pub name: &'a str,
    pub phone: &'a str,
    pub email: Option<&'a str>,
    pub other: &'a Contact,
}

/// Whether what was typed is no longer there, as when the page is opened again: nothing may be joined then.
fn gone() -> bool {
    last().is_none_or(|flash| flash.typed("phone").is_none())
}

/// Shows both and says what making them one does. `fields` says who and what else is saved; the names in `kept`
/// are what was typed, or else this.
pub(in super::super) fn question(
    pair: &Pair<'_>,
    action: &'static str,
    fields: AnyView,
    kept: &[(&'static str, &str)],
    sends_again: bool,
    back: String,
) -> AnyView {
    let other = pair.other;
    let number = phones::shown(&other.phone);
    let button = if sends_again {
        "They are one person: join them and send again"
    } else {
        "They are one person: join them"
    };
    let both = view! {
        <div class="notice" data-tone="warning">
            <b>"Somebody else has this number"</b>
            <p>{number.clone()}" is already the number of "<bdi>{name(&other.name)}</bdi>". Nothing is changed yet."</p>
        </div>
        <section class="card" aria-label="The two">
            <table class="two cards-on-phone">
                <thead><tr><th>"Name"</th><th>"Number"</th><th>"Email"</th></tr></thead>
                <tbody>
                    {line("You are changing", pair.name, pair.phone, pair.email)}
                    {line("Has the number", &other.name, &other.phone, other.email.as_deref())}
                </tbody>
            </table>
        </section>
    };
    if gone() {
        return view! {
            {both}
            <section class="card">
                <div class="empty">
                    <h2>"What you typed is no longer here"</h2>
                    <p>"This page was opened again, so the two cannot be joined from here. Type the number once more; nothing was changed."</p>
                    <a class="button primary" href=back>"Back to the number"</a>
                </div>
            </section>
        }
        .into_any();
    }
    let kept = kept.iter().map(|(field, otherwise)| {
        view! { <input type="hidden" name=*field value=value(field, otherwise)/> }
    });
    view! {
        {both}
        <form class="card pad stack" method="post" action=action data-once>
            {fields}
            <input type="hidden" name="same" value=other.id.to_string()/>
            {kept.collect_view()}
            <h2>"If they are one person"</h2>
            <ul>
                <li>"There is one entry from then on, with the number "{number.clone()}"."</li>
                <li>"All texts of both stand in one history. What was sent keeps the number it went to; what waits goes to "{number}"."</li>
                <li>"Where both are on the list of an event, they are there once, with the answer that goes further: \
                    confirmed before waitlisted, invited, declined."</li>
                <li>"An opt-out stays with the number it came from."</li>
            </ul>
            <p class="soft">"This cannot be undone."</p>
            <div class="row between">
                <button class="button quiet" name="then" value="back">"They are two people: back to the number"</button>
                <button class="button primary">{button}</button>
            </div>
        </form>
    }
    .into_any()
}

fn line(role: &'static str, called: &str, phone: &str, email: Option<&str>) -> AnyView {
    view! {
        <tr>
            <td><bdi>{name(called)}</bdi><br/><span class="small soft">{role}</span></td>
            <td class="nowrap">{phones::shown(phone)}</td>
            <td>{email.unwrap_or("–").to_owned()}</td>
        </tr>
    }
    .into_any()
}

fn name(name: &str) -> String {
    if name.is_empty() { "somebody without a name".to_owned() } else { name.to_owned() }
}
