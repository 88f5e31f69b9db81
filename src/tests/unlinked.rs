//! Texts to numbers that nobody knows: listed until somebody says whose they are.

use serde_json::json;
use usher_core::Error;
use usher_core::people::Role;
use usher_core::unlinked;

use crate::harness::{TestApp, each_engine};

const STRANGE: &str = "+15552349999";

impl TestApp {
    async fn unlinked(&self) -> Vec<unlinked::Unlinked> {
        unlinked::list(&self.service.store, self.ana.org_id, None).await.expect("a list").rows
    }

    /// A program texts a bare number, twice.
    async fn a_program_texts(&self, phone: &str) {
        let api = self.api().await;
        for body in ["Your table is ready", "Your table is still ready"] {
            let text = json!({ "to": phone, "body": body, "purpose": "table_booking_confirmation" });
            assert_eq!(api.post("/api/v1/messages", &text).await.status, 202);
        }
        self.run_outbox().await;
    }
}

#[tokio::test]
async fn a_number_that_nobody_knows_stands_there_until_it_is_linked() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        app.a_program_texts(STRANGE).await;
        let listed = app.unlinked().await;
        assert_eq!(listed.len(), 1, "whoever attends is known");
        assert_eq!((listed[0].phone.as_str(), listed[0].texts), (STRANGE, 2));
        assert_eq!(listed[0].body, "Your table is still ready");
        let contact = listed[0].contact_id;

        let eve = app.db_stranger().await;
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let theirs = unlinked::link(&app.service, &eve, contact, Some(gala.id), "Eve").await;
        assert!(matches!(theirs, Err(Error::NotFound)));
        let staff = unlinked::link(&app.service, &sam, contact, Some(gala.id), "Ben").await;
        assert!(matches!(staff, Err(Error::NotAllowed(_))));
        let nameless = unlinked::link(&app.service, &app.ana, contact, None, " ").await;
        assert!(matches!(nameless, Err(Error::Invalid(errors)) if errors.len() == 2));
        unlinked::link(&app.service, &app.ana, contact, Some(gala.id), "Ben").await.expect("linked");
        assert!(app.unlinked().await.is_empty());
        assert!(unlinked::list(&app.service.store, eve.org_id, None).await.expect("a list").rows.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_organizer_says_on_the_page_whose_number_it_is() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        ana.page("/unlinked").await.says("Every text has its person");
        app.a_program_texts(STRANGE).await;
        let page = ana.page("/unlinked").await;
        page.says("+1 555-234-9999");
        page.says("2 texts");
        let link = page.attributes("table a.button", "href").remove(0);
        ana.page(&link).await.says("Who is +1 555-234-9999?");
        let contact = link.rsplit('=').next().expect("an id").to_owned();
        let event = gala.id.to_string();
        let refused = ana.submit("/do/link-person", &[("contact", &*contact), ("event", &event)]).await;
        refused.says("Say whose number it is.");
        let form = [("contact", &*contact), ("event", &event), ("name", "Ben Ito")];
        ana.submit("/do/link-person", &form).await.says("Ben Ito is on the list of Gala.");
        ana.page(&format!("{}/attendees", gala.path())).await.says("Ben Ito");
    })
    .await;
}
