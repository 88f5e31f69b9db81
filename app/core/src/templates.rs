//! Templates: words that are sent again and again. Each edit of the words is a new version, and
//! old ones are kept: what a text was made from stays readable.

mod shelf;

pub use shelf::{Listed, MOST_LISTED, MOST_VERSIONS, Typed, Version, put, put_in_use, shelf, versions};

use chrono::{DateTime, Utc};

use crate::audit;
use crate::error::{Error, Problems, clean};
use crate::ids::{OrgId, TemplateId, UserId};
use crate::messages::render::Words;
use crate::messages::{Author, LONGEST_BODY, Purpose};
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};

/// A template as its newest version has it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// What organizers call it.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Its words, with variables such as `{{first_name}}`.
    pub body: String,
    /// How often the words were written.
    pub version: i64,
    /// Since when there is one.
    pub created_at: DateTime<Utc>,
    /// Since when its words are these.
    pub updated_at: DateTime<Utc>,
    /// Since when it is out of use.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A template as somebody wants it to be, not checked yet.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What organizers call it.
    pub name: String,
    /// What it is for.
    pub purpose: Option<Purpose>,
    /// Its words.
    pub body: String,
    /// Out of use.
    pub archived: bool,
}

struct Checked {
    name: String,
    purpose: Purpose,
    body: String,
}

impl Draft {
    fn check(self, mut problems: Problems) -> Result<Checked, Error> {
        let name = problems.required("name", &self.name, 200, "Give the template a name.");
        let purpose = problems.take("purpose", self.purpose.ok_or("Say what the template is for."));
        let body = problems.required("body", &self.body, LONGEST_BODY, "Write the text.");
        if let Err(error) = Words::parse(&body) {
            problems.add("body", error.to_string());
        }
        problems.none()?;
        let purpose =
            purpose.ok_or_else(|| Error::Broken("a template without purpose passed its check".into()))?;
        Ok(Checked { name, purpose, body })
    }
}

impl From<&Template> for Draft {
    fn from(template: &Template) -> Self {
        Self {
            name: template.name.clone(),
            purpose: Some(template.purpose),
            body: template.body.clone(),
            archived: template.archived_at.is_some(),
        }
    }
}

macro_rules! template {
    ($($rest:literal)*) => {
        concat!(
            "select t.id, t.name, t.purpose, v.body, v.version, t.created_at, v.created_at as updated_at, t.archived_at
             from templates t join template_versions v on v.template_id = t.id and v.version =
               (select max(n.version) from template_versions n where n.template_id = t.id) ",
            $($rest),*
        )
    };
}

/// Makes a template. `problems` may already hold what the caller could not read.
///
/// # Errors
/// [`Error::Invalid`] with those and its own; else if the database fails.
pub async fn make(
    service: &Service,
    org: OrgId,
    author: &Author,
    draft: Draft,
    problems: Problems,
) -> Result<Template, Error> {
    let new = draft.check(problems)?;
    let id = TemplateId(service.clock.new_id());
    let now = service.clock.now();
    let mut tx = service.store.begin().await?;
    let sql = "insert into templates (id, org_id, name, purpose, created_at) values ($1, $2, $3, $4, $5)";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(id)
        .bind(org)
        .bind(&new.name)
        .bind(new.purpose)
        .bind(now)
        .execute(ex)
        .await
        .map(drop))?;
    write_version(&mut tx, org, id, 1, &new.body, author.user, now).await?;
    let template = find_in(&mut tx, org, id).await?;
    audit::note(&mut tx, service, org, author, "make template", &template.name).await?;
    tx.commit().await?;
    Ok(template)
}

/// Changes a template as `edit` says; other words are a new version.
///
/// # Errors
/// [`Error::NotFound`] for a strange template, [`Error::Invalid`] for what it would become.
pub async fn change(
    service: &Service,
    org: OrgId,
    author: &Author,
    id: TemplateId,
    problems: Problems,
    edit: impl FnOnce(&mut Draft),
) -> Result<Template, Error> {
    let now = service.clock.now();
    let mut tx = service.store.begin().await?;
    // SQLite holds the whole database for this transaction already.
    if let Tx::Postgres(_) = &tx {
        let sql = "select id from templates where org_id = $1 and id = $2 for update";
        on_tx!(tx, |ex| sqlx::query(sql).bind(org).bind(id).fetch_optional(ex).await.map(drop))?;
    }
    let before = find_in(&mut tx, org, id).await?;
    let mut draft = Draft::from(&before);
    edit(&mut draft);
    let archived_at = draft.archived.then(|| before.archived_at.unwrap_or(now));
    let new = draft.check(problems)?;
    let sql = "update templates set name = $3, purpose = $4, archived_at = $5 where org_id = $1 and id = $2";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(org)
        .bind(id)
        .bind(&new.name)
        .bind(new.purpose)
        .bind(archived_at)
        .execute(ex)
        .await
        .map(drop))?;
    if new.body != before.body {
        write_version(&mut tx, org, id, before.version + 1, &new.body, author.user, now).await?;
    }
    let template = find_in(&mut tx, org, id).await?;
    note_change(&mut tx, service, org, author, &before, &template).await?;
    tx.commit().await?;
    Ok(template)
}

/// Notes what of a template is not what it was; its words stand in its versions.
async fn note_change(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    author: &Author,
    before: &Template,
    after: &Template,
) -> Result<(), sqlx::Error> {
    let changed = [
        (before.name != after.name).then(|| format!("name (now {})", after.name)),
        (before.purpose != after.purpose).then(|| "purpose".to_owned()),
        (before.version != after.version).then(|| format!("words (version {})", after.version)),
    ];
    let changed: Vec<String> = changed.into_iter().flatten().collect();
    if !changed.is_empty() {
        let subject = format!("{}: {}", before.name, changed.join(", "));
        audit::note(tx, service, org, author, "change template", &subject).await?;
    }
    let action = match (before.archived_at, after.archived_at) {
        (None, Some(_)) => "put template out of use",
        (Some(_), None) => "put template back in use",
        _ => return Ok(()),
    };
    audit::note(tx, service, org, author, action, &after.name).await
}

async fn write_version(
    tx: &mut Tx,
    org: OrgId,
    id: TemplateId,
    version: i64,
    body: &str,
    user: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let sql = "insert into template_versions (template_id, version, org_id, body, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6)";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(id)
        .bind(version)
        .bind(org)
        .bind(body)
        .bind(user)
        .bind(now)
        .execute(ex)
        .await
        .map(drop))
}

/// One template of an organization, read in the caller's transaction.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub(crate) async fn find_in(tx: &mut Tx, org: OrgId, id: TemplateId) -> Result<Template, Error> {
    let sql = template!("where t.org_id = $1 and t.id = $2");
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?.ok_or(Error::NotFound)
}

/// One template of an organization, also if it is out of use.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub async fn find(store: &Store, org: OrgId, id: TemplateId) -> Result<Template, Error> {
    let sql = template!("where t.org_id = $1 and t.id = $2");
    on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}

/// A template that texts may be made from.
///
/// # Errors
/// [`Error::Invalid`] for the field `template` if there is none with this id, or it is out of use.
pub async fn usable(store: &Store, org: OrgId, id: TemplateId) -> Result<Template, Error> {
    match find(store, org, id).await {
        Ok(found) => found.in_use(),
        Err(Error::NotFound) => Err(no_such_template()),
        Err(error) => Err(error),
    }
}

/// As [`usable`], read in the caller's transaction.
///
/// # Errors
/// As [`usable`].
pub(crate) async fn usable_in(tx: &mut Tx, org: OrgId, id: TemplateId) -> Result<Template, Error> {
    match find_in(tx, org, id).await {
        Ok(found) => found.in_use(),
        Err(Error::NotFound) => Err(no_such_template()),
        Err(error) => Err(error),
    }
}

impl Template {
    fn in_use(self) -> Result<Self, Error> {
        match self.archived_at {
            None => Ok(self),
            Some(_) => Err(Error::invalid("template", "This template is out of use.")),
        }
    }
}

fn no_such_template() -> Error {
    Error::invalid("template", "There is no template with this id.")
}

/// At most `limit` templates in use, oldest first, those after `after`.
///
/// # Errors
/// If the database fails.
pub async fn list(
    store: &Store,
    org: OrgId,
    after: Option<TemplateId>,
    limit: i64,
) -> Result<Vec<Template>, Error> {
    let sql = template!(
        "where t.org_id = $1 and t.archived_at is null and ($2 is null or t.id > $2) order by t.id limit $3"
    );
    Ok(on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org).bind(after).bind(limit).fetch_all(ex).await)?)
}

/// The template and version, written as `id:3`, that words came from, as long as they are still its words.
pub(crate) async fn linked(
    store: &Store,
    org: OrgId,
    link: &str,
    body: &str,
) -> Result<Option<(TemplateId, i64)>, Error> {
    let link = link.split_once(':');
    let link = link.and_then(|(id, version)| TemplateId::parse(id).zip(version.parse().ok()));
    let Some((id, version)) = link else { return Ok(None) };
    let words = words_of(store, org, id, version).await?;
    Ok(words.filter(|words| clean(words) == clean(body)).map(|_| (id, version)))
}

/// The words that a template had in one of its versions.
///
/// # Errors
/// If the database fails.
pub async fn words_of(
    store: &Store,
    org: OrgId,
    id: TemplateId,
    version: i64,
) -> Result<Option<String>, Error> {
    let sql = "select body from template_versions where org_id = $1 and template_id = $2 and version = $3";
    Ok(on_store!(read store, |ex| sqlx::query_scalar(sql)
        .bind(org).bind(id).bind(version).fetch_optional(ex).await)?)
}
