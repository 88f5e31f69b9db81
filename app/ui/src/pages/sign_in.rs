//! Signing in, by password or by a link, and out.

use axum::extract::ConnectInfo;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use std::net::SocketAddr;
use tower_sessions::Session;
use usher_core::Error;
use usher_core::ids::OrgId;
use usher_core::people::links::{self, Link, Way};
use usher_core::people::{self, Person, SignInError};

use super::{param, query};
use crate::flash;
use crate::form::{Done, Form};
use crate::parts::brand::Brand;
use crate::parts::field::Field;
use crate::paths::{self, HOME, SIGN_IN, local};
use crate::visit::{begin, end, signed_in, switch, ui};

/// Asks for email and password.
#[component]
pub fn SignIn() -> impl IntoView {
    let next = query("next").and_then(|next| local(&next).map(str::to_owned));
    let next = next.map(|next| view! { <input type="hidden" name="next" value=next/> });
    view! {
        <Title text="Sign in"/>
        <main class="door" id="main" tabindex="-1">
            <p class="brand"><Brand/></p>
            <form class="card pad stack" method="post" action=EnterPassword::url() data-once>
                <h1>"Sign in"</h1>
                {next}
                <Field name="email" label="Email" kind="email" autocomplete="username" required=true/>
                <Field name="password" label="Password" kind="password" autocomplete="current-password" required=true/>
                <button class="button primary">"Sign in"</button>
            </form>
            <p class="small soft">"No password yet, or forgotten? Ask an owner of your organization for a new link."</p>
        </main>
    }
}

/// Signs in by password.
#[server(prefix = "/do", endpoint = "sign-in")]
pub async fn enter_password(
    #[server(default)] email: String,
    #[server(default)] password: String,
    /// Where to go then; home if it is empty or not ours.
    #[server(default)]
    next: String,
) -> Result<(), ServerFnError> {
    let address = address().await;
    Form::new(paths::sign_in(&next), &[("email", &email)])
        .for_anybody(async move |service, session| {
            let person =
                people::sign_in(&service, &email, &password, &address).await.map_err(
                    |error| match error {
                        SignInError::Failed(error) => error,
                        refused => Error::Refused(refused.to_string()),
                    },
                )?;
            begin(&service, &session, &person).await?;
            let next = local(&next).unwrap_or(HOME);
            flash::bring_back(&session, next).await?;
            Ok(Done::new(next, String::new()))
        })
        .await
}

/// Where the request comes from. Without an address, as in a test without a network, everybody shares one limit.
async fn address() -> String {
    let address = leptos_axum::extract::<ConnectInfo<SocketAddr>>().await.map(|peer| peer.ip().to_string());
    address.unwrap_or_default()
}

/// Signs out.
#[server(prefix = "/do", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), ServerFnError> {
    Form::new(SIGN_IN.into(), &[])
        .for_anybody(async move |_, session: Session| {
            end(&session).await?;
            Ok(Done::new(SIGN_IN, String::new()))
        })
        .await
}

/// Goes to another of one's organizations.
#[server(prefix = "/do", endpoint = "switch-organization")]
pub async fn switch_organization(#[server(default)] org: String) -> Result<(), ServerFnError> {
    let session = signed_in().map(|visitor| visitor.session);
    Form::new(HOME.into(), &[])
        .for_person(async move |service, person| {
            let (org, session) = OrgId::parse(&org).zip(session).ok_or(Error::NotFound)?;
            let there =
                people::find_member(&service.store, person.user_id, org).await?.ok_or(Error::NotFound)?;
            switch(&session, &there).await?;
            Ok(Done::new(HOME, format!("You are now in {}.", there.org_name)))
        })
        .await
}

/// A link: one click in the demo, a new password everywhere else.
#[component]
pub fn SignInLink() -> impl IntoView {
    let token = param("token");
    view! {
        <Title text="Welcome"/>
        <main class="door" id="main" tabindex="-1">
            <p class="brand"><Brand/></p>
            {Suspend::new(async move {
                match links::find(&ui().service, &token).await {
                    Ok(Link { way: Way::Open, .. }) => enter(&token).await,
                    Ok(Link { way: Way::NewPassword, person }) => choose_password(&person, token),
                    Ok(Link { way: Way::OwnPassword, person }) => own_password(&person, token),
                    Err(error) => spent(error),
                }
            })}
        </main>
    }
}

async fn enter(token: &str) -> AnyView {
    let entered = async {
        let session =
            leptos_axum::extract::<Session>().await.map_err(|error| Error::Broken(error.to_string()))?;
        let service = ui().service;
        let person = links::spend(&service, token, "", "").await?;
        begin(&service, &session, &person).await
    };
    match entered.await {
        Ok(()) => {
            leptos_axum::redirect(HOME);
            view! { <p><a href=HOME>"Go on"</a></p> }.into_any()
        }
        Err(error) => spent(error),
    }
}

fn choose_password(person: &Person, token: String) -> AnyView {
    let welcome = format!("You are invited to {} as {}.", person.org_name, person.role.as_str());
    view! {
        <form class="card pad stack" method="post" action=SpendLink::url() data-once>
            <h1>"Choose a password"</h1>
            <p class="soft">{welcome} " You will sign in with " <b>{person.email.clone()}</b> "."</p>
            <input type="hidden" name="token" value=token/>
            <input type="hidden" name="email" autocomplete="username" value=person.email.clone()/>
            <Field name="password" label="Password" kind="password" autocomplete="new-password" required=true
                hint="At least ten characters. A few words in a row are easy to keep in mind."/>
            <button class="button primary">"Sign in"</button>
        </form>
    }
    .into_any()
}

/// For somebody who is in another organization already: their one password opens this one too.
fn own_password(person: &Person, token: String) -> AnyView {
    view! {
        <form class="card pad stack" method="post" action=SpendLink::url() data-once>
            <h1>"Join "<bdi>{person.org_name.clone()}</bdi></h1>
            <p class="soft">{format!("You are invited as {}, ", person.role.as_str())}
                "and have a password in another organization already: "<b>{person.email.clone()}</b>"."</p>
            <input type="hidden" name="token" value=token/>
            <input type="hidden" name="email" autocomplete="username" value=person.email.clone()/>
            <Field name="password" label="Your password" kind="password" autocomplete="current-password" required=true/>
            <button class="button primary">"Join"</button>
        </form>
    }
    .into_any()
}

fn spent(error: Error) -> AnyView {
    let why = match error {
        Error::Refused(why) => why,
        error => {
            tracing::error!(%error, "a sign-in link cannot be used");
            "The link cannot be checked right now. Try again in a moment.".into()
        }
    };
    view! {
        <section class="card pad stack">
            <h1>"This link does not work"</h1>
            <p>{why}</p>
            <p><a class="button" href=SIGN_IN>"Sign in with a password"</a></p>
        </section>
    }
    .into_any()
}

/// Uses a link up and sets the password.
#[server(prefix = "/do", endpoint = "choose-password")]
pub async fn spend_link(
    #[server(default)] token: String,
    #[server(default)] password: String,
) -> Result<(), ServerFnError> {
    let address = address().await;
    Form::new(format!("/sign-in/link/{}", safe_segment(&token)), &[])
        .for_anybody(async move |service, session| {
            let person = links::spend(&service, &token, &password, &address).await?;
            begin(&service, &session, &person).await?;
            Ok(Done::new(HOME, format!("Welcome to {}.", person.org_name)))
        })
        .await
}

/// A token as it may stand in a path: anything else than its own letters leads to a dead link.
pub(crate) fn safe_segment(token: &str) -> String {
    token.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(100).collect()
}
