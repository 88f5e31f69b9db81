//! Everybody the organization knows, by name: looked up without knowing an event.

use chrono_tz::Tz;
use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::contacts::{self, Found, Listed, Page};
use usher_core::ids::ContactId;
use usher_core::phones;

use super::attendees::reach_words;
use super::query;
use crate::parts::badge::Badge;
use crate::parts::page::{Main, shown};
use crate::parts::time::Moment;
use crate::parts::words::count;
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// Whoever has a name or number, whatever they attend.
#[component]
pub fn LookUpPage() -> impl IntoView {
    let find = query("find").unwrap_or_default();
    let after = query("after").and_then(|id| ContactId::parse(&id));
    view! {
        <Main live="">
            {Suspend::new(async move {
                shown(read(&find, after).await, |page| page.map(|page| view(&find, after, page)).into_any())
            })}
        </Main>
    }
}

/// `None` if a whole number leads straight to whose it is.
async fn read(find: &str, after: Option<ContactId>) -> Result<Option<Page>, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    Ok(match contacts::look_up(&ui().service.store, &person, find, after).await? {
        Found::People(page) => Some(page),
        Found::One(contact) => {
            leptos_axum::redirect(&paths::contact(contact));
            None
        }
    })
}

fn view(find: &str, after: Option<ContactId>, page: Page) -> AnyView {
    let find = find.trim();
    let all = (!find.is_empty()).then(|| view! { <a href=paths::PEOPLE>"Show everybody"</a> });
    let first = after.map(|_| view! { <a href=paths::people(find, None)>"← From the beginning"</a> });
    let next = page.next.map(|next| view! { <a href=paths::people(find, Some(next))>"Next →"</a> });
    let pager = (first.is_some() || next.is_some())
        .then(|| view! { <div class="pager small"><span></span>{first}{next}</div> });
    let title = if find.is_empty() { "People".to_owned() } else { format!("“{find}” among people") };
    view! {
        <Title text=title/>
        <div class="head">
            <div class="stack tight">
                <h1>"People"</h1>
                <p class="soft">"Everybody with a number here, whatever event they are on: whoever attends, was texted or wrote."</p>
            </div>
            <div class="row"><span class="small soft" data-live-state=""></span></div>
        </div>
        <form class="row" role="search" action=paths::PEOPLE>
            <label class="vh" for="find">"Name or number"</label>
            <input id="find" name="find" type="search" placeholder="Name or number" value=find.to_owned() dir="auto"/>
            <button class="button">"Find"</button>
            {all}
        </form>
        {people(find, after, page.people)}
        {pager}
    }
    .into_any()
}

fn people(find: &str, after: Option<ContactId>, people: Vec<Listed>) -> AnyView {
    if people.is_empty() {
        return nobody(find, after);
    }
    let zone = zone();
    view! {
        <section class="card" aria-label="People">
            <table class="everybody cards-on-phone">
                <thead><tr><th>"Person"</th><th>"Last text"</th><th>"On the list of"</th></tr></thead>
                <tbody>{people.into_iter().map(|one| row(one, zone)).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn nobody(find: &str, after: Option<ContactId>) -> AnyView {
    let (title, words) = match (find.is_empty(), after) {
        (_, Some(_)) => ("Nobody else", "The list ends before this page."),
        (true, None) => (
            "Nobody is known yet",
            "Whoever you add to an event, text, or hear from stands here with their number and their texts.",
        ),
        (false, None) => (
            "Nobody is found",
            "No name and no number has this in it. Try a part of the name, or the last digits of the number. Somebody new is added at an event.",
        ),
    };
    let way_out = match (find.is_empty(), after) {
        (true, None) => view! { <a class="button" href=paths::EVENTS>"To the events"</a> },
        _ => view! { <a class="button" href=paths::PEOPLE>"Show everybody"</a> },
    };
    view! {
        <section class="card"><div class="empty" role="status"><h2>{title}</h2><p>{words}</p>{way_out}</div></section>
    }
    .into_any()
}

fn row(listed: Listed, zone: Tz) -> AnyView {
    let number = phones::shown(&listed.phone);
    let (name, number) =
        if listed.name.is_empty() { (number, None) } else { (listed.name.clone(), Some(number)) };
    let number = number.map(|number| view! { <span class="line nowrap">{number}</span> });
    view! {
        <tr id=format!("c-{}", listed.id)>
            <td>
                <a href=paths::contact(listed.id) dir="auto">{name}</a>
                {number}
                <span class="line small reach" data-reach=listed.reach.as_str()>{reach_words(listed.reach)}</span>
            </td>
            <td>{last_text(&listed, zone)}</td>
            <td>{events(&listed)}</td>
        </tr>
    }
    .into_any()
}

fn last_text(listed: &Listed, zone: Tz) -> AnyView {
    let Listed {
        last_id: Some(id),
        last_purpose: Some(purpose),
        last_status: Some(status),
        last_at: Some(at),
        ..
    } = *listed
    else {
        return view! { <span class="soft">"No text yet"</span> }.into_any();
    };
    view! {
        <div class="last">
            <Badge status=status/>
            <a class="line" href=paths::text(id)>{purpose.label()}</a>
            <Moment at=at zone=zone class="soft small"/>
        </div>
    }
    .into_any()
}

fn events(listed: &Listed) -> AnyView {
    if listed.events.is_empty() {
        return view! { <span class="soft">"No event"</span> }.into_any();
    }
    let named = listed.events.iter().map(|on| {
        view! { <li><a href=paths::history(on.id, on.attendee) dir="auto">{on.name.clone()}</a></li> }
    });
    let others = (listed.other_events > 0).then(|| {
        let others = count(listed.other_events, "earlier event", "earlier events");
        view! { <li class="soft small">"and "{others}</li> }
    });
    view! { <ul class="plain">{named.collect_view()}{others}</ul> }.into_any()
}
