//! Who must not be texted, and why: listed, added by hand, lifted where that is lawful.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::ids::SuppressionId;
use usher_core::people::Role;
use usher_core::phones;
use usher_core::suppressions::{self, Page, Source, Suppression, Wanted};

use super::query;
use crate::form::{Done, Form};
use crate::parts::field::{Field, last};
use crate::parts::page::{Main, shown};
use crate::parts::time::Stacked;
use crate::parts::words::count;
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// Who must not be texted.
#[component]
pub fn OptOutsPage() -> impl IntoView {
    let wanted = Wanted {
        lifted: query("shown").is_some_and(|shown| shown == "lifted"),
        find: query("find").unwrap_or_default(),
        before: query("before").and_then(|id| SuppressionId::parse(&id)),
    };
    let lift = query("lift").and_then(|id| SuppressionId::parse(&id));
    view! {
        <Main live="">
            {Suspend::new(async move {
                shown(read(&wanted, lift).await, |(read, asked)| page(&wanted, read, asked.as_ref()))
            })}
        </Main>
    }
}

/// The list, and what is about to be lifted, wherever in the list it stands.
async fn read(wanted: &Wanted, lift: Option<SuppressionId>) -> Result<(Page, Option<Suppression>), Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    let store = &ui().service.store;
    let asked = match lift {
        Some(id) => suppressions::find(store, org, id).await?,
        None => None,
    };
    Ok((suppressions::list(store, org, wanted).await?, asked))
}

/// The list with these parts of the query.
fn address(lifted: bool, find: &str) -> String {
    address_of(&Wanted { lifted, find: find.to_owned(), before: None }, None)
}

/// One page of the list, and what is about to be lifted.
fn address_of(wanted: &Wanted, lift: Option<SuppressionId>) -> String {
    let Wanted { lifted, find, before } = wanted;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if *lifted {
        query.append_pair("shown", "lifted");
    }
    if !find.is_empty() {
        query.append_pair("find", find);
    }
    for (name, id) in [("before", before), ("lift", &lift)] {
        if let Some(id) = id {
            query.append_pair(name, &id.to_string());
        }
    }
    match query.finish() {
        query if query.is_empty() => paths::OPT_OUTS.to_owned(),
        query => format!("{}?{query}", paths::OPT_OUTS),
    }
}

fn page(wanted: &Wanted, page: Page, asked: Option<&Suppression>) -> AnyView {
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let here = address(wanted.lifted, &wanted.find);
    let joint = if here.contains('?') { '&' } else { '?' };
    let newest = wanted.before.map(|_| view! { <a href=here.clone()>"← Newest"</a> });
    let older =
        page.older.map(|before| view! { <a href=format!("{here}{joint}before={before}")>"Older →"</a> });
    let tabs = [(false, "In force"), (true, "Lifted")].map(|(lifted, words)| {
        view! { <a href=address(lifted, "") aria-current=(lifted == wanted.lifted).then_some("page")>{words}</a> }
    });
    let asked = asked.and_then(|row| lift_form(wanted, row));
    view! {
        <Title text="Opt-outs"/>
        <div class="head">
            <div class="stack tight">
                <h1>"Opt-outs"</h1>
                <p class="soft">{how_many(&page)}" Texts to them are recorded and not sent."</p>
            </div>
            <div class="row"><span class="small soft" data-live-state=""></span></div>
        </div>
        {asked}
        {(may_send && !wanted.lifted).then(add_form)}
        <nav class="tabs" aria-label="Which opt-outs">{tabs.collect_view()}</nav>
        {search(wanted)}
        {list(wanted, page.rows)}
        <div class="pager">{newest}{older}</div>
    }
    .into_any()
}

/// Who wants no texts is one thing, which numbers get none is another.
fn how_many(page: &Page) -> String {
    let dead = (page.dead > 0).then(|| {
        format!(
            " {} no texts: landlines, or out of service.",
            count(page.dead, "other number gets", "other numbers get")
        )
    });
    format!("{} opted out.{}", count(page.opted_out, "number", "numbers"), dead.unwrap_or_default())
}

fn search(wanted: &Wanted) -> AnyView {
    let lifted = wanted.lifted.then(|| view! { <input type="hidden" name="shown" value="lifted"/> });
    let all = (!wanted.find.is_empty()).then(|| view! { <a href=address(wanted.lifted, "")>"Show all"</a> });
    view! {
        <form class="row" role="search" action=paths::OPT_OUTS>
            {lifted}
            <label class="vh" for="find">"Name or number"</label>
            <input id="find" name="find" type="search" placeholder="Name or number" value=wanted.find.clone()/>
            <button class="button">"Find"</button>
            {all}
        </form>
    }
    .into_any()
}

fn add_form() -> AnyView {
    // Open again when it comes back with something to mend.
    let open = last().is_some_and(|flash| flash.error("phone").is_some() || flash.error("reason").is_some());
    view! {
        <details class="card more" id="add" open=open>
            <summary>"Add a number"</summary>
            <form class="pad stack" method="post" action=AddOptOut::url() data-once>
                <div class="fields">
                    <Field name="phone" label="Number" kind="tel" autocomplete="off" required=true
                        hint="With country code, such as +1 555 123 4567"/>
                    <Field name="reason" label="Why" autocomplete="off" required=true hint="Such as: asked us by phone"/>
                </div>
                <div class="row end"><button class="button primary">"Add"</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn list(wanted: &Wanted, rows: Vec<Suppression>) -> AnyView {
    if rows.is_empty() {
        let (heading, words) = match (wanted.find.is_empty(), wanted.lifted) {
            (false, _) => ("Nobody is found", "No name and no number on this list has this in it."),
            (true, false) => {
                ("Nobody has opted out", "Whoever replies STOP stands here, and is texted no more.")
            }
            (true, true) => (
                "Nothing was lifted yet",
                "Opt-outs that no longer hold stay here, with who lifted them and why.",
            ),
        };
        return view! { <section class="card"><div class="empty"><h2>{heading}</h2><p>{words}</p></div></section> }.into_any();
    }
    let last_column = if wanted.lifted { "Lifted" } else { "" };
    view! {
        <section class="card" aria-label="Opt-outs">
            <table class="opt-outs cards-on-phone">
                <thead><tr>
                    <th>"Person"</th><th>"Why"</th><th>"Since"</th>
                    <th>{last_column}<span class="vh">{(!wanted.lifted).then_some("Action")}</span></th>
                </tr></thead>
                <tbody>{rows.into_iter().map(|row| self::row(wanted, row)).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

/// How it came about.
fn source(source: Source) -> &'static str {
    match source {
        Source::Stop => "They replied STOP",
        Source::TwilioOptOut => "Twilio says they opted out",
        Source::Staff => "Added by hand",
        Source::Dead => "The number gets no texts",
    }
}

fn row(wanted: &Wanted, row: Suppression) -> AnyView {
    let number = phones::shown(&row.phone);
    let name = row.name.clone().filter(|name| !name.is_empty());
    let who = name.clone().unwrap_or_else(|| number.clone());
    let person = match row.contact_id {
        Some(contact) => view! { <a href=paths::contact(contact) dir="auto">{who.clone()}</a> }.into_any(),
        None => view! { <span>{who.clone()}</span> }.into_any(),
    };
    let number = name.map(|_| view! { <span class="line soft small">{number}</span> });
    let sender = (!row.sender.is_empty()).then(|| format!(" To {}.", sender(&row.sender)));
    let author = row
        .author
        .clone()
        .map(|author| view! { <span class="line soft small">"by "<bdi>{author}</bdi></span> });
    let is_dead = row.source == Source::Dead && row.lifted_at.is_none();
    let ask = row.contact_id.filter(|_| is_dead).map(|contact| {
        view! { <span class="line small"><a href=paths::fix_number(contact)>"Ask for another number, and fix it"</a></span> }
    });
    view! {
        <tr id=format!("s-{}", row.id)>
            <td>{person}{number}</td>
            <td>
                <span class="line">{source(row.source)}</span>
                <span class="soft small" dir="auto">{row.reason.clone()}"."{sender}</span>
                {ask}
            </td>
            <td><Stacked at=row.created_at zone=zone()/>{author}</td>
            <td>{end(wanted, &row, &who)}</td>
        </tr>
    }
    .into_any()
}

/// The number or Messaging Service through which it came.
fn sender(sender: &str) -> String {
    if sender.starts_with("MG") { format!("Messaging Service {sender}") } else { phones::shown(sender) }
}

/// When and why it was lifted, or what can be done.
fn end(wanted: &Wanted, row: &Suppression, who: &str) -> AnyView {
    if let Some(at) = row.lifted_at {
        let why = row.lifted_reason.clone().unwrap_or_default();
        let by = row.lifter.clone().map(|lifter| view! { ", by "<bdi>{lifter}</bdi> });
        return view! { <Stacked at=at zone=zone()/><span class="soft small"><bdi>{why}</bdi>{by}</span> }
            .into_any();
    }
    let owner = signed_in().is_some_and(|visitor| visitor.person.role == Role::Owner);
    if !row.source.may_be_lifted() {
        return view! { <span class="soft small">"only their START lifts it"</span> }.into_any();
    }
    if !owner {
        return view! { <span class="soft small">"an owner can lift it"</span> }.into_any();
    }
    let lift = address_of(wanted, Some(row.id));
    view! { <a class="button" href=lift>"Lift"<span class="vh">" the opt-out of "{who.to_owned()}</span></a> }
        .into_any()
}

fn lift_form(wanted: &Wanted, row: &Suppression) -> Option<AnyView> {
    if !row.source.may_be_lifted() || row.lifted_at.is_some() {
        return None;
    }
    let hint = if row.source == Source::Dead {
        "Such as: the number works again"
    } else {
        "Such as: they asked for texts again, in writing"
    };
    Some(
        view! {
            <form class="card pad stack" method="post" action=LiftOptOut::url() data-once>
                <h2>"Let "{phones::shown(&row.phone)}" be texted again"</h2>
                <p class="soft">"It was put here because: "<bdi>{row.reason.clone()}</bdi>". Lift it only if the person agrees; your name and the reason are kept."</p>
                <input type="hidden" name="id" value=row.id.to_string()/>
                <input type="hidden" name="find" value=wanted.find.clone()/>
                <input type="hidden" name="before" value=wanted.before.map(|before| before.to_string())/>
                <Field name="lift" label="Why it may be texted again" autocomplete="off" required=true hint=hint/>
                <div class="row end"><a class="button quiet" href=address_of(wanted, None)>"Cancel"</a><button class="button primary">"Lift the opt-out"</button></div>
            </form>
        }
        .into_any(),
    )
}

/// Puts a number on the list.
#[server(prefix = "/do", endpoint = "add-opt-out")]
pub async fn add_opt_out(
    #[server(default)] phone: String,
    #[server(default)] reason: String,
) -> Result<(), ServerFnError> {
    Form::new(paths::OPT_OUTS.to_owned(), &[("phone", &phone), ("reason", &reason)])
        .for_person(async move |service, person| {
            let phone = suppressions::add_by_hand(&service, &person, &phone, &reason).await?;
            let number = phones::shown(phone.as_str());
            Ok(Done::new(
                paths::OPT_OUTS,
                format!("{number} is texted no more. Texts that still wait for it will not be sent."),
            ))
        })
        .await
}

/// Lifts an opt-out that may be lifted.
#[server(prefix = "/do", endpoint = "lift-opt-out")]
pub async fn lift_opt_out(
    #[server(default)] id: String,
    #[server(default)] find: String,
    #[server(default)] before: String,
    #[server(default)] lift: String,
) -> Result<(), ServerFnError> {
    let parsed = SuppressionId::parse(&id);
    let wanted = Wanted { lifted: false, find, before: SuppressionId::parse(&before) };
    let (list, back) = (address_of(&wanted, None), address_of(&wanted, parsed));
    Form::new(back, &[("lift", &lift)])
        .for_person(async move |service, person| {
            let lifted = suppressions::lift(&service, &person, parsed.ok_or(Error::NotFound)?, &lift).await?;
            let number = phones::shown(&lifted.phone);
            Ok(match lifted.still.first() {
                None => Done::new(list, format!("{number} can be texted again.")),
                Some(still) => Done::but(
                    list,
                    format!(
                        "That is lifted, but {number} is still not texted: {}.",
                        source(*still).to_lowercase()
                    ),
                ),
            })
        })
        .await
}
