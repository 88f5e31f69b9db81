//! Answers that fail, come late or never come.

use std::time::Instant;

use super::*;
use crate::simulator::{Chance, LateAnswer};

const FORM: [(&str, &str); 3] = [("To", PERSON), ("From", NUMBER), ("Body", "x")];

async fn bench(faults: Faults) -> Bench {
    Bench::new(Pace::held(), faults).await
}

/// A create whose answer may never come.
async fn try_create(bench: &Bench, patience: Duration) -> Result<u16, reqwest::Error> {
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    let request = bench.request(Method::POST, &path).form(&FORM).timeout(patience);
    Ok(request.send().await?.status().as_u16())
}

#[tokio::test]
async fn a_rate_limit_and_a_server_error_create_nothing() {
    let (rate_limit, server_error) = (Chance::next(1), Chance::next(1));
    let bench = bench(Faults { rate_limit, server_error, ..Faults::default() }).await;
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    let broken = bench.request(Method::POST, &path).form(&FORM).send().await.unwrap();
    assert_eq!(broken.status(), 500);
    assert!(broken.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let limited = bench.create(&FORM).await;
    assert_eq!((limited.status, &limited.json["code"]), (429, &20429.into()));
    assert!(bench.sim.messages().is_empty());
    assert_eq!(bench.create(&FORM).await.status, 201);
}

#[tokio::test]
async fn an_accepted_text_may_hang_or_be_reset() {
    let accept_then_hang = Chance::next(1);
    let bench = bench(Faults { accept_then_hang, ..Faults::default() }).await;
    let hung = try_create(&bench, Duration::from_millis(200)).await;
    assert!(hung.unwrap_err().is_timeout());

    bench.sim.set_faults(Faults { accept_then_reset: Chance::next(1), ..Faults::default() });
    let started = Instant::now();
    let cut = try_create(&bench, Duration::from_secs(5)).await.unwrap_err();
    assert!(!cut.is_timeout() && !cut.is_connect() && started.elapsed() < Duration::from_secs(2));
    assert!(format!("{cut:?}").contains("ConnectionReset"), "{cut:?}");
    assert_eq!(bench.sim.messages().len(), 2);
    assert_eq!(bench.sim.requests().unanswered, 2);
}

#[tokio::test]
async fn a_late_acceptance_turns_up_after_its_500() {
    for answer in [LateAnswer::ServerError, LateAnswer::Hang, LateAnswer::Reset] {
        let bench = bench(Faults {
            late_acceptance: Chance::next(1),
            late_acceptance_answer: answer,
            late_acceptance_ms: 500,
            ..Faults::default()
        })
        .await;
        let seen = try_create(&bench, Duration::from_millis(100)).await;
        assert_eq!(seen.is_ok_and(|status| status == 500), answer == LateAnswer::ServerError);
        assert!(bench.sim.messages().is_empty());
        assert!(bench.sim.settle(Duration::from_secs(5)).await);
        assert_eq!(bench.sim.messages_to(PERSON).len(), 1);
    }
}

#[tokio::test]
async fn slow_answers_come_in_the_end() {
    let slow_answers = Chance::next(1);
    let bench = bench(Faults { slow_answers, slow_answer_ms: 150, ..Faults::default() }).await;
    let started = Instant::now();
    assert_eq!(bench.create(&FORM).await.status, 201);
    assert!(started.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_stopped_simulator_leaves_nobody_hanging() {
    let bench = bench(Faults { accept_then_hang: Chance::ALWAYS, ..Faults::default() }).await;
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    let hanging = tokio::spawn(bench.request(Method::POST, &path).form(&FORM).send());
    while bench.sim.messages().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bench.sim.stop().await.unwrap();
    assert_eq!(hanging.await.unwrap().unwrap().status(), 500);
}
