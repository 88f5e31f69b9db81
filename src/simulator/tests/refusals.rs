//! What Twilio refuses at create.

use super::*;

/// A good text with some parameters changed; an empty one is as good as missing.
fn text_with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![("To", PERSON), ("From", NUMBER), ("Body", "x")];
    form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    form.extend(changes);
    form
}

async fn refuses(cases: &[(u64, &[(&str, &str)])]) {
    let bench = Bench::quick().await;
    for (code, changes) in cases {
        let answer = bench.create(&text_with(changes)).await;
        assert_eq!((answer.status, &answer.json["code"]), (400, &(*code).into()), "{changes:?}");
    }
    assert!(bench.sim.messages().is_empty());
    assert_eq!(bench.sim.requests().refused, cases.len() as u64);
}

#[tokio::test]
async fn a_text_needs_a_recipient_a_sender_and_a_body() {
    let long = "x".repeat(1601);
    refuses(&[
        (21604, &[("To", "")]),
        (21603, &[("From", "")]),
        (21602, &[("Body", "")]),
        (21617, &[("Body", &long)]),
        (21211, &[("To", "0151 234")]),
        (21211, &[("To", " 14155552671")]),
    ])
    .await;
    let bench = Bench::quick().await;
    let most = "x".repeat(1600);
    assert_eq!(bench.create(&text_with(&[("Body", &most)])).await.status, 201);
    assert_eq!(bench.create(&text_with(&[("Unknown", "ignored")])).await.status, 201);
}

#[tokio::test]
async fn a_sender_has_to_be_the_accounts_own() {
    let service = ("MessagingServiceSid", SERVICE);
    let strange = ("MessagingServiceSid", "MGffffffffffffffffffffffffffffffff");
    refuses(&[
        (21606, &[("From", "+14155559999")]),
        (21606, &[("From", "+15005550007")]),
        (21212, &[("From", "+15005550001")]),
        (21611, &[("From", "+15005550008")]),
        (21701, &[strange, ("From", "")]),
        (21705, &[("MessagingServiceSid", "MG1"), ("From", "")]),
        (21711, &[service]),
    ])
    .await;
    let bench = Bench::quick().await;
    assert_eq!(bench.create(&text_with(&[("From", "+15005550006")])).await.status, 201);
    assert_eq!(bench.create(&text_with(&[service, ("From", POOLED)])).await.status, 201);
}

#[tokio::test]
async fn addresses_periods_and_schedules_have_their_limits() {
    let far = format!("https://example.org/{}", "x".repeat(4000));
    refuses(&[
        (21609, &[("StatusCallback", "nope")]),
        (21609, &[("StatusCallback", "ftp://example.org/")]),
        (21609, &[("StatusCallback", "https://my_host.example.org/")]),
        (21609, &[("StatusCallback", &far)]),
        (21624, &[("ValidityPeriod", "0")]),
        (21624, &[("ValidityPeriod", "36001")]),
        (21624, &[("ValidityPeriod", "soon")]),
        (35118, &[("ScheduleType", "fixed"), ("SendAt", "2030-01-01T00:00:00Z")]),
    ])
    .await;
    let bench = Bench::quick().await;
    assert_eq!(bench.create(&text_with(&[("ValidityPeriod", "36000")])).await.status, 201);
}
