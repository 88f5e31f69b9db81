//! Settings as an owner changes them, and what others see of them.

use usher_core::people::{self, Role};
use usher_core::{events, orgs};

use crate::harness::{NUMBER, announcement, each_engine};

const PASSWORD: &str = "a few words in a row";

#[tokio::test]
async fn an_owner_changes_settings_and_a_zone_that_does_not_exist_is_refused_at_once() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let refused =
            ana.submit("/do/save-profile", &[("name", "The Forge"), ("timezone", "Mars/Olympus")]).await;
        refused.says("There is no such time zone.");
        assert_eq!(refused.attributes("#timezone", "value"), ["Mars/Olympus"]);
        assert_eq!(refused.attributes("#name", "value"), ["The Forge"]);
        ana.submit("/do/save-profile", &[("name", "The Forge"), ("timezone", "Europe/Berlin")])
            .await
            .says("saved");
        let page = ana.page("/settings").await;
        assert_eq!(page.attributes("#timezone", "value"), ["Europe/Berlin"]);
        page.says("The Forge");

        let quiet = [("quiet", "on"), ("quiet_from", "10:00"), ("quiet_to", "09:30")];
        let refused = ana.submit("/do/save-quiet-hours", &quiet).await;
        assert_eq!(refused.attributes("#quiet_from", "aria-invalid"), ["true"], "no hour is left");
        let quiet = [("quiet", "on"), ("quiet_from", "22:00"), ("quiet_to", "07:00")];
        ana.submit("/do/save-quiet-hours", &quiet).await.says("Quiet hours are saved.");
        let limits =
            [("texts_per_contact_per_day", "none"), ("texts_per_hour", "1,000"), ("segments_per_second", "")];
        let refused = ana.submit("/do/save-limits", &limits).await;
        assert_eq!(refused.attributes("#texts_per_contact_per_day", "aria-invalid"), ["true"]);
        assert_eq!(refused.attributes("#texts_per_hour", "value"), ["1,000"]);
        let limits =
            [("texts_per_contact_per_day", "3"), ("texts_per_hour", "1,000"), ("segments_per_second", "")];
        ana.submit("/do/save-limits", &limits).await.says("Limits are saved.");
        let settings = orgs::settings(&app.service.store, app.ana.org_id).await.expect("settings");
        assert_eq!(settings.quiet_hours.map(|hours| hours.to_string()).as_deref(), Some("22:00-07:00"));
        assert_eq!(
            (settings.texts_per_contact_per_day, settings.texts_per_hour, settings.segments_per_second),
            (Some(3), Some(1_000), None)
        );
    })
    .await;
}

#[tokio::test]
async fn texting_that_is_switched_off_sends_nothing_until_it_is_on_again() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        ana.submit("/do/switch-sending", &[("on", "no")]).await.says("Texting is switched off.");
        app.write(&gala, gala.guest(), "Doors at 7").await;
        assert_eq!(app.status(&gala).await, "blocked");
        ana.page("/settings/texting").await.says("Texting is switched off");
        ana.submit("/do/switch-sending", &[("on", "yes")]).await.says("Texting is on.");
        app.send(&gala, gala.guest(), "Doors at 8").await;
        assert_eq!(app.status(&gala).await, "accepted");
    })
    .await;
}

#[tokio::test]
async fn only_an_owner_changes_settings() {
    each_engine(async |app| {
        for role in [Role::Organizer, Role::Staff] {
            let other = app.db_colleague(&format!("{}@foundry.example", role.as_str()), role).await;
            let browser = app.browser_of(&other).await;
            for page in ["/settings", "/settings/people", "/settings/keys"] {
                let page = browser.page(page).await;
                page.says("Only an owner can change that.");
                assert!(page.attributes("main form", "action").is_empty(), "no button that does not work");
            }
            let id = app.ana.user_id.to_string();
            for (action, fields) in [
                ("/do/save-profile", &[("name", "Mine"), ("timezone", "UTC")][..]),
                ("/do/switch-sending", &[("on", "no")]),
                ("/do/save-limits", &[("texts_per_hour", "1")]),
                ("/do/invite-person", &[("email", "eve@elsewhere.example"), ("role", "owner")]),
                ("/do/change-role", &[("user", &id), ("role", "staff")]),
                ("/do/remove-person", &[("user", &id)]),
                ("/do/new-link", &[("user", &id)]),
                ("/do/make-key", &[("name", "Mine")]),
                ("/do/use-configured-account", &[]),
            ] {
                browser.submit(action, fields).await.says("Ask one.");
            }
        }
        let settings = orgs::settings(&app.service.store, app.ana.org_id).await.expect("settings");
        assert!(settings.sending);
        assert_eq!(app.db_number("select count(*) from api_keys").await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_a_link_that_is_shown_once_and_lets_one_person_in() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let new = [("email", "ben@foundry.example"), ("name", "Ben"), ("role", "organizer")];
        let invited = ana.submit("/do/invite-person", &new).await;
        let link = invited.attributes("#link", "value").remove(0);
        assert!(ana.page("/settings/people").await.attributes("#link", "value").is_empty(), "shown once");
        ana.submit("/do/invite-person", &new).await.says("They are in the list below already.");
        let token = link.rsplit('/').next().expect("a token").to_owned();
        let ben = app.browser();
        let path = link.strip_prefix(&app.url).expect("our address");
        ben.page(path).await.says("The Foundry");
        ben.post("/do/choose-password", &[("token", &token), ("password", PASSWORD)]).await.see_other("/");
        ben.page("/settings/people").await.says("Ben (you)");
    })
    .await;
}

#[tokio::test]
async fn who_is_removed_is_out_at_once_and_the_last_owner_stays() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let me = app.ana.user_id.to_string();
        for (action, fields) in [
            ("/do/remove-person", &[("user", &*me)][..]),
            ("/do/change-role", &[("user", &me), ("role", "staff")]),
        ] {
            ana.submit(action, fields).await.says("This is the last owner.");
        }
        let ben = app.db_colleague("ben@foundry.example", Role::Staff).await;
        let browser = app.browser_of(&ben).await;
        let id = ben.user_id.to_string();
        ana.submit("/do/change-role", &[("user", &id), ("role", "organizer")])
            .await
            .says("is now an organizer");
        browser.page("/events/new").await.says("New event");
        ana.submit("/do/remove-person", &[("user", &id)]).await.says("is let in no more");
        browser.get("/events").await.asks_to_sign_in();
        let stranger = app.db_stranger().await.user_id.to_string();
        ana.submit("/do/remove-person", &[("user", &stranger)]).await.says("not there any more");
        ana.page("/settings").await.says("ana@foundry.example: remove");
    })
    .await;
}

#[tokio::test]
async fn a_key_is_shown_once_works_and_is_revoked() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        let made = ana.submit("/do/make-key", &[("name", "Booking site")]).await;
        let key = made.attributes("#key", "value").remove(0);
        assert!(ana.page("/settings/keys").await.attributes("#key", "value").is_empty(), "shown once");
        let call = async || {
            let request = reqwest::Client::builder()
                .build()
                .expect("a client")
                .get(format!("{}/api/v1/events", app.url));
            request.bearer_auth(&key).send().await.expect("an answer").status().as_u16()
        };
        assert_eq!(call().await, 200);
        let ask = ana.page("/settings/keys").await.attributes("td a.danger", "href").remove(0);
        let ask = ana.page(ask.trim_end_matches("#revoke")).await;
        let id = ask.attributes("#revoke input[name=key]", "value").remove(0);
        let eve = app.browser_of(&app.db_stranger().await).await;
        eve.submit("/do/revoke-key", &[("key", &id)]).await.says("not there any more");
        assert_eq!(call().await, 200);
        ana.submit("/do/revoke-key", &[("key", &id)]).await.says("Revoked");
        assert_eq!(call().await, 401);
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_can_be_ended_by_their_own_person_alone() {
    each_engine(async |app| {
        let (here, there) = (app.browser_of(&app.ana).await, app.browser_of(&app.ana).await);
        let page = here.page("/settings/sessions").await;
        assert_eq!(page.texts("tbody tr").len(), 2);
        page.says("from 127.0.0.1");
        page.says("This one");
        let other = page.attributes("[name=session]", "value").remove(0);
        let eve = app.browser_of(&app.db_stranger().await).await;
        eve.submit("/do/end-session", &[("session", &other)]).await.says("not there any more");
        there.page("/settings").await;
        here.submit("/do/end-session", &[("session", &other)]).await.says("That session is ended.");
        there.get("/settings").await.asks_to_sign_in();
        let again = app.browser_of(&app.ana).await;
        here.submit("/do/end-other-sessions", &[]).await.says("1 other session ended.");
        again.get("/settings").await.asks_to_sign_in();
    })
    .await;
}

#[tokio::test]
async fn an_account_of_ones_own_is_used_only_once_twilio_confirms_it() {
    each_engine(async |app| {
        let ana = app.browser_of(&app.ana).await;
        ana.page("/settings/texting").await.says("Set where Usher is installed");
        let other = "AC00000000000000000000000000000002";
        let wrong = [("account", other), ("token", "guess"), ("sender", "+15550100198")];
        let refused = ana.submit("/do/connect-account", &wrong).await;
        refused.says("Twilio refused this login.");
        assert_eq!(refused.attributes("#account", "value"), [other]);
        assert!(refused.attributes("#token", "value").concat().is_empty(), "a secret is not sent back");
        let nonsense = [("account", "12"), ("token", ""), ("sender", "MG1")];
        assert_eq!(ana.submit("/do/connect-account", &nonsense).await.texts(".summary li").len(), 3);
        let right = [
            ("account", other),
            ("token", "fedcba9876543210fedcba9876543210"),
            ("sender", "+1 555 010 0198"),
        ];
        let page = ana.submit("/do/connect-account", &right).await;
        page.says("Twilio confirmed the login.");
        assert!(!page.body.contains("fedcba9876543210"), "the token is never shown");
        ana.submit("/do/use-configured-account", &[]).await.says("installed account");
        let number = usher_core::phones::shown(NUMBER);
        ana.page("/settings/texting").await.says(&number);
    })
    .await;
}

#[tokio::test]
async fn somebody_in_two_organizations_goes_from_one_to_the_other() {
    each_engine(async |app| {
        let eve = app.db_stranger().await;
        let both = people::NewUser { email: app.ana.email.clone(), name: String::new(), role: Role::Staff };
        people::create(&app.service, eve.org_id, &both).await.expect("a membership");
        people::join(&app.service, eve.org_id, app.ana.user_id).await.expect("she is in");
        let ana = app.browser_of(&app.ana).await;
        app.gala(0).await;
        ana.page("/events").await.says("Go to Elsewhere");
        let there = eve.org_id.to_string();
        ana.submit("/do/switch-organization", &[("org", &there)]).await.says("You are now in Elsewhere.");
        ana.page("/events").await.says("No events yet");
        let stranger = orgs::create(&app.service, "Third", "UTC").await.expect("an organization").to_string();
        ana.submit("/do/switch-organization", &[("org", &stranger)]).await.says("not there any more");
        let home = app.ana.org_id.to_string();
        ana.submit("/do/switch-organization", &[("org", &home)]).await.says("You are now in The Foundry.");
        ana.page("/events").await.says("Gala");
        assert!(
            events::list(
                &app.service.store,
                eve.org_id,
                app.service.clock.now(),
                events::Show::Upcoming,
                "",
                None
            )
            .await
            .expect("a list")
            .events
            .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_asked_for_with_what_will_happen() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let tomorrow = app.service.clock.now() + chrono::TimeDelta::hours(20);
        let later = usher_core::sends::NewSend { send_at: Some(tomorrow), ..announcement("Tomorrow") };
        app.confirm(&gala, later).await.expect("a send");
        let ana = app.browser_of(&app.ana).await;
        let edit = format!("{}/edit", gala.path());
        let waiting = ana.page(&edit).await;
        waiting.says("2 texts wait to be sent");
        assert!(waiting.attributes("form", "action").iter().all(|action| action != "/do/cancel-waiting"));
        ana.page(&format!("{edit}?cancel=ask")).await.says("Cancel 2 texts?");
        usher_core::clerk::run_once(&app.service).await.expect("the clerk works");
        ana.page("/settings?off=ask").await.says("2 texts wait now and would never be sent by themselves.");
        assert!(
            ana.page("/settings").await.texts("button").iter().all(|button| button != "Switch texting off")
        );
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let ask = format!("/settings/people?remove={}", sam.user_id);
        ana.page(&ask).await.says("Remove sam@foundry.example?");
        app.browser_of(&sam).await.get(&ask).await;
        ana.submit("/do/make-key", &[("name", "Booking site")]).await;
        let ask = ana.page("/settings/keys").await.attributes("a.danger", "href").remove(0);
        let asked = ana.page(ask.split('#').next().unwrap_or_default()).await;
        asked.says("Revoke the key of Booking site?");
        assert_eq!(asked.attributes("section#revoke form", "action"), ["/do/revoke-key"]);
    })
    .await;
}
