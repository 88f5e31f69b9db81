//! Keys for programs that call the JSON API.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::api_keys::{self, Listed};
use uuid::Uuid;

use super::super::query;
use super::{head, may_manage, only_owners};
use crate::form::{Done, Form};
use crate::parts::ask::Ask;
use crate::parts::field::Field;
use crate::parts::once::ShownOnce;
use crate::parts::page::{Main, shown};
use crate::parts::time::Moment;
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// Keys for programs that call the JSON API.
#[component]
pub fn KeysPage() -> impl IntoView {
    let asked = query("revoke").and_then(|id| Uuid::try_parse(&id).ok());
    view! {
        <Main narrow=true>
            {head(paths::SETTINGS_KEYS)}
            {Suspend::new(async move { shown(read().await, |keys| page(keys, asked)) })}
        </Main>
    }
}

async fn read() -> Result<Vec<Listed>, Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    api_keys::list(&ui().service.store, org).await
}

fn page(keys: Vec<Listed>, asked: Option<Uuid>) -> AnyView {
    let asked = keys.iter().find(|key| Some(key.id) == asked && key.revoked_at.is_none());
    let asked = asked.filter(|_| may_manage()).map(ask_to_revoke);
    let cut = i64::try_from(keys.len()).is_ok_and(|shown| shown >= api_keys::MOST_LISTED).then(|| {
        view! { <p class="small soft">"The newest "{api_keys::MOST_LISTED}" are shown, revoked ones last."</p> }
    });
    let list = if keys.is_empty() {
        view! {
            <div class="empty">
                <h2>"No keys yet"</h2>
                <p>"A program needs a key to add attendees, send texts and read what became of them."</p>
            </div>
        }
        .into_any()
    } else {
        view! {
            <table class="keys cards-on-phone">
                <thead><tr><th>"Program"</th><th>"Made"</th><th>"Last used"</th><th><span class="vh">"Actions"</span></th></tr></thead>
                <tbody>{keys.into_iter().map(row).collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        {only_owners("These programs can text for your organization.")}
        <ShownOnce name="key" label="The new key" hint="Copy it into the program now: it is shown this once and kept nowhere."/>
        {asked}
        {may_manage().then(form)}
        <section class="card">{list}</section>
        {cut}
        <p class="small soft">
            "What programs can do is described at "<a href="/api/openapi.json">"/api/openapi.json"</a>". They show their key as “Authorization: Bearer usher_…”."
        </p>
    }
    .into_any()
}

fn row(key: Listed) -> AnyView {
    let used = match key.used_at {
        Some(at) => view! { <Moment at=at zone=zone() class="soft"/> }.into_any(),
        None => view! { <span class="soft">"Never"</span> }.into_any(),
    };
    let action = match key.revoked_at {
        Some(at) => {
            view! { <span class="soft small">"Revoked "<Moment at=at zone=zone()/></span> }.into_any()
        }
        None if may_manage() => view! {
            <a class="button danger" href=format!("{}?revoke={}#revoke", paths::SETTINGS_KEYS, key.id)>
                "Revoke…"<span class="vh">" "{key.name.clone()}</span>
            </a>
        }
        .into_any(),
        None => ().into_any(),
    };
    view! {
        <tr id=format!("k-{}", key.id)>
            <td><b dir="auto">{key.name.clone()}</b></td>
            <td data-label="Made"><Moment at=key.created_at zone=zone() class="soft"/></td>
            <td data-label="Last used">{used}</td>
            <td>{action}</td>
        </tr>
    }
    .into_any()
}

/// Asks before a program is shut out.
fn ask_to_revoke(key: &Listed) -> AnyView {
    let words = "The next call of the program that has it is refused, and what it would have texted is not recorded. A revoked key cannot be brought back; make a new one instead.";
    view! {
        <Ask id="revoke" title=format!("Revoke the key of {}?", key.name) words=words action=RevokeKey::url()
            fields=vec![("key", key.id.to_string())] button="Revoke" keep="Keep it" back=paths::SETTINGS_KEYS/>
    }
    .into_any()
}

fn form() -> AnyView {
    view! {
        <form class="card pad stack" method="post" action=MakeKey::url() data-once>
            <h2>"Make a key"</h2>
            <Field name="name" label="Program" required=true autocomplete="off"
                hint="Its texts are signed with this name in every history, such as Booking site."/>
            <div class="row end"><button class="button primary">"Make the key"</button></div>
        </form>
    }
    .into_any()
}

/// Makes a key.
#[server(prefix = "/do", endpoint = "make-key")]
pub async fn make_key(#[server(default)] name: String) -> Result<(), ServerFnError> {
    Form::new(paths::SETTINGS_KEYS.into(), &[("name", &name)])
        .for_person(async move |service, person| {
            let key = api_keys::issue(&service, &person, &name).await?;
            let say = format!("The key for {} is below. It is shown this once.", name.trim());
            Ok(Done::new(paths::SETTINGS_KEYS, say).showing_once("key", key))
        })
        .await
}

/// Revokes a key.
#[server(prefix = "/do", endpoint = "revoke-key")]
pub async fn revoke_key(#[server(default)] key: String) -> Result<(), ServerFnError> {
    Form::new(paths::SETTINGS_KEYS.into(), &[])
        .for_person(async move |service, person| {
            let key = Uuid::try_parse(&key).map_err(|_| Error::NotFound)?;
            let name = api_keys::revoke(&service, &person, key).await?;
            let say = format!("The key of {name} is revoked. Its next call is refused.");
            Ok(Done::new(paths::SETTINGS_KEYS, say))
        })
        .await
}
