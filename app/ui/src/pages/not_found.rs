//! Pages that are not there, that a role may not see, or that failed: what happened, in our words,
//! and what to do now.

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::people::members;

use crate::parts::page::{answer_with, request_id};
use crate::paths;
use crate::visit::{signed_in, ui};

/// Nothing stands at this address.
#[component]
pub fn NotFound() -> impl IntoView {
    view! { <main id="main" tabindex="-1"><Missing/></main> }
}

/// What was asked for is not there, or not this organization's.
#[component]
pub fn Missing() -> impl IntoView {
    answer_with(http::StatusCode::NOT_FOUND);
    let org = signed_in().map(|visitor| {
        view! { " You are in "<b><bdi>{visitor.person.org_name}</bdi></b>"; what belongs to another organization is not shown here." }
    });
    view! {
        <Title text="Not found"/>
        <section class="card">
            <div class="empty">
                <h1>"Not found"</h1>
                <p>"This page is not there. The address may be mistyped, or what it showed was removed."{org}</p>
                <a class="button primary" href=paths::HOME>"Go home"</a>
                <RequestId/>
            </div>
        </section>
    }
}

/// The role of whoever asks does not allow it; `why` says what would.
#[component]
pub fn Forbidden(why: &'static str) -> impl IntoView {
    answer_with(http::StatusCode::FORBIDDEN);
    view! {
        <Title text="Not allowed"/>
        <section class="card">
            <div class="empty">
                <h1>"Your role does not allow that"</h1>
                <p>{why}</p>
                {Suspend::new(whom_to_ask())}
                <a class="button primary" href=paths::HOME>"Go home"</a>
                <RequestId/>
            </div>
        </section>
    }
}

/// The owners, who can change a role.
async fn whom_to_ask() -> Option<AnyView> {
    let org = signed_in()?.person.org_id;
    let owners = members::owners(&ui().service.store, org).await;
    let owners = owners
        .map_err(|error| tracing::error!(%error, "the owners cannot be named"))
        .ok()
        .filter(|all| !all.is_empty())?;
    let each = owners.into_iter().map(|(name, email)| {
        let name = (!name.is_empty()).then(|| view! { <bdi>{name}</bdi>", " });
        view! { <li>{name}<a href=format!("mailto:{email}")>{email.clone()}</a></li> }
    });
    Some(
        view! {
            <p>"An owner can give you another role:"</p>
            <ul class="plain">{each.collect_view()}</ul>
        }
        .into_any(),
    )
}

/// Something failed on our side.
#[component]
pub fn Failed() -> impl IntoView {
    answer_with(http::StatusCode::INTERNAL_SERVER_ERROR);
    view! {
        <Title text="Something failed"/>
        <section class="card">
            <div class="empty">
                <h1>"Something failed on our side"</h1>
                <p>"No text is lost. Reload the page in a moment. If it keeps failing, give an administrator the number below: the log has the cause under it."</p>
                <a class="button primary" href=paths::HOME>"Go home"</a>
                <RequestId/>
            </div>
        </section>
    }
}

/// The database does not answer.
#[component]
pub fn Away() -> impl IntoView {
    answer_with(http::StatusCode::SERVICE_UNAVAILABLE);
    view! {
        <Title text="Back in a moment"/>
        <section class="card">
            <div class="empty">
                <h1>"Back in a moment"</h1>
                <p>"Usher cannot reach its database. No text is lost: what waits is sent as soon as it is back. Reload this page shortly."</p>
                <RequestId/>
            </div>
        </section>
    }
}

/// By which an administrator finds this very request in the log.
#[component]
fn RequestId() -> impl IntoView {
    request_id().map(|id| view! { <p class="small">"Request "<code>{id}</code></p> })
}
