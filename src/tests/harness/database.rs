//! What tests do and see behind the product's back.

use usher_core::Service;
use usher_core::attendees::{self, NewAttendee};
use usher_core::counters::Totals;
use usher_core::events::{self, NewEvent};
use usher_core::ids::OrgId;
use usher_core::messages::{self, Author, Filter};
use usher_core::orgs::{self, Change};
use usher_core::people::{self, NewUser, Person, Role};
use usher_core::store::Store;

use super::{Gala, TestApp};

impl TestApp {
    /// A number that a query answers.
    pub async fn db_number(&self, sql: &'static str) -> i64 {
        match &self.service.store {
            Store::Sqlite(_) => {
                let pool = sqlx::SqlitePool::connect(&self.config.database_url).await.expect("the file");
                let number = sqlx::query_scalar(sql).fetch_one(&pool).await.expect("a number");
                pool.close().await;
                number
            }
            Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.expect("a number"),
        }
    }

    /// How many people are found by this pattern.
    pub async fn db_people_like(&self, pattern: &str) -> i64 {
        let sql = "select count(*) from contacts where search like $1 escape '!'";
        match &self.service.store {
            Store::Sqlite(_) => {
                let pool = sqlx::SqlitePool::connect(&self.config.database_url).await.expect("the file");
                let number = sqlx::query_scalar(sql).bind(pattern).fetch_one(&pool).await.expect("a number");
                pool.close().await;
                number
            }
            Store::Postgres(pool) => {
                sqlx::query_scalar(sql).bind(pattern).fetch_one(pool).await.expect("a number")
            }
        }
    }

    /// Makes every attempt that waits for a look-up due now.
    pub async fn db_look_ups_are_due(&self) {
        self.db_run("update attempts set next_lookup_at = '2020-01-01T00:00:00+00:00' where next_lookup_at is not null")
            .await;
    }

    pub async fn db_gala_of(&self, owner: &Person, numbers: &[&str]) -> Gala {
        let new = NewEvent {
            name: "Gala".into(),
            starts_at: "2027-02-26T19:00".into(),
            timezone: "America/New_York".into(),
            location: "The Foundry".into(),
            ..NewEvent::default()
        };
        let id = events::create(&self.service, owner, &new).await.expect("an event");
        let mut attendees = Vec::new();
        for (n, phone) in numbers.iter().enumerate() {
            let new =
                NewAttendee { name: format!("Guest {n}"), phone: (*phone).into(), rsvp: "confirmed".into() };
            attendees.push(attendees::add(&self.service, owner, id, &new).await.expect("a guest"));
        }
        Gala { id, attendees }
    }

    /// Takes somebody's membership away.
    pub async fn db_dismiss(&self, person: &Person) {
        let sql = "delete from memberships where user_id = $1";
        match &self.service.store {
            Store::Sqlite(_) => {
                let pool = sqlx::SqlitePool::connect(&self.place.url()).await.expect("the file");
                sqlx::query(sql).bind(person.user_id).execute(&pool).await.expect("dismissed");
                pool.close().await;
            }
            Store::Postgres(pool) => {
                sqlx::query(sql).bind(person.user_id).execute(pool).await.expect("dismissed");
            }
        }
    }

    /// The counters of an event alone.
    pub async fn db_totals(&self, gala: &Gala) -> Totals {
        let store = &self.service.store;
        let dashboard =
            messages::dashboard(store, self.ana.org_id, gala.id, &Filter::default(), chrono_tz::UTC).await;
        dashboard.expect("a dashboard").totals
    }

    /// The texts of every event and organization counted from the rows, held against the counters.
    pub async fn db_counters_agree(&self) {
        let recount = "select count(*) from (
             select scope, purpose, status, error_code, sum(texts) as texts from (
               select scope, purpose, status, error_code, texts from counters
               union all select event_id, purpose, status, coalesce(error_code, 0), -1 from messages
                 where counts and direction = 'out' and event_id is not null
               union all select send_id, purpose, status, coalesce(error_code, 0), -1 from messages
                 where counts and direction = 'out' and send_id is not null
               union all select org_id, purpose, status, coalesce(error_code, 0), -1 from messages
                 where counts and direction = 'out') both_sides
             group by scope, purpose, status, error_code having sum(texts) <> 0) drifted";
        assert_eq!(self.db_number(recount).await, 0, "counters have drifted from the rows");
    }

    /// How SQLite would answer a query; `None` on the other engine.
    pub async fn db_plan(&self, sql: &'static str) -> Option<String> {
        let Store::Sqlite(_) = &self.service.store else { return None };
        let pool = sqlx::SqlitePool::connect(&self.place.url()).await.expect("the file");
        let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(sql).fetch_all(&pool).await.expect("a plan");
        pool.close().await;
        Some(steps.into_iter().map(|step| step.3).collect::<Vec<_>>().join("; "))
    }

    /// How many texts each process handed to Twilio.
    pub async fn db_texts_by_process(&self) -> Vec<(uuid::Uuid, i64)> {
        let Store::Postgres(pool) = &self.service.store else { return Vec::new() };
        let sql = "select process_id, count(*) from attempts group by process_id";
        sqlx::query_as(sql).fetch_all(pool).await.expect("counted")
    }

    /// Runs a statement behind the product's back.
    pub async fn db_run(&self, sql: &'static str) {
        match &self.service.store {
            Store::Sqlite(_) => {
                let pool = sqlx::SqlitePool::connect(&self.place.url()).await.expect("the file");
                sqlx::raw_sql(sql).execute(&pool).await.expect("it runs");
                pool.close().await;
            }
            Store::Postgres(pool) => {
                sqlx::raw_sql(sql).execute(pool).await.expect("it runs");
            }
        }
    }

    /// From now on no API key can be changed.
    pub async fn db_refuse_changes_of_keys(&self) {
        self.db_run(match &self.service.store {
            Store::Sqlite(_) => {
                "create trigger refuse before update on api_keys begin select raise(abort, 'refused'); end"
            }
            Store::Postgres(_) => {
                "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
                 create trigger refuse before update on api_keys for each row execute function refuse()"
            }
        })
        .await;
    }

    /// Somebody changes every contact and takes their time; on SQLite nobody can, for it has one writer.
    pub async fn db_slow_change_of_contacts(&self) -> Option<sqlx::Transaction<'static, sqlx::Postgres>> {
        let Store::Postgres(pool) = &self.service.store else { return None };
        let mut tx = pool.begin().await.expect("a transaction");
        sqlx::query("update contacts set updated_at = updated_at").execute(&mut *tx).await.expect("changed");
        Some(tx)
    }

    /// Somebody holds every text and takes their time; on SQLite nobody can, for it has one writer.
    pub async fn db_texts_are_held(&self) -> Option<sqlx::Transaction<'static, sqlx::Postgres>> {
        let Store::Postgres(pool) = &self.service.store else { return None };
        let mut tx = pool.begin().await.expect("a transaction");
        sqlx::query("select id from messages for update").execute(&mut *tx).await.expect("held");
        Some(tx)
    }

    /// Returns once a transaction waits for a row of another one, on PostgreSQL. Other tests have their
    /// tables on the same server, so only the locks of this one's are looked at.
    pub async fn db_somebody_waits_for_a_lock(&self) {
        let waiting = "select count(*) from pg_locks w join pg_locks h on h.pid = w.pid
             join pg_class c on c.oid = h.relation
             where not w.granted and h.locktype = 'relation' and c.relname = 'contacts'
               and c.relnamespace = current_schema()::regnamespace";
        self.eventually("somebody waits", async || self.db_number(waiting).await > 0).await;
    }

    pub async fn db_colleague(&self, email: &str, role: Role) -> Person {
        db_member(&self.service, self.ana.org_id, email, role).await
    }

    /// Somebody of another organization.
    pub async fn db_stranger(&self) -> Person {
        db_person(&self.service, "Elsewhere", "eve@elsewhere.example", Role::Owner).await
    }
}

pub(super) async fn db_person(service: &Service, org: &str, email: &str, role: Role) -> Person {
    let org = orgs::create(service, org, "America/New_York").await.expect("an organization");
    // Tests must not end differently by night; those about holds set their own.
    orgs::change(service, org, &Author::command_line(), &Change::nothing_holds()).await.expect("settings");
    db_member(service, org, email, role).await
}

async fn db_member(service: &Service, org: OrgId, email: &str, role: Role) -> Person {
    let new = NewUser { email: email.into(), name: email.split('@').next().unwrap_or_default().into(), role };
    let user = people::create(service, org, &new).await.expect("a user");
    people::join(service, org, user).await.expect("they are in");
    people::find_member(&service.store, user, org).await.expect("found").expect("a member")
}
