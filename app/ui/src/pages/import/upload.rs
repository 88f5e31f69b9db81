//! Takes in the file: a route of its own, since it may be larger than any other form.

use axum::extract::State;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::response::{IntoResponse, Redirect, Response};
use tower_sessions::Session;
use usher_core::Error;
use usher_core::ids::{DraftId, EventId};
use usher_core::imports::{self, LARGEST};

use crate::flash::{self, Flash};
use crate::paths;
use crate::visit::{Ui, visitor};

/// Where the form posts to.
pub const UPLOAD: &str = "/do/import";
/// So much of what was pasted is kept with a refusal; a file is chosen again.
const KEPT: usize = 20_000;
/// A larger body is not read to its end.
const PATIENCE: usize = 10 * LARGEST;
const TOO_LARGE: &str = "It is over 5 MB. Split it, or leave columns out that are not needed.";

/// What was posted.
#[derive(Default)]
struct Posted {
    event: String,
    file_name: String,
    file: Vec<u8>,
    paste: Vec<u8>,
    too_large: bool,
}

/// Reads the list into a draft and leads to what it would change.
pub async fn upload(State(ui): State<Ui>, session: Session, form: Multipart) -> Response {
    let visitor = match visitor(&ui.service, &session, true).await {
        Ok(Some(visitor)) => visitor,
        Ok(None) => return Redirect::to(paths::SIGN_IN).into_response(),
        Err(error) => {
            tracing::error!(%error, "a list cannot be taken");
            return http::StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let posted = match Posted::read(form).await {
        Ok(posted) => posted,
        Err(error) => {
            tracing::debug!(%error, "a list did not arrive whole");
            return (http::StatusCode::BAD_REQUEST, "The list did not arrive whole. Send it again.")
                .into_response();
        }
    };
    let event = EventId::parse(&posted.event);
    let (to, refused) = match take(&ui, &visitor.person, event, &posted).await {
        Ok((event, draft)) => (paths::import_check(event, draft), None),
        Err(error) => {
            let typed: String = String::from_utf8_lossy(&posted.paste).chars().take(KEPT).collect();
            let back = event.map_or(paths::EVENTS.to_owned(), paths::import);
            (back, Some(Flash::of_error(error, vec![("paste".into(), typed)])))
        }
    };
    if let Some(refused) = refused
        && let Err(error) = flash::leave(&session, refused, false).await
    {
        tracing::error!(%error, "a notice could not be kept");
    }
    Redirect::to(&to).into_response()
}

async fn take(
    ui: &Ui,
    person: &usher_core::people::Person,
    event: Option<EventId>,
    posted: &Posted,
) -> Result<(EventId, DraftId), Error> {
    let event = event.ok_or(Error::NotFound)?;
    if posted.too_large {
        let field = if posted.file_name.is_empty() { "paste" } else { "file" };
        return Err(Error::invalid(field, TOO_LARGE));
    }
    if !posted.file.is_empty() && !posted.paste.trim_ascii().is_empty() {
        return Err(Error::invalid(
            "paste",
            "Choose a file or paste a list, not both. What you pasted stands here.",
        ));
    }
    let (name, bytes) = match (posted.file.is_empty(), posted.paste.is_empty()) {
        (false, _) => (posted.file_name.as_str(), &posted.file),
        (true, false) => ("", &posted.paste),
        (true, true) => return Err(Error::invalid("file", "Choose a file or paste the list.")),
    };
    let name = if posted.file.is_empty() || !name.is_empty() { name } else { "a file" };
    Ok((event, imports::begin(&ui.service, person, event, name, bytes).await?))
}

impl Posted {
    async fn read(mut form: Multipart) -> Result<Self, MultipartError> {
        let mut posted = Self::default();
        let mut read = 0;
        while let Some(field) = form.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                posted.file_name = field.file_name().unwrap_or_default().to_owned();
            }
            let (bytes, whole) = bytes(field, &mut read).await?;
            posted.too_large |= !whole;
            match name.as_str() {
                "event" => posted.event = String::from_utf8_lossy(&bytes).into_owned(),
                "file" => posted.file = bytes,
                "paste" => posted.paste = bytes,
                _ => {}
            }
            if read > PATIENCE {
                break;
            }
        }
        Ok(posted)
    }
}

/// A field as far as it is small enough, and whether that is all of it. The rest is read and forgotten: a
/// browser listens only once it has sent everything.
async fn bytes(mut field: Field<'_>, read: &mut usize) -> Result<(Vec<u8>, bool), MultipartError> {
    let (mut bytes, mut whole) = (Vec::new(), true);
    while let Some(chunk) = field.chunk().await? {
        *read += chunk.len();
        if bytes.len() + chunk.len() > LARGEST {
            whole = false;
        }
        if whole {
            bytes.extend_from_slice(&chunk);
        }
        if *read > PATIENCE {
            return Ok((bytes, false));
        }
    }
    Ok((bytes, whole))
}
