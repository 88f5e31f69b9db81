//! Where no receipt ever comes, that is said on every page until the first one does.

use std::time::Duration;

use usher::simulator::{Chance, Faults, Pace};
use usher_core::lookups;
use usher_core::receipts::silence_of;

use crate::harness::{Callback, Gala, TestApp, each_engine};

const TITLE: &str = "No receipt has ever come for this sender";

/// So many texts whose callbacks got lost, so that their news came by look-up.
async fn unheard(app: &TestApp, texts: usize) -> Gala {
    app.twilio.set_pace(Pace::fast());
    app.twilio.set_faults(Faults { lost_callbacks: Chance::ALWAYS, ..Faults::default() });
    let gala = app.gala(texts).await;
    for guest in &gala.attendees {
        app.send(&gala, *guest, "Doors at 7").await;
    }
    assert!(app.twilio.settle(Duration::from_secs(5)).await);
    lookups::reconcile(&app.service, app.service.clock.now()).await.expect("reconciled");
    app.db_run("update heard_senders set missed_since = '2020-01-01T00:00:00+00:00' where heard_at is null")
        .await;
    gala
}

async fn is_said(app: &TestApp, gala: &Gala) -> bool {
    app.browser_of(&app.ana).await.get(&gala.path()).await.body.contains(TITLE)
}

#[tokio::test]
async fn three_texts_without_a_receipt_are_told_on_every_page_until_the_first_receipt() {
    each_engine(async |app| {
        let gala = unheard(app, 3).await;
        assert!(is_said(app, &gala).await);
        let silence = silence_of(&app.service, app.ana.org_id).await.expect("known").expect("silence");
        assert_eq!(silence.missed, 3);
        let sid = app.twilio.messages().remove(0).sid;
        assert_eq!(Callback::new(&sid, "delivered").post_to(app).await, 204);
        assert!(!is_said(app, &gala).await);
        unheard(app, 3).await;
        assert!(!is_said(app, &gala).await, "it was heard once");
    })
    .await;
}

#[tokio::test]
async fn two_prove_nothing_and_neither_do_three_young_ones() {
    each_engine(async |app| {
        let gala = unheard(app, 2).await;
        assert!(!is_said(app, &gala).await);
        unheard(app, 1).await;
        assert!(is_said(app, &gala).await);
        let now = "update heard_senders set missed_since = '2099-01-01T00:00:00+00:00'";
        app.db_run(now).await;
        assert!(!is_said(app, &gala).await);
    })
    .await;
}

#[tokio::test]
async fn whose_callbacks_come_is_never_called_silent() {
    each_engine(async |app| {
        app.twilio.set_pace(Pace::fast());
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        assert!(app.twilio.settle(Duration::from_secs(5)).await);
        unheard(app, 3).await;
        assert!(!is_said(app, &gala).await);
        let eve = app.db_stranger().await;
        assert_eq!(silence_of(&app.service, eve.org_id).await.expect("known"), None);
    })
    .await;
}
