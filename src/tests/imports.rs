//! Lists of people from files: shown first, saved once, and only what can be taken.

use std::time::{Duration, Instant};

use usher_core::Error;
use usher_core::attendees;
use usher_core::ids::DraftId;
use usher_core::imports::{self, Choices, Field, Preview};
use usher_core::people::Role;
use usher_core::phones::Region;

use crate::harness::{Gala, TestApp, each_engine};

const LIST: &str = "\u{feff}Name;Mobile;E-mail;RSVP;Seat\r\n\
    Ana Lopez;(555) 234-0600;ana@example.org;yes;1\r\n\
    Zoë Müller;+49 151 12345678;;;2\r\n\
    Bob;12;bob@example.org;;3\r\n\
    ana lopez;+1 555 234 0600;ana@example.org;going;1\r\n\
    Cem;5552340600;;;4\r\n\
    Dan;555-234-0601;nobody;perhaps;5\r\n";

async fn begin(app: &TestApp, gala: &Gala, list: &str) -> DraftId {
    imports::begin(&app.service, &app.ana, gala.id, "list.csv", list.as_bytes()).await.expect("a draft")
}

async fn preview(app: &TestApp, gala: &Gala, draft: DraftId, choices: &Choices) -> Preview {
    imports::preview(&app.service, &app.ana, gala.id, draft, choices).await.expect("a preview")
}

#[tokio::test]
async fn a_list_is_shown_with_what_it_would_change_and_nothing_is_saved() {
    each_engine(async |app| {
        let gala = app.gala_for(&["+15552340600"]).await;
        let draft = begin(app, &gala, LIST).await;
        app.db_run("update attendees set rsvp = 'invited'").await;
        let seen = preview(app, &gala, draft, &Choices::default()).await;
        assert_eq!((seen.rows, seen.new, seen.changed, seen.same), (6, 1, 1, 0));
        assert_eq!((seen.repeats, seen.refused, seen.header), (1, 3, true));
        let problems: Vec<(u64, &str)> =
            seen.bad.iter().map(|row| (row.line, row.problems[0].1.as_str())).collect();
        assert_eq!(
            problems,
            [(4, "Number is too short"), (6, "Same number as row 2, Ana Lopez"), (7, "Not an email address"),]
        );
        assert_eq!(seen.columns[4].field, None, "a seat is no business of ours");
        let left_out = imports::left_out(&app.service, &app.ana, gala.id, draft, &Choices::default()).await;
        let left_out = left_out.expect("a file");
        assert!(left_out.contains("Dan,555-234-0601,nobody,perhaps,5,Not an email address"), "{left_out}");
        assert_eq!(app.db_number("select count(*) from attendees").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_confirmed_list_is_taken_over_once() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let draft = begin(app, &gala, LIST).await;
        let choices = Choices::default();
        let confirm = || imports::confirm(&app.service, &app.ana, gala.id, draft, &choices);
        let (one, other) = tokio::join!(confirm(), confirm());
        let (one, other) = (one.expect("imported"), other.expect("imported"));
        assert_eq!((one.created, one.updated, one.left_out), (2, 0, 3));
        assert_eq!(one, other, "a double click is told the same");
        assert_eq!(confirm().await.expect("imported"), one);
        let people =
            attendees::page(&app.service.store, app.ana.org_id, gala.id, None, 10).await.expect("a list");
        let mut phones: Vec<&str> = people.iter().map(|person| person.phone.as_str()).collect();
        phones.sort_unstable();
        assert_eq!(phones, ["+15552340600", "+4915112345678"]);
        assert_eq!(app.db_number("select count(*) from audit_log where action = 'import people'").await, 1);
        let again = preview(app, &gala, begin(app, &gala, LIST).await, &Choices::default()).await;
        assert_eq!(again.before.expect("the same file").actor, app.ana.label());
        assert_eq!((again.new, again.same), (0, 2));
    })
    .await;
}

#[tokio::test]
async fn whoever_is_known_by_another_name_is_shown_before_and_renamed_only_if_that_is_wanted() {
    each_engine(async |app| {
        let (gala, ball) = (app.gala(0).await, app.gala_for(&["+15552340600", "+15552340601", "+15552340602"]).await);
        let list = "name,phone,email\nAna Lopez,+15552340600,ana@example.org\n,+15552340601,\nGuest 2,+15552340602,\nCem,+15552340603,\n";
        let draft = begin(app, &gala, list).await;
        let seen = preview(app, &gala, draft, &Choices::default()).await;
        assert_eq!((seen.new, seen.met, seen.changes.people, seen.changes.doubtful), (4, 3, 1, false));
        let change = &seen.changes.shown[0];
        assert_eq!((change.line, change.phone.as_str()), (2, "+15552340600"));
        assert_eq!(change.parts, [(Field::Name, "Guest 0".to_owned(), "Ana Lopez".to_owned())], "an email is filled in");
        let keep = Choices { keep: true, ..Choices::default() };
        imports::confirm(&app.service, &app.ana, gala.id, draft, &keep).await.expect("imported");
        let names = async |event| {
            let people = attendees::page(&app.service.store, app.ana.org_id, event, None, 10).await.expect("a list");
            people.into_iter().map(|person| (person.name, person.email.unwrap_or_default())).collect::<Vec<_>>()
        };
        assert!(names(gala.id).await.contains(&("Guest 0".into(), "ana@example.org".into())));
        let again = preview(app, &gala, begin(app, &gala, list).await, &Choices::default()).await;
        assert_eq!((again.new, again.updated, again.same), (0, 1, 3));
        let draft = begin(app, &gala, list).await;
        imports::confirm(&app.service, &app.ana, gala.id, draft, &Choices::default()).await.expect("imported");
        let there: Vec<String> = names(ball.id).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(there, ["Ana Lopez", "Guest 1", "Guest 2"], "what is blank takes nobody's place");
    })
    .await;
}

#[tokio::test]
async fn a_list_whose_column_has_moved_is_doubted() {
    each_engine(async |app| {
        let numbers: Vec<String> = (0..8).map(|n| format!("+155523406{n:02}")).collect();
        let gala = app.gala_for(&numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let mut list = "name,phone\n".to_owned();
        for (n, phone) in numbers.iter().enumerate() {
            list.push_str(&format!("Guest {},{phone}\n", n + 1));
        }
        let draft = begin(app, &gala, &list).await;
        let seen = preview(app, &gala, draft, &Choices::default()).await;
        assert_eq!((seen.changes.people, seen.changes.doubtful, seen.updated), (8, true, 8));
        let ana = app.browser_of(&app.ana).await;
        let page = ana.page(&format!("{}/import/{draft}", gala.path())).await;
        page.says("Most people you know would get another name");
        page.says("8 people you know would change");
        assert_eq!(
            page.attributes("#keep[checked]", "value"),
            ["on"],
            "what is doubtful changes nothing unasked"
        );
        assert_eq!(
            page.texts("table.changes tbody tr:first-child td").last().map(String::as_str),
            Some("Guest 1")
        );
        let event = gala.id.to_string();
        let draft = draft.to_string();
        let kept = [("event", &*event), ("draft", &draft), ("choices", ""), ("keep", "on")];
        ana.submit("/do/confirm-import", &kept).await.says("8 people were on it already");
        assert_eq!(app.db_number("select count(*) from contacts where name = 'Guest 8'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_country_that_was_shown_is_the_country_that_is_imported() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let ana = app.browser_of(&app.ana).await;
        let draft = begin(app, &gala, "name,phone\nAna,(555) 234-0600\n").await;
        let page = ana.page(&format!("{}/import/{draft}", gala.path())).await;
        let choices = page.attributes("main form [name=choices]", "value").remove(0);
        assert_eq!(choices, "region=US");
        app.db_run("update events set timezone = 'Europe/Berlin'").await;
        let (event, draft) = (gala.id.to_string(), draft.to_string());
        let yes = [("event", &*event), ("draft", &draft), ("choices", &choices)];
        ana.submit("/do/confirm-import", &yes).await.says("1 new person");
        assert_eq!(app.db_number("select count(*) from contacts where phone = '+15552340600'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_rows_that_are_left_out_are_downloaded_mended_and_imported() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let ana = app.browser_of(&app.ana).await;
        let long = "x".repeat(5_000);
        let draft = begin(app, &gala, &format!("name,phone,seat\n=cmd(),12,\u{200b}@A1\nBob,13\nCem,5552340600,{long}\n")).await;
        let check = ana.page(&format!("{}/import/{draft}", gala.path())).await;
        assert!(check.body.len() < 40_000 && check.body.contains("xxxx"), "a long cell is cut");
        let there = check.attributes("a[download]", "href").remove(0);
        let file = ana.get(&there).await;
        assert_eq!(file.status, 200);
        let rows = file.body.trim_start_matches('\u{feff}');
        assert_eq!(
            rows,
            "name,phone,seat,problem\n'=cmd(),12,'\u{200b}@A1,Number is too short\nBob,13,,Number is too short\n"
        );
        let mended = rows.replace(",12,", ",5552340601,");
        let again = begin(app, &gala, &mended).await;
        imports::confirm(&app.service, &app.ana, gala.id, again, &Choices::default()).await.expect("imported");
        assert_eq!(app.db_number("select count(*) from contacts where name = '=cmd()'").await, 1);
        let stranger = app.browser_of(&app.db_stranger().await).await;
        assert_eq!(stranger.get(&there).await.status, 404);
        assert_eq!(app.browser().get(&there).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn columns_and_country_can_be_chosen() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let draft = begin(app, &gala, "0151 12345678,Zoë,x\n0151 12345679,Max,y\n").await;
        let us = preview(app, &gala, draft, &Choices::default()).await;
        assert_eq!(us.region, Region::parse("US"));
        let columns = Some(vec![Some(Field::Phone), None, Some(Field::Name)]);
        let german = Choices { region: Region::parse("DE"), header: Some(false), columns, keep: false };
        let seen = preview(app, &gala, draft, &german).await;
        assert_eq!((seen.new, seen.refused), (2, 0));
        imports::confirm(&app.service, &app.ana, gala.id, draft, &german).await.expect("imported");
        let people =
            attendees::page(&app.service.store, app.ana.org_id, gala.id, None, 10).await.expect("a list");
        assert!(people.iter().all(|person| person.phone.starts_with("+4915112") && person.name.len() == 1));
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_its_authors_alone_and_of_its_event() {
    each_engine(async |app| {
        let (gala, ball) = (app.gala(0).await, app.gala(0).await);
        let draft = begin(app, &gala, LIST).await;
        let eve = app.db_stranger().await;
        let colleague = app.db_colleague("olga@foundry.example", Role::Organizer).await;
        for (who, event) in [(&eve, gala.id), (&colleague, gala.id), (&app.ana, ball.id)] {
            let seen = imports::preview(&app.service, who, event, draft, &Choices::default()).await;
            assert!(matches!(seen, Err(Error::NotFound)));
            let done = imports::confirm(&app.service, who, event, draft, &Choices::default()).await;
            assert!(matches!(done, Err(Error::NotFound)));
        }
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let refused = imports::begin(&app.service, &sam, gala.id, "list.csv", LIST.as_bytes()).await;
        assert!(matches!(refused, Err(Error::NotAllowed(_))));
        let late = app.service_after(chrono::TimeDelta::days(8)).await;
        let expired = imports::preview(&late, &app.ana, gala.id, draft, &Choices::default()).await;
        assert!(matches!(expired, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn ten_thousand_people_are_taken_over_in_seconds_and_a_row_more_is_refused() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let mut list = "name,phone\n".to_owned();
        for n in 0..10_000 {
            list.push_str(&format!("Guest {n},+1555{}\n", 2_000_000 + n));
        }
        let begun = Instant::now();
        let draft = begin(app, &gala, &list).await;
        let imported = imports::confirm(&app.service, &app.ana, gala.id, draft, &Choices::default()).await;
        assert_eq!(imported.expect("imported").created, 10_000);
        let took = begun.elapsed();
        println!("10,000 people on {} took {took:?}", app.service.store.engine());
        assert!(took < Duration::from_secs(60), "it took {took:?}");
        list.push_str("One more,+15559999999\n");
        let refused = imports::begin(&app.service, &app.ana, gala.id, "list.csv", list.as_bytes()).await;
        assert!(matches!(refused, Err(Error::Invalid(fields)) if fields[0].message.contains("10,000")));
    })
    .await;
}

#[tokio::test]
async fn a_file_goes_through_the_pages() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let ana = app.browser_of(&app.ana).await;
        let page = ana.page(&format!("{}/import", gala.path())).await;
        page.says("Import people");
        let event = gala.id.to_string();
        let check = ana.upload("/do/import", &event, Some(("list.csv", LIST.as_bytes())), "").await;
        let check = ana.page(&check.location.expect("a place to go")).await;
        check.says("3 rows are left out");
        check.says("Number is too short");
        assert_eq!(check.texts("form button.primary"), ["Import 2 people, leave 3 out"]);
        let draft = check.attributes("main form [name=draft]", "value").remove(0);
        let yes = [("event", &*event), ("draft", &draft), ("choices", "region=US")];
        ana.submit("/do/confirm-import", &yes)
            .await
            .says("2 new people are on the list. 3 rows were left out");
        ana.submit("/do/confirm-import", &yes).await.says("2 people");
        let gone = ana.get(&format!("{}/import/{draft}", gala.path())).await;
        assert_eq!(gone.status, 404);
        gone.says("This list is gone");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_list_is_refused_at_its_field() {
    each_engine(async |app| {
        let gala = app.gala(0).await;
        let ana = app.browser_of(&app.ana).await;
        let event = gala.id.to_string();
        let sheet = ana.upload("/do/import", &event, Some(("list.xlsx", b"PK\x03\x04sheet")), "").await;
        let refused = ana.page(&sheet.location.expect("back")).await;
        assert!(refused.texts("#file-error")[0].contains("spreadsheet"));
        let nothing = ana.upload("/do/import", &event, None, "").await;
        ana.page(&nothing.location.expect("back")).await.says("Choose a file or paste the list.");
        let wide = vec!["x"; 60].join(",");
        let pasted = ana.upload("/do/import", &event, None, &wide).await;
        let refused = ana.page(&pasted.location.expect("back")).await;
        assert_eq!(refused.texts("#paste"), [wide], "what was pasted is kept");
        let both =
            ana.upload("/do/import", &event, Some(("list.csv", LIST.as_bytes())), "name,phone\nA,12").await;
        let refused = ana.page(&both.location.expect("back")).await;
        assert!(refused.texts("#paste-error")[0].contains("not both"));
        assert_eq!(refused.texts("#paste"), ["name,phone A,12"], "what was pasted is kept");
        let large = vec![b'1'; 6 * 1024 * 1024];
        let large = ana.upload("/do/import", &event, Some(("large.csv", &large)), "").await;
        ana.page(&large.location.expect("back")).await.says("over 5 MB");
        let stranger = app.browser_of(&app.db_stranger().await).await;
        let strange = stranger.upload("/do/import", &event, None, "name,phone\nA,+15552340600").await;
        assert_eq!((strange.status, app.db_number("select count(*) from drafts").await), (303, 0));
    })
    .await;
}
