//! One text and everything known of it: what it said, what became of it, how we know, and every step.

mod facts;
mod tries;

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::events;
use usher_core::ids::MessageId;
use usher_core::messages::{self, Whole};
use usher_core::phones;

use super::history::later;
use super::param;
use super::text::{Later, Place, reason};
use crate::parts::badge::Badge;
use crate::parts::page::{Main, shown};
use crate::parts::time::{Moment, long};
use crate::parts::trail::trail;
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// One text and everything known of it.
#[component]
pub fn MessagePage() -> impl IntoView {
    let id = param("text");
    Suspend::new(async move {
        match read(&id).await {
            Ok((whole, later)) => {
                let live = format!("contact={}", whole.entry.text.contact_id);
                view! { <Main live=live>{page(&whole, later)}</Main> }.into_any()
            }
            Err(error) => {
                view! { <Main>{shown(Err(error), |(whole, later)| page(&whole, later))}</Main> }.into_any()
            }
        }
    })
}

/// The text, and when trying again makes sense.
async fn read(id: &str) -> Result<(Whole, Option<Later>), Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let id = MessageId::parse(id).ok_or(Error::NotFound)?;
    let service = ui().service;
    let whole = messages::whole(&service.store, person.org_id, id).await?;
    let zones = (whole.around.contact_zone.as_deref(), whole.around.event_zone.as_deref());
    let later = later(&service, &person, zones).await?;
    Ok((whole, later))
}

fn page(whole: &Whole, later: Option<Later>) -> AnyView {
    let text = &whole.entry.text;
    let zone = whole.around.event_zone.as_deref().map_or_else(zone, events::zone);
    let inbound = text.direction == "in";
    let number = phones::shown(&whole.around.phone);
    let who = if whole.around.name.is_empty() { number.clone() } else { whole.around.name.clone() };
    let kind = if inbound { "Reply" } else { text.purpose.label() };
    let (joint, title) =
        if inbound { ("from", format!("{kind} from {who}")) } else { ("to", format!("{kind} to {who}")) };
    let place = Place {
        zone,
        at: text.event_id.zip(text.attendee_id),
        contact: text.contact_id,
        phone: whole.around.phone.clone(),
        later,
        suppressed: whole.around.suppressed,
    };
    let reason = reason(text, &place);
    view! {
        <Title text=title/>
        <div class="head">
            <div class="stack tight">
                {crumbs(whole, &who)}
                <h1>{kind}" "{joint}" "<bdi>{who}</bdi></h1>
                <p class="soft">{long(text.created_at, zone)}" · "{number}</p>
            </div>
            <span class="small soft" data-live-state=""></span>
        </div>
        {facts::disagreement(&whole.entry, zone)}
        <div class="split whole">
            <div class="stack roomy">
                <article class="text" id=format!("m-{}", text.id)>
                    <header>
                        <div><b>{kind}</b> <Moment at=text.created_at zone=zone class="soft small"/></div>
                        <span data-tell=kind><Badge status=text.status/></span>
                    </header>
                    <p dir="auto">{text.body.clone()}</p>
                    {reason}
                </article>
                {tries::chain(whole, zone)}
                <section class="card" aria-labelledby="steps">
                    <div class="pad ruled"><h2 id="steps">"What happened, step by step"</h2>
                        <p class="small soft">"Times in "{text.created_at.with_timezone(&zone).format("%Z").to_string()}</p></div>
                    <div class="pad">{trail(whole.entry.trail.clone(), text.created_at, zone)}</div>
                </section>
                {tries::tries(whole, zone)}
            </div>
            <aside class="card pad stack" aria-labelledby="facts">
                <h2 id="facts">"What is known"</h2>
                {facts::facts(whole, zone)}
            </aside>
        </div>
    }
    .into_any()
}

fn crumbs(whole: &Whole, who: &str) -> AnyView {
    let text = &whole.entry.text;
    let event = text.event_id.zip(text.event_name.clone()).map(|(event, name)| {
        view! { <a href=paths::EVENTS>"Events"</a>" / "<a href=paths::event(event)><bdi>{name}</bdi></a>" / " }
    });
    let history = history(whole);
    view! { <p class="crumbs">{event}<a href=history><bdi>{who.to_owned()}</bdi></a></p> }.into_any()
}

/// Where the person's other texts are.
fn history(whole: &Whole) -> String {
    let text = &whole.entry.text;
    text.event_id
        .zip(text.attendee_id)
        .map_or_else(|| paths::contact(text.contact_id), |(event, attendee)| paths::history(event, attendee))
}
