//! Who texts about an event that is over is told so before anything goes.

use crate::harness::{Browser, Callback, Gala, TestApp, Writer, each_engine, form, to_confirmed};

/// The button beside a reason, as it is read aloud.
const OF_ONE_REASON: &str = "Retry… Phone off or out of range";

const GUEST: &str = "+15552340500";

impl TestApp {
    /// All events were long ago.
    pub async fn db_events_are_over(&self) {
        self.db_run("update events set starts_at = '2020-01-01T00:00:00+00:00'").await;
    }
}

/// An event that is over, of which one text did not arrive.
async fn past_failure(app: &TestApp) -> (Gala, Browser) {
    let gala = app.gala(1).await;
    app.send(&gala, gala.guest(), "Doors at 7").await;
    let told = Callback::new(&app.sid_of(GUEST), "undelivered").with("ErrorCode", "30003");
    assert_eq!(told.post_to(app).await, 204);
    app.db_events_are_over().await;
    (gala, app.browser_of(&app.ana).await)
}

#[tokio::test]
async fn the_check_before_a_retry_of_many_leaves_them_out_and_offers_them() {
    each_engine(async |app| {
        let (gala, ana) = past_failure(app).await;
        let check = format!("/failures/retry?event={}", gala.id);
        let page = ana.page(&check).await;
        page.says("Nothing can be retried");
        page.says("1 text belongs to an event that is over");
        page.says("Its event is over.");
        let also = page.attributes("#past ~ .row a", "href").remove(0);
        assert_eq!(also, format!("{check}&past=yes"));
        let page = ana.page(&also).await;
        page.says("1 text is sent again");
        assert_eq!(page.attributes("#past ~ .row a", "href"), [check.as_str()]);
        let which = page.attributes("input[name=filter]", "value").remove(0);
        let run = ana.post("/do/start-retries", &[("filter", &which)]).await.location.expect("a run");
        usher_core::clerk::run_once(&app.service).await.expect("the clerk works");
        ana.page(&run).await.says("also of events that are over");
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}

#[tokio::test]
async fn no_button_promises_texts_that_a_retry_would_leave_out() {
    each_engine(async |app| {
        let (gala, ana) = past_failure(app).await;
        let page = ana.page(&gala.path()).await;
        assert_eq!(page.texts("#why .button"), ["Retry…", OF_ONE_REASON], "the event is over");
        let to = page.attributes("#why .button", "href").remove(0);
        ana.page(&to).await.says("1 text belongs to an event that is over");
        let page = ana.page("/failures").await;
        assert_eq!(page.texts(".head .button"), ["Retry the one that can work"]);
        assert_eq!(page.texts("td .button"), [OF_ONE_REASON]);
        let ball = app.gala_for(&["+15552340501", "+15552340502"]).await;
        for (guest, phone) in ball.attendees.iter().zip(["+15552340501", "+15552340502"]) {
            app.send(&ball, *guest, "Doors at 8").await;
            let told = Callback::new(&app.sid_of(phone), "undelivered").with("ErrorCode", "30003");
            assert_eq!(told.post_to(app).await, 204);
        }
        assert_eq!(ana.page(&ball.path()).await.texts("#why .button"), ["Retry up to 2", OF_ONE_REASON]);
        let page = ana.page("/failures").await;
        assert_eq!(page.texts(".head .button"), ["Retry all that can work, up to 3"]);
        assert_eq!(page.texts("td .button"), [OF_ONE_REASON]);
        let to = page.attributes(".head .button", "href").remove(0);
        ana.page(&to).await.says("2 texts are sent again");
    })
    .await;
}

#[tokio::test]
async fn a_retry_of_one_says_it_beside_the_button_and_does_it_all_the_same() {
    each_engine(async |app| {
        let (gala, ana) = past_failure(app).await;
        let text = app.newest(&gala, gala.guest()).await.text.id.to_string();
        for page in [gala.history_path(), format!("/texts/{text}")] {
            ana.page(&page).await.says("Gala is over: it started Dec 31, 2019");
        }
        ana.submit("/do/retry-text", &[("message", &text)]).await.says("on its way");
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_check_of_a_send_and_the_form_of_one_text_say_it_unless_it_looks_back() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = Writer::new(app, &gala).await;
        let one = format!("{}/send", gala.history_path());
        let says = |body: &str| body.contains("This event is over");
        assert!(
            !says(&ana.check(&to_confirmed("Hi")).await.1.body) && !says(&ana.browser.page(&one).await.body)
        );
        app.db_events_are_over().await;
        ana.check(&to_confirmed("Hi")).await.1.says("It started Tue 31 Dec 2019, 7:00 PM EST.");
        ana.browser.page(&one).await.says("This event is over");
        let feedback =
            [("who", "rsvp"), ("confirmed", "on"), ("body", "How was it?"), ("purpose", "feedback_request")];
        assert!(!says(&ana.check(&form(&feedback)).await.1.body));
    })
    .await;
}

#[tokio::test]
async fn a_send_for_a_time_after_the_event_is_warned_of() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = Writer::new(app, &gala).await;
        for (time, after) in [("2027-02-26T20:00", false), ("2027-02-27T09:00", true)] {
            let later =
                [("who", "rsvp"), ("confirmed", "on"), ("body", "Hi"), ("when", "later"), ("send_at", time)];
            let (_, page) = ana.check(&form(&later)).await;
            assert_eq!(page.body.contains("The event will be over by then"), after, "{time}");
        }
    })
    .await;
}
