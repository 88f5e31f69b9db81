//! The whole product in this process, with a Twilio of its own.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use usher::config::Config;
use usher::http::{self, App};
use usher::program;
use usher::simulator::{self, Account, Faults, Options, Pace, Simulator};
use usher_core::attendees;
use usher_core::clock::Clock;
use usher_core::counters::Totals;
use usher_core::ids::{AttendeeId, EventId, MessageId};
use usher_core::messages::{self, Entry, Filter, History, Step, TextToOne};
use usher_core::people::{Person, Role, links};
use usher_core::random::Random;
use usher_core::{Service, accounts, lookups, outbox};

use super::Browser;
use super::database::db_person;
use super::engines::Place;

pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub const OTHER_ACCOUNT: &str = "AC00000000000000000000000000000002";
pub const OTHER_TOKEN: &str = "fedcba9876543210fedcba9876543210";
pub const NUMBER: &str = "+15550100199";
pub const OTHER_NUMBER: &str = "+15550100198";

/// How long a test waits for what must come about; long, since machines can be busy.
const PATIENCE: Duration = Duration::from_secs(90);

/// The product, its Twilio, and an organization with an owner called Ana.
pub struct TestApp {
    pub service: Service,
    pub twilio: Simulator,
    pub url: String,
    pub ana: Person,
    pub config: Config,
    pub(super) place: Place,
    stop: watch::Sender<bool>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// An event with attendees, as most tests need one.
pub struct Gala {
    pub id: EventId,
    pub attendees: Vec<AttendeeId>,
}

impl Gala {
    /// The first attendee.
    pub fn guest(&self) -> AttendeeId {
        self.attendees[0]
    }

    pub fn path(&self) -> String {
        format!("/events/{}", self.id)
    }

    pub fn history_path(&self) -> String {
        format!("/events/{}/attendees/{}", self.id, self.guest())
    }
}

impl TestApp {
    pub async fn start(place: Place) -> Self {
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            // Another test of this process was first.
        }
        let twilio = simulator::start(Options {
            bind: ([127, 0, 0, 1], 0).into(),
            accounts: vec![
                account(ACCOUNT, TOKEN, NUMBER),
                account(OTHER_ACCOUNT, OTHER_TOKEN, OTHER_NUMBER),
            ],
            pace: Pace::held(),
            faults: Faults::default(),
            seed: 1,
        })
        .await
        .expect("a simulator");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let config = Config {
            database_url: place.url(),
            bind: "127.0.0.1:0".into(),
            public_url: url.clone(),
            twilio_account_sid: ACCOUNT.into(),
            twilio_auth_token: TOKEN.into(),
            twilio_phone_number: NUMBER.into(),
            twilio_api_base: twilio.base_url(),
            secret_key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into(),
            resend_after: "300ms".into(),
            lookup_at: "20ms,100ms,200ms".into(),
            unconfirmed_after: "2s".into(),
            log: "info".into(),
            log_format: "pretty".into(),
            ..Config::default()
        };
        let service = service(&place, &config).await;
        let (stop, stopped) = watch::channel(false);
        let app = App::new(program::ui(&service, None), stopped);
        let serving = tokio::spawn(http::serve(listener, app));
        let ana = db_person(&service, "The Foundry", "ana@foundry.example", Role::Owner).await;
        Self { service, twilio, url, ana, config, place, stop, serving }
    }

    /// Where the database is.
    pub fn database_url(&self) -> String {
        self.place.url()
    }

    /// Where the database is, for whoever opens it.
    pub fn location(&self) -> usher_core::store::Location {
        self.place.location()
    }

    /// Another process on the same database: its own service, no server.
    pub async fn another_process(&self) -> Service {
        service(&self.place, &self.config).await
    }

    pub async fn finish(self) {
        let handed_over = outbox::run_once(&self.service).await.expect("the outbox can be read");
        assert_eq!(handed_over, 0, "texts were left in the outbox");
        let stuck = "select count(*) from messages where status = 'queued'
             and not exists (select 1 from accounts where pause_reason is not null)";
        assert_eq!(self.db_number(stuck).await, 0, "texts are queued that nobody takes");
        self.db_counters_agree().await;
        self.stop.send(true).expect("it runs");
        self.serving.await.expect("it ended").expect("it served");
        self.twilio.stop().await.expect("the simulator stopped");
        self.service.store.close().await;
        self.place.remove().await;
    }

    /// Another process whose machine has this clock.
    pub async fn another_process_at(&self, clock: Clock) -> Service {
        service_at(&self.place, &self.config, clock).await
    }

    /// An event of Ana's with guests at numbers that work.
    pub async fn gala(&self, guests: usize) -> Gala {
        let numbers: Vec<String> = (0..guests).map(|n| format!("+1555{:07}", 2_340_500 + n)).collect();
        self.gala_for(&numbers.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    /// An event of Ana's with guests at these numbers.
    pub async fn gala_for(&self, numbers: &[&str]) -> Gala {
        self.db_gala_of(&self.ana, numbers).await
    }

    /// Ana writes to a guest; the text waits in the outbox.
    pub async fn write(&self, gala: &Gala, guest: AttendeeId, body: &str) -> MessageId {
        let text = TextToOne { purpose: "announcement".into(), body: body.into() };
        messages::send_one(&self.service, &self.ana, gala.id, guest, &text).await.expect("a text")
    }

    /// Ana writes to a guest and the text is handed to Twilio.
    pub async fn send(&self, gala: &Gala, guest: AttendeeId, body: &str) -> MessageId {
        let id = self.write(gala, guest, body).await;
        self.run_outbox().await;
        id
    }

    /// Hands everything that is due to Twilio; returns how many texts that were.
    pub async fn run_outbox(&self) -> usize {
        outbox::run_once(&self.service).await.expect("the outbox can be read")
    }

    /// Looks up what is due until this is so.
    pub async fn look_up_until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let look = async || {
            lookups::run_once(&self.service).await.expect("look-ups can be made");
            is_so().await
        };
        self.eventually(what, look).await;
    }

    /// Everything about the texts of a guest, newest first.
    pub async fn history(&self, gala: &Gala, guest: AttendeeId) -> History {
        let attendee =
            attendees::find(&self.service.store, self.ana.org_id, gala.id, guest).await.expect("a guest");
        messages::history(&self.service.store, self.ana.org_id, attendee.contact_id, None)
            .await
            .expect("a history")
    }

    /// The newest text of a guest.
    pub async fn newest(&self, gala: &Gala, guest: AttendeeId) -> Entry {
        self.history(gala, guest).await.entries.into_iter().next().expect("a text")
    }

    /// The status of the newest text of the first guest.
    pub async fn status(&self, gala: &Gala) -> String {
        self.newest(gala, gala.guest()).await.text.status.as_str().to_owned()
    }

    /// The status of the newest text that the first guest was sent.
    pub async fn status_of_newest_sent(&self, gala: &Gala) -> String {
        let entries = self.history(gala, gala.guest()).await.entries;
        let sent = entries.into_iter().find(|entry| entry.text.direction == "out");
        sent.expect("a text").text.status.as_str().to_owned()
    }

    /// The kinds of steps in the trail of the first guest's newest text.
    pub async fn trail(&self, gala: &Gala) -> Vec<Step> {
        self.newest(gala, gala.guest()).await.trail
    }

    /// The counters of an event, and its list counted: the two must never disagree.
    pub async fn totals(&self, gala: &Gala) -> Totals {
        let store = &self.service.store;
        let dashboard =
            messages::dashboard(store, self.ana.org_id, gala.id, &Filter::default(), chrono_tz::UTC)
                .await
                .expect("a dashboard");
        let mut listed = Totals::default();
        for row in &dashboard.rows {
            listed.add(row.status, 1);
        }
        if dashboard.older.is_none() {
            assert_eq!(dashboard.totals, listed, "the counters and the list disagree");
        }
        dashboard.totals
    }

    /// Twilio's id of the newest text it got for this number.
    pub fn sid_of(&self, to: &str) -> String {
        self.twilio.messages_to(to).last().expect("Twilio got a text").sid.clone()
    }

    /// The attempt that got this sid.
    pub async fn attempt_of(&self, sid: &str) -> String {
        let text = self.twilio.message(sid).expect("Twilio knows it");
        let address = text.status_callback.expect("a callback address");
        let attempt = address.split("a=").nth(1).and_then(|rest| rest.split('#').next()).expect("an attempt");
        attempt.to_owned()
    }

    /// Gives a stranger's organization an account and sender of its own.
    pub async fn connect_other_account(&self, owner: &Person) {
        accounts::connect(&self.service, owner.org_id, OTHER_ACCOUNT, OTHER_TOKEN, OTHER_NUMBER)
            .await
            .expect("connected");
    }

    /// The same database, with nobody at Twilio's address.
    pub async fn cut_off_from_twilio(&self) -> Service {
        let nobody = Config { twilio_api_base: "http://127.0.0.1:1".into(), ..self.config.clone() };
        service(&self.place, &nobody).await
    }

    /// The same database, configured without a Twilio account.
    pub async fn without_account(&self) -> Service {
        let none = Config {
            twilio_account_sid: String::new(),
            twilio_auth_token: String::new(),
            twilio_phone_number: String::new(),
            ..self.config.clone()
        };
        service(&self.place, &none).await
    }

    /// A browser in which nobody is signed in.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// A browser in which this person is signed in.
    pub async fn browser_of(&self, person: &Person) -> Browser {
        let link = links::create(&self.service, person.org_id, person.user_id, true).await.expect("a link");
        let browser = self.browser();
        browser.get(&format!("/sign-in/link/{link}")).await.see_other("/");
        browser
    }

    /// Waits until something is so, without hoping for a time.
    pub async fn eventually(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let given_up = Instant::now() + PATIENCE;
        while Instant::now() < given_up {
            if is_so().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never came about: {what}");
    }
}

fn account(sid: &str, token: &str, number: &str) -> Account {
    Account {
        sid: sid.into(),
        auth_token: token.into(),
        numbers: vec![number.into()],
        messaging_services: vec![(sid.replace("AC", "MG"), vec![number.into()])],
        ..Account::default()
    }
}

async fn service(place: &Place, config: &Config) -> Service {
    service_at(place, config, Clock::System).await
}

async fn service_at(place: &Place, config: &Config, clock: Clock) -> Service {
    let store = place.location().open_migrated().await.expect("a store");
    let mut checked = config.check(&Random::System).expect("a good configuration");
    // What a password costs is not what these tests are about.
    checked.settings.password_memory_kib = 64;
    program::service(&checked, store, clock, Random::System).await.expect("a service")
}
