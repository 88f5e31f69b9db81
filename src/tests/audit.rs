//! Who changed what: every change of events, templates and people is in the log, whoever made it, and none
//! is made without its entry.

use serde_json::json;
use usher_core::error::Problems;
use usher_core::events::Draft;
use usher_core::ids::EventId;
use usher_core::{attendees, audit, events, imports};

use crate::harness::{TestApp, each_engine};

const SUPPER: [(&str, &str); 4] = [
    ("name", "Supper"),
    ("starts_at", "2027-05-01T19:00"),
    ("timezone", "Europe/Berlin"),
    ("location", "Table 9"),
];

/// What a form holds.
type Fields<'a> = &'a [(&'a str, &'a str)];

/// Who did what to what, oldest first, from the entry after the first `after` on.
async fn log(app: &TestApp, after: usize) -> Vec<(String, String, String)> {
    let mut log = audit::page(&app.service.store, app.ana.org_id, None).await.expect("a log").entries;
    log.reverse();
    log.drain(..after);
    log.into_iter().map(|entry| (entry.actor, entry.action, entry.subject)).collect()
}

impl TestApp {
    async fn change_name(&self, event: EventId, name: &str) {
        let (org, author) = (self.ana.org_id, self.ana.author());
        let edit = |draft: &mut Draft| name.clone_into(&mut draft.name);
        events::change(&self.service, org, &author, event, Problems::default(), edit).await.expect("changed");
    }
}

fn by<'a>(actor: &'a str, deeds: &[(&'a str, &'a str)]) -> Vec<(String, String, String)> {
    deeds.iter().map(|(action, subject)| (actor.into(), (*action).into(), (*subject).into())).collect()
}

#[tokio::test]
async fn what_becomes_of_an_event_is_in_the_log() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let before = log(app, 0).await.len();
        ana.submit("/do/make-event", &SUPPER).await.says("The event is made.");
        let store = &app.service.store;
        let id = events::page(store, app.ana.org_id, None, 1).await.expect("a list")[0].id.to_string();
        let mut fields = SUPPER.to_vec();
        fields.push(("event", &id));
        ana.submit("/do/save-event", &fields).await.says("The event is saved.");
        (fields[1].1, fields[3].1) = ("2027-05-01T20:00", "Table 7");
        ana.submit("/do/save-event", &fields).await.says("The event is saved.");
        ana.submit("/do/add-attendee", &[("event", &id), ("phone", "+15552340500"), ("rsvp", "invited")])
            .await
            .says("is on the list.");
        let again = [("event", &*id), ("copy_name", "Brunch"), ("copy_starts_at", "2027-06-01T11:00")];
        ana.submit("/do/duplicate-event", &again).await.says("The new event is made.");
        let with_people = [again[0], ("copy_name", "Lunch"), again[2], ("people", "on")];
        ana.submit("/do/duplicate-event", &with_people).await.says("1 person is invited.");
        ana.submit("/do/archive-event", &[("event", &id)]).await.says("is archived.");
        ana.submit("/do/bring-event-back", &[("event", &id)]).await.says("is back");
        let mut told = log(app, before).await;
        told.retain(|(_, action, _)| action != "put on the list");
        let expected = [
            ("make event", "Supper"),
            ("change event", "Supper: start, place"),
            ("copy event", "Supper as Brunch"),
            ("copy event", "Supper as Lunch"),
            ("invite people", "Lunch: 1 person of Supper"),
            ("archive event", "Supper"),
            ("bring event back", "Supper"),
        ];
        assert_eq!(told, by(&app.ana.label(), &expected), "a form saved unchanged changes nothing");
        let settings = ana.page("/settings").await;
        settings.says("copy event");
        settings.says("Supper: start, place");
    })
    .await;
}

#[tokio::test]
async fn what_becomes_of_people_on_a_list_is_in_the_log() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let ana = app.browser_of(&app.ana).await;
        let before = log(app, 0).await.len();
        let id = gala.id.to_string();
        let new = [("event", &*id), ("name", "Ana"), ("phone", "+15552340500"), ("rsvp", "invited")];
        ana.submit("/do/add-attendee", &new).await.says("Ana is on the list.");
        let there =
            &attendees::page(&app.service.store, app.ana.org_id, gala.id, None, 1).await.expect("one")[0];
        let attendee = there.id.to_string();
        let edit = |name, rsvp| {
            [
                ("event", &*id),
                ("attendee", &*attendee),
                ("name", name),
                ("phone", "+15552340500"),
                ("rsvp", rsvp),
            ]
        };
        ana.submit("/do/edit-attendee", &edit("Ana", "invited")).await;
        ana.submit("/do/edit-attendee", &edit("Ana Lima", "confirmed")).await;
        ana.submit("/do/remove-attendee", &[("event", &id), ("attendee", &attendee)])
            .await
            .says("is off the list");
        let list = "name,phone\nCem,+15552340501\nDan,+15552340502\nBob,12\n";
        let draft = imports::begin(&app.service, &app.ana, gala.id, "list.csv", list.as_bytes()).await;
        let draft = draft.expect("a draft");
        let choices = imports::Choices::default();
        imports::confirm(&app.service, &app.ana, gala.id, draft, &choices).await.expect("imported");
        let subject = format!("Gala: contact {}", there.contact_id);
        let edited = format!("{subject}, name, RSVP confirmed");
        let expected = [
            ("put on the list", &*subject),
            ("change an attendee", &edited),
            ("take off the list", &subject),
            ("import people", "Gala: 2 new, 0 known, 1 left out"),
        ];
        assert_eq!(log(app, before).await, by(&app.ana.label(), &expected));
    })
    .await;
}

#[tokio::test]
async fn what_becomes_of_templates_is_in_the_log_without_their_words() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let before = log(app, 0).await.len();
        let new = [("name", "Day before"), ("purpose", "event_reminder"), ("body", "See you tomorrow.")];
        let made = ana.submit("/do/write-template", &new).await;
        let id = made.attributes("form input[name=template]", "value").remove(0);
        let mut changed = new.to_vec();
        changed.push(("template", &id));
        ana.submit("/do/write-template", &changed).await.says("The words are the same as before.");
        (changed[0].1, changed[2].1) = ("Eve", "Until tomorrow!");
        ana.submit("/do/write-template", &changed).await.says("Saved as version 2.");
        ana.submit("/do/use-template", &[("template", &*id), ("in_use", "false")]).await.says("out of use");
        ana.submit("/do/use-template", &[("template", &*id), ("in_use", "true")]).await.says("back in use");
        let expected = [
            ("make template", "Day before"),
            ("change template", "Day before: name (now Eve), words (version 2)"),
            ("put template out of use", "Eve"),
            ("put template back in use", "Eve"),
        ];
        assert_eq!(log(app, before).await, by(&app.ana.label(), &expected));
    })
    .await;
}

#[tokio::test]
async fn what_a_program_changes_is_in_the_log_under_its_name() {
    each_engine(async |app| {
        let api = app.api().await;
        let before = log(app, 0).await.len();
        let supper =
            json!({"name": "Supper", "starts_at": "2027-05-01T17:00:00Z", "timezone": "Europe/Berlin"});
        let made = api.post("/api/v1/events", &supper).await;
        let event = format!("/api/v1/events/{}", made.is(201)["id"].as_str().expect("an id"));
        api.patch(&event, &json!({"host_name": "Zoë"})).await.is(200);
        let mut guests = json!([
            {"phone": "+15552340500", "name": "Ana"}, {"phone": "+15552340501", "name": "Ben", "rsvp": "confirmed"},
            {"phone": "12", "name": "Cem"},
        ]);
        for _ in 0..3 {
            api.put(&format!("{event}/attendees"), &guests).await.is(200);
        }
        for (field, value) in [("name", "Benny"), ("email", "ben@foundry.example"), ("rsvp", "declined")] {
            guests[1][field] = value.into();
            for _ in 0..2 {
                api.put(&format!("{event}/attendees"), &guests).await.is(200);
            }
        }
        api.put(&format!("{event}/attendees"), &json!([{"phone": "12", "name": "Cem"}])).await.is(200);
        let template = json!({"name": "Day before", "purpose": "event_reminder", "body": "See you!"});
        let made = api.post("/api/v1/templates", &template).await;
        let template = format!("/api/v1/templates/{}", made.is(201)["id"].as_str().expect("an id"));
        api.patch(&template, &json!({"archived": true})).await.is(200);
        let expected = [
            ("make event", "Supper"),
            ("change event", "Supper: host"),
            ("put people on the list", "Supper: 2 new, 0 known, 1 left out"),
            ("put people on the list", "Supper: 0 new, 2 known, 1 left out"),
            ("put people on the list", "Supper: 0 new, 2 known, 1 left out"),
            ("put people on the list", "Supper: 0 new, 2 known, 1 left out"),
            ("make template", "Day before"),
            ("put template out of use", "Day before"),
        ];
        assert_eq!(log(app, before).await, by("box office (API key)", &expected));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_changed_that_cannot_be_logged() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let id = gala.id.to_string();
        let count = "select (select count(*) from events where name in ('Gala', 'Supper')) * 100
             + (select count(*) from templates) * 10 + (select count(*) from attendees)";
        let mut changed = SUPPER.to_vec();
        (changed[0].1, changed[3].1) = ("Feast", "Elsewhere");
        changed.push(("event", &id));
        let posts: [(&str, Fields<'_>, &str); 5] = [
            ("make-event", &SUPPER, "The event is made."),
            (
                "add-attendee",
                &[("event", &id), ("phone", "+15552340599"), ("rsvp", "invited")],
                "is on the list.",
            ),
            (
                "write-template",
                &[("name", "A"), ("purpose", "custom"), ("body", "Hi")],
                "The template is made.",
            ),
            (
                "duplicate-event",
                &[("event", &id), ("copy_name", "Gala"), ("copy_starts_at", "2027-06-01T11:00")],
                "The new event is made.",
            ),
            ("save-event", &changed, "The event is saved."),
        ];
        app.db_run("alter table audit_log rename to mislaid").await;
        for (action, fields, _) in posts {
            ana.submit(&format!("/do/{action}"), fields).await.says("and nothing was done");
        }
        assert_eq!(app.db_number(count).await, 101, "one event, no template, one guest");
        app.db_run("alter table mislaid rename to audit_log").await;
        for (action, fields, done) in posts {
            ana.submit(&format!("/do/{action}"), fields).await.says(done);
        }
        assert_eq!(app.db_number(count).await, 212, "Supper and the copy, not the Gala of before");
    })
    .await;
}

#[tokio::test]
async fn older_entries_of_the_log_are_a_link_away() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let ana = app.browser_of(&app.ana).await;
        for n in 0..audit::PAGE {
            app.change_name(gala.id, &format!("Gala {n}")).await;
        }
        let newest = ana.page("/settings").await;
        let told = newest.texts("#log li");
        assert_eq!(told.len(), audit::PAGE);
        assert!(told[0].contains("change event") && told[0].contains("Gala 48: name"), "{}", told[0]);
        let older = newest.attributes("#log .pager a", "href");
        let older = ana.page(older[0].split('#').next().expect("a path")).await;
        assert!(older.texts("#log li").iter().any(|entry| entry.contains("make event")));
        assert_eq!(older.attributes("#log[open]", "id"), ["log"]);
        let back = older.attributes("#log .pager a", "href");
        assert_eq!(back, ["/settings?log=newest#log"], "there are none before these");
        let eve = app.db_stranger().await;
        let log = audit::page(&app.service.store, eve.org_id, None).await.expect("a log");
        assert!(log.entries.iter().all(|entry| entry.action != "change event"));
    })
    .await;
}
