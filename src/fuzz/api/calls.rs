//! Good requests of every call of the API.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::scene::{Ids, Scene};

/// A request that would be answered with what it asks for.
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) body: Option<Value>,
}

/// One of them.
pub(super) fn call(dice: &mut Dice, scene: &Scene) -> Call {
    let ids = scene.ids();
    let phone = format!("+1555{:07}", 5_000_000 + dice.below(300));
    match dice.below(22) {
        n @ 0..10 => about_events(n, &phone, ids, dice),
        n => about_texts(n, &phone, ids),
    }
}

const AT: &str = "2027-02-26T19:00:00Z";

fn ask(path: String, query: &str) -> Call {
    Call { method: "GET", path, query: query.to_owned(), body: None }
}

fn tell(method: &'static str, path: String, body: Value) -> Call {
    Call { method, path, query: String::new(), body: Some(body) }
}

fn about_events(n: usize, phone: &str, ids: &Ids, dice: &mut Dice) -> Call {
    let Ids { event, attendee, .. } = ids;
    match n {
        0 => ask("/api/v1/events".into(), "limit=3"),
        1 => tell(
            "POST",
            "/api/v1/events".into(),
            json!({"name": "Gala", "starts_at": AT, "ends_at": "2027-02-26T23:00:00Z",
            "timezone": "America/New_York", "location": "The Foundry", "host_name": "Ana", "kind": "gathering"}),
        ),
        2 => ask(format!("/api/v1/events/{event}"), ""),
        3 => tell(
            "PATCH",
            format!("/api/v1/events/{event}"),
            json!({"name": "No Edges", "ends_at": null, "location": "Pier 4"}),
        ),
        4 => ask(format!("/api/v1/events/{event}/attendees"), "limit=5"),
        5 => tell(
            "PUT",
            format!("/api/v1/events/{event}/attendees"),
            json!([
            {"phone": phone, "name": "Ana Lima", "email": "ana@example.com", "rsvp": "confirmed", "timezone": "Europe/Lisbon"},
            {"phone": "+15552340501", "name": "Bob"}]),
        ),
        6 => ask(format!("/api/v1/events/{event}/summary"), ""),
        7 => ask(format!("/api/events/{event}/attendees/{attendee}/sms-history"), "scope=event&limit=2"),
        8 => tell(
            "POST",
            format!("/api/v1/events/{event}/sends"),
            json!({"purpose": "announcement",
            "body": "Hi {{first_name}}", "audience": {"rsvp": ["confirmed", "invited"]}, "dry_run": dice.percent(80)}),
        ),
        _ => tell(
            "POST",
            format!("/api/v1/events/{event}/sends"),
            json!({"purpose": "invitation", "body": "Come",
            "audience": {"attendee_ids": [attendee]}, "send_at": AT, "dry_run": true}),
        ),
    }
}

fn about_texts(n: usize, phone: &str, ids: &Ids) -> Call {
    let Ids { event, attendee, contact, message } = ids;
    match n {
        10 => {
            ask("/api/v1/messages".into(), "limit=2&outcome=in_progress&created_since=2026-01-01T00:00:00Z")
        }
        11 => tell(
            "POST",
            "/api/v1/messages".into(),
            json!({"to": phone, "body": "Doors at 7", "purpose": "announcement"}),
        ),
        12 => tell(
            "POST",
            "/api/v1/messages".into(),
            json!({"attendee_id": attendee, "body": "Hi {{first_name}}, {{code}}",
            "variables": {"code": "x"}, "purpose": "custom", "event_id": event, "send_at": AT,
            "expires_at": "2027-02-27T19:00:00Z", "related": {"type": "order", "id": "17"}}),
        ),
        13 => tell(
            "POST",
            "/api/v1/messages".into(),
            json!({"contact_id": contact, "body": "Thanks", "purpose": "feedback_request"}),
        ),
        14 => ask(format!("/api/v1/messages/{message}"), ""),
        15 => tell("POST", format!("/api/v1/messages/{message}/retry"), json!({})),
        16 => tell(
            "POST",
            "/api/v1/retries".into(),
            json!({"filter": {"event_id": event, "purpose": "announcement", "error_code": 30003,
            "created_since": "2026-01-01T00:00:00Z", "created_until": AT}, "dry_run": true}),
        ),
        17 => tell(
            "POST",
            "/api/v1/templates".into(),
            json!({"name": "Welcome", "purpose": "invitation", "body": "Hi {{first_name}}"}),
        ),
        18 => ask("/api/v1/templates".into(), "limit=2"),
        19 => ask("/api/v1/settings".into(), ""),
        20 => tell(
            "PATCH",
            "/api/v1/settings".into(),
            json!({"quiet_hours": {"from": "21:00", "to": "08:00"},
            "texts_per_contact_per_day": 50, "texts_per_hour": null, "segments_per_second": 30}),
        ),
        _ => ask("/api/openapi.json".into(), ""),
    }
}
