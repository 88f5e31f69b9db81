//! What was dismissed, why and by whom.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::failures::{Dismissed, Page};

use super::dismissal::RestoreFailure;
use super::reason::{about, person, who};
use crate::parts::badge::Badge;
use crate::parts::time::Moment;
use crate::paths;
use crate::visit::zone;

pub(super) fn page(page: Page<Dismissed>, paged: bool) -> AnyView {
    let here = format!("{}?shown=dismissed", paths::FAILURES);
    let newest = paged.then(|| view! { <a href=here.clone()>"← Newest"</a> });
    let older = page.older.map(|before| view! { <a href=format!("{here}&before={before}")>"Older →"</a> });
    let list = list(page.rows);
    view! {
        <Title text="Dismissed failures"/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs"><a href=paths::FAILURES>"Failures"</a></p>
                <h1>"Dismissed failures"</h1>
                <p class="soft">"Texts that did not arrive and that somebody has dealt with."</p>
            </div>
        </div>
        {list}
        <div class="pager">{newest}{older}</div>
    }
    .into_any()
}

fn list(rows: Vec<Dismissed>) -> AnyView {
    if rows.is_empty() {
        return view! {
            <section class="card">
                <div class="empty">
                    <h2>"Nothing was dismissed"</h2>
                    <p>"Open a reason among the failures and dismiss what needs nothing more. It will stand here, with why."</p>
                    <a class="button" href=paths::FAILURES>"To the failures"</a>
                </div>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="card" aria-label="Dismissed">
            <table class="failed cards-on-phone">
                <thead><tr>
                    <th>"Person"</th><th>"Text"</th><th>"Dismissed"</th><th><span class="vh">"Action"</span></th>
                </tr></thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(dismissed: Dismissed) -> AnyView {
    let text = &dismissed.text;
    view! {
        <tr id=format!("m-{}", text.id)>
            <td>{person(text)}</td>
            <td>{about(text)} <Badge status=text.status/></td>
            <td>
                <span class="line" dir="auto">{dismissed.why.clone()}</span>
                <span class="soft small">{dismissed.author.clone()}", "<Moment at=dismissed.dismissed_at zone=zone()/></span>
            </td>
            <td>
                <form method="post" action=RestoreFailure::url() data-once>
                    <input type="hidden" name="text" value=text.id.to_string()/>
                    <button class="button">"Put back"<span class="vh">" the text to "{who(text)}</span></button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}
