//! The list of opt-outs: what people asked for stays, what the organization added it may lift.

use usher_core::Error;
use usher_core::people::{Person, Role};
use usher_core::suppressions::{self, Source, Suppression, Wanted};

use crate::harness::{TestApp, each_engine};

const GUEST: &str = "+15552340500";

impl TestApp {
    async fn opt_outs(&self, person: &Person, wanted: &Wanted) -> Vec<Suppression> {
        suppressions::list(&self.service.store, person.org_id, wanted).await.expect("a list").rows
    }

    async fn in_force(&self) -> Vec<Suppression> {
        self.opt_outs(&self.ana, &Wanted::default()).await
    }

    async fn opt_out_by_hand(&self, phone: &str) -> Result<(), Error> {
        suppressions::add_by_hand(&self.service, &self.ana, phone, "asked us by phone").await.map(drop)
    }
}

fn found(words: &str) -> Wanted {
    Wanted { find: words.into(), ..Wanted::default() }
}

#[tokio::test]
async fn a_number_added_by_hand_is_texted_no_more_until_an_owner_lifts_it() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.write(&gala, gala.guest(), "Doors at 7").await;
        app.opt_out_by_hand("+1 (555) 234-0500").await.expect("added");
        app.run_outbox().await;
        assert_eq!(app.status_of_newest_sent(&gala).await, "blocked", "what waited is not sent");
        let twice = app.opt_out_by_hand(GUEST).await;
        assert!(matches!(twice, Err(Error::Invalid(errors)) if errors[0].field == "phone"));
        let listed = app.in_force().await;
        assert_eq!((listed[0].source, listed[0].name.as_deref()), (Source::Staff, Some("Guest 0")));
        assert_eq!(listed[0].author.as_deref(), Some("ana"));

        let id = listed[0].id;
        assert!(matches!(suppressions::lift(&app.service, &app.ana, id, " ").await, Err(Error::Invalid(_))));
        let lifted = suppressions::lift(&app.service, &app.ana, id, "she asked again").await.expect("lifted");
        assert!(lifted.still.is_empty());
        assert!(app.in_force().await.is_empty());
        let history = app.opt_outs(&app.ana, &Wanted { lifted: true, ..Wanted::default() }).await;
        assert_eq!(history[0].lifted_reason.as_deref(), Some("she asked again"));
        assert_eq!(history[0].lifter.as_deref(), Some("ana"));
        assert!(matches!(
            suppressions::lift(&app.service, &app.ana, id, "again").await,
            Err(Error::Refused(_))
        ));
        app.send(&gala, gala.guest(), "Welcome back").await;
        assert_eq!(app.status(&gala).await, "accepted");
        let logged = "select count(*) from audit_log where action in ('add an opt-out', 'lift an opt-out')";
        assert_eq!(app.db_number(logged).await, 2);
    })
    .await;
}

#[tokio::test]
async fn what_the_person_asked_for_only_the_person_lifts() {
    each_engine(async |app| {
        app.gala(1).await;
        app.opt_out_by_hand(GUEST).await.expect("added");
        app.text_from(GUEST, "STOP").await;
        let listed = app.in_force().await;
        let of = |source| listed.iter().find(|row| row.source == source).expect("listed").id;
        let refused = suppressions::lift(&app.service, &app.ana, of(Source::Stop), "they said so").await;
        assert!(matches!(refused, Err(Error::Refused(why)) if why.contains("START")));
        let lifted = suppressions::lift(&app.service, &app.ana, of(Source::Staff), "they said so").await;
        assert_eq!(lifted.expect("lifted").still, [Source::Stop], "and it is said that STOP still holds");
        app.text_from(GUEST, "START").await;
        assert!(app.in_force().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn only_an_owner_lifts_and_only_who_sends_adds() {
    each_engine(async |app| {
        app.opt_out_by_hand(GUEST).await.expect("added");
        let id = app.in_force().await[0].id;
        for (email, role) in [("olga@foundry.example", Role::Organizer), ("sam@foundry.example", Role::Staff)]
        {
            let person = app.db_colleague(email, role).await;
            let lifted = suppressions::lift(&app.service, &person, id, "why not").await;
            assert!(matches!(lifted, Err(Error::NotAllowed(_))), "{email}");
            let added = suppressions::add_by_hand(&app.service, &person, "+15552340509", "asked").await;
            assert_eq!(added.is_ok(), role == Role::Organizer, "{email}");
            app.browser_of(&person).await.page("/opt-outs").await.says("an owner can lift it");
        }
        let eve = app.db_stranger().await;
        assert!(matches!(suppressions::lift(&app.service, &eve, id, "mine").await, Err(Error::NotFound)));
        assert!(app.opt_outs(&eve, &Wanted::default()).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn opt_outs_are_found_by_name_and_number_and_managed_on_the_page() {
    each_engine(async |app| {
        app.gala(2).await;
        let ana = app.browser_of(&app.ana).await;
        ana.page("/opt-outs").await.says("Nobody has opted out");
        let refused = ana.submit("/do/add-opt-out", &[("phone", "12"), ("reason", "")]).await;
        assert_eq!(refused.attributes("#phone", "value"), ["12"]);
        assert_eq!(refused.attributes("#phone, #reason", "aria-invalid"), ["true", "true"]);
        let form = [("phone", "+49 151 12345678"), ("reason", "wrote us a letter")];
        ana.submit("/do/add-opt-out", &form).await.says("is texted no more");
        app.text_from(GUEST, "STOP").await;
        assert_eq!(app.opt_outs(&app.ana, &found("guest 0")).await.len(), 1);
        assert_eq!(app.opt_outs(&app.ana, &found("(555) 234 0500")).await.len(), 1);
        assert_eq!(
            app.opt_outs(&app.ana, &found("0151 123")).await.len(),
            1,
            "a number that is no contact's"
        );
        assert!(app.opt_outs(&app.ana, &found("%")).await.is_empty());
        let page = ana.page("/opt-outs").await;
        page.says("2 numbers opted out. Texts to them");
        page.says("only their START lifts it");
        let lift = page.attributes("table a.button", "href").remove(0);
        ana.page(&lift).await.says("be texted again");
        let id = lift.rsplit('=').next().expect("an id").to_owned();
        ana.submit("/do/lift-opt-out", &[("id", &*id), ("lift", "")]).await.says("Say why");
        ana.submit("/do/lift-opt-out", &[("id", &*id), ("lift", "a mistake")])
            .await
            .says("can be texted again");
        ana.page("/opt-outs?shown=lifted").await.says("a mistake");
    })
    .await;
}

#[tokio::test]
async fn anybody_is_opted_out_from_their_page_or_conversation_with_a_reason() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = app.browser_of(&app.ana).await;
        app.text_from(GUEST, "Leave me alone").await;
        let waiting = app.write(&gala, gala.guest(), "Doors at 7").await;
        let history = ana.page(&gala.history_path()).await;
        let form = history.attributes(".head a.quiet", "href").remove(0);
        let (person, _) = form.split_once('?').expect("a form that is open");
        let contact = person.trim_start_matches("/people/").to_owned();
        let page = ana.page(form.split('#').next().expect("a page")).await;
        assert_eq!(
            page.attributes("#opt-out[open] input[name=contact]", "value"),
            std::slice::from_ref(&contact)
        );
        ana.submit("/do/opt-out-contact", &[("contact", &*contact), ("reason", " ")]).await.says("Say why");
        let done = ana
            .submit("/do/opt-out-contact", &[("contact", &*contact), ("reason", "told Bo at the door")])
            .await;
        done.says("an owner can lift it under Opt-outs");
        done.says("told Bo at the door");
        assert!(done.texts("#opt-out").is_empty(), "nothing more to do");
        assert_eq!(
            done.attributes("main .notice a", "href"),
            [format!("/opt-outs?lift={}", app.in_force().await[0].id)]
        );
        let twice = [("contact", &*contact), ("reason", "again")];
        ana.submit("/do/opt-out-contact", &twice).await.says("They have opted out already");
        assert_eq!(app.run_outbox().await, 0, "{waiting} does not go out");
        assert_eq!(app.status_of_newest_sent(&gala).await, "blocked");
        ana.page(&gala.history_path()).await.says("Your organization opted them out");

        app.text_from("+15552340501", "No thanks").await;
        let other =
            ana.page("/people?find=Guest+1").await.attributes("tbody td:first-child a", "href").remove(0);
        let other = other.trim_start_matches("/people/").to_owned();
        let thread = ana.page(&format!("/inbox?thread={other}")).await;
        assert_eq!(thread.texts("#opt-out button"), ["Opt out this person"]);
        let seen = thread.attributes("#opt-out input[name=seen]", "value").remove(0);
        let form = [("contact", &*other), ("show", ""), ("seen", &*seen), ("reason", "")];
        ana.submit("/do/opt-out-person", &form).await.says("Say why");
        let form = [("contact", &*other), ("show", ""), ("seen", &*seen), ("reason", "wrote no thanks")];
        let done = ana.submit("/do/opt-out-person", &form).await;
        done.says("They are opted out");
        assert!(done.texts("form[action*=mark-handled]").is_empty(), "nothing is left to answer");
        assert_eq!(app.in_force().await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn who_opted_out_with_stop_has_no_other_way_back_and_staff_none_to_opt_anybody_out() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.text_from(GUEST, "STOP").await;
        let page = app.browser_of(&app.ana).await.page(&gala.history_path()).await;
        page.says("Only they can undo it, by texting START");
        assert!(page.texts("main .notice a").is_empty());
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let sam = app.browser_of(&sam).await;
        let person =
            sam.page("/people?find=Guest+1").await.attributes("tbody td:first-child a", "href").remove(0);
        let page = sam.page(&person).await;
        assert!(page.texts("#opt-out").is_empty());
        let id = person.trim_start_matches("/people/");
        let refused = sam.submit("/do/opt-out-contact", &[("contact", id), ("reason", "asked")]).await;
        refused.says("Ask an organizer");
        let eve = app.db_stranger().await;
        let refused = usher_core::ids::ContactId::parse(id).expect("an id");
        let refused = suppressions::opt_out(&app.service, &eve, refused, "mine").await;
        assert!(matches!(refused, Err(Error::NotFound)));
        assert_eq!(app.in_force().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn numbers_that_get_no_texts_are_not_called_opted_out() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.text_from(GUEST, "STOP").await;
        app.text_from("+15552340501", "Is there parking?").await;
        app.db_run(
            "insert into suppressions (id, org_id, phone, source, sender, reason, created_at)
             select id, org_id, phone, 'dead', '', 'Twilio says that it is a landline', created_at from contacts",
        )
        .await;
        let ana = app.browser_of(&app.ana).await;
        let page = ana.page("/opt-outs").await;
        page.says("1 number opted out. 1 other number gets no texts: landlines, or out of service.");
        let fix = page.attributes("td .line a", "href").remove(0);
        let (fix, _) = fix.split_once('#').expect("the form's place");
        assert_eq!(ana.page(fix).await.attributes("#number[open] input[name=phone]", "id"), ["phone"]);
        let inbox = ana.page("/inbox").await;
        assert_eq!(inbox.texts(".threads .badge"), ["Number gets no texts", "Opted out"]);
        ana.page(&format!("{}/attendees/{}", gala.path(), gala.attendees[1])).await.says("Ask for another number and fix it");
    })
    .await;
}
