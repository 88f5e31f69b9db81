//! The demo's past days, lived through by the real path: the product runs with its clock set
//! back, hands texts to the simulator and takes its signed callbacks.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::net::TcpListener;
use tokio::sync::watch;
use usher_core::attendees::{self, NewAttendee};
use usher_core::clock::Clock;
use usher_core::events::{self, NewEvent};
use usher_core::ids::{AttendeeId, EventId};
use usher_core::messages::{self, Author, TextToOne};
use usher_core::people::{self, NewUser, Person, Role};
use usher_core::random::Random;
use usher_core::store::Store;
use usher_core::{Service, orgs, outbox};

use super::sentence;
use crate::config::Checked;
use crate::http::{self, App};
use crate::program;
use crate::simulator::Simulator;

const ZONE: &str = "America/New_York";

/// Name, number and RSVP. What a number does is decided by its last five digits: those of a Twilio
/// error code fail with it, 00001 never gets a receipt.
const PEOPLE: &[(&str, &str, &str)] = &[
    ("John Smith", "+15551234567", "confirmed"),
    ("Jane Doe", "+15559876543", "confirmed"),
    ("Priya Raman", "+15552225511", "confirmed"),
    ("Bob Wilson", "+15551130006", "confirmed"),
    ("Mei Tanaka", "+15552230003", "confirmed"),
    ("Omar Haddad", "+15553345612", "confirmed"),
    ("Lucía Fernández", "+34612345678", "confirmed"),
    ("Noah Williams", "+15554421610", "invited"),
    ("Zoë Müller", "+4915112345678", "confirmed"),
    ("Ava Johnson", "+15556677812", "waitlisted"),
    ("Liam O’Brien", "+353861234567", "confirmed"),
    ("Sofia Rossi", "+393331234567", "confirmed"),
    ("Kwame Mensah", "+233241234567", "invited"),
    ("Yuki Sato", "+819012345678", "confirmed"),
    ("Elena Petrova", "+15557700001", "confirmed"),
    ("Tom Becker", "+15558830007", "invited"),
    ("Grace Kim", "+15559930006", "confirmed"),
    ("Mateo Silva", "+5511912345678", "declined"),
    ("Hannah Cohen", "+972501234567", "confirmed"),
    ("Arjun Patel", "+919812345678", "confirmed"),
];

/// Invited only today, so that nobody has texted him yet: his landline turns up with the first text.
const NEWCOMER: &str = "Bob Wilson";

/// Days ago, purpose and words of each text to everybody at the event.
const TEXTS: &[(i64, &str, &str)] = &[
    (
        5,
        "invitation",
        "You’re invited to No Edges: Building at the Speed of Thought. RSVP: usher.example/e/noedges Reply STOP to opt out.",
    ),
    (3, "match_reveal", "Your matches for No Edges are ready! See them before Thursday: usher.example/m/1Qx"),
    (1, "new_rsvps", "15 more people RSVP’d for No Edges. See who’s coming: usher.example/n/8Kd"),
];

/// Fills an empty store; returns the organizer who is signed in by one click.
pub(super) async fn fill(
    checked: &mut Checked,
    store: &Store,
    simulator: &Simulator,
    random: &Random,
) -> Result<Person, String> {
    if orgs::any(store).await.map_err(sentence)? {
        return Err(
            "This database is not empty. Choose another folder with --data, or leave it out for a fresh one."
                .into(),
        );
    }
    // The past has an address of its own, so that its callbacks reach its own clock.
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(sentence)?;
    let past_url = format!("http://{}", listener.local_addr().map_err(sentence)?);
    let public_url = std::mem::replace(&mut checked.settings.public_url, past_url);
    let clock = Clock::shifted(TimeDelta::days(-6));
    let service =
        program::service(checked, store.clone(), clock.clone(), random.clone()).await.map_err(sentence)?;
    checked.settings.public_url = public_url;
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(http::serve(listener, App::new(program::ui(&service, None), stopped)));
    let lived = live_through(&service, &clock, simulator).await;
    stop.send(true).map_err(sentence)?;
    serving.await.map_err(sentence)?.map_err(sentence)?;
    lived
}

async fn live_through(service: &Service, clock: &Clock, simulator: &Simulator) -> Result<Person, String> {
    let org = orgs::create(service, "The Foundry", ZONE).await.map_err(sentence)?;
    // Whoever tries the demo at night wants to see texts go.
    let author = Author::command_line();
    orgs::change(service, org, &author, &orgs::Change::nothing_holds()).await.map_err(sentence)?;
    let ana = NewUser { email: "ana@foundry.example".into(), name: "Ana Lima".into(), role: Role::Owner };
    let user = people::create(service, org, &ana).await.map_err(sentence)?;
    let ana = people::find_member(&service.store, user, org)
        .await
        .map_err(sentence)?
        .ok_or("The demo's organizer is missing.")?;
    let (event, invited) = events_and_people(service, &ana).await?;
    let mut day = -6;
    for (days_ago, purpose, body) in TEXTS {
        clock.advance(TimeDelta::days(-days_ago - day));
        day = -days_ago;
        for attendee in &invited {
            let text = TextToOne { purpose: (*purpose).into(), body: (*body).into() };
            messages::send_one(service, &ana, event, *attendee, &text).await.map_err(sentence)?;
        }
        outbox::run_once(service).await.map_err(sentence)?;
        if !simulator.settle(Duration::from_secs(20)).await {
            return Err("The demo's past did not end. Start it again.".into());
        }
    }
    Ok(ana)
}

async fn events_and_people(service: &Service, ana: &Person) -> Result<(EventId, Vec<AttendeeId>), String> {
    let now = service.clock.now();
    let local =
        |days: i64, hour: &str| format!("{}T{hour}", (now + TimeDelta::days(days)).format("%Y-%m-%d"));
    let event = |name: &str, starts_at: String, location: &str| NewEvent {
        name: name.into(),
        starts_at,
        timezone: ZONE.into(),
        location: location.into(),
    };
    let no_edges =
        event("No Edges: Building at the Speed of Thought", local(14, "19:00"), "The Foundry, Brooklyn");
    let no_edges = events::create(service, ana.org_id, &no_edges).await.map_err(sentence)?;
    let supper = event("Founders’ Supper", local(21, "20:00"), "Table 9, Red Hook");
    let supper = events::create(service, ana.org_id, &supper).await.map_err(sentence)?;
    let mut invited = Vec::new();
    for (name, phone, rsvp) in PEOPLE {
        let new = NewAttendee { name: (*name).into(), phone: (*phone).into(), rsvp: (*rsvp).into() };
        let attendee = attendees::add(service, ana.org_id, no_edges, &new).await.map_err(sentence)?;
        invited.extend((*name != NEWCOMER).then_some(attendee));
    }
    for (name, phone, _) in &PEOPLE[..3] {
        let new = NewAttendee { name: (*name).into(), phone: (*phone).into(), rsvp: "invited".into() };
        attendees::add(service, ana.org_id, supper, &new).await.map_err(sentence)?;
    }
    Ok((no_edges, invited))
}
