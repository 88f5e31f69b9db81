//! Who is texted: an organization, its event, and many people on many kinds of phones.

use reqwest::Method;
use serde_json::{Value, json};
use usher_core::ids::OrgId;
use usher_core::messages::Author;
use usher_core::{Service, orgs};

use super::api::{Api, Ask, id};
use super::error::{Doing, SoakError};
use super::phones;

/// Texts that one person gets, more or less.
const TEXTS_EACH: u64 = 5;
/// People in one call.
const A_CALL: usize = 1_000;

/// An event full of people, and a way to reach them.
pub(crate) struct Crowd {
    /// Whose event it is.
    pub(crate) org: OrgId,
    /// How its texts are asked for.
    pub(crate) api: Api,
    /// The event.
    pub(crate) event: String,
    /// Whom to text.
    pub(crate) attendees: Vec<String>,
}

/// Gathers enough people for so many texts, at the product that serves at this address.
pub(crate) async fn gather(service: &Service, url: &str, texts: u64) -> Result<Crowd, SoakError> {
    let org = orgs::create(service, "Soak", "America/New_York").await.doing("making an organization")?;
    let author = Author::command_line();
    orgs::change(service, org, &author, &orgs::Change::nothing_holds()).await.doing("changing settings")?;
    let api = Api::of(service, org, url).await?;
    let event = json!({
        "name": "Soak",
        "starts_at": "2031-02-26T19:00:00Z",
        "timezone": "America/New_York",
        "location": "The Foundry",
    });
    let made = api.ask(&Ask::change(Method::POST, "/api/v1/events", event)).await?;
    let event = id(&made.done("making an event")?)?.to_string();
    let people: Vec<Value> = phones::numbers(texts.div_ceil(TEXTS_EACH))
        .into_iter()
        .enumerate()
        .map(|(n, phone)| json!({ "phone": phone, "name": format!("Guest {n}"), "rsvp": "confirmed" }))
        .collect();
    let mut attendees = Vec::with_capacity(people.len());
    for people in people.chunks(A_CALL) {
        let path = format!("/api/v1/events/{event}/attendees");
        let put = api.ask(&Ask::change(Method::PUT, path, json!(people))).await?;
        let put = put.done("adding attendees")?;
        let added = put["attendees"].as_array().map_or(&[][..], Vec::as_slice);
        attendees.extend(added.iter().filter_map(|attendee| attendee["id"].as_str().map(str::to_owned)));
    }
    if attendees.len() < people.len() {
        return Err(SoakError::new("adding attendees", format!("only {} came", attendees.len())));
    }
    Ok(Crowd { org, api, event, attendees })
}
