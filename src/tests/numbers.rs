//! Fixing a number where no event is, and beside others who are at the same person.

use serde_json::json;
use usher_core::attendees::{self, Edit, Edited};
use usher_core::people::Role;
use usher_core::store::Store;

use crate::harness::{Callback, each_engine};

const STRANGE: &str = "+15552349999";
const NEW: &str = "+15552349998";

#[tokio::test]
async fn a_number_of_no_event_is_fixed_by_staff_and_its_text_goes_again() {
    each_engine(async |app| {
        let api = app.api().await;
        let text =
            json!({ "to": STRANGE, "body": "Your table is ready", "purpose": "table_booking_confirmation" });
        assert_eq!(api.post("/api/v1/messages", &text).await.status, 202);
        app.run_outbox().await;
        let failed = Callback::new(&app.sid_of(STRANGE), "undelivered").with("ErrorCode", "30006");
        assert_eq!(failed.post_to(app).await, 204);
        let sam = app.browser_of(&app.db_colleague("sam@foundry.example", Role::Staff).await).await;
        let there =
            sam.page("/failures?open=30006").await.attributes("a.button[href*=people]", "href").remove(0);
        let page = sam.page(&there).await;
        page.says("this text did not arrive");
        let hidden = |name: &str| page.attributes(&format!("#number input[name={name}]"), "value").remove(0);
        let (contact, retry, seen) = (hidden("contact"), hidden("retry"), hidden("seen"));
        let fix = |phone: &'static str| {
            [
                ("contact", contact.clone()),
                ("retry", retry.clone()),
                ("seen", seen.clone()),
                ("phone", phone.to_owned()),
            ]
        };
        let typed = |fields: &[(&'static str, String); 4]| fields.clone();
        let wrong = typed(&fix("12"));
        let wrong: Vec<(&str, &str)> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = sam.submit("/do/fix-number", &wrong).await;
        assert_eq!(refused.attributes("#phone", "value"), ["12"]);
        assert_eq!(refused.texts("#phone-error").len(), 1);
        let good = typed(&fix("(555) 234-9998"));
        let good: Vec<(&str, &str)> = good.iter().map(|(name, value)| (*name, value.as_str())).collect();
        sam.submit("/do/fix-number", &good).await.says("is saved. The text goes out again.");
        app.run_outbox().await;
        assert_eq!(app.twilio.messages_to(NEW).len(), 1);
        sam.page(&there).await.says("It was sent again already");
    })
    .await;
}

#[tokio::test]
async fn a_number_of_no_event_that_somebody_has_asks_whether_the_two_are_one() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let api = app.api().await;
        let text =
            json!({ "to": STRANGE, "body": "Your table is ready", "purpose": "table_booking_confirmation" });
        assert_eq!(api.post("/api/v1/messages", &text).await.status, 202);
        app.run_outbox().await;
        let ana = app.browser_of(&app.ana).await;
        let there = ana.page("/unlinked").await.attributes("a[href^='/people/']", "href").remove(0);
        let contact =
            there.trim_start_matches("/people/").split(['?', '#']).next().expect("an id").to_owned();
        let typed = [("contact", &*contact), ("phone", "555-234-0500")];
        let question = ana.submit("/do/fix-number", &typed).await;
        question.says("One person or two?");
        assert_eq!(question.attributes("main form [name=phone]", "value"), ["555-234-0500"]);
        let same = question.attributes("main form [name=same]", "value").remove(0);
        let joined = [("contact", &*contact), ("phone", "555-234-0500"), ("same", &*same)];
        ana.submit("/do/fix-number", &joined).await.says("The two are one person now: Guest 0");
        assert_eq!(app.history(&gala, gala.guest()).await.entries.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_typed_comes_back_from_the_question_and_is_not_joined_without_it() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = app.browser_of(&app.ana).await;
        let (event, guest) = (gala.id.to_string(), gala.guest().to_string());
        let typed = [
            ("event", &*event),
            ("attendee", &guest),
            ("name", "Zoë"),
            ("phone", "555-234-0501"),
            ("rsvp", "waitlisted"),
        ];
        let answer = ana.post("/do/edit-attendee", &typed).await;
        let asked = answer.location.expect("a question");
        ana.page(&asked).await.says("Somebody else has this number");
        let back: Vec<(&str, &str)> =
            typed.iter().copied().chain([("same", "x"), ("then", "back")]).collect();
        let form = ana.submit("/do/edit-attendee", &back).await;
        assert_eq!(form.attributes("#name", "value"), ["Zoë"]);
        assert_eq!(form.attributes("#phone", "value"), ["555-234-0501"]);
        assert_eq!(form.attributes("#rsvp option[selected]", "value"), ["waitlisted"]);
        let again = ana.page(&asked).await;
        again.says("What you typed is no longer here");
        assert!(again.attributes("main form [name=same]", "value").is_empty(), "nothing can be joined");
    })
    .await;
}

#[tokio::test]
async fn a_text_that_arrived_is_not_called_failed_where_its_number_is_fixed() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let text = app.send(&gala, gala.guest(), "Doors at 7").await;
        let ana = app.browser_of(&app.ana).await;
        let there = format!("{}/edit?retry={text}", gala.history_path());
        ana.page(&there).await.says("It is still on its way");
        let sid = app.sid_of("+15552340500");
        assert_eq!(Callback::new(&sid, "undelivered").with("ErrorCode", "30006").post_to(app).await, 204);
        ana.page(&there).await.says("this text did not arrive");
        assert_eq!(Callback::new(&sid, "delivered").post_to(app).await, 204);
        let page = ana.page(&there).await;
        page.says("It arrived after all");
        assert!(page.attributes("main form [name=retry]", "value").is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_older_form_for_a_person_undoes_nothing_that_somebody_else_has_changed() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        let (event, guest) = (gala.id.to_string(), gala.guest().to_string());
        let edit = format!("{}/edit", gala.history_path());
        let seen = ana.page(&edit).await.attributes("main form [name=seen]", "value").remove(0);
        let form = |name: &'static str, email: &'static str, seen: String| {
            [
                ("event", event.clone()),
                ("attendee", guest.clone()),
                ("name", name.into()),
                ("phone", "+1 555-234-0500".into()),
                ("email", email.into()),
                ("timezone", String::new()),
                ("rsvp", "confirmed".into()),
                ("seen", seen),
            ]
        };
        let post = async |fields: [(&'static str, String); 8]| {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            ana.submit("/do/edit-attendee", &fields).await
        };
        post(form("Bob", "bob@example.org", seen.clone())).await.says("Bob is saved.");
        let refused = post(form("Cem", "", seen)).await;
        assert!(refused.texts("#name-error")[0].contains("It is “Bob” now; yours stands here"));
        assert!(refused.texts("#email-error")[0].contains("as they left it"));
        assert_eq!(refused.attributes("#name", "value"), ["Cem"]);
        assert_eq!(refused.attributes("#email", "value"), ["bob@example.org"]);
        let seen = refused.attributes("main form [name=seen]", "value").remove(0);
        post(form("Cem", "bob@example.org", seen)).await.says("Cem is saved.");
        let now = attendees::find(&app.service.store, app.ana.org_id, gala.id, gala.guest())
            .await
            .expect("a guest");
        assert_eq!((now.name.as_str(), now.email.as_deref()), ("Cem", Some("bob@example.org")));
    })
    .await;
}

#[tokio::test]
async fn a_number_that_staff_fix_leaves_a_name_that_was_changed_meanwhile() {
    each_engine(async |app| {
        let Store::Postgres(pool) = &app.service.store else { return };
        let gala = app.gala(1).await;
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let mut other = pool.begin().await.expect("begun");
        sqlx::query("update contacts set name = 'Zoë'").execute(&mut *other).await.expect("named");
        let (service, id, guest) = (app.service.clone(), gala.id, gala.guest());
        let typed = Edit { phone: NEW.into(), ..Edit::default() };
        let fixing = tokio::spawn(async move { attendees::edit(&service, &sam, id, guest, &typed).await });
        app.db_somebody_waits_for_a_lock().await;
        other.commit().await.expect("done");
        assert!(matches!(fixing.await.expect("an end").expect("made"), Edited::Saved(_)));
        let now = attendees::find(&app.service.store, app.ana.org_id, gala.id, gala.guest())
            .await
            .expect("a guest");
        assert_eq!((now.name.as_str(), now.phone.as_str()), ("Zoë", NEW));
    })
    .await;
}

#[tokio::test]
async fn letters_and_extensions_are_refused_at_the_field_and_the_row() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let ana = app.browser_of(&app.ana).await;
        let event = gala.id.to_string();
        for (phone, why) in
            [("5551230042x", "no letters"), ("555 123 0042 x12", "extension cannot be texted")]
        {
            let add = [("event", &*event), ("name", "Ana"), ("phone", phone), ("rsvp", "confirmed")];
            let refused = ana.submit("/do/add-attendee", &add).await;
            assert!(refused.texts("#phone-error").concat().contains(why), "{phone}");
            assert_eq!(refused.attributes("#phone", "value"), [phone]);
            let api = app.api().await;
            let text = json!({ "to": format!("+1 {phone}"), "body": "Hi", "purpose": "custom" });
            let refused = api.post("/api/v1/messages", &text).await;
            assert!(refused.is(422)["errors"][0]["message"].as_str().is_some_and(|told| told.contains(why)));
            let people = json!([{ "phone": format!("+1 {phone}"), "name": "Ana" }]);
            let put = api.put(&format!("/api/v1/events/{event}/attendees"), &people).await;
            assert!(put.is(200)["rejected"][0]["reason"].as_str().is_some_and(|told| told.contains(why)));
        }
        let add = [("event", &*event), ("name", "Ana"), ("phone", "tel:+15551230042"), ("rsvp", "confirmed")];
        ana.submit("/do/add-attendee", &add).await.says("+1 555-123-0042");
    })
    .await;
}
