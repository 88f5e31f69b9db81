//! Lists as files. They are written while they are read, so none is ever whole in memory, and whoever
//! fetches one may stop at any time.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use futures::TryStreamExt;
use tower_sessions::Session;
use url::form_urlencoded;
use usher_core::Error;
use usher_core::people::Person;
use usher_ui::{csv, left_out, visitor};

use super::App;

/// `GET /events/{event}/texts.csv`: the texts that a dashboard's filter finds, for whoever may see it.
pub(super) async fn texts(
    State(app): State<App>,
    session: Session,
    Path(event): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let person = match asked_by(&app, &session).await {
        Ok(person) => person,
        Err(elsewhere) => return elsewhere,
    };
    match csv(app.service(), person.org_id, &event, &query.unwrap_or_default()).await {
        Ok(file) => {
            let name = file.file_name.clone();
            let pieces = file.pieces().inspect_err(|error| tracing::error!(%error, "a file ended half-way"));
            attached(&name, Body::from_stream(pieces))
        }
        Err(error) => refused(error),
    }
}

/// `GET /events/{event}/import/{draft}/left-out.csv`: the rows that an import leaves out, for whoever took them in.
pub(super) async fn left_out_rows(
    State(app): State<App>,
    session: Session,
    Path((event, draft)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let person = match asked_by(&app, &session).await {
        Ok(person) => person,
        Err(elsewhere) => return elsewhere,
    };
    match left_out(app.service(), &person, &event, &draft, &query.unwrap_or_default()).await {
        // Tells Excel that the file is UTF-8.
        Ok(rows) => attached("left-out-rows.csv", Body::from(format!("\u{feff}{rows}"))),
        Err(error) => refused(error),
    }
}

/// Whoever is signed in; the answer to anybody else.
async fn asked_by(app: &App, session: &Session) -> Result<Person, Response> {
    match visitor(app.service(), session, true).await {
        Ok(Some(visitor)) => Ok(visitor.person),
        Ok(None) => Err(Redirect::to("/sign-in").into_response()),
        Err(error) => Err(refused(error)),
    }
}

/// A list to be kept under this name.
fn attached(name: &str, body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_DISPOSITION, attachment(name)),
    ];
    (headers, body).into_response()
}

fn refused(error: Error) -> Response {
    match error {
        Error::NotFound | Error::NotAllowed(_) => {
            (StatusCode::NOT_FOUND, "There is no such file.").into_response()
        }
        Error::Refused(why) => {
            let words = format!("Nothing was downloaded. {why} Go back, choose again, and download then.");
            (StatusCode::UNPROCESSABLE_ENTITY, words).into_response()
        }
        error => {
            tracing::error!(%error, "a file cannot be made");
            let words = "The file cannot be made right now. Try again in a moment.";
            (StatusCode::SERVICE_UNAVAILABLE, words).into_response()
        }
    }
}

/// The name as RFC 6266 has it: in ASCII for old programs, as it is for others.
fn attachment(name: &str) -> HeaderValue {
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment; filename=\"texts.csv\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_name_that_every_browser_can_read() {
        let named = attachment("texts-zoë-2026-02-13-1545.csv");
        assert_eq!(
            named.to_str().expect("ASCII"),
            "attachment; filename=\"texts-zo_-2026-02-13-1545.csv\"; filename*=UTF-8''texts-zo%C3%AB-2026-02-13-1545.csv"
        );
    }
}
