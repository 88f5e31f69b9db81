//! Everything that can work is retried once, whoever asks for it and however often.

use chrono::TimeDelta;
use usher_core::ids::RetryRunId;
use usher_core::messages::{self, Purpose};
use usher_core::retries::{self, Filter, Plan, Run};
use usher_core::{Error, Service, clerk};

use crate::harness::{Callback, Gala, TestApp, author, each_engine};

impl TestApp {
    /// An event whose guests' texts ended with these codes; 0 is delivered.
    pub async fn gala_with_outcomes(&self, codes: &[u32]) -> Gala {
        let gala = self.gala(codes.len()).await;
        self.announce(&gala, "Doors at 7").await;
        self.run_outbox().await;
        for (n, code) in codes.iter().enumerate() {
            let sid = self.sid_of(&format!("+1555{:07}", 2_340_500 + n));
            let callback = match code {
                0 => Callback::new(&sid, "delivered"),
                code => Callback::new(&sid, "undelivered").with("ErrorCode", &code.to_string()),
            };
            assert_eq!(callback.post_to(self).await, 204);
        }
        gala
    }

    async fn plan(&self, filter: &Filter) -> Plan {
        retries::plan(&self.service, self.ana.org_id, filter).await.expect("a plan")
    }

    async fn start_run(&self, service: &Service, filter: &Filter) -> Result<RetryRunId, Error> {
        retries::start(service, self.ana.org_id, &author(), filter).await
    }

    /// A run from beginning to end.
    async fn retry_all(&self, filter: &Filter) -> Run {
        let id = self.start_run(&self.service, filter).await.expect("a run");
        clerk::run_once(&self.service).await.expect("the clerk works");
        retries::find(&self.service.store, self.ana.org_id, id).await.expect("a run")
    }
}

fn of(gala: &Gala) -> Filter {
    Filter { event_id: Some(gala.id), ..Filter::default() }
}

#[tokio::test]
async fn the_plan_says_what_will_be_retried_and_why_the_rest_will_not() {
    each_engine(async |app| {
        // Off for the moment, off for the moment, a landline, delivered.
        let gala = app.gala_with_outcomes(&[30003, 30003, 30006, 0]).await;
        let plan = app.plan(&of(&gala)).await;
        assert_eq!((plan.will_retry, plan.will_not.len()), (2, 1));
        assert_eq!((plan.will_not[0].error_code, plan.will_not[0].texts), (Some(30006), 1));
        let run = app.retry_all(&of(&gala)).await;
        assert_eq!((run.planned, run.retried, run.passed_over), (2, 2, 1));
        assert!(run.ended_at.is_some());
        assert_eq!(app.run_outbox().await, 2);
        let totals = app.totals(&gala).await;
        assert_eq!((totals.total, totals.in_progress, totals.failed), (4, 2, 1), "a chain counts once");
    })
    .await;
}

#[tokio::test]
async fn only_what_the_filter_finds_is_retried() {
    each_engine(async |app| {
        let gala = app.gala_with_outcomes(&[30003, 30008, 30003]).await;
        let now = app.service.clock.now();
        let nothing = [
            Filter { purpose: Some(Purpose::Invitation), ..of(&gala) },
            Filter { since: Some(now + TimeDelta::hours(1)), ..of(&gala) },
            Filter { until: Some(now - TimeDelta::hours(1)), ..of(&gala) },
        ];
        for filter in nothing {
            assert!(
                matches!(app.start_run(&app.service, &filter).await, Err(Error::Refused(_))),
                "{filter:?}"
            );
        }
        let run = app.retry_all(&Filter { error_code: Some(30003), ..of(&gala) }).await;
        assert_eq!(run.retried, 2);
        assert_eq!(app.run_outbox().await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_double_click_and_two_people_at_once_make_one_retry_per_text() {
    each_engine(async |app| {
        let gala = app.gala_with_outcomes(&[30003; 12]).await;
        let (other, these, all) = (app.another_process().await, of(&gala), Filter::default());
        let (narrow, wide) = tokio::join!(app.start_run(&app.service, &these), app.start_run(&other, &all));
        let again = app.start_run(&other, &these).await.expect("joined");
        assert_eq!(again, narrow.expect("a run"), "the same is asked for while it runs");
        wide.expect("a run");
        let (one, two) = tokio::join!(clerk::run_once(&app.service), clerk::run_once(&other));
        one.and(two).expect("both work");
        clerk::run_once(&app.service_after(TimeDelta::minutes(2)).await).await.expect("the clerk works");
        assert_eq!(app.db_texts().await, 24);
        assert_eq!(app.run_outbox().await, 12);
    })
    .await;
}

#[tokio::test]
async fn strangers_texts_are_out_of_reach() {
    each_engine(async |app| {
        let gala = app.gala_with_outcomes(&[30003]).await;
        let stranger = app.db_stranger().await;
        let theirs = retries::plan(&app.service, stranger.org_id, &of(&gala)).await.expect("a plan");
        assert_eq!(theirs, Plan::default());
    })
    .await;
}

#[tokio::test]
async fn who_opted_out_since_and_who_cannot_send_use_up_no_retry() {
    each_engine(async |app| {
        let gala = app.gala_with_outcomes(&[30003, 30003]).await;
        app.text_from("+15552340500", "STOP").await;
        assert_eq!(app.plan(&of(&gala)).await.will_retry, 1);
        let text = app.newest_sent(&gala, gala.guest()).await.id;
        assert!(matches!(messages::retry(&app.service, &app.ana, text).await, Err(Error::Refused(_))));
        let unconfigured = app.without_account().await;
        assert!(matches!(app.start_run(&unconfigured, &of(&gala)).await, Err(Error::Refused(_))));
        assert_eq!(app.retry_all(&of(&gala)).await.retried, 1);
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}
