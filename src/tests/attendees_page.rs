//! The list of attendees: who is shown, in which order, and the forms that change them.

use std::time::{Duration, Instant};

use usher_core::attendees::{self, Filter, Last, NewAttendee, Reach, Rsvp};
use usher_core::messages::{Outcome, Purpose};
use usher_core::people::Role;

use crate::harness::{Callback, Gala, TestApp, each_engine};

async fn names(app: &TestApp, gala: &Gala, filter: &Filter) -> Vec<String> {
    let list =
        attendees::list(&app.service.store, app.ana.org_id, gala.id, filter, None).await.expect("a list");
    assert_eq!(usize::try_from(list.found).expect("a number"), list.people.len(), "count and list agree");
    list.people.into_iter().map(|listed| listed.attendee.name).collect()
}

async fn told(app: &TestApp, gala: &Gala, guest: usize, status: &str, code: &str) {
    app.send(gala, gala.attendees[guest], "Doors at 7").await;
    let sid = app.sid_of(&format!("+1555{}", 2_340_500 + guest));
    assert_eq!(Callback::new(&sid, status).with("ErrorCode", code).post_to(app).await, 204);
}

#[tokio::test]
async fn each_filter_finds_who_it_says_and_the_counts_agree() {
    each_engine(async |app| {
        let gala = app.gala(5).await;
        told(app, &gala, 0, "delivered", "").await;
        told(app, &gala, 1, "undelivered", "30006").await;
        told(app, &gala, 2, "undelivered", "30003").await;
        told(app, &gala, 3, "undelivered", "21610").await;
        app.db_run("update attendees set rsvp = 'waitlisted' where contact_id in (select id from contacts where name = 'Guest 4')").await;
        let any = Filter::default();
        let by = async |filter: Filter| names(app, &gala, &filter).await;
        assert_eq!(by(any.clone()).await.len(), 5);
        assert_eq!(by(Filter { rsvp: Some(Rsvp::Waitlisted), ..any.clone() }).await, ["Guest 4"]);
        assert_eq!(by(Filter { reach: Some(Reach::Receives), ..any.clone() }).await, ["Guest 0"]);
        assert_eq!(by(Filter { reach: Some(Reach::Dead), ..any.clone() }).await, ["Guest 1"]);
        assert_eq!(by(Filter { reach: Some(Reach::OptedOut), ..any.clone() }).await, ["Guest 3"]);
        assert_eq!(by(Filter { reach: Some(Reach::Never), ..any.clone() }).await, ["Guest 2", "Guest 4"]);
        let failed = Filter { last: Some(Last::Ended(Outcome::Failed)), ..any.clone() };
        assert_eq!(by(failed).await, ["Guest 1", "Guest 2", "Guest 3"]);
        assert_eq!(by(Filter { last: Some(Last::NoText), ..any.clone() }).await, ["Guest 4"]);
        let without = Filter { without: Some(Purpose::Announcement), ..any.clone() };
        assert_eq!(by(without).await, ["Guest 1", "Guest 2", "Guest 3", "Guest 4"], "what failed was not had");
        let list = attendees::list(&app.service.store, app.ana.org_id, gala.id, &any, None).await.expect("a list");
        let counts = list.counts.expect("few enough to count");
        assert_eq!((counts.with_rsvp(Rsvp::Confirmed), counts.with_reach(Reach::Never)), (4, 2));
        assert_eq!((counts.with_last(Last::NoText), counts.with_last(Last::Ended(Outcome::Failed))), (1, 3));
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_by_name_and_show_everybody_once() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(450).await;
        app.db_fold().await;
        let (store, org) = (&app.service.store, app.ana.org_id);
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let list = attendees::list(store, org, gala.id, &Filter::default(), after).await.expect("a list");
            assert_eq!((list.found, list.all), (450, 450));
            seen.extend(list.people.iter().map(|listed| usher_core::search::fold(&listed.attendee.name)));
            after = list.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 450);
        let once: std::collections::HashSet<&String> = seen.iter().collect();
        assert_eq!(once.len(), 450, "everybody once");
        assert!(seen.is_sorted(), "by name");
    })
    .await;
}

#[tokio::test]
async fn people_stand_in_the_order_of_their_names_whatever_their_numbers() {
    each_engine(async |app| {
        let gala = app.gala(5).await;
        for (number, name) in ["Zoë", "Émile", "", "ana lopez", "Ana"].into_iter().enumerate() {
            app.db_name(&format!("+155523405{number:02}"), name).await;
        }
        assert_eq!(names(app, &gala, &Filter::default()).await, ["", "Ana", "ana lopez", "Émile", "Zoë"]);
        let numbered = Filter { find: "ana 1".into(), ..Filter::default() };
        assert!(names(app, &gala, &numbered).await.is_empty(), "words do not go on in the number");
    })
    .await;
}

#[tokio::test]
async fn the_button_beside_the_list_texts_just_whom_it_shows() {
    each_engine(async |app| {
        let gala = app.gala(5).await;
        told(app, &gala, 0, "delivered", "").await;
        told(app, &gala, 1, "undelivered", "30003").await;
        told(app, &gala, 2, "undelivered", "21610").await;
        let ana = app.browser_of(&app.ana).await;
        for query in [
            "outcome=none",
            "reach=never",
            "reach=receives",
            "outcome=failed&without=announcement",
            "find=Guest",
        ] {
            let list = ana.page(&format!("{}/attendees?{query}", gala.path())).await;
            let people = list.texts(".people tbody tr").len();
            let button = list
                .texts("a.button[href*=send]")
                .into_iter()
                .find(|words| words.starts_with("Text "))
                .expect("a button");
            assert!(button.starts_with(&format!("Text {people} ")), "{query}: {button}");
            let there = list.attributes("a.button[href*='send?']", "href").remove(0);
            let send = ana.page(&there).await;
            send.says(&format!("for {people} p"));
        }
        let list = ana.page(&format!("{}/attendees?reach=opted_out", gala.path())).await;
        assert!(list.attributes("a.button[href*='send?']", "href").is_empty(), "they get no texts");
        assert_eq!(list.attributes("#ticked input[name=who]", "value"), ["chosen"]);
    })
    .await;
}

#[tokio::test]
async fn a_list_of_very_many_is_shown_quickly() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(6_000).await;
        app.db_fold().await;
        let (store, org) = (&app.service.store, app.ana.org_id);
        let begun = Instant::now();
        let list = attendees::list(store, org, gala.id, &Filter::default(), None).await.expect("a list");
        let took = begun.elapsed();
        let page = usize::try_from(attendees::PAGE).expect("a few");
        assert_eq!((list.people.len(), list.all, list.counts), (page, 6_000, None));
        assert!(took < Duration::from_secs(3), "it took {took:?}");
    })
    .await;
}

#[tokio::test]
async fn the_page_filters_by_its_address_and_hands_the_filter_on_to_the_send() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        told(app, &gala, 1, "undelivered", "30003").await;
        let ana = app.browser_of(&app.ana).await;
        let page = ana.page(&format!("{}/attendees?rsvp=confirmed&outcome=failed", gala.path())).await;
        page.says("1 of 3 people");
        assert_eq!(page.texts(".people td a[dir]"), ["Guest 1"]);
        assert_eq!(page.attributes(".who option[selected]", "value"), ["confirmed", "failed"]);
        let send = format!("{}/send?rsvp=confirmed&outcome=failed", gala.path());
        assert!(page.attributes("a", "href").contains(&send));
        ana.page(&format!("{}/attendees?rsvp=nonsense&after=nonsense&reach=x", gala.path()))
            .await
            .says("3 people");
        ana.page(&format!("{}/attendees?find=nobody", gala.path())).await.says("Nobody is found");
    })
    .await;
}

#[tokio::test]
async fn an_attendee_is_edited_and_a_refused_form_keeps_every_word() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let (event, guest) = (gala.id.to_string(), gala.guest().to_string());
        ana.page(&format!("{}/edit", gala.history_path())).await.says("Edit attendee");
        let good = [
            ("event", &*event),
            ("attendee", &guest),
            ("name", "Zoë Müller"),
            ("phone", "+49 151 12345678"),
            ("email", "zoe@example.org"),
            ("timezone", "Europe/Berlin"),
            ("rsvp", "waitlisted"),
        ];
        let saved = ana.submit("/do/edit-attendee", &good).await;
        saved.says("Zoë Müller is saved.");
        saved.says("+49 1511 2345678");
        saved.says("Waitlisted");
        let bad = [
            ("event", &*event),
            ("attendee", &guest),
            ("name", "Zoë"),
            ("phone", "12"),
            ("email", "nobody"),
            ("timezone", "Mars/Base"),
            ("rsvp", "perhaps"),
        ];
        let refused = ana.submit("/do/edit-attendee", &bad).await;
        assert_eq!(refused.attributes("[aria-invalid]", "name"), ["phone", "email", "rsvp", "timezone"]);
        assert_eq!(refused.attributes("#phone", "value"), ["12"]);
        assert_eq!(refused.attributes("#timezone", "value"), ["Mars/Base"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_added_by_another_name_than_they_are_known_by_keeps_it_and_it_is_said() {
    each_engine(async |app| {
        let (_, ball) = (app.gala(1).await, app.gala(0).await);
        let ana = app.browser_of(&app.ana).await;
        let id = ball.id.to_string();
        let new = [("event", &*id), ("name", "Zoë"), ("phone", "+15552340500"), ("rsvp", "invited")];
        ana.submit("/do/add-attendee", &new)
            .await
            .says("was known already, as Guest 0, and is on the list by that name");
        let new = [("event", &*id), ("name", "Zoë"), ("phone", "+15552340577"), ("rsvp", "invited")];
        ana.submit("/do/add-attendee", &new).await.says("Zoë is on the list.");
    })
    .await;
}

#[tokio::test]
async fn the_page_asks_before_two_become_one_and_says_what_was_done() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = app.browser_of(&app.ana).await;
        let (event, guest) = (gala.id.to_string(), gala.guest().to_string());
        let typed = [
            ("event", &*event),
            ("attendee", &guest),
            ("name", "Ana Lopez"),
            ("phone", "555-234-0501"),
            ("email", "ana@example.org"),
            ("timezone", ""),
            ("rsvp", "confirmed"),
        ];
        let question = ana.submit("/do/edit-attendee", &typed).await;
        question.says("Somebody else has this number");
        question.says("Guest 1");
        assert_eq!(question.attributes("main form [name=name]", "value"), ["Ana Lopez"]);
        let same = question.attributes("main form [name=same]", "value").remove(0);
        let yes: Vec<(&str, &str)> = typed.iter().copied().chain([("same", &*same)]).collect();
        let joined = ana.submit("/do/edit-attendee", &yes).await;
        joined.says("The two are one person now: Ana Lopez, +1 555-234-0501.");
        ana.page(&format!("{}/attendees", gala.path())).await.says("1 person, 1 confirmed");
    })
    .await;
}

#[tokio::test]
async fn staff_see_the_list_and_may_only_fix_a_number() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let browser = app.browser_of(&sam).await;
        let list = browser.page(&format!("{}/attendees", gala.path())).await;
        assert!(!list.body.contains("/do/add-attendee"));
        assert!(!list.body.contains("/send\""), "no way to a send");
        let edit = browser.page(&format!("{}/edit", gala.history_path())).await;
        assert!(edit.attributes("main form [name=rsvp]", "name").is_empty());
        let (event, guest) = (gala.id.to_string(), gala.guest().to_string());
        let fixed = [("event", &*event), ("attendee", &guest), ("phone", "+1 555 234 9999")];
        browser.submit("/do/edit-attendee", &fixed).await.says("+1 555-234-9999");
        let removed = [("event", &*event), ("attendee", &guest)];
        browser.submit("/do/remove-attendee", &removed).await.says("Ask an organizer");
    })
    .await;
}

#[tokio::test]
async fn a_number_without_its_country_code_is_one_of_the_events_country() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let new = NewAttendee { name: "Ana".into(), phone: "(555) 234-0777".into(), rsvp: "invited".into() };
        let id = attendees::add(&app.service, &app.ana, gala.id, &new).await.expect("a guest");
        let ana = attendees::find(&app.service.store, app.ana.org_id, gala.id, id).await.expect("found");
        assert_eq!(ana.phone, "+15552340777");
    })
    .await;
}
