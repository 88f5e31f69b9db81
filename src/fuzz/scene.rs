//! The product with something to lose: an organization whose texts Twilio has taken.

use std::num::NonZeroU32;

use axum::Router;
use sqlx::{PgPool, SqlitePool};
use tokio::sync::watch;
use usher::config::Config;
use usher::http::api::Limit;
use usher::http::{self, App};
use usher::program;
use usher::simulator::{self, Account, Faults, Options, Pace, Simulator};
use usher_core::attendees::{self, NewAttendee};
use usher_core::clock::Clock;
use usher_core::events::{self, NewEvent};
use usher_core::ids::EventId;
use usher_core::messages::{self, Author, TextToOne};
use usher_core::people::{self, NewUser, Person, Role};
use usher_core::random::Random;
use usher_core::store::Store;
use usher_core::{Service, api_keys, orgs, outbox};

use super::error::{Doing, FuzzError};
use super::place::Place;

/// The account that texts are sent through.
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
/// Its token.
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// Its number.
pub(crate) const NUMBER: &str = "+15550100199";
/// What the product believes to be its address.
pub(crate) const PUBLIC_URL: &str = "http://usher.example";

/// Calls a second that one key may make: how often it calls is not what is tried here.
const MANY: NonZeroU32 = NonZeroU32::MIN.saturating_add(999_999);
/// Texts that inputs are about.
const RECENT: usize = 24;

/// A text that Twilio has taken.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) sid: String,
    pub(crate) phone: String,
    /// `m=…&a=…`, as its callbacks have it.
    pub(crate) query: String,
}

/// What a program that calls the API knows. Its organization is another one, so that the settings
/// it changes leave the callbacks' texts alone.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    pub(crate) event: String,
    pub(crate) attendee: String,
    pub(crate) contact: String,
    pub(crate) message: String,
}

/// The product, and what an attacker may know of it.
pub(crate) struct Scene {
    pub(crate) router: Router,
    known: Vec<Known>,
    texted: usize,
    service: Service,
    twilio: Simulator,
    organizer: Person,
    event: EventId,
    url: String,
    key: String,
    ids: Ids,
    _stop: watch::Sender<bool>,
}

impl Scene {
    /// Sets it in an empty database.
    pub(crate) async fn set(place: &Place) -> Result<Self, FuzzError> {
        let account = Account {
            sid: ACCOUNT.into(),
            auth_token: TOKEN.into(),
            numbers: vec![NUMBER.into()],
            ..Account::default()
        };
        let twilio = simulator::start(Options {
            bind: ([127, 0, 0, 1], 0).into(),
            accounts: vec![account],
            pace: Pace::held(),
            faults: Faults::default(),
            seed: 1,
        })
        .await
        .doing("starting the simulator")?;
        let config = Config {
            database_url: place.url(),
            bind: "127.0.0.1:0".into(),
            public_url: PUBLIC_URL.into(),
            twilio_account_sid: ACCOUNT.into(),
            twilio_auth_token: TOKEN.into(),
            twilio_phone_number: NUMBER.into(),
            twilio_api_base: twilio.base_url(),
            secret_key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into(),
            resend_after: "2m".into(),
            lookup_at: "1m,5m,15m,1h".into(),
            unconfirmed_after: "72h".into(),
            log: "error".into(),
            log_format: "pretty".into(),
            ..Config::default()
        };
        let checked = config.check(&Random::System).doing("checking the configuration")?;
        let store = checked.location.open_migrated().await.doing("opening the database")?;
        let service = program::service(&checked, store, Clock::System, Random::System)
            .await
            .doing("starting the service")?;
        let (stop, stopped) = watch::channel(false);
        let mut app = App::new(program::ui(&service, None), stopped);
        app.calls = Limit::of(MANY, MANY);
        let router = http::router(app);
        let organizer = organizer(&service, "ana@fuzz.example").await?;
        let event = an_event(&service, &organizer).await?;
        let (key, ids) = program(&service).await?;
        let (known, url) = (Vec::new(), place.url());
        Ok(Self { router, known, texted: 0, service, twilio, organizer, event, url, key, ids, _stop: stop })
    }

    /// Its engine's name.
    pub(crate) fn engine(&self) -> &'static str {
        self.service.store.engine()
    }

    /// Texts more people, so that there are always texts whose fate is open.
    pub(crate) async fn text_more_people(&mut self, people: usize) -> Result<(), FuzzError> {
        for n in self.texted..self.texted + people {
            let phone = format!("+1555{:07}", 2_000_000 + n);
            let new =
                NewAttendee { name: format!("Guest {n}"), phone: phone.clone(), rsvp: "confirmed".into() };
            let guest = attendees::add(&self.service, &self.organizer, self.event, &new)
                .await
                .doing("adding an attendee")?;
            let text = TextToOne { purpose: "announcement".into(), body: "Doors at 7".into() };
            messages::send_one(&self.service, &self.organizer, self.event, guest, &text)
                .await
                .doing("recording a text")?;
            outbox::run_once(&self.service).await.doing("sending a text")?;
            // Whoever was opted out by an input gets none.
            let sent = self.twilio.messages_to(&phone).pop();
            self.known.extend(sent.and_then(|sent| {
                let address = sent.status_callback?;
                let query = address.split_once('?')?.1.split('#').next()?.to_owned();
                Some(Known { sid: sent.sid, phone, query })
            }));
        }
        self.texted += people;
        Ok(())
    }

    /// A key that lets programs in.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// What programs know.
    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The newest texts, always as many, so that the dice fall alike whenever they are thrown.
    pub(crate) fn recent(&self) -> &[Known] {
        &self.known[self.known.len().saturating_sub(RECENT)..]
    }

    /// How many counters disagree with the rows they count.
    pub(crate) async fn drifted(&self) -> Result<i64, FuzzError> {
        let sql = "select count(*) from (
             select scope, purpose, status, error_code, sum(texts) as texts from (
               select scope, purpose, status, error_code, texts from counters
               union all select event_id, purpose, status, coalesce(error_code, 0), -1 from messages
                 where counts and direction = 'out' and event_id is not null
               union all select send_id, purpose, status, coalesce(error_code, 0), -1 from messages
                 where counts and direction = 'out' and send_id is not null
               union all select org_id, purpose, status, coalesce(error_code, 0), -1 from messages
                 where counts and direction = 'out') both_sides
             group by scope, purpose, status, error_code having sum(texts) <> 0) drifted";
        match &self.service.store {
            Store::Sqlite(_) => {
                let pool = SqlitePool::connect(&self.url).await.doing("opening the database")?;
                let drifted = sqlx::query_scalar(sql).fetch_one(&pool).await.doing("counting")?;
                pool.close().await;
                Ok(drifted)
            }
            Store::Postgres(pool) => {
                let pool: &PgPool = pool;
                sqlx::query_scalar(sql).fetch_one(pool).await.doing("counting")
            }
        }
    }

    /// Ends it.
    pub(crate) async fn close(self) -> Result<(), FuzzError> {
        self.twilio.stop().await.doing("stopping the simulator")?;
        self.service.store.close().await;
        Ok(())
    }
}

async fn an_event(service: &Service, organizer: &Person) -> Result<EventId, FuzzError> {
    let event = NewEvent {
        name: "Fuzz".into(),
        starts_at: "2031-02-26T19:00".into(),
        timezone: "America/New_York".into(),
        location: "The Foundry".into(),
        ..NewEvent::default()
    };
    events::create(service, organizer, &event).await.doing("making an event")
}

/// A key, and an organization with one of everything.
async fn program(service: &Service) -> Result<(String, Ids), FuzzError> {
    let owner = organizer(service, "eve@fuzz.example").await?;
    let key = api_keys::create(service, owner.org_id, "fuzz").await.doing("making a key")?;
    let event = an_event(service, &owner).await?;
    let guest =
        NewAttendee { name: "Ana Lima".into(), phone: "+15554440500".into(), rsvp: "confirmed".into() };
    let guest = attendees::add(service, &owner, event, &guest).await.doing("adding an attendee")?;
    let text = TextToOne { purpose: "announcement".into(), body: "Doors at 7".into() };
    let text = messages::send_one(service, &owner, event, guest, &text).await.doing("recording a text")?;
    let found =
        attendees::find(&service.store, owner.org_id, event, guest).await.doing("finding an attendee")?;
    let ids = Ids {
        event: event.to_string(),
        attendee: guest.to_string(),
        contact: found.contact_id.to_string(),
        message: text.to_string(),
    };
    Ok((key, ids))
}

async fn organizer(service: &Service, email: &str) -> Result<Person, FuzzError> {
    let org = orgs::create(service, "Fuzz", "America/New_York").await.doing("making an organization")?;
    let author = Author::command_line();
    orgs::change(service, org, &author, &orgs::Change::nothing_holds()).await.doing("changing settings")?;
    let new = NewUser { email: email.into(), name: "Ana".into(), role: Role::Owner };
    let user = people::create(service, org, &new).await.doing("making an organizer")?;
    people::join(service, org, user).await.doing("letting an organizer in")?;
    let person = people::find_member(&service.store, user, org).await.doing("finding the organizer")?;
    person.ok_or("it is not there").doing("finding the organizer")
}
