//! The rows of a file as it has them, with what is wrong in the cell where it is wrong.

use leptos::prelude::*;
use usher_core::imports::{Changes, Preview, Shown};
use usher_core::phones;

use super::{field_words, number, region_name};
use crate::parts::words::{count, excerpt, grouped};

/// Characters of a cell that are shown.
const SHOWN: usize = 200;

/// The rows that are left out; `download` is where they stand as a file.
pub(super) fn bad_rows(preview: &Preview, download: String) -> Option<AnyView> {
    if preview.refused == 0 {
        return None;
    }
    let cut = (preview.bad.len() < preview.refused)
        .then(|| view! { <p class="pad small soft">"Only the first "{grouped(number(preview.bad.len()))}" are shown."</p> });
    let title = format!("{} left out", count(number(preview.refused), "row is", "rows are"));
    Some(
        view! {
            <section class="card" aria-labelledby="left-out">
                <div class="pad ruled"><h2 id="left-out">{title}</h2></div>
                {rows(preview, &preview.bad, "Rows that are left out")}
                {cut}
                <p class="pad"><a class="button" href=download download="">"Download these rows"</a></p>
            </section>
        }
        .into_any(),
    )
}

pub(super) fn good_rows(preview: &Preview) -> Option<AnyView> {
    if preview.good.is_empty() {
        return None;
    }
    let region = region_name(preview.region);
    let all = super::people(preview);
    let title = if preview.good.len() < all {
        format!("The first {} of {}", preview.good.len(), count(number(all), "person", "people"))
    } else {
        count(number(all), "person", "people")
    };
    Some(
        view! {
            <section class="card" aria-labelledby="taken">
                <div class="pad ruled stack tight">
                    <h2 id="taken">{title}</h2>
                    <p class="soft small">"Numbers without a country code are read as in "{region}"."</p>
                </div>
                {rows(preview, &preview.good, "Rows that are taken")}
            </section>
        }
        .into_any(),
    )
}

fn rows(preview: &Preview, shown: &[Shown], label: &'static str) -> AnyView {
    let heads = preview.columns.iter().enumerate().map(|(place, column)| {
        let title = match column.title.as_str() {
            "" => format!("Column {}", place + 1),
            title => title.to_owned(),
        };
        let use_words = column.field.map_or("not used", field_words);
        view! { <th data-unused=column.field.is_none().then_some("")><bdi>{title}</bdi><span class="line">{use_words}</span></th> }
    });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=label>
            <table class="sheet">
                <thead><tr><th>"Row"</th>{heads.collect_view()}</tr></thead>
                <tbody>{shown.iter().map(|row| line(preview, row)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn line(preview: &Preview, row: &Shown) -> AnyView {
    let whole = row.problems.iter().find(|(place, _)| place.is_none()).map(|(_, why)| wrong(why));
    let cells = preview.columns.iter().enumerate().map(|(place, column)| {
        let problem = row.problems.iter().find(|(at, _)| *at == Some(place)).map(|(_, why)| wrong(why));
        let doubt = (row.doubtful && column.field == Some(usher_core::imports::Field::Phone))
            .then(|| view! { <span class="doubt">"Looks unlike a number in use"</span> });
        let is_wrong = problem.is_some().then_some("");
        let cell = row.cells.get(place).map(|cell| excerpt(cell, SHOWN)).unwrap_or_default();
        view! {
            <td data-unused=column.field.is_none().then_some("") data-wrong=is_wrong>
                {problem}{doubt}<bdi>{cell}</bdi>
            </td>
        }
    });
    view! { <tr><th scope="row">{row.line.to_string()}{whole}</th>{cells.collect_view()}</tr> }.into_any()
}

fn wrong(why: &str) -> AnyView {
    view! { <span class="wrong">{why.to_owned()}</span> }.into_any()
}

/// What changes about people who are known, was and will be.
pub(super) fn changed_people(changes: &Changes) -> Option<AnyView> {
    if changes.people == 0 {
        return None;
    }
    let title = format!("{} you know would change", count(number(changes.people), "person", "people"));
    let cut = (changes.shown.len() < changes.people)
        .then(|| view! { <p class="pad small soft">"Only the first "{grouped(number(changes.shown.len()))}" are shown."</p> });
    let rows = changes.shown.iter().flat_map(|change| {
        change.parts.iter().map(|(field, was, will)| {
            view! {
                <tr>
                    <td data-label="Row">{change.line.to_string()}</td>
                    <td class="nowrap">{phones::shown(&change.phone)}</td>
                    <td>{field_words(*field)}</td>
                    <td data-label="Is now:"><bdi>{excerpt(was, SHOWN)}</bdi></td>
                    <td data-label="Would be:"><bdi>{excerpt(will, SHOWN)}</bdi></td>
                </tr>
            }
        })
    });
    Some(
        view! {
            <section class="card" aria-labelledby="changes">
                <div class="pad ruled stack tight">
                    <h2 id="changes">{title}</h2>
                    <p class="soft small">"They are known from this event or another, and would be called so everywhere."</p>
                </div>
                <table class="changes cards-on-phone">
                    <thead><tr><th>"Row"</th><th>"Number"</th><th>"What"</th><th>"Is now"</th><th>"Would be"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
                {cut}
            </section>
        }
        .into_any(),
    )
}
