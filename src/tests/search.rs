//! People are found by name or number alike on both engines.

use usher_core::attendees::{self, NewAttendee, Row};
use usher_core::search;

use crate::harness::{TestApp, each_engine};

#[tokio::test]
async fn people_are_found_without_accents_and_case_however_they_came() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let zoe =
            NewAttendee { name: "Zoë Müller".into(), phone: "+15552340601".into(), rsvp: "invited".into() };
        attendees::add(&app.service, &app.ana, gala.id, &zoe).await.expect("added");
        let listed = Row { phone: "+15552340602".into(), name: "ÉMILE Łaski".into(), ..Row::default() };
        attendees::put(&app.service, app.ana.org_id, &app.ana.author(), gala.id, &[listed])
            .await
            .expect("put");
        for (typed, found) in [
            ("zoe", 1),
            ("MULLER", 1),
            ("zoe muller", 1),
            ("emile laski", 1),
            ("Guest", 1),
            ("555-234-06", 2),
            ("%", 0),
            ("nobody", 0),
        ] {
            assert_eq!(found_by(app, typed).await, found, "{typed}");
        }
        // A list that brings no name keeps the name, and what finds it.
        let nameless = Row { phone: "+15552340601".into(), ..Row::default() };
        attendees::put(&app.service, app.ana.org_id, &app.ana.author(), gala.id, &[nameless])
            .await
            .expect("put");
        assert_eq!(found_by(app, "zoe").await, 1);
    })
    .await;
}

#[tokio::test]
async fn people_from_before_there_was_a_search_are_found_after_the_next_start() {
    each_engine(async |app| {
        app.gala(3).await;
        app.db_run("update contacts set search = null").await;
        assert_eq!(found_by(app, "guest").await, 0);
        app.location().open_migrated().await.expect("started").close().await;
        assert_eq!(found_by(app, "guest").await, 3);
    })
    .await;
}

async fn found_by(app: &TestApp, typed: &str) -> i64 {
    app.db_people_like(&search::pattern(typed).expect("words")).await
}
