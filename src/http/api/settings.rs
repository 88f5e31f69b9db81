//! `/api/v1/settings`

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use usher_core::error::Problems;
use usher_core::orgs::{self, Settings};

use super::caller::{Reader, Writer};
use super::fields::{Change, Fields};
use super::problem::Problem;
use super::query::NoQuery;
use super::request::Body;
use crate::http::App;

/// The largest limit that can be set.
const MOST: i64 = 1_000_000_000;

/// `GET /api/v1/settings`
pub(super) async fn find(State(app): State<App>, reader: Reader, _: NoQuery) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&orgs::settings(&app.service().store, reader.org).await?)))
}

/// `PATCH /api/v1/settings`: `null` switches quiet hours or a limit off.
pub(super) async fn change(
    State(app): State<App>,
    Writer(key): Writer,
    Body(body): Body,
) -> Result<Json<Value>, Problem> {
    let mut problems = Problems::default();
    let mut fields = Fields::of(body, &mut problems);
    let change = orgs::Change {
        sending: fields.replacement("sending", Fields::flag),
        quiet_hours: wanted(fields.change("quiet_hours", |fields, name| {
            let mut hours = fields.object(name)?;
            let [from, to] = ["from", "to"].map(|name| hours.text(name).unwrap_or_default());
            hours.done();
            Some((from, to))
        })),
        texts_per_contact_per_day: limit(&mut fields, "texts_per_contact_per_day"),
        texts_per_hour: limit(&mut fields, "texts_per_hour"),
        segments_per_second: limit(&mut fields, "segments_per_second"),
    };
    fields.done();
    problems.none()?;
    Ok(Json(shown(&orgs::change(app.service(), key.org_id, &key.author(), &change).await?)))
}

fn limit(fields: &mut Fields<'_>, name: &str) -> Option<Option<u32>> {
    let limit = fields.change(name, |fields, name| {
        fields.number(name, 1..=MOST).and_then(|limit| u32::try_from(limit).ok())
    });
    wanted(limit)
}

/// As core has it: `None` leaves a setting as it is, `Some(None)` switches it off.
fn wanted<T>(change: Change<T>) -> Option<Option<T>> {
    match change {
        Change::Keep => None,
        Change::Clear => Some(None),
        Change::Set(value) => Some(Some(value)),
    }
}

fn shown(settings: &Settings) -> Value {
    let time = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
    json!({
        "sending": settings.sending,
        "quiet_hours": settings.quiet_hours.map(|hours| json!({ "from": time(hours.from()), "to": time(hours.to()) })),
        "texts_per_contact_per_day": settings.texts_per_contact_per_day,
        "texts_per_hour": settings.texts_per_hour,
        "segments_per_second": settings.segments_per_second,
    })
}
