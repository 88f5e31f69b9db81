//! The demo's past weeks, lived through by the real path: the product runs with its clock set back,
//! hands texts to the simulator and takes its signed callbacks.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use tokio::net::TcpListener;
use tokio::sync::watch;
use usher_core::api_keys::{self, ApiKey};
use usher_core::attendees::{self, Row};
use usher_core::clock::Clock;
use usher_core::error::Problems;
use usher_core::events;
use usher_core::idempotency::Answer;
use usher_core::ids::{AttendeeId, EventId};
use usher_core::messages::{self, Author, Post, Recipient, Words};
use usher_core::people::{self, NewUser, Person, Role};
use usher_core::phones::Phone;
use usher_core::random::Random;
use usher_core::sends::{self, Audience, NewSend};
use usher_core::store::Store;
use usher_core::{Service, clerk, lookups, orgs, outbox, templates};

use super::guests::{NEWCOMER, REGULARS, guest};
use super::story::{BOOKINGS, EVENTS, NO_EDGES, People, Plot, REPLIES, SENDS, Sent, TABLE, TEMPLATES};
use super::{NUMBER, sentence};
use crate::config::Checked;
use crate::http::{self, App};
use crate::program;
use crate::simulator::{Inbound, Simulator};

const ZONE: Tz = chrono_tz::America::New_York;
/// The organization began so long ago, in days.
const BEGAN: i64 = 28;
/// Between two days of the past.
const PATIENCE: Duration = Duration::from_secs(60);

/// Fills an empty store; returns the organizer who is signed in by one click.
pub(super) async fn fill(
    checked: &mut Checked,
    store: &Store,
    simulator: &Simulator,
    account: &str,
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
    // Its last day is not a whole one ago, so that the last 24 hours have something to tell.
    let clock = Clock::shifted(TimeDelta::days(-BEGAN) + TimeDelta::hours(4));
    let service =
        program::service(checked, store.clone(), clock.clone(), random.clone()).await.map_err(sentence)?;
    checked.settings.public_url = public_url;
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(http::serve(listener, App::new(program::ui(&service, None), stopped)));
    let past = Past { service: &service, clock: &clock, simulator, account };
    let lived = past.live().await;
    stop.send(true).map_err(sentence)?;
    serving.await.map_err(sentence)?.map_err(sentence)?;
    lived
}

/// Everything that the past happens in.
struct Past<'a> {
    service: &'a Service,
    clock: &'a Clock,
    simulator: &'a Simulator,
    account: &'a str,
}

/// An event and everybody on its list.
struct Told {
    event: EventId,
    everybody: Vec<AttendeeId>,
}

impl Past<'_> {
    async fn live(&self) -> Result<Person, String> {
        let service = self.service;
        let org = orgs::create(service, "The Foundry", ZONE.name()).await.map_err(sentence)?;
        // Whoever tries the demo at night wants to see texts go.
        let author = Author::command_line();
        orgs::change(service, org, &author, &orgs::Change::nothing_holds()).await.map_err(sentence)?;
        let ana = NewUser { email: "ana@foundry.example".into(), name: "Ana Lima".into(), role: Role::Owner };
        let user = people::create(service, org, &ana).await.map_err(sentence)?;
        people::join(service, org, user).await.map_err(sentence)?;
        let ana = people::find_member(&service.store, user, org)
            .await
            .map_err(sentence)?
            .ok_or("The demo's organizer is missing.")?;
        for (email, name, role) in [
            ("ben@foundry.example", "Ben Okafor", Role::Organizer),
            ("mia@foundry.example", "Mia Larsen", Role::Staff),
        ] {
            let new = NewUser { email: email.into(), name: name.into(), role };
            let user = people::create(service, org, &new).await.map_err(sentence)?;
            people::join(service, org, user).await.map_err(sentence)?;
        }
        for (name, purpose, body) in TEMPLATES {
            let draft = templates::Draft {
                name: (*name).into(),
                purpose: Some(*purpose),
                body: (*body).into(),
                archived: false,
            };
            templates::make(service, org, &ana.author(), draft, Problems::default())
                .await
                .map_err(sentence)?;
        }
        let mut events = Vec::with_capacity(EVENTS.len());
        for plot in EVENTS {
            events.push(self.make(&ana, plot).await?);
        }
        let program = self.program(&ana).await?;
        for day in (1..BEGAN).rev() {
            self.clock.advance(TimeDelta::days(1));
            // What has no receipt by now is asked for, and given up in the end.
            while lookups::run_once(service).await.map_err(sentence)? > 0 {}
            self.day(day, &ana, &program, &events).await?;
        }
        lookups::complete_finished(service).await.map_err(sentence)?;
        Ok(ana)
    }

    /// One day: what is sent, and then what people write back.
    async fn day(&self, day: i64, ana: &Person, program: &ApiKey, events: &[Told]) -> Result<(), String> {
        let mut busy = false;
        for sent in SENDS.iter().filter(|sent| sent.days_ago == day) {
            self.send(ana, sent, &events[sent.event]).await?;
            busy = true;
        }
        for (_, phone, purpose, body, table) in BOOKINGS.iter().filter(|booking| booking.0 == day) {
            let event = table.then(|| events[TABLE].event);
            self.book(program, phone, *purpose, body, event).await?;
            busy = true;
        }
        if busy {
            clerk::run_once(self.service).await.map_err(sentence)?;
            outbox::run_once(self.service).await.map_err(sentence)?;
            self.settle().await?;
        }
        for (_, who, words) in REPLIES.iter().filter(|reply| reply.0 == day) {
            self.reply(guest(*who).phone, words).await?;
            busy = true;
        }
        if busy { self.settle().await } else { Ok(()) }
    }

    async fn settle(&self) -> Result<(), String> {
        if self.simulator.settle(PATIENCE).await {
            return Ok(());
        }
        Err("The demo's past did not end. Start it again.".into())
    }

    async fn make(&self, ana: &Person, plot: &Plot) -> Result<Told, String> {
        let draft = events::Draft {
            name: plot.name.into(),
            kind: plot.kind.into(),
            starts_at: Some(local(self.clock.now() + TimeDelta::days(BEGAN + plot.day), plot.hour)?),
            ends_at: None,
            timezone: ZONE.name().into(),
            location: plot.location.into(),
            host_name: plot.host.into(),
        };
        let event = events::make(self.service, ana.org_id, &ana.author(), draft, Problems::default())
            .await
            .map_err(sentence)?;
        let regular = |(name, phone, rsvp): &(&str, &str, _)| Row {
            phone: (*phone).into(),
            name: (*name).into(),
            rsvp: Some(*rsvp),
            ..Row::default()
        };
        let rows: Vec<Row> = match plot.people {
            People::Regulars(first) => REGULARS.iter().take(first).map(regular).collect(),
            People::Crowd(from, to) => (from..to).map(guest).collect(),
        };
        let put = attendees::put(self.service, ana.org_id, &ana.author(), event.id, &rows)
            .await
            .map_err(sentence)?;
        if let Some(rejected) = put.rejected.first() {
            return Err(format!("The demo's {} was refused: {}", rejected.phone, rejected.reason));
        }
        Ok(Told { event: event.id, everybody: put.attendees.iter().map(|taken| taken.id).collect() })
    }

    async fn send(&self, ana: &Person, sent: &Sent, told: &Told) -> Result<(), String> {
        let newcomer = REGULARS.iter().position(|(name, ..)| sent.event == NO_EDGES && *name == NEWCOMER);
        let audience = told.everybody.iter().enumerate().filter(|(n, _)| Some(*n) != newcomer);
        let new = NewSend {
            purpose: sent.purpose,
            body: sent.body.into(),
            template: None,
            audience: Audience::Attendees(audience.map(|(_, attendee)| *attendee).collect()),
            send_at: None,
            only_new_words: false,
        };
        let author = Author { user: Some(ana.user_id), name: ana.label(), via: "page" };
        sends::confirm(self.service, ana.org_id, &author, told.event, &new).await.map_err(sentence)?;
        Ok(())
    }

    /// The program that takes bookings.
    async fn program(&self, ana: &Person) -> Result<ApiKey, String> {
        let key = api_keys::create(self.service, ana.org_id, "Booking desk").await.map_err(sentence)?;
        let key = api_keys::recognize(self.service, &key).await.map_err(sentence)?;
        key.ok_or_else(|| "The demo's booking desk is missing.".into())
    }

    async fn book(
        &self,
        program: &ApiKey,
        phone: &str,
        purpose: messages::Purpose,
        body: &str,
        event: Option<EventId>,
    ) -> Result<(), String> {
        let post = Post {
            to: Some(Recipient::Phone(Phone::parse(phone, None).map_err(sentence)?)),
            words: Some(Words::Body(body.into())),
            variables: Vec::new(),
            purpose: Some(purpose),
            event_id: event,
            send_at: None,
            expires_at: None,
            related: None,
        };
        let answer = |_: &messages::Text| Answer { status: 202, body: String::new() };
        messages::post(self.service, program, post, Problems::default(), None, answer)
            .await
            .map(drop)
            .map_err(sentence)
    }

    async fn reply(&self, from: String, words: &str) -> Result<(), String> {
        let text = Inbound {
            url: format!("{}/api/webhooks/twilio/inbound", self.service.settings.public_url),
            account_sid: self.account.into(),
            from,
            to: NUMBER.into(),
            body: words.into(),
            ..Inbound::default()
        };
        match self.simulator.deliver_inbound(text).await.map_err(sentence)?.status {
            200 => Ok(()),
            status => Err(format!("The demo's reply was answered with {status}.")),
        }
    }
}

/// This time of day on this day, in the organization's zone.
fn local(day: DateTime<Utc>, hour: &str) -> Result<DateTime<Utc>, String> {
    let local = format!("{} {hour}", day.with_timezone(&ZONE).format("%Y-%m-%d"));
    let local = NaiveDateTime::parse_from_str(&local, "%Y-%m-%d %H:%M").map_err(sentence)?;
    let local = ZONE.from_local_datetime(&local).earliest();
    local.map(|local| local.to_utc()).ok_or_else(|| "That hour does not exist.".into())
}
