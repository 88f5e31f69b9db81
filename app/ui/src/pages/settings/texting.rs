//! Which account and sender texts go through, and whether it works.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::accounts::{self, Texting, Typed};
use usher_core::people::Person;
use usher_core::{Error, phones};

use super::{head, may_manage};
use crate::form::{Done, Form};
use crate::parts::field::Field;
use crate::parts::form_key::FormKey;
use crate::parts::page::{Main, shown};
use crate::parts::time::Moment;
use crate::paths;
use crate::trouble::{self, Trouble};
use crate::visit::{signed_in, ui, zone};

/// Which account and sender texts go through, and whether it works.
#[component]
pub fn TextingPage() -> impl IntoView {
    view! {
        <Main narrow=true>
            {head(paths::SETTINGS_TEXTING)}
            {Suspend::new(async move { shown(read().await, |(person, texting, red)| page(&person, &texting, red)) })}
        </Main>
    }
}

async fn read() -> Result<(Person, Texting, Vec<Trouble>), Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let ui = ui();
    let texting = accounts::texting(&ui.service, person.org_id).await?;
    let red = trouble::all(&ui, &person).await;
    Ok((person, texting, red))
}

fn page(person: &Person, texting: &Texting, red: Vec<Trouble>) -> AnyView {
    view! {
        {state(texting, red)}
        {person.role.may_send().then(|| try_it(texting))}
        {addresses()}
        {may_manage().then(|| change(texting))}
    }
    .into_any()
}

/// What texts go through, and what is wrong with it.
fn state(texting: &Texting, red: Vec<Trouble>) -> AnyView {
    let verdict = if red.is_empty() {
        view! { <p><span class="badge" data-status="delivered">"Nothing is wrong that we know of"</span></p> }
            .into_any()
    } else {
        let red = red.into_iter().map(|trouble| {
            view! { <div class="notice" data-status="failed"><b>{trouble.title}</b><p class="small">{trouble.words}</p></div> }
        });
        view! { <div class="stack">{red.collect_view()}</div> }.into_any()
    };
    let account = texting.account.clone().unwrap_or_else(|| "Not set".into());
    let from = match (texting.own_account, &texting.account) {
        (true, _) => "Entered here by an owner.",
        (false, Some(_)) => "Set where Usher is installed, by TWILIO_ACCOUNT_SID and its neighbours.",
        (false, None) => "Texts are recorded and not sent until there is one.",
    };
    let token = texting.account.as_ref().map(|_| "•••••••• (never shown)").unwrap_or("Not set");
    let confirmed = texting.confirmed_at.filter(|_| texting.own_account).map(|at| {
        view! { <dt>"Login confirmed by Twilio"</dt><dd><Moment at=at zone=zone()/></dd> }
    });
    view! {
        <section class="card pad stack">
            <h2>"How your texts go out"</h2>
            {verdict}
            <dl class="facts">
                <dt>"Twilio account"</dt><dd><code>{account}</code><br/><span class="soft small">{from}</span></dd>
                <dt>"Auth token"</dt><dd>{token}</dd>
                {confirmed}
                <dt>"Sender"</dt><dd>{texting.sender.as_deref().map_or("Not set".to_owned(), sender_words)}</dd>
                <dt>"Last receipt"</dt><dd>{receipts(texting)}</dd>
            </dl>
        </section>
    }
    .into_any()
}

fn sender_words(sender: &str) -> String {
    if sender.starts_with("MG") { format!("Messaging Service {sender}") } else { phones::shown(sender) }
}

fn receipts(texting: &Texting) -> AnyView {
    if texting.last_receipts.is_empty() {
        return view! { <span class="soft">"Not yet among your newest texts"</span> }.into_any();
    }
    let each = texting.last_receipts.iter().map(|(sender, at)| {
        view! { <span class="line"><Moment at=*at zone=zone()/>" for "{sender_words(sender)}</span> }
    });
    each.collect_view().into_any()
}

fn try_it(texting: &Texting) -> AnyView {
    let from = texting.sender.as_deref().map_or("your sender".to_owned(), sender_words);
    view! {
        <form class="card pad stack" method="post" action=TextYourself::url() data-once>
            <FormKey/>
            <h2>"Text yourself"</h2>
            <p class="soft small">"One real text from "{from}", with every step recorded. It costs what any text costs."</p>
            <div class="fields">
                <Field name="phone" label="Your mobile number" kind="tel" autocomplete="tel" required=true
                    hint="With country code, such as +1 555 123 4567"/>
            </div>
            <div class="row end"><button class="button primary">"Send me a test"</button></div>
        </form>
    }
    .into_any()
}

fn addresses() -> AnyView {
    let base = ui().service.settings.public_url.clone();
    let callbacks = if ui().service.settings.status_callbacks {
        "Each text carries the first address itself; you need not enter it. Enter the second at Twilio, at your number or Messaging Service under “A message comes in”, with POST."
    } else {
        "Twilio cannot reach this address, so texts are sent without it and we ask Twilio for each status. It must be a public https address: PUBLIC_URL where Usher is installed."
    };
    view! {
        <section class="card pad stack">
            <h2>"Addresses for Twilio"</h2>
            <p class="soft small">{callbacks}</p>
            <dl class="facts">
                <dt>"Delivery statuses"</dt><dd><code>{format!("{base}/api/webhooks/twilio/status")}</code></dd>
                <dt>"Incoming texts"</dt><dd><code>{format!("{base}/api/webhooks/twilio/inbound")}</code></dd>
            </dl>
        </section>
    }
    .into_any()
}

fn change(texting: &Texting) -> AnyView {
    let open = crate::parts::field::last().is_some_and(|flash| flash.typed("account").is_some());
    let back = texting.own_account.then(|| {
        view! {
            <form class="pad stack" method="post" action=UseConfigured::url() data-once>
                <p class="soft small">"Or let texts go through the account that Usher is installed with again."</p>
                <div><button class="button danger">"Use the installed account"</button></div>
            </form>
        }
    });
    view! {
        <details class="card more" id="own-account" open=open>
            <summary>{if texting.own_account { "Change the account or sender" } else { "Use an account of your own" }}</summary>
            <form class="pad stack" method="post" action=ConnectAccount::url() data-once>
                <p class="soft small">
                    "Twilio is asked whether the login works before anything is saved. Texts on their way stay with the account they went through."
                </p>
                <div class="fields">
                    <Field name="account" label="Account SID" required=true autocomplete="off" hint="AC and 32 letters and digits"/>
                    <Field name="token" label="Auth token" kind="password" required=true autocomplete="off" hint="Kept encrypted, never shown"/>
                </div>
                <Field name="sender" label="Sender" required=true autocomplete="off"
                    hint="A number of that account such as +1 555 123 4567, or a Messaging Service (MG…)"/>
                <div class="row end"><button class="button primary">"Ask Twilio and save"</button></div>
            </form>
            {back}
        </details>
    }
    .into_any()
}

/// Gives the organization its own account.
#[server(prefix = "/do", endpoint = "connect-account")]
pub async fn connect_account(
    #[server(default)] account: String,
    #[server(default)] token: String,
    #[server(default)] sender: String,
) -> Result<(), ServerFnError> {
    Form::new(paths::SETTINGS_TEXTING.into(), &[("account", &account), ("sender", &sender)])
        .for_person(async move |service, person| {
            accounts::connect_own(&service, &person, &Typed { account, token, sender }).await?;
            let say = "Twilio confirmed the login. New texts go through this account; text yourself to see that the sender works.";
            Ok(Done::new(paths::SETTINGS_TEXTING, say))
        })
        .await
}

/// Goes back to the configured account.
#[server(prefix = "/do", endpoint = "use-configured-account")]
pub async fn use_configured() -> Result<(), ServerFnError> {
    Form::new(paths::SETTINGS_TEXTING.into(), &[])
        .for_person(async move |service, person| {
            accounts::use_configured(&service, &person).await?;
            Ok(Done::new(paths::SETTINGS_TEXTING, "New texts go through the installed account again."))
        })
        .await
}

/// Texts a number of one's own.
#[server(prefix = "/do", endpoint = "text-yourself")]
pub async fn text_yourself(
    #[server(default)] phone: String,
    #[server(default)] once: String,
) -> Result<(), ServerFnError> {
    Form::new(paths::SETTINGS_TEXTING.into(), &[("phone", &phone)])
        .for_person(async move |service, person| {
            let made = accounts::text_yourself(&service, &person, &phone, &once).await?;
            let to = paths::text(made.id);
            if made.before {
                return Ok(Done::but(to, "This test was recorded before. Nothing was sent twice."));
            }
            Ok(Done::new(to, "The test is recorded. Watch here whether it arrives."))
        })
        .await
}
