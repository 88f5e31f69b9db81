//! Everything that can work is retried once, whoever asks for it and however often.

use chrono::TimeDelta;
use usher_core::ids::RetryRunId;
use usher_core::messages::{self, Purpose, TextToOne};
use usher_core::orgs::Change;
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

    /// A text to a guest that does not arrive, though another try may.
    async fn send_in_vain(&self, gala: &Gala, guest: usize, purpose: Purpose, body: &str) {
        let text = TextToOne { purpose: purpose.as_str().into(), body: body.into() };
        messages::send_one(&self.service, &self.ana, gala.id, gala.attendees[guest], &text)
            .await
            .expect("a text");
        self.run_outbox().await;
        let sid = self.sid_of(&format!("+1555{:07}", 2_340_500 + guest));
        let told = Callback::new(&sid, "undelivered").with("ErrorCode", "30003");
        assert_eq!(told.post_to(self).await, 204);
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

/// The plan, and that a run then does just that.
async fn planned_and_run(app: &TestApp, filter: &Filter) -> Plan {
    let plan = app.plan(filter).await;
    let run = app.retry_all(filter).await;
    let will_not: i64 = plan.will_not.iter().map(|not| not.texts).sum();
    assert_eq!((run.planned, run.retried, run.passed_over), (plan.will_retry, plan.will_retry, will_not));
    assert_eq!(run.not_retried.0, plan.will_not);
    plan
}

#[tokio::test]
async fn texts_of_an_event_that_is_over_are_left_out_unless_somebody_says_also_those() {
    each_engine(async |app| {
        let gala = app.gala_with_outcomes(&[30003, 30003]).await;
        app.db_run("update events set starts_at = '2020-01-01T00:00:00+00:00'").await;
        let plan = app.plan(&of(&gala)).await;
        assert_eq!((plan.will_retry, plan.past_texts(), plan.past[0].name.as_str()), (0, 2, "Gala"));
        assert_eq!((plan.will_not[0].why.as_str(), plan.will_not[0].texts), ("Its event is over.", 2));
        assert!(matches!(app.start_run(&app.service, &of(&gala)).await, Err(Error::Refused(_))));
        let plan = planned_and_run(app, &Filter { past: true, ..of(&gala) }).await;
        assert_eq!((plan.will_retry, plan.past_texts()), (2, 2), "it is said of those that go, too");
        assert_eq!(app.run_outbox().await, 2);
    })
    .await;
}

#[tokio::test]
async fn an_event_without_an_end_is_not_over_while_people_are_there() {
    each_engine(async |app| {
        let gala = app.gala_with_outcomes(&[30003]).await;
        for (hours, will_retry) in [(11, 1), (13, 0)] {
            let later = app.at("2027-02-27T00:00:00Z").await.clock.now() + TimeDelta::hours(hours);
            let service = app.at(&later.to_rfc3339()).await;
            let plan = retries::plan(&service, app.ana.org_id, &of(&gala)).await.expect("a plan");
            assert_eq!(plan.will_retry, will_retry, "{hours} hours after its start");
        }
    })
    .await;
}

#[tokio::test]
async fn what_looks_back_at_an_event_goes_when_it_is_over() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send_in_vain(&gala, 0, Purpose::FeedbackRequest, "How was it?").await;
        app.db_run("update events set starts_at = '2020-01-01T00:00:00+00:00'").await;
        let plan = planned_and_run(app, &of(&gala)).await;
        assert_eq!((plan.will_retry, plan.past_texts()), (1, 0));
        assert_eq!(app.run_outbox().await, 1);
    })
    .await;
}

#[tokio::test]
async fn of_the_same_words_only_the_newest_text_goes_again() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        for (guest, body) in [(0, "Doors at 7"), (0, "Doors at 7"), (0, "Bring a coat"), (1, "Doors at 7")] {
            app.send_in_vain(&gala, guest, Purpose::Announcement, body).await;
        }
        let newest = app.newest_sent(&gala, gala.attendees[1]).await.id;
        let plan = planned_and_run(app, &of(&gala)).await;
        assert_eq!((plan.will_retry, plan.several), (3, 1));
        assert_eq!(plan.will_not.len(), 1);
        assert!(plan.will_not[0].why.contains("newer text"), "{plan:?}");
        let retry = app.newest_sent(&gala, gala.attendees[1]).await;
        assert_eq!(retry.retry_of, Some(newest));
        assert_eq!(app.run_outbox().await, 3);
    })
    .await;
}

#[tokio::test]
async fn words_that_a_newer_text_brought_are_not_sent_again() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send_in_vain(&gala, 0, Purpose::Announcement, "Doors at 7").await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let plan = app.plan(&of(&gala)).await;
        assert_eq!(plan.will_retry, 0, "it is under way");
        assert_eq!(Callback::new(&app.sid_of("+15552340500"), "delivered").post_to(app).await, 204);
        let plan = app.plan(&of(&gala)).await;
        assert_eq!((plan.will_retry, plan.will_not[0].texts), (0, 1), "it arrived");
    })
    .await;
}

#[tokio::test]
async fn the_same_words_go_once_however_many_pieces_a_run_has() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(600).await;
        app.settings(Change { sending: Some(false), ..Change::default() }).await;
        app.announce(&gala, "Doors at 7").await;
        app.announce(&gala, "Doors at 7").await;
        app.settings(Change { sending: Some(true), ..Change::default() }).await;
        let plan = planned_and_run(app, &of(&gala)).await;
        assert_eq!((plan.will_retry, plan.several), (600, 0));
        assert_eq!(plan.will_not[0].texts, 600);
        assert_eq!(app.run_outbox().await, 600);
    })
    .await;
}
