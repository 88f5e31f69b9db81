//! An event's dashboard: counters that equal their lists, filters in the address, and a text's own page.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use usher_core::messages::{self, Dashboard, Filter, Outcome, Purpose, Status, TextToOne};
use usher_core::people::Role;
use usher_core::{clerk, outbox};

use crate::harness::{Callback, Gala, TestApp, each_engine};

/// Texts of every outcome but one, for two purposes, in two halves; between the two lies the time
/// that is returned.
async fn varied(app: &TestApp) -> (Gala, chrono::DateTime<chrono::Utc>) {
    let gala = app.gala(8).await;
    for (guest, word, code) in [(0, "delivered", ""), (1, "undelivered", "30003"), (2, "failed", "30006")] {
        text(app, &gala, guest, "invitation").await;
        report(app, guest, word, code).await;
    }
    let between = app.service.clock.now();
    text(app, &gala, 3, "announcement").await;
    report(app, 3, "sent", "").await;
    text(app, &gala, 4, "announcement").await;
    app.text_from("+15552340505", "STOP").await;
    app.write(&gala, gala.attendees[5], "Doors at 7").await;
    text(app, &gala, 1, "announcement").await;
    report(app, 1, "undelivered", "30003").await;
    (gala, between)
}

async fn text(app: &TestApp, gala: &Gala, guest: usize, purpose: &str) {
    let text = TextToOne { purpose: purpose.into(), body: format!("Doors at {guest}") };
    messages::send_one(&app.service, &app.ana, gala.id, gala.attendees[guest], &text).await.expect("a text");
    app.run_outbox().await;
}

async fn report(app: &TestApp, guest: usize, word: &str, code: &str) {
    let callback = Callback::new(&app.sid_of(&format!("+1555234050{guest}")), word);
    let callback = if code.is_empty() { callback } else { callback.with("ErrorCode", code) };
    assert_eq!(callback.post_to(app).await, 204);
}

async fn dashboard(app: &TestApp, gala: &Gala, filter: &Filter) -> Dashboard {
    let (store, zone) = (&app.service.store, chrono_tz::America::New_York);
    messages::dashboard(store, app.ana.org_id, gala.id, filter, zone).await.expect("a dashboard")
}

/// What a filter shows, and how many texts its list has, page by page to the end; none may come twice.
async fn all(app: &TestApp, gala: &Gala, filter: &Filter) -> (Dashboard, i64) {
    let first = dashboard(app, gala, filter).await;
    let (mut older, mut seen) = (first.older, BTreeSet::new());
    assert!(first.rows.iter().all(|row| seen.insert(row.id)), "a text stands twice");
    while older.is_some() {
        let page = dashboard(app, gala, &Filter { before: older, ..filter.clone() }).await;
        assert!(page.rows.iter().all(|row| seen.insert(row.id)), "a text stands on two pages");
        older = page.older;
    }
    (first, seen.len() as i64)
}

#[tokio::test]
async fn counters_equal_their_lists_for_every_filter() {
    each_engine(async |app| {
        let (gala, between) = varied(app).await;
        let purposes = [None, Some(Purpose::Invitation), Some(Purpose::Announcement), Some(Purpose::Parking)];
        let times =
            [(None, None), (Some(between), None), (None, Some(between)), (Some(between), Some(between))];
        let mut texts = BTreeSet::new();
        for purpose in purposes {
            for (since, until) in times {
                for find in ["", "guest 1", "555-234-0503"] {
                    let base = Filter { purpose, since, until, find: find.into(), ..Filter::default() };
                    texts.insert(check(app, &gala, &base).await);
                }
            }
        }
        assert!(texts.contains(&7) && texts.contains(&3) && texts.contains(&0), "{texts:?}");
    })
    .await;
}

/// Every tab of a filter counts what its list has, and so does every list that is narrowed further.
async fn check(app: &TestApp, gala: &Gala, base: &Filter) -> i64 {
    let seen = counted(app, gala, base).await;
    let causes = seen.causes.failed.iter().map(|cause| cause.texts).sum::<i64>();
    assert_eq!(causes, seen.totals.failed, "{base:?}");
    assert_eq!(seen.causes.not_sent.iter().map(|cause| cause.texts).sum::<i64>(), seen.totals.not_sent);
    let bars = seen.series.map(|series| series.bars).unwrap_or_default();
    for (place, outcome) in Outcome::ALL.into_iter().enumerate() {
        let over_time: i64 = bars.iter().map(|bar| bar.texts[place]).sum();
        assert_eq!(over_time, seen.totals.of_outcome(outcome), "{base:?}");
    }
    for (bar, next) in bars.iter().zip(bars.iter().skip(1).map(Some).chain([None])) {
        let is_in = |at| bar.begin <= at && next.is_none_or(|next| at < next.begin);
        let there = seen.rows.iter().filter(|row| is_in(row.created_at)).count();
        assert_eq!(bar.total(), there as i64, "{base:?}");
    }
    seen.totals.total
}

async fn counted(app: &TestApp, gala: &Gala, base: &Filter) -> Dashboard {
    let (seen, listed) = all(app, gala, base).await;
    assert_eq!(listed, seen.totals.total, "{base:?}");
    for outcome in Outcome::ALL {
        let tab = base.with_outcome(outcome);
        assert_eq!(all(app, gala, &tab).await.1, seen.totals.of_outcome(outcome), "{tab:?}");
    }
    let narrowed = Status::ALL.map(|status| Filter { statuses: vec![status], ..base.clone() });
    let codes = [0, 30003, 30006].map(|code| Filter { error_code: Some(code), ..base.clone() });
    let reason = Filter { reason: Some("opted_out".into()), ..base.clone() };
    for filter in narrowed.into_iter().chain(codes).chain([reason]) {
        let (narrow, listed) = all(app, gala, &filter).await;
        assert_eq!(narrow.listed, listed, "{filter:?}");
        assert_eq!(narrow.totals, seen.totals, "tabs count alike however the list is narrowed");
    }
    seen
}

#[tokio::test]
async fn every_text_stands_in_the_bar_of_its_time() {
    each_engine(async |app| {
        let gala = app.gala(3).await;
        for (guest, hours) in [(0, 0), (1, 5), (2, 50)] {
            let later = app.service_after(chrono::TimeDelta::hours(hours)).await;
            let text = TextToOne { purpose: "invitation".into(), body: "Hi".into() };
            messages::send_one(&later, &app.ana, gala.id, gala.attendees[guest], &text)
                .await
                .expect("a text");
        }
        for find in ["", "guest"] {
            assert_eq!(check(app, &gala, &Filter { find: find.into(), ..Filter::default() }).await, 3);
        }
        let bars = dashboard(app, &gala, &Filter::default()).await.series.expect("texts").bars;
        assert_eq!(bars.iter().filter(|bar| bar.total() == 1).count(), 3);
        let last = app.service_after(chrono::TimeDelta::hours(51)).await;
        assert_eq!(outbox::run_once(&last).await.expect("the outbox can be read"), 3);
    })
    .await;
}

#[tokio::test]
async fn of_words_that_many_people_have_texts_are_counted_and_listed_and_more_is_asked_for() {
    each_engine(async |app| {
        let (gala, between) = varied(app).await;
        let crowd: Vec<Value> = (0..250)
            .map(|n| json!({ "phone": format!("+1555777{n:04}"), "name": format!("Guest {n}0") }))
            .collect();
        let key = app.api().await;
        key.put(&format!("/api/v1/events/{}/attendees", gala.id), &json!(crowd)).await.is(200);
        let guests = Filter { find: "guest".into(), ..Filter::default() };
        assert!(check(app, &gala, &guests).await > 2, "whoever has no text of the event is not among them");
        let send = json!({ "purpose": "parking", "body": "Hi", "audience": { "rsvp": ["invited"] } });
        key.post(&format!("/api/v1/events/{}/sends", gala.id), &send).await.is(202);
        clerk::run_once(&app.service).await.expect("the clerk works");
        for since in [None, Some(between)] {
            let base = Filter { since, find: "guest".into(), ..Filter::default() };
            let seen = counted(app, &gala, &base).await;
            assert!(seen.of_many && seen.totals.total > 2, "{seen:?}");
            assert!(seen.causes.failed.is_empty() && seen.series.is_none());
        }
        let page = app.browser_of(&app.ana).await.page(&format!("{}?find=guest", gala.path())).await;
        page.says("Many people match");
        assert_eq!(check(app, &gala, &Filter { find: "guest 2490".into(), ..Filter::default() }).await, 1);
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn a_retried_text_counts_once_and_stands_once_in_the_list() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        text(app, &gala, 0, "invitation").await;
        report(app, 0, "undelivered", "30003").await;
        let first = app.newest(&gala, gala.guest()).await.text.id;
        messages::retry(&app.service, &app.ana, first).await.expect("a retry");
        app.run_outbox().await;
        let base = Filter::default();
        assert_eq!(check(app, &gala, &base).await, 1);
        let page = app.browser_of(&app.ana).await.page(&format!("/texts/{first}")).await;
        page.says("Tried 2 times");
        page.says("A second text was made from this one.");
    })
    .await;
}

#[tokio::test]
async fn reasons_say_how_many_people_and_what_to_do() {
    each_engine(async |app| {
        let (gala, _) = varied(app).await;
        let ana = app.browser_of(&app.ana).await;
        let page = ana.page(&gala.path()).await;
        page.says("Why 3 texts failed");
        let whys = page.texts("#why .why");
        assert!(whys[0].contains("1 person, 2 texts · Twilio 30003"), "{whys:?}");
        assert!(
            whys[0].ends_with("Retry… Phone off or out of range") && whys[1].ends_with("Fix numbers"),
            "{whys:?}"
        );
        page.says("Why 1 text was not sent");
        page.says("Opted out");
        let retry = page.attributes("#why .why a.button", "href").remove(0);
        assert_eq!(retry, format!("/failures/retry?event={}&code=30003", gala.id));
        let fix = page.attributes("#why .why a.button", "href").remove(1);
        let listed = ana.page(&fix).await;
        assert_eq!(listed.texts("table.texts td:first-child"), ["Guest 2"]);
        listed.says("Landline · 30006");
    })
    .await;
}

#[tokio::test]
async fn the_address_holds_the_filter_and_every_form_field_shows_it() {
    each_engine(async |app| {
        let (gala, _) = varied(app).await;
        let ana = app.browser_of(&app.ana).await;
        let address =
            format!("{}?purpose=announcement&status=undelivered&find=GUEST+1&from=2020-01-01", gala.path());
        let page = ana.page(&address).await;
        assert_eq!(page.attributes("option[selected]", "value"), ["announcement", "undelivered"]);
        assert_eq!(page.attributes("#find", "value"), ["GUEST 1"]);
        assert_eq!(page.attributes("#from", "value"), ["2020-01-01"]);
        assert_eq!(page.texts("table.texts td:first-child"), ["Guest 1"]);
        page.says("Days are days in America/New York.");
        assert_eq!(page.texts(".tiles b")[..3], ["1", "0", "1"]);
        let csv = page.attributes("a[download]", "href").remove(0);
        assert!(
            csv.ends_with("texts.csv?find=GUEST+1&from=2020-01-01&purpose=announcement&status=undelivered"),
            "{csv}"
        );
        let nobody = ana.page(&format!("{}?find=nobody", gala.path())).await;
        nobody.says("No text matches");
    })
    .await;
}

#[tokio::test]
async fn what_an_address_asks_for_and_cannot_be_is_said() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        let ana = app.browser_of(&app.ana).await;
        let nonsense = "outcome=x&purpose=%3Cscript%3E&status=nope&code=abc&from=31.2.2026&to=9999999&before=%00&find=%25%5F!&reason=%27--";
        let page = ana.page(&format!("{}?{nonsense}", gala.path())).await;
        page.says("The filter was not understood");
        page.says("“31.2.2026” was left out: That is not a day.");
        assert_eq!(page.attributes("#purpose", "aria-invalid"), ["true"]);
        assert_eq!(page.attributes("#find", "value"), ["%_!"]);
        page.says("No text matches");
        let turned = ana.page(&format!("{}?from=2026-02-02&to=2026-02-01", gala.path())).await;
        turned.says("The last day is before the first.");
        let long = "x".repeat(5_000);
        ana.page(&format!("{}?find={long}&from={long}", gala.path())).await.says("No text matches");
    })
    .await;
}

#[tokio::test]
async fn a_list_is_read_to_its_end_page_by_page() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(120).await;
        let nowhere = app.without_account().await;
        usher_core::sends::confirm(
            &nowhere,
            app.ana.org_id,
            &crate::harness::author(),
            gala.id,
            &crate::harness::announcement("Doors at 7"),
        )
        .await
        .expect("a send");
        usher_core::clerk::run_once(&nowhere).await.expect("the clerk works");
        assert_eq!(all(app, &gala, &Filter::default()).await.1, 120);
        let ana = app.browser_of(&app.ana).await;
        let first = ana.page(&gala.path()).await;
        first.says("1–50 of 120 texts");
        let second = ana.page(&first.attributes("a[rel=next]", "href").remove(0)).await;
        let third = ana.page(&second.attributes("a[rel=next]", "href").remove(0)).await;
        assert_eq!(third.texts("table.texts tbody tr").len(), 20);
        assert!(third.attributes("a[rel=next]", "href").is_empty());
        third.says("← Newest");
        // What goes over the wire on the first view.
        assert!(first.body.len() < 120_000, "{} bytes before compression", first.body.len());
    })
    .await;
}

#[tokio::test]
async fn a_texts_own_page_shows_all_that_is_known_to_those_who_may_see_it() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let id = app.send(&gala, gala.guest(), "Doors at <b>7</b> 👋").await;
        report(app, 0, "undelivered", "30003").await;
        let sid = app.sid_of("+15552340500");
        let path = format!("/texts/{id}");
        let ana = app.browser_of(&app.ana).await;
        let page = ana.page(&path).await;
        for words in [
            "Announcement to Guest 0",
            "Doors at <b>7</b> 👋",
            &sid,
            "Twilio 30003",
            "Twilio told us",
            "1 segment",
        ] {
            page.says(words);
        }
        assert_eq!(page.attributes("article form [name=message]", "value"), [id.to_string()]);
        assert!(!page.texts("pre.payload").is_empty(), "an owner sees what was received");
        let staff = app.db_colleague("staff@foundry.example", Role::Staff).await;
        let theirs = app.browser_of(&staff).await.page(&path).await;
        assert!(theirs.texts("pre.payload").is_empty(), "staff do not");
        theirs.says("Twilio 30003");
        let eve = app.db_stranger().await;
        let eve = app.browser_of(&eve).await;
        for path in [&*path, "/texts/nonsense", "/texts/00000000-0000-0000-0000-000000000000"] {
            assert_eq!(eve.get(path).await.status, 404, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_final_receipts_that_disagree_are_both_shown() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let id = app.send(&gala, gala.guest(), "Doors at 7").await;
        report(app, 0, "delivered", "").await;
        let ana = app.browser_of(&app.ana).await;
        let before = ana.page(&format!("/texts/{id}")).await;
        assert!(before.texts(".receipts").is_empty());
        report(app, 0, "undelivered", "30003").await;
        let page = ana.page(&format!("/texts/{id}")).await;
        page.says("Twilio’s receipts disagree");
        assert_eq!(page.texts(".receipts .badge"), ["Status: Delivered", "Status: Undelivered"]);
        assert_eq!(page.texts("article .badge"), ["Status: Delivered"]);
    })
    .await;
}

#[tokio::test]
async fn a_reply_has_a_page_too() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.text_from("+15552340500", "مرحبا 👋").await;
        let id = app.newest(&gala, gala.guest()).await.text.id;
        let page = app.browser_of(&app.ana).await.page(&format!("/texts/{id}")).await;
        page.says("Reply from Guest 0");
        page.says("مرحبا 👋");
    })
    .await;
}
