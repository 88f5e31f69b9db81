//! Where whoever looks is signed in.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::people::sessions::{self, Opened};

use super::head;
use crate::form::{Done, Form};
use crate::parts::page::{Main, shown};
use crate::parts::time::Moment;
use crate::parts::words::count;
use crate::paths;
use crate::visit::{browser_word, signed_in, ui, zone};

/// Where whoever looks is signed in.
#[component]
pub fn SessionsPage() -> impl IntoView {
    view! {
        <Main narrow=true>
            {head(paths::SETTINGS_SESSIONS)}
            {Suspend::new(async move { shown(read().await, |(mine, all)| page(&mine, all)) })}
        </Main>
    }
}

/// The hash of the session that asks, and every session of its person.
async fn read() -> Result<(Vec<u8>, Vec<Opened>), Error> {
    let visitor = signed_in().ok_or(Error::NotFound)?;
    let ui = ui();
    let all = sessions::of_user(&ui.service.store, &ui.service.clock, visitor.person.user_id).await?;
    let key = visitor.session.id().map(|id| id.to_string()).unwrap_or_default();
    Ok((sessions::hash(&key), all))
}

fn page(mine: &[u8], all: Vec<Opened>) -> AnyView {
    let others = all.iter().any(|session| session.id_hash != mine);
    let rows = all.into_iter().map(|session| row(mine, session)).collect_view();
    let end_others = others.then(|| {
        view! {
            <form method="post" action=EndOthers::url() data-once>
                <button class="button danger">"End all others"</button>
            </form>
        }
    });
    view! {
        <section class="card">
            <div class="pad row between ruled">
                <div class="stack tight">
                    <h2>"Where you are signed in"</h2>
                    <p class="soft small">"An unused session ends after 7 days, any session after 30."</p>
                </div>
                {end_others}
            </div>
            <table class="sessions cards-on-phone">
                <thead><tr><th>"Browser"</th><th>"Since"</th><th>"Last seen"</th><th><span class="vh">"Actions"</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(mine: &[u8], session: Opened) -> AnyView {
    let browser = session.user_agent.as_deref().map_or("Unknown browser".to_owned(), browser_word);
    let from = session.address.map_or("from an unknown address".into(), |address| format!("from {address}"));
    let action = if session.id_hash == mine {
        view! { <span class="soft small">"This one"</span> }.into_any()
    } else {
        view! {
            <form method="post" action=EndSession::url() data-once>
                <input type="hidden" name="session" value=hex(&session.id_hash)/>
                <button class="button">"End"<span class="vh">" "{browser.clone()}</span></button>
            </form>
        }
        .into_any()
    };
    view! {
        <tr id=format!("s-{}", &hex(&session.id_hash)[..16])>
            <td><b class="line">{browser}</b><span class="line soft small">{from}</span></td>
            <td data-label="Since"><Moment at=session.created_at zone=zone() class="soft"/></td>
            <td data-label="Last seen"><Moment at=session.seen_at zone=zone() class="soft"/></td>
            <td>{action}</td>
        </tr>
    }
    .into_any()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `None` for what is no hash.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let whole = text.len() == 64 && text.is_ascii();
    let bytes = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok());
    whole.then(|| bytes.collect()).flatten()
}

/// Ends one of one's own sessions.
#[server(prefix = "/do", endpoint = "end-session")]
pub async fn end_session(#[server(default)] session: String) -> Result<(), ServerFnError> {
    Form::new(paths::SETTINGS_SESSIONS.into(), &[])
        .for_person(async move |service, person| {
            let hash = unhex(&session).ok_or(Error::NotFound)?;
            if !sessions::end_of_user(&service.store, person.user_id, &hash).await? {
                return Err(Error::NotFound);
            }
            Ok(Done::new(paths::SETTINGS_SESSIONS, "That session is ended."))
        })
        .await
}

/// Ends all of one's own sessions but this one.
#[server(prefix = "/do", endpoint = "end-other-sessions")]
pub async fn end_others() -> Result<(), ServerFnError> {
    let key = signed_in().and_then(|visitor| visitor.session.id()).map(|id| id.to_string());
    Form::new(paths::SETTINGS_SESSIONS.into(), &[])
        .for_person(async move |service, person| {
            let key = key.ok_or(Error::NotFound)?;
            let ended = sessions::end_others(&service.store, person.user_id, &key).await?;
            let ended = i64::try_from(ended).unwrap_or(i64::MAX);
            let say = format!("{} ended. This one goes on.", count(ended, "other session", "other sessions"));
            Ok(Done::new(paths::SETTINGS_SESSIONS, say))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_survives_the_form_and_what_is_none_is_refused() {
        let hash = [7_u8; 32];
        assert_eq!(unhex(&hex(&hash)).as_deref(), Some(&hash[..]));
        for none in ["", "zz", &"é".repeat(32), &"g".repeat(64)] {
            assert_eq!(unhex(none), None, "{none}");
        }
    }
}
