//! Anybody is found by name or number without knowing their event.

use usher_core::contacts::{self, Found, Page};
use usher_core::messages::Status;
use usher_core::people::Person;

use crate::harness::{TestApp, each_engine};

impl TestApp {
    /// The page of people that this leads to.
    async fn people_like(&self, person: &Person, find: &str) -> Page {
        match contacts::look_up(&self.service.store, person, find, None).await.expect("a look") {
            Found::People(page) => page,
            Found::One(one) => panic!("{find} led straight to {one}"),
        }
    }

    /// Whose whole number this is.
    async fn whose(&self, number: &str) -> Option<String> {
        match contacts::look_up(&self.service.store, &self.ana, number, None).await.expect("a look") {
            Found::One(id) => {
                let found = contacts::find(&self.service.store, self.ana.org_id, id).await;
                Some(found.expect("somebody of this organization").phone)
            }
            Found::People(_) => None,
        }
    }
}

#[tokio::test]
async fn people_of_every_event_and_none_are_found_with_their_last_text_and_events() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.db_name("+15552340500", "Zoë Müller").await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        app.text_from("+15559990009", "Who is this?").await;
        let found = app.people_like(&app.ana, "MULLER").await.people;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].events.iter().map(|on| on.attendee).collect::<Vec<_>>(), [gala.guest()]);
        assert_eq!(found[0].last_status.map(Status::as_str), Some("accepted"));
        let everybody = app.people_like(&app.ana, "").await.people;
        let phones: Vec<&str> = everybody.iter().map(|one| one.phone.as_str()).collect();
        assert_eq!(
            phones,
            ["+15559990009", "+15552340501", "+15552340500"],
            "by name, nobody's number first"
        );
        assert!(app.people_like(&app.ana, "%").await.people.is_empty());
        let eve = app.db_stranger().await;
        assert!(app.people_like(&eve, "").await.people.is_empty());
        assert!(app.people_like(&eve, "+1 555 234 0500").await.people.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_latest_three_events_of_somebody_are_named_and_the_others_counted() {
    each_engine(async |app| {
        for _ in 0..5 {
            app.gala_for(&["+15552340500"]).await;
        }
        let found = app.people_like(&app.ana, "").await.people.remove(0);
        assert_eq!((found.events.len(), found.other_events), (3, 2));
    })
    .await;
}

#[tokio::test]
async fn a_whole_number_leads_straight_to_whose_it_is_however_it_is_written() {
    each_engine(async |app| {
        app.gala_for(&["+15552340500", "+15552340501", "+4915112345678"]).await;
        let ana = app.browser_of(&app.ana).await;
        for typed in
            ["+1 (555) 234-0500", "555.234.0500", "1 555 234 0500", "+1 555–234–0500", "001 555 2340500"]
        {
            assert_eq!(app.whose(typed).await.as_deref(), Some("+15552340500"), "{typed}");
        }
        for typed in ["0151 12345678", "0049 151 12345678", "4915112345678"] {
            assert_eq!(app.whose(typed).await.as_deref(), Some("+4915112345678"), "{typed}");
        }
        assert_eq!(app.people_like(&app.ana, "234050").await.people.len(), 2, "a part of two numbers");
        assert_eq!(app.people_like(&app.ana, "0501").await.people.len(), 1, "a part leads to a list");
        let answer = ana.get("/people?find=%2B1+555+234+0500").await;
        assert!(answer.location.expect("a redirect").starts_with("/people/"));
    })
    .await;
}

#[tokio::test]
async fn people_are_paged_by_name_and_none_is_missed_or_shown_twice() {
    each_engine(async |app| {
        app.db_crowded_gala(120).await;
        app.db_fold().await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let found =
                contacts::look_up(&app.service.store, &app.ana, "guest", after).await.expect("a look");
            let Found::People(page) = found else { panic!("no number was looked for") };
            seen.extend(page.people.iter().map(|one| one.phone.clone()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((all, seen.len()), (120, 120));
    })
    .await;
}

#[tokio::test]
async fn the_page_says_what_to_try_and_stands_beside_every_page() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        ana.page("/people").await.says("Nobody is known yet");
        app.gala(60).await;
        let page = ana.page("/people?find=nobody+here").await;
        page.says("Nobody is found");
        page.says("the last digits of the number");
        assert_eq!(page.attributes("main input[name=find]", "value"), ["nobody here"]);
        let page = ana.page("/people").await;
        page.says("Gala");
        let next = page.attributes(".pager a", "href").remove(0);
        assert_eq!(ana.page(&next).await.texts("tbody tr").len(), 10);
        assert_eq!(ana.page("/events").await.attributes("#rail form[role=search]", "action"), ["/people"]);
        let staff = app.db_colleague("sam@foundry.example", usher_core::people::Role::Staff).await;
        app.browser_of(&staff).await.page("/people?find=guest").await.says("no text delivered yet");
    })
    .await;
}
