//! What an import would change, and the button that does it.

mod tables;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::events::{self, Event};
use usher_core::ids::{DraftId, EventId};
use usher_core::imports::{self, Choices, Field, Imported, Past, Preview};
use usher_core::phones::{Region, all_regions};

use self::tables::{bad_rows, changed_people, good_rows};
use super::import::{asked, of_query, query_of};
use super::param;
use crate::form::{Done, Form};
use crate::parts::field::Tick;
use crate::parts::page::{Main, shown};
use crate::parts::time::long;
use crate::parts::words::{count, grouped};
use crate::paths;
use crate::visit::{signed_in, ui};

/// What the page shows; the preview is gone once the draft is past its time or done.
struct Shown {
    event: Event,
    draft: DraftId,
    preview: Option<Preview>,
}

/// What an import would change.
#[component]
pub fn ImportCheckPage() -> impl IntoView {
    let (event, draft) = (param("event"), param("draft"));
    let choices = asked();
    view! {
        <Main>
            {Suspend::new(async move {
                shown(read(&event, &draft, &choices).await, |content| page(content, &choices))
            })}
        </Main>
    }
}

async fn read(event: &str, draft: &str, choices: &Choices) -> Result<Shown, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let event = EventId::parse(event).ok_or(Error::NotFound)?;
    let draft = DraftId::parse(draft).ok_or(Error::NotFound)?;
    let service = ui().service;
    let event = events::find(&service.store, person.org_id, event).await?;
    let preview = imports::preview(&service, &person, event.id, draft, choices).await.map(Some);
    let preview = preview.or_else(|error| match error {
        Error::NotFound => Ok(None),
        other => Err(other),
    })?;
    Ok(Shown { event, draft, preview })
}

fn page(content: Shown, choices: &Choices) -> AnyView {
    let Shown { event, draft, preview } = content;
    let crumbs = view! {
        <p class="crumbs">
            <a href=paths::EVENTS>"Events"</a>" / "<a href=paths::event(event.id) dir="auto">{event.name.clone()}</a>
            " / "<a href=paths::attendees(event.id)>"Attendees"</a>" / "<a href=paths::import(event.id)>"Import"</a>
        </p>
    };
    let Some(preview) = preview else {
        crate::parts::page::answer_with(http::StatusCode::NOT_FOUND);
        return view! {
            <Title text="This list is gone"/>
            <div class="head"><div class="stack tight">{crumbs}<h1>"This list is gone"</h1></div></div>
            <section class="card">
                <div class="empty">
                    <h2>"It was imported, or it waited for over a week"</h2>
                    <p>"Lists that nobody confirms are forgotten. Choose the file again; who is on the list of the event already stays as they are."</p>
                    <a class="button primary" href=paths::import(event.id)>"Import a list"</a>
                </div>
            </section>
        }
        .into_any();
    };
    let has_numbers = preview.columns.iter().any(|column| column.field == Some(Field::Phone));
    view! {
        <Title text=format!("Check {}", preview.file_name)/>
        <div class="head">
            <div class="stack tight">
                {crumbs}
                <h1>"Check "<bdi>{preview.file_name.clone()}</bdi></h1>
                <p class="soft">{count(number(preview.rows), "row", "rows")}", nothing is saved yet"</p>
            </div>
        </div>
        {preview.before.clone().map(|past| imported_before(&past, &event))}
        {(!has_numbers).then(|| view! {
            <div class="notice" data-tone="refusal">
                <b>"Which column has the numbers?"</b>
                <p class="small">"None looks like it. Choose it below, then look again."</p>
            </div>
        })}
        {preview.changes.doubtful.then(|| view! {
            <div class="notice" data-tone="warning">
                <b>"Most people you know would get another name"</b>
                <p class="small">"Perhaps a column is taken for another, or the rows of one have moved. Compare the names below before you import."</p>
            </div>
        })}
        {figures(&preview)}
        {confirmation(event.id, draft, &preview, choices)}
        {chooser(event.id, draft, &preview)}
        {changed_people(&preview.changes)}
        {bad_rows(&preview, left_out(event.id, draft, &preview, choices))}
        {good_rows(&preview)}
    }
    .into_any()
}

pub(super) fn number(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}

fn imported_before(past: &Past, event: &Event) -> AnyView {
    view! {
        <div class="notice" data-tone="warning">
            <b>"This very file was imported before"</b>
            <p class="small">{past.actor.clone()}" imported it on "{long(past.at, event.zone())}". Importing it again adds nobody twice."</p>
        </div>
    }
    .into_any()
}

/// What would happen, in numbers.
fn figures(preview: &Preview) -> AnyView {
    let tile = |many: usize, words: &'static str, status: Option<&'static str>| {
        view! { <div data-status=status.filter(|_| many > 0)><b>{grouped(number(many))}</b><span>{words}</span></div> }
    };
    view! {
        <section class="card" aria-label="What would happen">
            <div class="tiles">
                {tile(preview.new, "new on the list", Some("delivered"))}
                {tile(preview.changed, "here already, RSVP changes", None)}
                {tile(preview.updated, "here already, other details", None)}
                {tile(preview.same, "here already, unchanged", None)}
                {tile(preview.repeats, "repeat an earlier row", None)}
                {tile(preview.refused, "left out", Some("undelivered"))}
            </div>
        </section>
    }
    .into_any()
}

/// People who would be taken.
pub(super) fn people(preview: &Preview) -> usize {
    preview.new + preview.changed + preview.updated + preview.same
}

/// What was shown is what is done: the country that numbers were read in goes along, though nobody chose it.
fn chosen(preview: &Preview, choices: &Choices) -> Choices {
    Choices { region: choices.region.or(preview.region), ..choices.clone() }
}

/// Where the rows that are left out stand as a file.
fn left_out(event: EventId, draft: DraftId, preview: &Preview, choices: &Choices) -> String {
    format!("{}/left-out.csv?{}", paths::import_check(event, draft), query_of(&chosen(preview, choices)))
}

fn confirmation(event: EventId, draft: DraftId, preview: &Preview, choices: &Choices) -> AnyView {
    let people = people(preview);
    let doubtful = (preview.doubtful > 0).then(|| {
        let words = count(number(preview.doubtful), "number looks", "numbers look");
        view! { <p class="soft small">{words}" unlike any that is in use. They are taken all the same; the first text will tell."</p> }
    });
    let met = (preview.met > 0).then(|| {
        let words = count(
            number(preview.met),
            "person who is new on this list is",
            "people who are new on this list are",
        );
        view! { <p class="soft small">{words}" known already, from another event or a text."</p> }
    });
    let keep = (preview.changes.people > 0).then(|| {
        view! {
            <Tick name="keep" label="Keep the names, emails and zones that we have" ticked=choices.keep || preview.changes.doubtful
                hint="The list then fills in only what is missing; otherwise what it says takes their place"/>
        }
    });
    if people == 0 {
        return view! {
            <div class="notice" data-tone="warning">
                <b>"No row can be taken as it stands"</b>
                <p class="small">"Mend the file and choose it again, or choose other columns or another country below."</p>
                <p><a class="button" href=paths::import(event)>"Choose the file again"</a></p>
            </div>
        }
        .into_any();
    }
    let left_out = match preview.refused {
        0 => String::new(),
        refused => format!(", leave {} out", grouped(number(refused))),
    };
    let words = format!("Import {}{left_out}", count(number(people), "person", "people"));
    view! {
        <form class="card pad stack" method="post" action=ConfirmImport::url() data-once>
            <input type="hidden" name="event" value=event.to_string()/>
            <input type="hidden" name="draft" value=draft.to_string()/>
            <input type="hidden" name="choices" value=query_of(&chosen(preview, choices))/>
            {met}
            {doubtful}
            {keep}
            <div class="row between">
                <a href=paths::import(event)>"Choose another file"</a>
                <button class="button primary">{words}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Which column holds what, and how numbers are read: a GET form, so that trying is free.
fn chooser(event: EventId, draft: DraftId, preview: &Preview) -> AnyView {
    let regions = all_regions().map(|region| {
        let chosen = preview.region == Some(region);
        view! { <option value=region.code() selected=chosen>{region.name()}</option> }
    });
    let columns = preview.columns.iter().enumerate().map(|(place, column)| {
        let name = format!("c{place}");
        let title = match column.title.as_str() {
            "" => format!("Column {}", place + 1),
            title => title.to_owned(),
        };
        let options = Field::ALL.map(|field| {
            view! { <option value=field.as_str() selected=column.field == Some(field)>{field_words(field)}</option> }
        });
        view! {
            <div class="field">
                <label for=name.clone() dir="auto">{title}</label>
                <select id=name.clone() name=name><option value="">"Not used"</option>{options.collect_view()}</select>
            </div>
        }
    });
    let open = !preview.columns.iter().any(|column| column.field == Some(Field::Phone));
    view! {
        <details class="card more" open=open>
            <summary>"Columns and country"</summary>
            <form class="pad stack" action=paths::import_check(event, draft)>
                <div class="fields">
                    <div class="field">
                        <label for="region">"Numbers without a country code are from"</label>
                        <select id="region" name="region">{regions.collect_view()}</select>
                    </div>
                    <div class="field">
                        <label for="header">"The first row"</label>
                        <select id="header" name="header">
                            <option value="yes" selected=preview.header>"Names the columns"</option>
                            <option value="no" selected=!preview.header>"Is a person"</option>
                        </select>
                    </div>
                </div>
                <div class="fields">{columns.collect_view()}</div>
                <div class="row end"><button class="button">"Look again"</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// What a column holds, in words.
pub(super) fn field_words(field: Field) -> &'static str {
    match field {
        Field::Name => "Name",
        Field::FirstName => "First name",
        Field::LastName => "Last name",
        Field::Phone => "Mobile number",
        Field::Email => "Email",
        Field::Rsvp => "RSVP",
        Field::Timezone => "Time zone",
    }
}

/// The country that numbers are read in.
pub(super) fn region_name(region: Option<Region>) -> &'static str {
    region.map_or("no country", Region::name)
}

/// Takes the good rows over.
#[server(prefix = "/do", endpoint = "confirm-import")]
pub async fn confirm_import(
    #[server(default)] event: String,
    #[server(default)] draft: String,
    #[server(default)] choices: String,
    #[server(default)] keep: String,
) -> Result<(), ServerFnError> {
    let ids = EventId::parse(&event).zip(DraftId::parse(&draft));
    let choices = Choices { keep: keep == "on", ..of_query(&choices) };
    let back = ids.map_or(paths::EVENTS.to_owned(), |(event, draft)| {
        format!("{}?{}", paths::import_check(event, draft), query_of(&choices))
    });
    Form::new(back, &[])
        .for_person(async move |service, person| {
            let (event, draft) = ids.ok_or(Error::NotFound)?;
            let imported = imports::confirm(&service, &person, event, draft, &choices).await?;
            let to = paths::attendees(event);
            let words = said(imported);
            Ok(if imported.left_out > 0 { Done::but(to, words) } else { Done::new(to, words) })
        })
        .await
}

fn said(imported: Imported) -> String {
    let mut words = format!("{} on the list.", count(imported.created, "new person is", "new people are"));
    if imported.updated > 0 {
        let there = count(imported.updated, "person was", "people were");
        words.push_str(&format!(" {there} on it already and up to date now."));
    }
    if imported.left_out > 0 {
        let rows = count(imported.left_out, "row was", "rows were");
        words.push_str(&format!(" {rows} left out, and nobody of those was added."));
    }
    words
}
