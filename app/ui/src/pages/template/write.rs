//! What the forms of a template post to.

use leptos::prelude::*;
use usher_core::Error;
use usher_core::ids::TemplateId;
use usher_core::templates::{self, Typed};
use usher_core::twilio::segments;

use crate::form::{Done, Form};
use crate::paths;

/// Makes or changes a template; or changes nothing and goes back to the form with what was typed.
#[server(prefix = "/do", endpoint = "write-template")]
pub async fn write_template(
    #[server(default)] template: String,
    #[server(default)] reader: String,
    #[server(default)] then: String,
    #[server(default)] name: String,
    #[server(default)] purpose: String,
    #[server(default)] body: String,
) -> Result<(), ServerFnError> {
    let id = TemplateId::parse(&template);
    let form = id.map_or(paths::NEW_TEMPLATE.to_owned(), paths::template);
    let back = if reader.is_empty() { form } else { format!("{form}?for={reader}") };
    let plain = segments::plain(&body);
    let shown = if then == "plain" { &plain } else { &body };
    let typed = [("name", &*name), ("purpose", &purpose), ("body", shown)];
    let here = back.clone();
    Form::new(back, &typed)
        .for_person(async move |service, person| {
            match then.as_str() {
                "plain" => return Ok(Done::unsaved(here, PLAIN)),
                "look" => return Ok(Done::unsaved(here, LOOKED)),
                _ => {}
            }
            let before = match id {
                Some(id) => Some(templates::find(&service.store, person.org_id, id).await?.version),
                None => None,
            };
            let made = templates::put(&service, &person, id, Typed { name, purpose, body }).await?;
            let say = match before {
                None => "The template is made. It is offered wherever words are written.".to_owned(),
                Some(before) if before == made.version => {
                    "Saved. The words are the same as before.".to_owned()
                }
                Some(_) => format!(
                    "Saved as version {}. Nothing that was sent or scheduled has changed.",
                    made.version
                ),
            };
            Ok(Done::new(paths::template(made.id), say))
        })
        .await
}

const PLAIN: &str = "The words below have plain characters now. Nothing is saved yet.";
const LOOKED: &str = "The words below are checked. Nothing is saved yet.";

/// Puts a template out of use, or back.
#[server(prefix = "/do", endpoint = "use-template")]
pub async fn use_template(
    #[server(default)] template: String,
    #[server(default)] in_use: String,
) -> Result<(), ServerFnError> {
    let id = TemplateId::parse(&template);
    let back = id.map_or(paths::TEMPLATES.to_owned(), paths::template);
    Form::new(back.clone(), &[])
        .for_person(async move |service, person| {
            let id = id.ok_or(Error::NotFound)?;
            let now = templates::put_in_use(&service, &person, id, in_use == "true").await?;
            let say = if now.archived_at.is_some() {
                "The template is out of use. What was sent or scheduled with it stays as it is."
            } else {
                "The template is back in use."
            };
            Ok(Done::new(back, say))
        })
        .await
}
