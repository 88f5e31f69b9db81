//! Pages at every size of the history: how long each takes while nothing else happens, and how much
//! more it costs when five hundred times as much is on record.

use std::time::{Duration, Instant};

use serde_json::json;
use usher_core::clock::Clock;

use super::error::{BenchError, Doing};
use super::figures::{Figures, Times};
use super::load::{SMALL_CROWD, Shape};
use super::server::{Server, Setup};

/// What is measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Texts on record, one database for each number
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000, 5_000_000])]
    sizes: Vec<i64>,
    /// Rounds over all sizes and pages
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Looks at each page in a round, at other people and events each time
    #[arg(long, default_value_t = 40)]
    looks: usize,
}

/// A page: its name, and its address for the `n`th look.
type Page = (&'static str, fn(&Shape, i64) -> String);

/// How long one page is looked at in a round.
const LONGEST: Duration = Duration::from_secs(2);
/// A prime, so that the looks go through all of what there is.
const LEAP: i64 = 7_919;

fn small(shape: &Shape, n: i64) -> i64 {
    1 + (n * LEAP) % (shape.events() - 1).max(1)
}

fn dashboard(shape: &Shape, event: i64, query: &str) -> String {
    format!("/events/{}{query}", shape.event(event))
}

/// A week in the middle of the history.
fn week(shape: &Shape) -> String {
    let day = |days: i64| {
        let at = chrono::DateTime::from_timestamp_millis(shape.newest - days * 86_400_000);
        at.unwrap_or_default().format("%Y-%m-%d").to_string()
    };
    format!("?from={}&until={}", day(45), day(38))
}

const PAGES: &[Page] = &[
    ("history, an attendee", |s, n| {
        let event = small(s, n);
        format!("/events/{}/attendees/{}", s.event(event), s.attendee(event, n % SMALL_CROWD))
    }),
    ("history, of the big event", |s, n| {
        format!("/events/{}/attendees/{}", s.event(0), s.attendee(0, n * LEAP % s.big_crowd()))
    }),
    ("event", |s, n| dashboard(s, small(s, n), "")),
    ("event, by purpose", |s, n| dashboard(s, small(s, n), "?purpose=invitation")),
    ("event, by status", |s, n| dashboard(s, small(s, n), "?status=undelivered")),
    ("event, failed", |s, n| dashboard(s, small(s, n), "?outcome=failed")),
    ("big event", |s, _| dashboard(s, 0, "")),
    ("big event, by purpose", |s, _| dashboard(s, 0, "?purpose=event_reminder")),
    ("big event, by status", |s, _| dashboard(s, 0, "?status=undelivered")),
    ("big event, failed", |s, _| dashboard(s, 0, "?outcome=failed")),
    ("big event, rare: unconfirmed", |s, _| dashboard(s, 0, "?outcome=unconfirmed&purpose=announcement")),
    ("big event, by days", |s, _| dashboard(s, 0, &week(s))),
    ("big event, by number", |s, n| dashboard(s, 0, &format!("?find={:07}", n * LEAP % s.big_crowd()))),
    ("big event, by name", |s, n| dashboard(s, 0, &format!("?find=guest+{}", n * LEAP % s.big_crowd()))),
    ("big event's people", |s, _| format!("/events/{}/attendees", s.event(0))),
    ("big event's people, by RSVP", |s, _| format!("/events/{}/attendees?rsvp=declined", s.event(0))),
    ("big event's people, failed last", |s, _| format!("/events/{}/attendees?last=failed", s.event(0))),
    ("a person", |s, n| format!("/people/{}", s.contact(n * LEAP % s.people()))),
    ("a text", |s, n| format!("/texts/{}", s.text(s.texts - 1 - n * LEAP % s.with_trail))),
    ("home", |_, _| "/".into()),
    ("events", |_, _| "/events".into()),
    ("failures", |_, _| "/failures".into()),
    ("failures, what a retry would do", |_, _| "/failures/retry".into()),
    ("inbox", |_, _| "/inbox".into()),
    ("opt-outs", |_, _| "/opt-outs".into()),
];

/// Measures and prints.
pub(crate) async fn run(database_url: Option<&str>, args: &Args) -> Result<(), BenchError> {
    let mut servers = Vec::new();
    for texts in &args.sizes {
        let shape = Shape::new(*texts, 0, Clock::System.now());
        let server = Server::start(&Setup { database_url, load: Some(shape), ..Setup::default() }).await?;
        println!(
            "{}: {texts} texts, ready {:.0} ms after its start",
            server.engine,
            server.ready_after.as_secs_f64() * 1_000.0
        );
        servers.push((shape, server));
    }
    let mut measured = vec![vec![(Figures::default(), Times::default()); servers.len()]; PAGES.len()];
    // Once without counting: what is read for the first time tells of the disk.
    for round in 0..=args.rounds {
        for ((_, address), of_page) in PAGES.iter().zip(&mut measured) {
            for ((shape, server), (rounds, all)) in servers.iter().zip(of_page) {
                let mut times = Times::default();
                let began = Instant::now();
                for look in 0..args.looks {
                    // A slow page has fewer looks, or it would have the whole run.
                    if began.elapsed() > LONGEST {
                        break;
                    }
                    let n = i64::try_from(round * args.looks + look).doing("counting")?;
                    times.add(server.page(&address(shape, n)).await?);
                }
                if round > 0 {
                    rounds.add(times.ms(95));
                    all.extend(times);
                }
            }
        }
    }
    println!(
        "p50 / p95 in ms of {} rounds of {} looks at most; p95 is the median of the rounds",
        args.rounds, args.looks
    );
    print!("{:34}", "");
    args.sizes.iter().for_each(|texts| print!("{texts:>16}"));
    println!("{:>14}", "last : first");
    for ((name, _), of_page) in PAGES.iter().zip(&measured) {
        print!("{name:34}");
        for (rounds, all) in of_page {
            print!("{:>16}", format!("{:.1} / {:.1}", all.ms(50), rounds.median()));
        }
        let [first, last] = [of_page.first(), of_page.last()].map(|of| of.map_or(0.0, |(_, all)| all.ms(50)));
        println!("{:>14.2}", last / first);
    }
    for (shape, server) in servers {
        check_of_a_send(&shape, &server).await?;
        server.end().await?;
    }
    Ok(())
}

/// The page that shows whom a send would reach, for everybody of the big event.
async fn check_of_a_send(shape: &Shape, server: &Server) -> Result<(), BenchError> {
    let event = shape.event(0);
    let everybody = ["invited", "confirmed", "declined", "waitlisted"];
    let mut fields = vec![
        ("event", event.to_string()),
        ("purpose", "announcement".into()),
        ("when", "now".into()),
        ("who", "rsvp".into()),
        ("body", "Hi {{first_name}}, doors open at 7".into()),
    ];
    fields.extend(everybody.map(|rsvp| (rsvp, "on".to_owned())));
    let check = server.submit("/do/write-send", &fields).await?;
    let mut times = Times::default();
    for _ in 0..5 {
        times.add(server.page(&check).await?);
    }
    let body = json!({"purpose": "announcement", "body": "Hi {{first_name}}, doors open at 7",
        "audience": {"rsvp": everybody}, "dry_run": true});
    let path = format!("/api/v1/events/{event}/sends");
    let began = Instant::now();
    let answer = server.call("POST", &path, Some(&body)).await?;
    let dry: Duration = began.elapsed();
    println!(
        "check of a send to {} of {} texts: {}; the same by the API {:.0} ms",
        answer["total"],
        shape.texts,
        times.shown(),
        dry.as_secs_f64() * 1_000.0
    );
    Ok(())
}
