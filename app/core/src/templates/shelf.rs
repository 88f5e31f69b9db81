//! Templates as their pages show and change them: all of them with when each was used last, and every
//! version of one.

use chrono::{DateTime, Utc};

use super::{Draft, Template, change, make};
use crate::error::{Error, Problems};
use crate::ids::{OrgId, TemplateId};
use crate::messages::Purpose;
use crate::people::Person;
use crate::sends::unknown_variable;
use crate::service::Service;
use crate::store::{Store, on_store};

/// Templates that a list holds at most, by name.
pub const MOST_LISTED: i64 = 500;
/// Versions that a list holds at most, the newest.
pub const MOST_VERSIONS: i64 = 200;

/// A template on the list.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// The template.
    #[sqlx(flatten)]
    pub template: Template,
    /// How many sends were made from it.
    pub sends: i64,
    /// When the last of them was.
    pub last_sent: Option<DateTime<Utc>>,
}

/// Words that a template has, or had.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Version {
    /// Its number, from 1.
    pub version: i64,
    /// The words.
    pub body: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// The email of whoever wrote them, if a person did.
    pub author: Option<String>,
}

/// A template as typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// What organizers call it.
    pub name: String,
    /// One of [`Purpose`]'s words.
    pub purpose: String,
    /// Its words.
    pub body: String,
}

/// All templates of an organization by name, those in use first.
///
/// # Errors
/// If the database fails.
pub async fn shelf(store: &Store, org: OrgId) -> Result<Vec<Listed>, Error> {
    let sql = "select t.id, t.name, t.purpose, v.body, v.version, t.created_at, v.created_at as updated_at, t.archived_at,
           coalesce(used.sends, 0) as sends, used.last_sent
         from templates t join template_versions v on v.template_id = t.id and v.version =
           (select max(n.version) from template_versions n where n.template_id = t.id)
         left join (select template_id, count(*) as sends, max(created_at) as last_sent from sends
           where org_id = $1 and template_id is not null group by template_id) used on used.template_id = t.id
         where t.org_id = $1 order by t.archived_at is not null, lower(t.name), t.id limit $2";
    let rows: Vec<Listed> =
        on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(MOST_LISTED).fetch_all(ex).await)?;
    Ok(rows)
}

/// Every version of a template's words, newest first.
///
/// # Errors
/// If the database fails. A strange template has none.
pub async fn versions(store: &Store, org: OrgId, id: TemplateId) -> Result<Vec<Version>, Error> {
    let sql = "select v.version, v.body, v.created_at, u.email as author from template_versions v
         left join users u on u.id = v.created_by
         where v.org_id = $1 and v.template_id = $2 order by v.version desc limit $3";
    Ok(
        on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(id).bind(MOST_VERSIONS).fetch_all(ex).await)?,
    )
}

/// Makes a template of what somebody typed, or changes theirs; other words are a new version.
///
/// # Errors
/// [`Error::Invalid`] for what was typed, [`Error::NotFound`] for a strange template,
/// [`Error::NotAllowed`] for a role that may not write any.
pub async fn put(
    service: &Service,
    person: &Person,
    id: Option<TemplateId>,
    typed: Typed,
) -> Result<Template, Error> {
    may_write(person)?;
    let mut problems = Problems::default();
    let purpose = Purpose::parse(typed.purpose.trim()).filter(|purpose| !purpose.holds_secret());
    // Words that a send would refuse are refused here, where they can still be mended in peace.
    if let Ok(words) = crate::messages::render::Words::parse(&typed.body)
        && let Some(unknown) = words.variables().into_iter().find_map(unknown_variable)
    {
        problems.add("body", unknown);
    }
    let (org, author) = (person.org_id, person.author());
    match id {
        None => {
            let draft = Draft { name: typed.name, purpose, body: typed.body, archived: false };
            make(service, org, &author, draft, problems).await
        }
        Some(id) => {
            let edit = |draft: &mut Draft| {
                draft.name = typed.name;
                draft.purpose = purpose;
                draft.body = typed.body;
            };
            change(service, org, &author, id, problems, edit).await
        }
    }
}

/// Puts a template out of use, or back.
///
/// # Errors
/// [`Error::NotFound`] for a strange template, [`Error::NotAllowed`] for a role that may not.
pub async fn put_in_use(
    service: &Service,
    person: &Person,
    id: TemplateId,
    in_use: bool,
) -> Result<Template, Error> {
    may_write(person)?;
    let edit = |draft: &mut Draft| draft.archived = !in_use;
    change(service, person.org_id, &person.author(), id, Problems::default(), edit).await
}

fn may_write(person: &Person) -> Result<(), Error> {
    if person.role.may_send() {
        return Ok(());
    }
    Err(Error::NotAllowed("Your role can look at templates, but not change them. Ask an organizer."))
}
