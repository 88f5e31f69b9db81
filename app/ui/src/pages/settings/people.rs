//! Who is let in, and with which role.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::ids::UserId;
use usher_core::people::members::{self, Entry, Member};
use usher_core::people::{NewUser, Person, Role};

use super::super::query;
use super::{head, may_manage, only_owners};
use crate::form::{Done, Form};
use crate::parts::ask::Ask;
use crate::parts::field::{Choice, Field};
use crate::parts::once::ShownOnce;
use crate::parts::page::{Main, shown};
use crate::parts::time::Moment;
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// Who is let in, and with which role.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let asked = query("remove").and_then(|id| UserId::parse(&id));
    view! {
        <Main narrow=true>
            {head(paths::SETTINGS_PEOPLE)}
            {Suspend::new(async move { shown(read().await, |(me, members)| page(&me, members, asked)) })}
        </Main>
    }
}

async fn read() -> Result<(Person, Vec<Member>), Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let members = members::list(&ui().service, person.org_id).await?;
    Ok((person, members))
}

fn page(me: &Person, members: Vec<Member>, asked: Option<UserId>) -> AnyView {
    let asked = members.iter().find(|member| Some(member.user_id) == asked).filter(|_| may_manage());
    let asked = asked.map(ask_to_remove);
    let rows = members.into_iter().map(|member| row(me, member)).collect_view();
    view! {
        {only_owners("These are the people of your organization.")}
        <ShownOnce name="link" label="Their link" hint="Copy it and give it to them: it is shown this once, lets one person in, and works for 7 days."/>
        {asked}
        {may_manage().then(invite_form)}
        <section class="card">
            <table class="members cards-on-phone">
                <thead><tr><th>"Person"</th><th>"Role"</th><th>"Last seen"</th><th><span class="vh">"Actions"</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
        {roles()}
    }
    .into_any()
}

fn row(me: &Person, member: Member) -> AnyView {
    let name = if member.name.is_empty() { member.email.clone() } else { member.name.clone() };
    let email = (!member.name.is_empty())
        .then(|| view! { <span class="line soft small">{member.email.clone()}</span> });
    let you = (member.user_id == me.user_id).then_some(" (you)");
    let seen = match (member.seen_at, member.link_until) {
        (Some(at), _) => view! { <Moment at=at zone=zone() class="soft"/> }.into_any(),
        (None, Some(until)) if !member.has_joined => {
            view! { <span class="soft small">"Invited; the link works until "<Moment at=until zone=zone()/></span> }.into_any()
        }
        (None, None) if !member.has_joined => {
            view! { <span class="soft small">"Invited; the link has expired"</span> }.into_any()
        }
        _ => view! { <span class="soft">"Not lately"</span> }.into_any(),
    };
    view! {
        <tr id=format!("u-{}", member.user_id)>
            <td><b class="line" dir="auto">{name}{you}</b>{email}</td>
            <td>{role_word(member.role)}</td>
            <td data-label="Last seen">{seen}</td>
            <td>{may_manage().then(|| actions(&member))}</td>
        </tr>
    }
    .into_any()
}

fn actions(member: &Member) -> AnyView {
    let user = member.user_id.to_string();
    let select = format!("role-{user}");
    let options = Role::ALL.map(|role| {
        view! { <option value=role.as_str() selected=role == member.role>{role_word(role)}</option> }
    });
    view! {
        <details class="more">
            <summary>"Change"<span class="vh">" "{member.email.clone()}</span></summary>
            <div class="stack">
                <form class="row tight" method="post" action=ChangeRole::url() data-once>
                    <input type="hidden" name="user" value=user.clone()/>
                    <label class="vh" for=select.clone()>"Role"</label>
                    <select id=select name="role">{options.collect_view()}</select>
                    <button class="button">"Save role"</button>
                </form>
                <form method="post" action=NewLink::url() data-once>
                    <input type="hidden" name="user" value=user.clone()/>
                    <button class="button">"New sign-in link"</button>
                </form>
                <a class="button danger" href=format!("{}?remove={user}#remove", paths::SETTINGS_PEOPLE)>"Remove…"</a>
            </div>
        </details>
    }
    .into_any()
}

/// Asks before somebody is let in no more.
fn ask_to_remove(member: &Member) -> AnyView {
    let words = "They are signed out everywhere and their links end. What they did keeps their name. To let them in again, invite them.";
    view! {
        <Ask id="remove" title=format!("Remove {}?", member.email) words=words action=RemovePerson::url()
            fields=vec![("user", member.user_id.to_string())] button="Remove" keep="Keep them"
            back=paths::SETTINGS_PEOPLE/>
    }
    .into_any()
}

fn invite_form() -> AnyView {
    let options =
        Role::ALL.into_iter().rev().map(|role| (role.as_str().to_owned(), role_word(role).to_owned()));
    view! {
        <form class="card pad stack" method="post" action=InvitePerson::url() data-once id="invite">
            <h2>"Invite somebody"</h2>
            <div class="fields">
                <Field name="email" label="Email" kind="email" required=true autocomplete="off"/>
                <Field name="name" label="Name" autocomplete="off"/>
                <Choice name="role" label="Role" options=options.collect() chosen="organizer"/>
            </div>
            <div class="row between">
                <span class="soft small">"You get a link to give to them. Usher sends no mail."</span>
                <button class="button primary">"Make a link"</button>
            </div>
        </form>
    }
    .into_any()
}

fn roles() -> AnyView {
    view! {
        <section class="card pad stack">
            <h2>"What roles may do"</h2>
            <dl class="facts">
                <dt>"Owner"</dt><dd>"Everything: also settings, people, keys, and lifting a “dead number”."</dd>
                <dt>"Organizer"</dt><dd>"Events, attendees, sends and templates."</dd>
                <dt>"Staff"</dt><dd>"Look at everything, retry, mend a number, set a failure or a reply aside."</dd>
            </dl>
        </section>
    }
    .into_any()
}

fn role_word(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Organizer => "Organizer",
        Role::Staff => "Staff",
    }
}

fn entry(email: &str, entry: Entry) -> Done {
    match entry {
        Entry::Link(token) => {
            let link = format!("{}/sign-in/link/{token}", ui().service.settings.public_url);
            Done::new(
                paths::SETTINGS_PEOPLE,
                format!("The link for {email} is below. It is shown this once."),
            )
            .showing_once("link", link)
        }
        Entry::OwnPassword => Done::new(
            paths::SETTINGS_PEOPLE,
            format!(
                "No link: the password of {email} opens another organization too, so only they can change it."
            ),
        ),
    }
}

/// Lets somebody in.
#[server(prefix = "/do", endpoint = "invite-person")]
pub async fn invite_person(
    #[server(default)] email: String,
    #[server(default)] name: String,
    #[server(default)] role: String,
) -> Result<(), ServerFnError> {
    let typed = [("email", &*email), ("name", &name), ("role", &role)];
    Form::new(paths::SETTINGS_PEOPLE.into(), &typed)
        .for_person(async move |service, person| {
            let role = Role::parse(&role).ok_or_else(|| Error::invalid("role", "Choose a role."))?;
            let new = NewUser { email: email.clone(), name, role };
            let token = members::invite(&service, &person, &new).await?;
            Ok(entry(email.trim(), Entry::Link(token)))
        })
        .await
}

/// Makes a new link for somebody.
#[server(prefix = "/do", endpoint = "new-link")]
pub async fn new_link(#[server(default)] user: String) -> Result<(), ServerFnError> {
    Form::new(paths::SETTINGS_PEOPLE.into(), &[])
        .for_person(async move |service, person| {
            let user = UserId::parse(&user).ok_or(Error::NotFound)?;
            let (email, entered) = members::new_link(&service, &person, user).await?;
            Ok(entry(&email, entered))
        })
        .await
}

/// Gives somebody another role.
#[server(prefix = "/do", endpoint = "change-role")]
pub async fn change_role(
    #[server(default)] user: String,
    #[server(default)] role: String,
) -> Result<(), ServerFnError> {
    Form::new(paths::SETTINGS_PEOPLE.into(), &[])
        .for_person(async move |service, person| {
            let user = UserId::parse(&user).ok_or(Error::NotFound)?;
            let role = Role::parse(&role).ok_or_else(|| Error::Refused("Choose a role.".into()))?;
            let email = members::change_role(&service, &person, user, role).await?;
            Ok(Done::new(paths::SETTINGS_PEOPLE, format!("{email} is now {}.", as_noun(role))))
        })
        .await
}

fn as_noun(role: Role) -> &'static str {
    match role {
        Role::Owner => "an owner",
        Role::Organizer => "an organizer",
        Role::Staff => "staff",
    }
}

/// Lets somebody in no more.
#[server(prefix = "/do", endpoint = "remove-person")]
pub async fn remove_person(#[server(default)] user: String) -> Result<(), ServerFnError> {
    Form::new(paths::SETTINGS_PEOPLE.into(), &[])
        .for_person(async move |service, person| {
            let user = UserId::parse(&user).ok_or(Error::NotFound)?;
            let email = members::remove(&service, &person, user).await?;
            let say = format!("{email} is let in no more. Their links and sessions here have ended.");
            Ok(Done::new(paths::SETTINGS_PEOPLE, say))
        })
        .await
}
