//! The texts of an event as a file.

use usher_core::attendees::{self, NewAttendee};
use usher_core::{clerk, sends};

use crate::harness::{Callback, Gala, TestApp, announcement, author, each_engine};

const NAMES: [&str; 8] = [
    "<script>alert(1)</script>",
    "مريم الأحمد",
    "王小明",
    "👩‍👩‍👧 Café",
    "=cmd()",
    "@O'Brien, \"Söhne\"",
    "-1+1",
    "+1+cmd",
];

fn path(gala: &Gala) -> String {
    format!("{}/texts.csv", gala.path())
}

/// The rows of a file, each cell as a spreadsheet reads it.
fn rows(body: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(body.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

async fn guests_of_every_kind(app: &TestApp) -> Gala {
    let mut gala = app.gala(0).await;
    for (n, name) in NAMES.iter().enumerate() {
        let new =
            NewAttendee { name: (*name).into(), phone: format!("+1555234050{n}"), rsvp: "confirmed".into() };
        let guest = attendees::add(&app.service, &app.ana, gala.id, &new).await.expect("a guest");
        gala.attendees.push(guest);
    }
    gala
}

#[tokio::test]
async fn a_file_has_every_text_of_the_filter_and_no_formula() {
    each_engine(async |app| {
        let gala = guests_of_every_kind(app).await;
        for guest in &gala.attendees {
            app.send(&gala, *guest, "=HYPERLINK(\"x\")\nDoors at 7").await;
        }
        let failed = Callback::new(&app.sid_of("+15552340504"), "undelivered").with("ErrorCode", "30003");
        assert_eq!(failed.post_to(app).await, 204);
        let ana = app.browser_of(&app.ana).await;
        let file = ana.get(&path(&gala)).await;
        assert_eq!(file.status, 200);
        let name = file.headers["content-disposition"].to_str().expect("text").to_owned();
        assert!(name.starts_with("attachment; filename=\"texts-gala-20"), "{name}");
        let rows = rows(&file.body);
        assert_eq!(rows.len(), 1 + NAMES.len());
        assert_eq!(rows[0][..4], ["Name", "Number", "Type", "Text"]);
        let shown: Vec<&str> = rows[1..].iter().rev().map(|row| row[0].trim_start_matches('\'')).collect();
        assert_eq!(shown, NAMES);
        for row in &rows[1..] {
            for (place, cell) in row.iter().enumerate() {
                let number = place == 1 || place == 13;
                let safe = !cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
                assert!(safe || (number && cell[1..].bytes().all(|b| b.is_ascii_digit())), "{cell}");
            }
            assert!(row[8].ends_with("-05:00") || row[8].ends_with("-04:00"), "{}", row[8]);
        }
        let only = ana.get(&format!("{}?status=undelivered", path(&gala))).await;
        let only = self::rows(&only.body);
        assert_eq!((only.len(), &*only[1][0], &*only[1][7]), (2, "'=cmd()", "30003"));
        let found = ana.get(&format!("{}?find=cafe", path(&gala))).await;
        assert_eq!(self::rows(&found.body)[1][0], "👩‍👩‍👧 Café");
    })
    .await;
}

#[tokio::test]
async fn a_file_is_only_for_those_who_may_see_the_event() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.browser().get(&path(&gala)).await.asks_to_sign_in();
        let eve = app.db_stranger().await;
        assert_eq!(app.browser_of(&eve).await.get(&path(&gala)).await.status, 404);
        let ana = app.browser_of(&app.ana).await;
        assert_eq!(ana.get("/events/nonsense/texts.csv").await.status, 404);
        let wrong = ana.get(&format!("{}?from=soon", path(&gala))).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("“soon” was left out"), "{}", wrong.body);
        assert_eq!(rows(&ana.get(&path(&gala)).await.body).len(), 1, "a head even without texts");
    })
    .await;
}

#[tokio::test]
async fn a_long_file_comes_in_pieces_and_may_be_cut_off() {
    each_engine(async |app| {
        let gala = app.db_crowded_gala(2_345).await;
        let nowhere = app.without_account().await;
        let send =
            sends::confirm(&nowhere, app.ana.org_id, &author(), gala.id, &announcement("Doors at 7")).await;
        send.expect("a send");
        clerk::run_once(&nowhere).await.expect("the clerk works");
        let ana = app.browser_of(&app.ana).await;
        let begun = ana.cut_off(&path(&gala)).await;
        assert!(begun.starts_with("\u{feff}".as_bytes()), "a mark that it is UTF-8, for Excel");
        let rows = rows(&ana.get(&path(&gala)).await.body);
        let ids: std::collections::BTreeSet<&String> = rows[1..].iter().map(|row| &row[19]).collect();
        assert_eq!(ids.len(), 2_345);
    })
    .await;
}
