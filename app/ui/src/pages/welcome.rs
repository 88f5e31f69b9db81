//! First start: whoever holds the link that the program printed makes the first organization and
//! becomes its owner.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::people::{self, NewUser, Role};
use usher_core::{Error, FieldError, orgs};

use super::param;
use super::sign_in::safe_segment;
use crate::form::{Done, Form};
use crate::parts::brand::Brand;
use crate::parts::field::Field;
use crate::parts::page::shown;
use crate::paths::HOME;
use crate::visit::{begin, ui};

/// Asks for the first organization and its owner.
#[component]
pub fn Welcome() -> impl IntoView {
    let token = param("token");
    view! {
        <Title text="Welcome"/>
        <main class="door" id="main" tabindex="-1">
            <p class="brand"><Brand/></p>
            {Suspend::new(async move { shown(check(&token).await, |()| form(token)) })}
        </main>
    }
}

fn form(token: String) -> AnyView {
    view! {
        <form class="card pad stack" method="post" action=FirstStart::url() data-once>
            <h1>"Welcome to Usher"</h1>
            <p class="soft">"You make the first organization and own it."</p>
            <input type="hidden" name="token" value=token/>
            <Field name="organization" label="Organization" autocomplete="organization" required=true/>
            <Field name="timezone" label="Time zone" value="America/New_York" required=true
                hint="Its IANA name. Each event can have its own."/>
            <Field name="name" label="Your name" autocomplete="name"/>
            <Field name="email" label="Email" kind="email" autocomplete="username" required=true/>
            <Field name="password" label="Password" kind="password" autocomplete="new-password" required=true
                hint="At least ten characters."/>
            <button class="button primary">"Start"</button>
        </form>
    }
    .into_any()
}

/// The link works until there is an organization.
async fn check(token: &str) -> Result<(), Error> {
    let ui = ui();
    let fits = ui.first_start_token == token && !orgs::any(&ui.service.store).await?;
    if fits { Ok(()) } else { Err(Error::NotFound) }
}

/// Makes the first organization and its owner.
#[server(prefix = "/do", endpoint = "first-start")]
pub async fn first_start(
    #[server(default)] token: String,
    #[server(default)] organization: String,
    #[server(default)] timezone: String,
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] password: String,
) -> Result<(), ServerFnError> {
    let typed =
        [("organization", &*organization), ("timezone", &timezone), ("name", &name), ("email", &email)];
    Form::new(format!("/welcome/{}", safe_segment(&token)), &typed)
        .for_anybody(async move |service, session| {
            check(&token).await?;
            let owner = NewUser { email, name, role: Role::Owner };
            let (user, org) =
                people::found(&service, &organization, &timezone, &owner, &password).await.map_err(named)?;
            let person = people::find_member(&service.store, user, org).await?.ok_or(Error::NotFound)?;
            begin(&service, &session, &person).await?;
            Ok(Done::new(HOME, format!("{} is ready.", person.org_name)))
        })
        .await
}

/// The organization's name has its own field here: `name` is the owner's.
fn named(error: Error) -> Error {
    let Error::Invalid(errors) = error else {
        return error;
    };
    let renamed = |error: FieldError| match error.field.as_str() {
        "org_name" => FieldError { field: "organization".into(), ..error },
        _ => error,
    };
    Error::Invalid(errors.into_iter().map(renamed).collect())
}
