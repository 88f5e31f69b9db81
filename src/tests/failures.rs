//! Failures: across events, by what to do, retried together, dismissed and put back.

use chrono::TimeDelta;
use usher_core::Error;
use usher_core::clerk;
use usher_core::failures::{self, Key, Need, Overview};
use usher_core::people::Role;
use usher_core::retries::{self, Filter};

use crate::harness::{Callback, Gala, TestApp, each_engine};

impl TestApp {
    async fn failures(&self) -> Overview {
        self.failures_of(&self.ana).await
    }

    async fn failures_of(&self, person: &usher_core::people::Person) -> Overview {
        let since = self.service.clock.now() - TimeDelta::days(30);
        failures::overview(&self.service, person.org_id, since).await.expect("failures")
    }

    /// Code, texts and how many can be retried, in the order of the page.
    async fn reasons(&self) -> Vec<(Key, i64, i64)> {
        let reasons = self.failures().await.reasons;
        reasons.into_iter().map(|reason| (reason.key, reason.texts, reason.can_retry)).collect()
    }

    async fn recent_failures(&self) -> i64 {
        let now = self.service.clock.now();
        failures::recent(&self.service.store, self.ana.org_id, now).await.expect("a number").texts
    }

    async fn dismiss(&self, gala: &Gala, guest: usize, why: &str) -> Result<(), Error> {
        let text = self.newest_sent(gala, gala.attendees[guest]).await.id;
        failures::dismiss(&self.service, &self.ana, text, why).await
    }
}

#[tokio::test]
async fn failures_stand_by_what_to_do_and_only_the_newest_of_a_chain_counts() {
    each_engine(async |app| {
        // Delivered, off for the moment twice, a landline, filtered, opted out, refused login.
        let gala = app.gala_with_outcomes(&[0, 30003, 30003, 30006, 30007, 21610, 20003]).await;
        let needs: Vec<Need> =
            app.failures().await.reasons.iter().map(usher_core::failures::Reason::need).collect();
        assert_eq!(needs, [Need::Retry, Need::Words, Need::Number, Need::Administrator, Need::Nobody]);
        assert_eq!(app.reasons().await[0], (Key::Code(30003), 2, 2));
        assert_eq!(app.recent_failures().await, 6);

        let filter = Filter { error_code: Some(30003), ..Filter::default() };
        retries::start_by(&app.service, &app.ana, &filter).await.expect("a run");
        clerk::run_once(&app.service).await.expect("the clerk works");
        app.run_outbox().await;
        assert!(
            app.reasons().await.iter().all(|(key, ..)| *key != Key::Code(30003)),
            "they are on their way"
        );
        assert_eq!(app.recent_failures().await, 4);
        let again = Callback::new(&app.sid_of("+15552340501"), "undelivered").with("ErrorCode", "30003");
        assert_eq!(again.post_to(app).await, 204);
        assert_eq!(app.reasons().await[0], (Key::Code(30003), 1, 1));
        assert_eq!(app.totals(&gala).await.total, 7);
    })
    .await;
}

#[tokio::test]
async fn the_number_on_the_button_is_what_the_retry_will_do() {
    each_engine(async |app| {
        let gala = app.gala_with_outcomes(&[30003, 30003, 30003, 30008, 30006, 30007]).await;
        app.text_from("+15552340500", "STOP").await;
        app.dismiss(&gala, 1, "told her in person").await.expect("dismissed");
        let overview = app.failures().await;
        assert_eq!(app.reasons().await[0], (Key::Code(30003), 2, 1), "one has opted out since");
        let ready = Filter { ready: true, ..Filter::default() };
        let plan = retries::plan(&app.service, app.ana.org_id, &ready).await.expect("a plan");
        assert_eq!(plan.will_retry, overview.can_retry());
        let run = retries::start_by(&app.service, &app.ana, &ready).await.expect("a run");
        clerk::run_once(&app.service).await.expect("the clerk works");
        let run = retries::find(&app.service.store, app.ana.org_id, run).await.expect("the run");
        assert_eq!((run.retried, run.passed_over), (2, 4), "those that need other words wait for them");
        assert_eq!(run.not_retried.0.iter().map(|not| not.texts).sum::<i64>(), 4);
        let made = retries::outcomes(&app.service.store, app.ana.org_id, run.id).await.expect("outcomes");
        assert_eq!(made.iter().map(|(_, texts)| texts).sum::<i64>(), 2);
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn a_dismissed_failure_leaves_the_page_and_stays_in_every_count_and_can_come_back() {
    each_engine(async |app| {
        let gala = app.gala_with_outcomes(&[30003, 30006, 0]).await;
        assert!(matches!(app.dismiss(&gala, 1, " ").await, Err(Error::Invalid(_))));
        assert!(matches!(app.dismiss(&gala, 2, "fine").await, Err(Error::Refused(_))), "it has arrived");
        for _ in 0..2 {
            app.dismiss(&gala, 1, "she will call").await.expect("dismissed");
        }
        assert_eq!((app.reasons().await.len(), app.recent_failures().await), (1, 1));
        assert_eq!(app.totals(&gala).await.failed, 2);
        let ana = app.browser_of(&app.ana).await;
        let history = ana.page(&format!("{}/attendees/{}", gala.path(), gala.attendees[1])).await;
        history.says("Dismissed");
        let page = failures::dismissed(&app.service.store, app.ana.org_id, None).await.expect("a list");
        assert_eq!(page.rows.iter().map(|row| row.why.as_str()).collect::<Vec<_>>(), ["she will call"]);
        let text = page.rows[0].text.id;
        failures::restore(&app.service, &app.ana, text).await.expect("put back");
        assert!(matches!(failures::restore(&app.service, &app.ana, text).await, Err(Error::NotFound)));
        assert_eq!(app.recent_failures().await, 2);
    })
    .await;
}

#[tokio::test]
async fn all_of_a_reason_are_dismissed_and_no_others() {
    each_engine(async |app| {
        app.gala_with_outcomes(&[30003, 30003, 30006, 30003]).await;
        let since = app.service.clock.now() - TimeDelta::days(1);
        let all =
            failures::dismiss_all(&app.service, &app.ana, Key::Code(30003), since, "the network was down");
        assert_eq!(all.await.expect("dismissed"), 3);
        assert_eq!(app.reasons().await, [(Key::Code(30006), 1, 0)]);
        let left = failures::list(&app.service.store, app.ana.org_id, Key::Code(30006), since, None).await;
        assert_eq!(left.expect("a list").rows.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn texts_that_could_not_be_sent_stand_there_and_those_held_back_on_purpose_do_not() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.text_from("+15552340501", "STOP").await;
        let unconfigured = app.without_account().await;
        for guest in &gala.attendees {
            let text =
                usher_core::messages::TextToOne { purpose: "announcement".into(), body: "Doors at 7".into() };
            usher_core::messages::send_one(&unconfigured, &app.ana, gala.id, *guest, &text)
                .await
                .expect("a text");
        }
        assert_eq!(app.reasons().await, [(Key::NotConfigured, 1, 1)]);
        let filter = Filter { reason: Some("not_configured".into()), ..Filter::default() };
        assert!(matches!(retries::start_by(&unconfigured, &app.ana, &filter).await, Err(Error::Refused(_))));
        retries::start_by(&app.service, &app.ana, &filter).await.expect("a run");
        clerk::run_once(&app.service).await.expect("the clerk works");
        assert_eq!(app.run_outbox().await, 1);
        assert!(app.reasons().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_strangers_failures_are_neither_seen_nor_touched() {
    each_engine(async |app| {
        let gala = app.gala_with_outcomes(&[30003]).await;
        let eve = app.db_stranger().await;
        assert_eq!(app.failures_of(&eve).await, Overview::default());
        let text = app.newest_sent(&gala, gala.guest()).await.id;
        assert!(matches!(failures::dismiss(&app.service, &eve, text, "mine").await, Err(Error::NotFound)));
        app.dismiss(&gala, 0, "done").await.expect("dismissed");
        assert!(matches!(failures::restore(&app.service, &eve, text).await, Err(Error::NotFound)));
        let filter = Filter::default();
        let run = retries::start_by(&app.service, &app.ana, &filter).await;
        assert!(matches!(run, Err(Error::Refused(_))), "what is dismissed is not retried");
        let browser = app.browser_of(&eve).await;
        assert_eq!(browser.get(&format!("/failures/retry?event={}", gala.id)).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn staff_retry_all_from_the_page_and_a_double_click_is_one_run() {
    each_engine(async |app| {
        let gala = app.gala_with_outcomes(&[30003, 30003, 30006]).await;
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let browser = app.browser_of(&sam).await;
        let page = browser.page("/failures").await;
        page.says("Retry all that can work, up to 2");
        page.says("3 failed texts");
        assert_eq!(page.texts("#rail .badge [aria-hidden]"), ["3"]);
        browser.page("/failures?open=30006").await.says("Fix number of Guest 2");
        let event = gala.id.to_string();
        browser.page(&format!("/failures/retry?event={event}&code=30003")).await.says("Retry 2 texts");
        let which = format!("event={event}&code=30003");
        let form = [("filter", &*which)];
        let first = browser.post("/do/start-retries", &form).await.location.expect("a run");
        clerk::run_once(&app.service).await.expect("the clerk works");
        let second = browser.post("/do/start-retries", &form).await.location.expect("a run");
        assert_eq!(first, second);
        app.run_outbox().await;
        browser.page(&first).await.says("Retrying 2 texts");
        browser.page(&format!("/failures/retry?event={event}")).await.says("Nothing can be retried");
        for path in ["/failures/retry?code=x", "/failures/retry?since=soon", "/failures?open=x", "/retries/x"]
        {
            assert_eq!(browser.get(path).await.status, 404, "{path}");
        }
        for path in ["/failures?days=x", "/failures?days=365", "/failures?shown=dismissed&before=x"] {
            browser.page(path).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_failure_is_dismissed_on_the_page_with_a_reason_and_put_back() {
    each_engine(async |app| {
        app.gala_with_outcomes(&[30006, 30006]).await;
        let ana = app.browser_of(&app.ana).await;
        let list = ana.page("/failures?open=30006").await;
        let link = list.attributes("table a.quiet", "href").remove(0);
        let text = link.rsplit('=').next().expect("an id").to_owned();
        ana.page(&link).await.says("Dismiss the text to Guest 1");
        let refused =
            ana.submit("/do/dismiss-failures", &[("key", "30006"), ("text", &text), ("reason", "")]).await;
        refused.says("Say why");
        let form = [("key", "30006"), ("text", &*text), ("reason", "told him")];
        ana.submit("/do/dismiss-failures", &form).await.says("The text is dismissed.");
        ana.page("/failures?shown=dismissed").await.says("told him");
        let all = [("key", "30006"), ("days", "7"), ("reason", "called them")];
        let groups = ana.submit("/do/dismiss-failures", &all).await;
        groups.says("1 text is dismissed.");
        groups.says("Nothing failed");
        assert!(groups.texts("#rail .badge").is_empty());
        ana.submit("/do/restore-failure", &[("text", &text)]).await.says("among the failures again");
        ana.page("/failures").await.says("1 failed text");
    })
    .await;
}
