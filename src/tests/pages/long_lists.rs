//! Lists of more than one page: what is offered on a later page is done there too, and leads back to it.

use usher_core::orgs::Change;

use crate::harness::{Answer, Browser, TestApp, each_engine};

/// More than a page of any list.
const MANY: i64 = 60;

/// The second page of a list.
async fn second_page(browser: &Browser, path: &str) -> Answer {
    let next = browser.page(path).await.attributes(".pager a", "href").remove(0);
    browser.page(&next).await
}

/// Presses the link beside the last row; the form it opens, with what its hidden fields hold.
async fn last_asked(browser: &Browser, page: &Answer, words: &str) -> (String, Vec<(String, String)>) {
    let links = page.attributes("tbody tr:last-child a.button", "href");
    let asked = browser.page(links.last().expect("a link")).await;
    asked.says(words);
    assert!(!page.texts("tbody tr").is_empty());
    assert_eq!(asked.texts("tbody tr"), page.texts("tbody tr"), "the page of the list stays");
    let names = asked.attributes("main form[method=post].card:not(.more) input[type=hidden]", "name");
    let values = asked.attributes("main form[method=post].card:not(.more) input[type=hidden]", "value");
    let action = asked.attributes("main form[method=post].card:not(.more)", "action").remove(0);
    (action, names.into_iter().zip(values).collect())
}

async fn done(
    browser: &Browser,
    action: &str,
    hidden: &[(String, String)],
    typed: &[(&str, &str)],
) -> Answer {
    let mut fields: Vec<(&str, &str)> =
        hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend(typed);
    browser.submit(action, &fields).await
}

/// What was refused and then done is on the second page, and leads back to it.
async fn is_done_on_the_second_page(app: &TestApp, path: &str, asks: &str, field: &str, says: &str) {
    let ana = app.browser_of(&app.ana).await;
    let page = second_page(&ana, path).await;
    let rows = page.texts("tbody tr");
    let (action, hidden) = last_asked(&ana, &page, asks).await;
    let refused = done(&ana, &action, &hidden, &[(field, "")]).await;
    refused.says("Mend what is marked below.");
    assert_eq!(refused.texts("tbody tr"), rows, "the page of the list stays");
    let event = refused.attributes("#event option", "value");
    let mut typed = vec![(field, "Because")];
    typed.extend(event.first().map(|event| ("event", event.as_str())));
    let after = done(&ana, &action, &hidden, &typed).await;
    after.says(says);
    assert_eq!(after.texts("tbody tr"), rows[..rows.len() - 1], "one less on the same page");
}

#[tokio::test]
async fn a_failure_on_the_second_page_is_dismissed() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(MANY).await;
        app.settings(Change { sending: Some(false), ..Change::default() }).await;
        app.announce(&gala, "Doors at 7").await;
        is_done_on_the_second_page(
            app,
            "/failures?open=switched-off&days=7",
            "Dismiss the text to",
            "reason",
            "is dismissed",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn an_opt_out_on_the_second_page_is_lifted() {
    each_engine(async |app| {
        app.db_crowded_gala(MANY).await;
        app.db_run(
            "insert into suppressions (id, org_id, phone, source, sender, reason, created_at)
             select id, org_id, phone, 'staff', '', 'asked', created_at from contacts",
        )
        .await;
        app.db_fold().await;
        is_done_on_the_second_page(
            app,
            "/opt-outs?find=555",
            "be texted again",
            "lift",
            "can be texted again",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_number_on_the_second_page_gets_its_name() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(MANY).await;
        app.announce(&gala, "Doors at 7").await;
        app.run_outbox().await;
        app.db_run("delete from attendees").await;
        app.db_run("update contacts set name = ''").await;
        is_done_on_the_second_page(app, "/unlinked", "Who is", "name", "is on the list of").await;
    })
    .await;
}

#[tokio::test]
async fn sends_have_pages_and_say_what_failed_and_what_lacks_a_receipt() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.settings(Change { sending: Some(false), ..Change::default() }).await;
        for n in 0..51 {
            app.announce(&gala, &format!("Text {n}")).await;
        }
        let ana = app.browser_of(&app.ana).await;
        let path = format!("{}/sends", gala.path());
        let first = ana.page(&path).await;
        assert_eq!(first.texts("table.sends tbody tr").len(), 50);
        assert!(!first.body.contains("0 failed"));
        let second = second_page(&ana, &path).await;
        assert_eq!(second.texts("table.sends tbody tr").len(), 1);
        second.says("Text 0");
        second.says("← Newest");
    })
    .await;
}
