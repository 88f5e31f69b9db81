//! Status callbacks and inbound texts, as a webhook sees them.

use super::{webhook::Webhook, *};
use crate::simulator::{CallbackOutcome, Chance, Inbound};

async fn text_with_callback(bench: &Bench, to: &str, callback: &str) -> Sent {
    let form = [("To", to), ("From", NUMBER), ("Body", "x"), ("StatusCallback", callback)];
    let created = bench.create(&form).await;
    assert_eq!(created.status, 201, "{:?}", created.json);
    bench.settled(created.text("sid")).await
}

#[tokio::test]
async fn callbacks_are_signed_and_leave_the_fragment_out() {
    let (bench, hook) = (Bench::quick().await, Webhook::new().await);
    let address = format!("{}/status?m=a%20b&a=2#rc=2&rp=all", hook.base);
    let message = text_with_callback(&bench, PERSON, &address).await;
    assert_eq!(hook.told(), ["sent", "delivered"]);
    for post in hook.posts() {
        assert_eq!(post.path, "/status?m=a%20b&a=2");
        assert!(hook.is_signed(&post, TOKEN) && !hook.is_signed(&post, "another"));
        assert_eq!(post.header("user-agent"), "TwilioProxy/1.1");
        assert!(!post.header("i-twilio-idempotency-token").is_empty());
        assert_eq!(post.header("content-type"), "application/x-www-form-urlencoded");
        assert_eq!((post.get("MessageSid"), post.get("SmsSid")), (&*message.sid, &*message.sid));
        assert_eq!(post.get("SmsStatus"), post.get("MessageStatus"));
        assert_eq!((post.get("To"), post.get("From")), (PERSON, NUMBER));
        assert_eq!((post.get("AccountSid"), post.get("ApiVersion")), (ACCOUNT, "2010-04-01"));
        assert_eq!((post.find("ErrorCode"), post.find("MessagingServiceSid")), (None, None));
    }
    assert_eq!(hook.posts()[1].get("RawDlrDoneDate").len(), 10);
    assert_eq!(hook.posts()[0].find("RawDlrDoneDate"), None);
}

#[tokio::test]
async fn a_failure_names_its_code_and_a_service_its_sid() {
    let (bench, hook) = (Bench::quick().await, Webhook::new().await);
    let to = "+14155530005";
    let form = [("To", to), ("MessagingServiceSid", SERVICE), ("Body", "x")];
    let created = bench.create(&[&form[..], &[("StatusCallback", &hook.base)]].concat()).await;
    bench.settled(created.text("sid")).await;
    assert_eq!(hook.told(), ["queued", "sent", "undelivered"]);
    let last = hook.posts()[2].clone();
    assert_eq!((last.get("ErrorCode"), last.get("MessagingServiceSid")), ("30005", SERVICE));
    assert_eq!(last.get("From"), POOLED);
}

#[tokio::test]
async fn an_error_answer_is_repeated_only_on_request() {
    let (bench, hook) = (Bench::quick().await, Webhook::new().await);
    hook.will_answer(&[503]);
    let message = text_with_callback(&bench, "+14155500001", &hook.base).await;
    assert_eq!(hook.told(), ["sent"]);
    assert_eq!(message.callbacks[0].outcome, CallbackOutcome::Answered(503));

    hook.will_answer(&[503, 403]);
    let address = format!("{}#rc=5&rp=all", hook.base);
    let message = text_with_callback(&bench, "+14155500001", &address).await;
    assert_eq!((message.callbacks[0].tries, hook.posts().len()), (3, 4));
    let tokens: Vec<String> =
        hook.posts().iter().map(|post| post.header("i-twilio-idempotency-token").into()).collect();
    assert!(tokens[1] == tokens[2] && tokens[2] == tokens[3] && tokens[0] != tokens[1]);
}

#[tokio::test]
async fn without_a_connection_there_is_one_retry() {
    let bench = Bench::quick().await;
    let message = text_with_callback(&bench, "+14155500001", "http://127.0.0.1:9/status").await;
    assert_eq!(message.callbacks[0].outcome, CallbackOutcome::NoConnection);
    assert_eq!((message.callbacks[0].tries, bench.sim.requests().callbacks_failed), (2, 1));
}

#[tokio::test]
async fn lost_and_duplicate_callbacks_are_just_that() {
    let (bench, hook) = (Bench::quick().await, Webhook::new().await);
    let lost_callbacks = Chance::next(1);
    let duplicate_callbacks = Chance::ALWAYS;
    bench.sim.set_faults(Faults { lost_callbacks, duplicate_callbacks, ..Faults::default() });
    let message = text_with_callback(&bench, PERSON, &hook.base).await;
    assert_eq!(hook.told(), ["delivered", "delivered"]);
    assert_eq!(message.callbacks[0].outcome, CallbackOutcome::Lost);
    assert_eq!(bench.sim.requests().callbacks_lost, 1);
}

#[tokio::test]
async fn reordered_callbacks_are_overtaken() {
    let (bench, hook) = (Bench::quick().await, Webhook::new().await);
    let reordered_callbacks = Chance::next(1);
    bench.sim.set_faults(Faults { reordered_callbacks, ..Faults::default() });
    text_with_callback(&bench, PERSON, &hook.base).await;
    assert_eq!(hook.told(), ["delivered", "sent"]);
}

fn inbound(hook: &Webhook, body: &str) -> Inbound {
    Inbound {
        url: format!("{}/inbound", hook.base),
        account_sid: ACCOUNT.into(),
        from: PERSON.into(),
        to: POOLED.into(),
        body: body.into(),
        ..Inbound::default()
    }
}

#[tokio::test]
async fn an_inbound_text_is_signed() {
    let (bench, hook) = (Bench::quick().await, Webhook::new().await);
    hook.will_answer(&[200]);
    let answer = bench.sim.deliver_inbound(inbound(&hook, " stop ")).await.unwrap();
    assert_eq!(answer.status, 200);
    let post = hook.posts()[0].clone();
    assert!(hook.is_signed(&post, TOKEN));
    assert_eq!((post.get("Body"), post.get("SmsStatus")), (" stop ", "received"));
    assert_eq!(post.get("MessageSid"), answer.message_sid);
    assert_eq!((post.find("FromCity"), post.find("OptOutType")), (Some(""), None));
    assert!(bench.sim.messages().is_empty());
    assert_eq!(bench.fetch(&answer.message_sid).await.text("direction"), "inbound");
}

#[tokio::test]
async fn stop_blocks_a_sender_and_start_frees_it() {
    let (bench, hook) = (Bench::quick().await, Webhook::new().await);
    bench.sim.deliver_inbound(inbound(&hook, "STOP")).await.unwrap();
    let from_pooled = [("To", PERSON), ("From", POOLED), ("Body", "x")];
    assert_eq!(bench.create(&from_pooled).await.json["code"], 21610);
    let service = [("To", PERSON), ("MessagingServiceSid", SERVICE), ("Body", "x")];
    let failed = bench.create(&service).await;
    assert_eq!(bench.settled(failed.text("sid")).await.error_code, Some(21610));
    bench.text(PERSON, "another sender is another opt-out").await;
    bench.sim.deliver_inbound(inbound(&hook, "START")).await.unwrap();
    assert_eq!(bench.create(&from_pooled).await.status, 201);
}
