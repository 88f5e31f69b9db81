//! Texts to numbers that nobody knows.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::events;
use usher_core::ids::{ContactId, EventId};
use usher_core::phones;
use usher_core::unlinked::{self, Page, Unlinked};

use super::query;
use crate::form::{Done, Form};
use crate::parts::badge::Badge;
use crate::parts::field::{Choice, Field};
use crate::parts::page::{Main, shown};
use crate::parts::time::Stacked;
use crate::parts::words::{count, excerpt};
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// Texts to numbers that nobody knows.
#[component]
pub fn UnlinkedPage() -> impl IntoView {
    let before = query("before").and_then(|id| ContactId::parse(&id));
    let who = query("who").and_then(|id| ContactId::parse(&id));
    view! {
        <Main live="">
            {Suspend::new(async move {
                shown(read(before, who).await, |(page, events, asked)| self::page(page, events, asked, before))
            })}
        </Main>
    }
}

/// So many events are offered, the latest first.
const MOST_CHOICES: i64 = 200;

/// Value and words of each event.
type Choices = Vec<(String, String)>;

/// A page of the list, the events, and whose number is asked for, wherever in the list it stands.
async fn read(
    before: Option<ContactId>,
    who: Option<ContactId>,
) -> Result<(Page, Choices, Option<Unlinked>), Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    let store = &ui().service.store;
    let events = events::page(store, org, None, MOST_CHOICES).await?;
    let choices = events.into_iter().map(|event| (event.id.to_string(), event.name)).collect();
    let asked = match who {
        Some(who) => unlinked::find(store, org, who).await?,
        None => None,
    };
    Ok((unlinked::list(store, org, before).await?, choices, asked))
}

/// A page of the list, and whose number is asked for.
fn address(before: Option<ContactId>, who: Option<ContactId>) -> String {
    let parts = [("before", before), ("who", who)];
    let parts = parts.into_iter().filter_map(|(name, id)| Some(format!("{name}={}", id?)));
    match parts.collect::<Vec<_>>().join("&") {
        query if query.is_empty() => paths::UNLINKED.to_owned(),
        query => format!("{}?{query}", paths::UNLINKED),
    }
}

fn page(page: Page, events: Choices, asked: Option<Unlinked>, before: Option<ContactId>) -> AnyView {
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let newest = before.map(|_| view! { <a href=paths::UNLINKED>"← Newest"</a> });
    let older = page
        .older
        .map(|before| view! { <a href=format!("{}?before={before}", paths::UNLINKED)>"Older →"</a> });
    let asked = asked.filter(|_| may_send).map(|row| link_form(&row, events, before));
    view! {
        <Title text="Unknown numbers"/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs"><a href=paths::INBOX>"Inbox"</a></p>
                <h1>"Unknown numbers"</h1>
                <p class="soft">"Numbers that were texted, of which nobody has given a name and which are on no list."</p>
            </div>
            <div class="row"><span class="small soft" data-live-state=""></span></div>
        </div>
        {asked}
        {list(page.rows, may_send, before)}
        <div class="pager">{newest}{older}</div>
    }
    .into_any()
}

fn list(rows: Vec<Unlinked>, may_send: bool, before: Option<ContactId>) -> AnyView {
    if rows.is_empty() {
        return view! {
            <section class="card">
                <div class="empty">
                    <h2>"Every text has its person"</h2>
                    <p>"Texts that a program sends to a bare number would stand here until somebody says whose it is."</p>
                </div>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="card" aria-label="Unknown numbers">
            <table class="failed cards-on-phone">
                <thead><tr>
                    <th>"Number"</th><th>"Last text"</th><th>"When"</th><th><span class="vh">"Action"</span></th>
                </tr></thead>
                <tbody>{rows.into_iter().map(|listed| row(listed, may_send, before)).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(listed: Unlinked, may_send: bool, before: Option<ContactId>) -> AnyView {
    let number = phones::shown(&listed.phone);
    let link = may_send.then(|| {
        let to = address(before, Some(listed.contact_id));
        view! { <a class="button" href=to>"Who is this?"<span class="vh">" "{number.clone()}</span></a> }
    });
    view! {
        <tr id=format!("c-{}", listed.contact_id)>
            <td><a href=paths::contact(listed.contact_id)>{number.clone()}</a><span class="line soft small">{count(listed.texts, "text", "texts")}</span></td>
            <td>
                <span class="line">{listed.purpose.label()}" "<Badge status=listed.status/></span>
                <span class="line soft small" dir="auto">{excerpt(&listed.body, 110)}</span>
            </td>
            <td><Stacked at=listed.created_at zone=zone()/></td>
            <td><div class="row end">{link}</div></td>
        </tr>
    }
    .into_any()
}

fn link_form(row: &Unlinked, events: Choices, before: Option<ContactId>) -> AnyView {
    let chosen = events.first().map(|(id, _)| id.clone()).unwrap_or_default();
    let none = events.is_empty();
    view! {
        <form class="card pad stack" method="post" action=LinkPerson::url() data-once>
            <h2>"Who is "{phones::shown(&row.phone)}"?"</h2>
            <p class="soft">"They are put on the list of the event as invited, and their earlier texts stand in their history there. For a name alone, open the number."</p>
            <input type="hidden" name="contact" value=row.contact_id.to_string()/>
            <input type="hidden" name="before" value=before.map(|before| before.to_string())/>
            <div class="fields">
                <Field name="name" label="Name" autocomplete="off" required=true/>
                <Choice name="event" label="Event" options=events chosen=chosen/>
            </div>
            {none.then(|| view! { <p class="small soft">"There is no event yet. Make one first."</p> })}
            <div class="row end"><a class="button quiet" href=address(before, None)>"Cancel"</a><button class="button primary">"Put on the list"</button></div>
        </form>
    }
    .into_any()
}

/// Says whose a number is and at which event they are.
#[server(prefix = "/do", endpoint = "link-person")]
pub async fn link_person(
    #[server(default)] contact: String,
    #[server(default)] before: String,
    #[server(default)] event: String,
    #[server(default)] name: String,
) -> Result<(), ServerFnError> {
    let contact = ContactId::parse(&contact);
    let before = ContactId::parse(&before);
    let back = address(before, contact);
    Form::new(back, &[("event", &event), ("name", &name)])
        .for_person(async move |service, person| {
            let contact = contact.ok_or(Error::NotFound)?;
            let event = unlinked::link(&service, &person, contact, EventId::parse(&event), &name).await?;
            Ok(Done::new(address(before, None), format!("{} is on the list of {}.", name.trim(), event.name)))
        })
        .await
}
