//! The verdict itself is held to its claims: a soak that cannot fail proves nothing.

use std::time::Duration;

use usher::simulator::{self, Faults, Options, Pace, Sent};
use usher_core::clock::Clock;
use usher_core::ids::MessageId;
use usher_core::twilio::client::{Client, Login, NewMessage};

use super::books::{Attempt, Row};
use super::once::{self, Made};
use super::settings;
use super::verdict::{Fault, judge};

/// Twilio's log after it took these texts: id and recipient.
async fn log(texts: &[(MessageId, &str)]) -> Vec<Sent> {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        // Another test of this process was first.
    }
    let account = settings::account();
    let (user, password) = (account.sid.clone(), account.auth_token.clone());
    let sender = account.numbers[0].clone();
    let bind = ([127, 0, 0, 1], 0).into();
    let options =
        Options { bind, accounts: vec![account], pace: Pace::instant(), faults: Faults::default(), seed: 1 };
    let twilio = simulator::start(options).await.expect("a simulator");
    let client = Client::new(&twilio.base_url()).expect("a client");
    let login = Login { account_sid: user.clone(), user, password };
    for (id, to) in texts {
        let new = NewMessage {
            to: (*to).into(),
            sender: sender.clone(),
            body: "Hello".into(),
            status_callback: Some(format!("http://127.0.0.1:1/?m={id}&a=1#rc=0")),
            validity_period: None,
        };
        client.create_message(&login, &new).await.expect("created");
    }
    assert!(twilio.settle(Duration::from_secs(30)).await);
    twilio.messages()
}

fn id() -> MessageId {
    MessageId(Clock::System.new_id())
}

fn row(id: MessageId, to_phone: &str, status: &str, error_code: Option<i64>) -> Row {
    Row { id, to_phone: to_phone.into(), status: status.into(), error_code, reason: None }
}

/// The faults found when our books have this row, and Twilio took it so often.
async fn found(to: &str, times: usize, status: &str, error_code: Option<i64>) -> Vec<Fault> {
    let id = id();
    let log = log(&vec![(id, to); times]).await;
    let sid = log.first().map(|sent| sent.sid.clone());
    let attempts = [Attempt { message_id: id, sid, result: None }];
    let findings = judge(&[row(id, to, status, error_code)], &attempts, &log);
    findings.into_iter().map(|finding| finding.fault).collect()
}

#[tokio::test]
async fn it_finds_nothing_where_the_books_agree() {
    assert_eq!(found("+15552004001", 1, "delivered", None).await, []);
    assert_eq!(found("+15551030006", 1, "undelivered", Some(30_006)).await, []);
    assert_eq!(found("+15551000001", 1, "sent", None).await, []);
    assert_eq!(found("+15551000001", 1, "unconfirmed", None).await, []);
    assert_eq!(found("+15551021610", 0, "failed", Some(21_610)).await, []);
    assert_eq!(found("+15551021610", 0, "blocked", None).await, []);
}

#[tokio::test]
async fn it_finds_what_is_lost_doubled_wrong_and_stuck() {
    assert_eq!(found("+15552004001", 0, "delivered", None).await, [Fault::Lost]);
    assert_eq!(found("+15552004001", 0, "unconfirmed", None).await, [Fault::Lost]);
    assert_eq!(found("+15552004001", 2, "delivered", None).await, [Fault::Doubled]);
    assert_eq!(found("+15552004001", 1, "unconfirmed", None).await, [Fault::Wrong]);
    assert_eq!(found("+15552004001", 1, "failed", Some(30_006)).await, [Fault::Wrong]);
    assert_eq!(found("+15551030006", 1, "undelivered", Some(30_003)).await, [Fault::Wrong]);
    assert_eq!(found("+15552004001", 0, "blocked", None).await, [Fault::Wrong]);
    assert_eq!(found("+15552004001", 1, "sent", None).await, [Fault::Stuck]);
    assert_eq!(found("+15552004001", 0, "sending", None).await, [Fault::Stuck]);
    assert_eq!(found("+15551000001", 1, "sending", None).await, [Fault::Stuck]);
}

#[tokio::test]
async fn it_finds_a_text_that_only_twilio_has() {
    let log = log(&[(id(), "+15552004001")]).await;
    let row = row(id(), "+15551021610", "failed", Some(21_610));
    let findings = judge(&[row], &[], &log);
    let faults: Vec<Fault> = findings.iter().map(|finding| finding.fault).collect();
    assert_eq!(faults, [Fault::Lost]);
}

#[test]
fn it_finds_keys_that_made_nothing_or_more_than_they_told() {
    let made = |key: &str| Made { key: key.into(), id: id().0 };
    let [one, two, again] = [made("one"), made("two"), made("one")];
    let faults = |answered: &[&Made], there: &[&Made]| -> Vec<Fault> {
        let [answered, there] =
            [answered, there].map(|made| made.iter().copied().cloned().collect::<Vec<_>>());
        once::judge("text", &answered, &there).into_iter().map(|finding| finding.fault).collect()
    };
    assert_eq!(faults(&[&one, &one, &two], &[&one, &two]), [], "the same answer twice is fine");
    assert_eq!(faults(&[&one, &two], &[&one]), [Fault::Lost]);
    assert_eq!(faults(&[&one], &[&one, &again]), [Fault::Doubled], "one key, two texts");
    assert_eq!(faults(&[&one, &again], &[&one, &again]), [Fault::Doubled], "though both were told of");
    assert_eq!(faults(&[&one], &[&one, &two]), [Fault::Doubled], "nobody was told of it");
    assert_eq!(faults(&[&one], &[&again]), [Fault::Doubled, Fault::Lost], "told of another");
}
