//! The rows of a file as it has them, with what is wrong in the cell where it is wrong.

use leptos::prelude::*;
use usher_core::imports::{Preview, Shown};

use super::{field_words, number, region_name};
use crate::parts::words::{count, grouped};

pub(super) fn bad_rows(preview: &Preview) -> Option<AnyView> {
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
                <details class="more pad">
                    <summary>"Copy them to mend them"</summary>
                    <label class="vh" for="copy">"Rows that are left out, with the reason in the last column"</label>
                    <textarea id="copy" readonly spellcheck="false">{preview.left_out.clone()}</textarea>
                </details>
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
    let all = preview.new + preview.changed + preview.same;
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
        let cell = row.cells.get(place).cloned().unwrap_or_default();
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
