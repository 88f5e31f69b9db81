//! Create, cancel, redact, delete; what a number does.

use chrono::TimeDelta;
use usher_core::clock::Clock;

use super::*;
use crate::simulator::Status;

#[tokio::test]
async fn a_text_is_queued_then_sent_then_delivered() {
    let bench = Bench::new(Pace::held(), Faults::default()).await;
    let form = [("To", PERSON), ("From", NUMBER), ("Body", "Doors at 7 🎉")];
    let created = bench.create(&form).await;
    assert_eq!((created.status, created.text("status")), (201, "queued"));
    assert_eq!(created.text("num_segments"), "1");
    assert_eq!(created.text("direction"), "outbound-api");
    assert!(created.json["price"].is_null() && created.json["date_sent"].is_null());
    let sid = created.text("sid");
    bench.sim.progress(sid, Status::Sent, None).await.unwrap();
    bench.sim.progress(sid, Status::Delivered, None).await.unwrap();
    let fetched = bench.fetch(sid).await;
    assert_eq!(fetched.text("status"), "delivered");
    assert_eq!(fetched.text("price"), "-0.00790");
    assert!(fetched.text("date_sent").ends_with("+0000"));
    assert_eq!(fetched.text("uri"), format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json"));
}

#[tokio::test]
async fn a_messaging_service_accepts_first_and_chooses_its_sender_later() {
    let bench = Bench::new(Pace::held(), Faults::default()).await;
    let form = [("To", PERSON), ("MessagingServiceSid", SERVICE), ("Body", "Hello")];
    let created = bench.create(&form).await;
    assert_eq!((created.status, created.text("status")), (201, "accepted"));
    assert_eq!(created.text("num_segments"), "0");
    assert!(created.json["from"].is_null());
    assert_eq!(created.text("messaging_service_sid"), SERVICE);
    let sid = created.text("sid");
    bench.sim.progress(sid, Status::Queued, None).await.unwrap();
    let queued = bench.fetch(sid).await;
    assert_eq!((queued.text("from"), queued.text("num_segments")), (POOLED, "1"));
}

#[tokio::test]
async fn some_numbers_are_refused_by_their_last_digits() {
    let bench = Bench::quick().await;
    for (to, code) in [
        ("+15005550001", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
        ("+14155521610", 21610),
        ("+14155521408", 21408),
        ("+14155563038", 63038),
    ] {
        let answer = bench.create(&[("To", to), ("From", NUMBER), ("Body", "x")]).await;
        assert_eq!((answer.status, &answer.json["code"]), (400, &code.into()), "{to}");
    }
}

#[tokio::test]
async fn the_last_digits_of_a_number_decide_how_its_text_ends() {
    let bench = Bench::quick().await;
    for (to, code, path) in [
        ("+14155512345", None, &["queued", "sent", "delivered"][..]),
        ("+14155530003", Some(30003), &["queued", "sent", "undelivered"]),
        ("+14155530007", Some(30007), &["queued", "sent", "undelivered"]),
        ("+14155530002", Some(30002), &["queued", "failed"]),
        ("+14155530034", Some(30034), &["queued", "failed"]),
        ("+14155500001", None, &["queued", "sent"]),
        ("+14155500002", None, &["queued"]),
        ("+14155500003", None, &["queued", "sent", "undelivered", "delivered"]),
    ] {
        let sid = bench.text(to, "x").await;
        let message = bench.settled(&sid).await;
        assert_eq!((trail(&message), message.error_code), (path.to_vec(), code), "{to}");
        assert_eq!(bench.fetch(&sid).await.text("status"), message.status.as_str());
    }
}

#[tokio::test]
async fn a_phone_that_is_off_once_gets_the_same_words_at_the_second_try() {
    let bench = Bench::quick().await;
    for (to, code) in [("+14155593003", 30003), ("+14155593008", 30008)] {
        for (body, code) in [("x", Some(code)), ("y", Some(code)), ("x", None), ("x", None)] {
            let sid = bench.text(to, body).await;
            assert_eq!(bench.settled(&sid).await.error_code, code, "{to} {body}");
        }
    }
}

#[tokio::test]
async fn a_messaging_service_fails_later_what_a_number_refuses_at_once() {
    let bench = Bench::quick().await;
    for (to, code) in [("+14155521610", 21610), ("+15005550002", 21612)] {
        let form = [("To", to), ("MessagingServiceSid", SERVICE), ("Body", "x")];
        let created = bench.create(&form).await;
        assert_eq!((created.status, created.text("status")), (201, "accepted"));
        let message = bench.settled(created.text("sid")).await;
        assert_eq!((trail(&message), message.error_code), (vec!["accepted", "failed"], Some(code)));
        assert_eq!(bench.fetch(created.text("sid")).await.json["error_code"], code);
    }
    let form = [("To", "+14155521614"), ("MessagingServiceSid", SERVICE), ("Body", "x")];
    assert_eq!(bench.create(&form).await.json["code"], 21614);
}

#[tokio::test]
async fn a_scheduled_text_can_be_canceled_and_no_other() {
    let bench = Bench::quick().await;
    let soon = (Clock::System.now() + TimeDelta::minutes(5)).to_rfc3339();
    let later = (Clock::System.now() + TimeDelta::minutes(30)).to_rfc3339();
    let form = |at| {
        let fixed = [("ScheduleType", "fixed"), ("SendAt", at)];
        [&[("To", PERSON), ("MessagingServiceSid", SERVICE), ("Body", "x")][..], &fixed].concat()
    };
    assert_eq!(bench.create(&form(&soon)).await.json["code"], 35114);
    let created = bench.create(&form(&later)).await;
    assert_eq!(created.text("status"), "scheduled");
    let canceled = bench.update(created.text("sid"), &[("Status", "canceled")]).await;
    assert_eq!((canceled.status, canceled.text("status")), (200, "canceled"));
    let again = bench.update(created.text("sid"), &[("Status", "canceled")]).await;
    assert_eq!((again.status, &again.json["code"]), (400, &30409.into()));
}

#[tokio::test]
async fn a_finished_text_can_be_redacted_and_deleted() {
    let bench = Bench::new(Pace::held(), Faults::default()).await;
    let sid = bench.text(PERSON, "Your code is 123456").await;
    assert_eq!(bench.update(&sid, &[("Body", "")]).await.json["code"], 20009);
    assert_eq!(bench.delete(&sid).await.json["code"], 20009);
    bench.sim.progress(&sid, Status::Delivered, None).await.unwrap();
    assert_eq!(bench.update(&sid, &[("Body", "")]).await.text("body"), "");
    assert_eq!(bench.delete(&sid).await.status, 204);
    assert_eq!(bench.fetch(&sid).await.status, 404);
    assert_eq!(bench.list("").await.json["messages"].as_array().unwrap().len(), 0);
    let truth = bench.sim.message(&sid).unwrap();
    assert!(truth.deleted && truth.body_received.contains("123456"));
}
