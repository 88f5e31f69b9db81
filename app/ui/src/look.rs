//! What there is to say of words while they are typed: the same views as on their page, as a fragment.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;
use serde::Deserialize;
use tower_sessions::Session;
use usher_core::ids::{AttendeeId, EventId};
use usher_core::sends::{self, Typed};
use usher_core::{Error, Service, people::Person};

use crate::pages::compose::looked::looked;
use crate::visit::{Ui, visitor};

/// A form in the middle of being filled in.
#[derive(Debug, Deserialize)]
pub struct Unfinished {
    #[serde(default)]
    event: String,
    /// `event:attendee` for whom a template is shown; nothing of a template's form for a sample.
    reader: Option<String>,
    #[serde(flatten)]
    typed: Typed,
}

/// Answers a look at an unfinished form.
pub async fn look(State(ui): State<Ui>, session: Session, Form(form): Form<Unfinished>) -> Response {
    let visitor = match visitor(&ui.service, &session, true).await {
        Ok(Some(visitor)) => visitor,
        Ok(None) => return StatusCode::UNAUTHORIZED.into_response(),
        Err(error) => return failed(&error),
    };
    match read(&ui.service, &visitor.person, &form).await {
        Ok(look) => {
            let owner = Owner::new_root(None);
            let html = owner.with(|| {
                let (facts, preview) = looked(&look, !form.typed.before.is_empty());
                view! { <main>{facts}{preview}</main> }.to_html()
            });
            owner.unset_with_forced_cleanup();
            let mut answer = Html(html).into_response();
            answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            answer
        }
        Err(Error::NotFound | Error::NotAllowed(_)) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}

async fn read(service: &Service, person: &Person, form: &Unfinished) -> Result<sends::Look, Error> {
    if let Some(reader) = &form.reader {
        return sends::look_at_template(service, person, &form.typed.body, who(reader)).await;
    }
    if !person.role.may_send() {
        return Err(Error::NotFound);
    }
    let event = EventId::parse(&form.event).ok_or(Error::NotFound)?;
    sends::look(service, person, event, &form.typed).await
}

/// Reads `event:attendee`.
pub(crate) fn who(reader: &str) -> Option<(EventId, AttendeeId)> {
    let (event, attendee) = reader.split_once(':')?;
    EventId::parse(event).zip(AttendeeId::parse(attendee))
}

fn failed(error: &Error) -> Response {
    tracing::error!(%error, "words cannot be looked at");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
