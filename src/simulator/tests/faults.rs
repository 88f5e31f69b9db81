//! Everything else that can be made to go wrong, goes wrong as asked.

use super::*;
use crate::simulator::{Chance, RefuseNext};

const FORM: [(&str, &str); 3] = [("To", PERSON), ("From", NUMBER), ("Body", "x")];

async fn bench(faults: Faults) -> Bench {
    Bench::new(Pace::held(), faults).await
}

#[tokio::test]
async fn refusals_of_choice_run_out() {
    let refuse_next = Some(RefuseNext { code: 21611, times: 2 });
    let bench = bench(Faults { refuse_next, ..Faults::default() }).await;
    for _ in 0..2 {
        assert_eq!(bench.create(&FORM).await.json["code"], 21611);
    }
    assert_eq!(bench.create(&FORM).await.status, 201);
    assert_eq!(bench.sim.faults().refuse_next, Some(RefuseNext { code: 21611, times: 0 }));
}

#[tokio::test]
async fn a_new_text_is_missing_from_the_list_for_a_while() {
    let bench = bench(Faults { list_lag_ms: 500, ..Faults::default() }).await;
    let sid = bench.text(PERSON, "x").await;
    assert_eq!(bench.list("").await.json["messages"].as_array().unwrap().len(), 0);
    assert_eq!(bench.fetch(&sid).await.status, 200);
    tokio::time::sleep(Duration::from_millis(550)).await;
    assert_eq!(bench.list("").await.json["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn look_ups_fail_by_themselves() {
    let bench = bench(Faults { lookup_rate_limit: Chance::next(1), ..Faults::default() }).await;
    let sid = bench.text(PERSON, "x").await;
    assert_eq!(bench.fetch(&sid).await.status, 429);
    assert_eq!(bench.fetch(&sid).await.status, 200);
}

#[tokio::test]
async fn a_trial_account_puts_its_words_first() {
    let bench = bench(Faults { trial_prefix: true, ..Faults::default() }).await;
    let sid = bench.text(PERSON, "Doors at 7").await;
    let message = bench.sim.message(&sid).unwrap();
    assert_eq!(message.body_received, "Doors at 7");
    assert_eq!(message.body, "Sent from your Twilio trial account - Doors at 7");
    assert_eq!(bench.fetch(&sid).await.text("body"), message.body);
}

#[tokio::test]
async fn a_suspended_account_says_so() {
    let bench = bench(Faults { account_suspended: true, ..Faults::default() }).await;
    let refused = bench.create(&FORM).await;
    assert_eq!((refused.status, &refused.json["code"]), (403, &20005.into()));
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}.json");
    let account = bench.ask(bench.request(Method::GET, &path), Some(Schema::Anything)).await;
    assert_eq!(account.text("status"), "suspended");
    bench.sim.set_faults(Faults { wrong_login: true, ..Faults::default() });
    assert_eq!(bench.create(&FORM).await.status, 401);
}

#[tokio::test]
async fn only_public_callback_addresses_pass_where_that_is_asked() {
    let bench = bench(Faults { public_only: true, ..Faults::default() }).await;
    for (url, status) in [
        ("http://localhost:3000/x", 400),
        ("http://127.0.0.1/x", 400),
        ("http://192.168.0.7/x", 400),
        ("http://[::1]/x", 400),
        ("https://my_host.example.org/x", 400),
        ("https://usher.example.org/x?m=1#rc=5", 201),
    ] {
        let form = [&FORM[..], &[("StatusCallback", url)]].concat();
        assert_eq!(bench.create(&form).await.status, status, "{url}");
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_fate() {
    let mut fates = Vec::new();
    for _ in 0..2 {
        let rate_limit = Chance::Rate(0.5);
        let bench = bench(Faults { rate_limit, ..Faults::default() }).await;
        let mut fate = Vec::new();
        for person in 0..40 {
            let to = format!("+141555570{person:02}");
            let form = [("To", to.as_str()), ("From", NUMBER), ("Body", "x")];
            fate.push(bench.create(&form).await.status);
        }
        fates.push(fate);
    }
    assert_eq!(fates[0], fates[1]);
    assert!(fates[0].contains(&429) && fates[0].contains(&201));
}
