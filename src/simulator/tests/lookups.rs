//! Logins, lists and pages, the account itself.

use reqwest::header::CONTENT_TYPE;
use usher_core::clock::Clock;

use super::*;

#[tokio::test]
async fn a_wrong_login_is_a_401() {
    let mut bench = Bench::quick().await;
    bench.login.1 = "wrong".into();
    let answer = bench.create(&[("To", PERSON), ("From", NUMBER), ("Body", "x")]).await;
    assert_eq!((answer.status, &answer.json["code"]), (401, &20003.into()));
    assert_eq!(bench.list("").await.status, 401);
    assert_eq!(bench.sim.requests().unauthorized, 2);
}

#[tokio::test]
async fn an_api_key_reaches_messages_but_not_the_account() {
    let mut bench = Bench::quick().await;
    let account = format!("/2010-04-01/Accounts/{ACCOUNT}.json");
    let answer = bench.ask(bench.request(Method::GET, &account), Some(Schema::Anything)).await;
    assert_eq!(answer.text("status"), "active");
    assert!(answer.json.get("auth_token").is_none());
    bench.login = (KEY.0.into(), KEY.1.into());
    bench.text(PERSON, "x").await;
    let answer = bench.ask(bench.request(Method::GET, &account), Some(Schema::Anything)).await;
    assert_eq!((answer.status, &answer.json["code"]), (401, &20003.into()));
    let numbers = format!("/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json");
    let answer = bench.ask(bench.request(Method::GET, &numbers), Some(Schema::Anything)).await;
    let first = &answer.json["incoming_phone_numbers"][0];
    assert_eq!(first["phone_number"], NUMBER);
    assert_eq!(first["sid"].as_str().unwrap().len(), 34);
}

#[tokio::test]
async fn json_unknown_paths_and_odd_methods_are_refused() {
    let bench = Bench::quick().await;
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    let body = format!(r#"{{"To":"{PERSON}","From":"{NUMBER}","Body":"x"}}"#);
    let json = bench.request(Method::POST, &path).header(CONTENT_TYPE, "application/json").body(body);
    assert_eq!(bench.ask(json, None).await.status, 415);
    assert_eq!(bench.fetch("SMffffffffffffffffffffffffffffffff").await.json["code"], 20404);
    let put = bench.ask(bench.request(Method::PUT, &path), None).await;
    assert_eq!((put.status, &put.json["code"]), (405, &20004.into()));
    let nowhere = bench.request(Method::GET, "/2010-04-01/Nothing.json").send().await.unwrap();
    assert_eq!(nowhere.status(), 404);
    assert!(bench.sim.messages().is_empty());
}

#[tokio::test]
async fn a_list_is_newest_first_and_its_pages_hold_still() {
    let bench = Bench::new(Pace::held(), Faults::default()).await;
    let mut sids = Vec::new();
    for n in 0..5 {
        sids.push(bench.text(PERSON, &format!("text {n}")).await);
    }
    bench.text("+14155550199", "to somebody else").await;
    sids.reverse();
    let query = format!("?To={}&PageSize=2", PERSON.replace('+', "%2B"));
    let mut page = bench.list(&query).await;
    bench.text(PERSON, "arrives while paging").await;
    let mut seen = Vec::new();
    loop {
        let messages = page.json["messages"].as_array().unwrap().clone();
        seen.extend(messages.iter().map(|message| message["sid"].as_str().unwrap().to_owned()));
        let Some(next) = page.json["next_page_uri"].as_str() else {
            break;
        };
        page = bench.ask(bench.request(Method::GET, next), Some(Schema::List)).await;
    }
    assert_eq!(seen, sids);
    assert_eq!((page.json["page"].as_u64(), page.json["start"].as_u64()), (Some(2), Some(4)));
}

#[tokio::test]
async fn date_filters_carry_their_comparison_in_the_name() {
    let bench = Bench::quick().await;
    let sid = bench.text(PERSON, "sent").await;
    bench.settled(&sid).await;
    bench.text("+14155500002", "waits in the queue").await;
    let today = Clock::System.now().format("%Y-%m-%d").to_string();
    for (query, found) in [
        (String::new(), 2),
        (format!("?DateSent%3E={today}"), 1),
        (format!("?DateSent%3C={today}"), 1),
        (format!("?DateSent={today}"), 1),
        ("?DateSent%3E=2001-01-01T00:00:00Z".to_owned(), 1),
        ("?DateSent%3C=2001-01-01".to_owned(), 0),
        ("?DateSent%3E=2999-01-01".to_owned(), 0),
        (format!("?From={}", NUMBER.replace('+', "%2B")), 2),
        ("?Status=failed".to_owned(), 2),
    ] {
        let page = bench.list(&query).await;
        assert_eq!(page.json["messages"].as_array().unwrap().len(), found, "{query}");
    }
    assert_eq!(bench.list("?DateSent=%3E%3D2026-01-01").await.json["code"], 20001);
    assert_eq!(bench.list("?PageSize=1001").await.json["code"], 20007);
    assert_eq!(bench.list("?PageSize=1000").await.status, 200);
}

#[tokio::test]
async fn accounts_do_not_see_each_other() {
    let other = Account { sid: ACCOUNT.replace("AC0", "AC1"), ..account() };
    let bind = (Ipv4Addr::LOCALHOST, 0).into();
    let accounts = vec![account(), other.clone()];
    let (pace, faults) = (Pace::fast(), Faults::default());
    let sim = start(Options { bind, accounts, pace, faults, seed: 1 }).await.unwrap();
    let mut bench = Bench { sim, http: client(), login: (ACCOUNT.into(), TOKEN.into()) };
    let sid = bench.text(PERSON, "x").await;
    bench.login.0.clone_from(&other.sid);
    let path = format!("/2010-04-01/Accounts/{}/Messages/{sid}.json", other.sid);
    assert_eq!(bench.ask(bench.request(Method::GET, &path), None).await.status, 404);
    let path = format!("/2010-04-01/Accounts/{}/Messages.json", other.sid);
    let page = bench.ask(bench.request(Method::GET, &path), Some(Schema::List)).await;
    assert_eq!(page.json["messages"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn an_account_that_twilio_could_not_have_stops_the_start() {
    let bind = (Ipv4Addr::LOCALHOST, 0).into();
    let accounts = vec![Account { sid: "AC1".into(), ..account() }];
    let (pace, faults) = (Pace::fast(), Faults::default());
    let refused = start(Options { bind, accounts, pace, faults, seed: 1 }).await;
    assert!(refused.err().unwrap().to_string().contains("32 hex digits"));
}
