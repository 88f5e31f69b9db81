//! Many people, many texts, and a clock that a test moves.

use chrono::{DateTime, TimeDelta, Utc};
use usher::simulator::Inbound;
use usher_core::attendees::Rsvp;
use usher_core::clock::Clock;
use usher_core::ids::{AttendeeId, SendId};
use usher_core::messages::{Author, Kind, Purpose, Text};
use usher_core::orgs::{self, Change};
use usher_core::sends::{self, Audience, Confirmed, NewSend, Send};
use usher_core::store::Store;
use usher_core::{Error, Service, clerk};

use super::{ACCOUNT, Gala, NUMBER, TestApp};

impl TestApp {
    /// A program that sends to many, at a time that the test sets.
    pub async fn at(&self, time: &str) -> Service {
        self.another_process_at(Clock::fixed(time.parse().expect("a time"))).await
    }

    /// Ana's organization gets other settings.
    pub async fn settings(&self, change: Change) {
        orgs::change(&self.service, self.ana.org_id, &author(), &change).await.expect("settings");
    }

    /// A send to everybody who confirmed, written and ready to go.
    pub async fn announce(&self, gala: &Gala, body: &str) -> SendId {
        let id = self.confirm(gala, announcement(body)).await.expect("a send").id;
        clerk::run_once(&self.service).await.expect("the clerk works");
        id
    }

    /// A send that is confirmed, of which nothing is written yet.
    pub async fn confirm(&self, gala: &Gala, new: NewSend) -> Result<Confirmed, Error> {
        sends::confirm(&self.service, self.ana.org_id, &author(), gala.id, &new).await
    }

    /// How far a send has come.
    pub async fn send_of(&self, id: SendId) -> Send {
        sends::find(&self.service.store, self.ana.org_id, id).await.expect("a send")
    }

    /// Pauses, resumes or cancels, and lets the clerk finish.
    pub async fn steer(&self, id: SendId, turn: sends::Turn) {
        sends::steer(&self.service, self.ana.org_id, &author(), id, turn).await.expect("it obeys");
        clerk::run_once(&self.service).await.expect("the clerk works");
    }

    /// The product so much later.
    pub async fn service_after(&self, delta: TimeDelta) -> Service {
        self.another_process_at(Clock::shifted(delta)).await
    }

    /// Somebody texts us.
    pub async fn text_from(&self, phone: &str, body: &str) {
        assert_eq!(self.text_is_answered(phone, body).await, 200);
    }

    /// Somebody texts us: how the webhook answers.
    pub async fn text_is_answered(&self, phone: &str, body: &str) -> u16 {
        let text = Inbound {
            url: format!("{}/api/webhooks/twilio/inbound", self.url),
            account_sid: ACCOUNT.into(),
            from: phone.into(),
            to: NUMBER.into(),
            body: body.into(),
            ..Inbound::default()
        };
        self.twilio.deliver_inbound(text).await.expect("the webhook answers").status
    }

    /// The newest text that a guest was sent.
    pub async fn newest_sent(&self, gala: &Gala, guest: AttendeeId) -> Text {
        let entries = self.history(gala, guest).await.entries;
        entries.into_iter().map(|entry| entry.text).find(|text| text.direction == "out").expect("a text")
    }

    /// An event with so many guests who confirmed.
    pub async fn db_crowded_gala(&self, guests: i64) -> Gala {
        let gala = self.gala(0).await;
        let (contacts, attendees) = match &self.service.store {
            Store::Sqlite(_) => (
                "with recursive n(n) as (select 1 union all select n + 1 from n where n < $3)
                 insert into contacts (id, org_id, phone, name, created_at, updated_at)
                 select unhex(printf('0c%030x', n)), $1, '+1555' || (2340500 + n), 'Guest ' || n, $2, $2 from n",
                "insert into attendees (id, org_id, event_id, contact_id, rsvp, rsvp_at, created_at)
                 select unhex('0a' || substr(hex(id), 3)), org_id, $2, id, 'confirmed', created_at, created_at
                 from contacts where org_id = $1",
            ),
            Store::Postgres(_) => (
                "insert into contacts (id, org_id, phone, name, created_at, updated_at)
                 select ('0c' || lpad(to_hex(n), 30, '0'))::uuid, $1, '+1555' || (2340500 + n), 'Guest ' || n, $2, $2
                 from generate_series(1, $3) n",
                "insert into attendees (id, org_id, event_id, contact_id, rsvp, rsvp_at, created_at)
                 select ('0a' || substr(id::text, 3))::uuid, org_id, $2, id, 'confirmed', created_at, created_at
                 from contacts where org_id = $1",
            ),
        };
        let (org, now) = (self.ana.org_id, self.service.clock.now());
        match &self.service.store {
            Store::Sqlite(_) => {
                let pool = sqlx::SqlitePool::connect(&self.database_url()).await.expect("the file");
                sqlx::query(contacts).bind(org).bind(now).bind(guests).execute(&pool).await.expect("guests");
                sqlx::query(attendees).bind(org).bind(gala.id).execute(&pool).await.expect("guests");
                pool.close().await;
            }
            Store::Postgres(pool) => {
                sqlx::query(contacts).bind(org).bind(now).bind(guests).execute(pool).await.expect("guests");
                sqlx::query(attendees).bind(org).bind(gala.id).execute(pool).await.expect("guests");
            }
        }
        gala
    }

    /// How many texts there are at all.
    pub async fn db_texts(&self) -> i64 {
        self.db_number("select count(*) from messages").await
    }

    /// How many guests have no text of this event, or more than one.
    pub async fn db_people_with_other_than_one_text(&self, gala: &Gala) -> i64 {
        assert!(gala.attendees.is_empty(), "it is the only event");
        let sql = "select count(*) from attendees a where
             (select count(*) from messages m where m.contact_id = a.contact_id and m.event_id = a.event_id) <> 1";
        self.db_number(sql).await
    }

    /// When each guest's newest text was handed over; `None` for those that were not.
    pub async fn handed_over(&self, gala: &Gala) -> Vec<Option<DateTime<Utc>>> {
        let mut times = Vec::with_capacity(gala.attendees.len());
        for guest in &gala.attendees {
            let trail = self.newest(gala, *guest).await.trail;
            times.push(trail.iter().find(|step| step.kind == Kind::Claimed).map(|step| step.at));
        }
        times
    }
}

/// Whoever asks for things in these tests.
pub fn author() -> Author {
    Author { user: None, name: "a program".into(), via: "api" }
}

/// An announcement to everybody who confirmed.
pub fn announcement(body: &str) -> NewSend {
    NewSend {
        purpose: Purpose::Announcement,
        body: body.into(),
        template: None,
        audience: Audience::Rsvp(vec![Rsvp::Confirmed]),
        send_at: None,
        only_new_words: false,
    }
}
