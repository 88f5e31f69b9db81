//! The organization's templates, those in use first.

use chrono_tz::Tz;
use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::templates::{self, Listed};

use crate::parts::page::{Main, shown};
use crate::parts::time::Moment;
use crate::parts::words::{count, excerpt, grouped};
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// The list of templates.
#[component]
pub fn TemplatesPage() -> impl IntoView {
    let may_write = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    view! {
        <Title text="Templates"/>
        <Main>
            <div class="head">
                <div class="stack tight">
                    <h1>"Templates"</h1>
                    <p class="soft">"Words to use again. Every version is kept, and a send says which one it used."</p>
                </div>
                {may_write.then(|| view! { <a class="button primary" href=paths::NEW_TEMPLATE>"New template"</a> })}
            </div>
            {Suspend::new(async move { shown(read().await, |listed| page(&listed, may_write)) })}
        </Main>
    }
}

async fn read() -> Result<Vec<Listed>, Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    templates::shelf(&ui().service.store, org).await
}

fn page(listed: &[Listed], may_write: bool) -> AnyView {
    if listed.is_empty() {
        let button = may_write.then(
            || view! { <a class="button primary" href=paths::NEW_TEMPLATE>"Make the first template"</a> },
        );
        return view! {
            <section class="card">
                <div class="empty">
                    <h2>"No templates yet"</h2>
                    <p>"Write an invitation or a reminder once, with {{first_name}} and {{time}} where they belong, and fill it in whenever you send."</p>
                    {button}
                </div>
            </section>
        }
        .into_any();
    }
    let (used, unused): (Vec<&Listed>, Vec<&Listed>) =
        listed.iter().partition(|listed| listed.template.archived_at.is_none());
    let zone = zone();
    let out_of_use = (!unused.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="unused">
                <h2 id="unused">"Out of use"</h2>
                {table(&unused, zone)}
            </section>
        }
    });
    let none = used.is_empty().then(|| view! { <p class="soft">"No template is in use."</p> });
    let cut = i64::try_from(listed.len()).is_ok_and(|shown| shown >= templates::MOST_LISTED).then(|| {
        view! { <p class="soft small">"Only the first "{grouped(templates::MOST_LISTED)}" are shown, by name."</p> }
    });
    view! { {none} {(!used.is_empty()).then(|| table(&used, zone))} {out_of_use} {cut} }.into_any()
}

fn table(listed: &[&Listed], zone: Tz) -> AnyView {
    view! {
        <div class="card">
            <table class="templates cards-on-phone">
                <thead><tr><th>"Template"</th><th>"Type"</th><th>"Last sent to many"</th><th class="num">"Version"</th></tr></thead>
                <tbody>{listed.iter().map(|listed| row(listed, zone)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(listed: &Listed, zone: Tz) -> AnyView {
    let template = &listed.template;
    let last = match listed.last_sent {
        Some(at) => view! {
            <Moment at=at zone=zone class="soft"/><span class="line soft small">{count(listed.sends, "send", "sends")}</span>
        }
        .into_any(),
        None => view! { <span class="soft">"Never"</span> }.into_any(),
    };
    view! {
        <tr id=format!("t-{}", template.id)>
            <td>
                <a href=paths::template(template.id) dir="auto">{template.name.clone()}</a>
                <span class="line soft small" dir="auto">{excerpt(&template.body, 120)}</span>
            </td>
            <td class="soft">{template.purpose.label()}</td>
            <td data-label="Last sent">{last}</td>
            <td class="num"><span class="unit">"Version "</span>{template.version}</td>
        </tr>
    }
    .into_any()
}
