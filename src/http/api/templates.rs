//! `/api/v1/templates`

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use usher_core::error::Problems;
use usher_core::ids::TemplateId;
use usher_core::messages::render::Words;
use usher_core::templates::{self, Draft, Template};
use uuid::Uuid;

use super::caller::{Reader, Writer};
use super::fields::Fields;
use super::messages::purpose;
use super::problem::Problem;
use super::query::{NoQuery, Page, Query};
use super::request::{Body, Ids};
use super::wire;
use crate::http::App;

/// `POST /api/v1/templates`
pub(super) async fn create(
    State(app): State<App>,
    Writer(key): Writer,
    Body(body): Body,
) -> Result<Response, Problem> {
    let mut problems = Problems::default();
    let mut fields = Fields::of(body, &mut problems);
    let draft = Draft {
        name: fields.text("name").unwrap_or_default(),
        purpose: purpose(&mut fields),
        body: fields.lines("body").unwrap_or_default(),
        archived: false,
    };
    fields.done();
    let template = templates::make(app.service(), key.org_id, &key.author(), draft, problems).await?;
    Ok(wire::created(&format!("/api/v1/templates/{}", template.id), shown(&template)))
}

/// `PATCH /api/v1/templates/{template_id}`: another body is a new version.
pub(super) async fn change(
    State(app): State<App>,
    Writer(key): Writer,
    ids: Ids,
    Body(body): Body,
) -> Result<Json<Value>, Problem> {
    let id = ids.get("template_id", TemplateId::parse)?;
    let mut problems = Problems::default();
    let mut fields = Fields::of(body, &mut problems);
    let name = fields.replacement("name", Fields::text);
    let purpose = fields.replacement("purpose", |fields, _| purpose(fields));
    let body = fields.replacement("body", Fields::lines);
    let archived = fields.replacement("archived", Fields::flag);
    fields.done();
    let edit = |draft: &mut Draft| {
        draft.name = name.unwrap_or_else(|| std::mem::take(&mut draft.name));
        draft.purpose = purpose.or(draft.purpose);
        draft.body = body.unwrap_or_else(|| std::mem::take(&mut draft.body));
        draft.archived = archived.unwrap_or(draft.archived);
    };
    let template = templates::change(app.service(), key.org_id, &key.author(), id, problems, edit).await?;
    Ok(Json(shown(&template)))
}

/// `GET /api/v1/templates/{template_id}`
pub(super) async fn find(
    State(app): State<App>,
    reader: Reader,
    _: NoQuery,
    ids: Ids,
) -> Result<Json<Value>, Problem> {
    let id = ids.get("template_id", TemplateId::parse)?;
    Ok(Json(shown(&templates::find(&app.service().store, reader.org, id).await?)))
}

/// `GET /api/v1/templates`: those in use, oldest first.
pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let mut problems = Problems::default();
    let mut fields = query.fields(&mut problems);
    let page = Page::<Uuid>::of(&mut fields);
    fields.done();
    problems.none()?;
    let after = page.after.map(TemplateId);
    let mut found = templates::list(&app.service().store, reader.org, after, page.and_one()).await?;
    let next = page.cut(&mut found, |template| template.id.0);
    Ok(wire::list("templates", found.iter().map(shown).collect(), next))
}

fn shown(template: &Template) -> Value {
    // The words were checked when they were written.
    let variables = Words::parse(&template.body).map(|words| words.variables()).unwrap_or_default();
    json!({
        "id": wire::id(template.id),
        "name": template.name,
        "purpose": template.purpose.as_str(),
        "body": template.body,
        "variables": variables,
        "version": template.version,
        "created_at": wire::time(template.created_at),
        "updated_at": wire::time(template.updated_at),
        "archived_at": wire::maybe_time(template.archived_at),
    })
}
