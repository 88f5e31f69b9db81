//! No query that pages, programs and workers ask reads a table of texts or people from end to end.
//! What is asked is listened to, not copied: a new query is looked at without being told of.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use sqlx::{Executor, Row};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use usher_core::store::Store;
use usher_core::{clerk, lookups};

use crate::harness::{Browser, Callback, DOORS, Gala, TestApp, Writer, each_engine, to_confirmed};

/// Tables that grow with the work.
const GROWING: [&str; 6] = ["messages", "trail", "attempts", "contacts", "attendees", "unmatched_receipts"];

/// Queries that may read people so: a part of them, and why.
const ALLOWED: [(&str, &str); 2] = [
    ("s.search like", "a name is found by any part of it"),
    ("select exists (select 1 from contacts where org_id = $1)", "the first one answers"),
];
/// How plans name the people that such queries read.
const PEOPLE: [&str; 4] = ["SCAN s", "SEARCH s ", " contacts ", "on contacts"];

/// Queries whose cost must not grow with the history, by a part of them: they read the entries of an index and
/// no row of a text.
const FROM_INDEX: [&str; 6] = [
    "select count(*) as looked_at",
    "select status, error_code, reason, purpose, chain_position, late, suppressed, count(*)",
    "o.outcome, (select count(*) from messages m where m.event_id",
    "m.status, m.chain_position, count(*) as texts from messages m where m.event_id",
    "count(distinct m.contact_id) as people from messages m where m.event_id",
    "select m.id from messages m where m.event_id = $2 and m.counts and m.id < $3 and m.id >= $4",
];
/// In queries of the texts of few people, who are looked up one by one.
const OF_FEW: &str = "json_each($7)";

static LISTENING: AtomicBool = AtomicBool::new(false);
static HEARD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Hears every query of this process.
struct Ear;

#[derive(Default)]
struct Query {
    summary: String,
    statement: String,
}

impl Visit for Query {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.trim().clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl<S: tracing::Subscriber> Layer<S> for Ear {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" && LISTENING.load(Ordering::Relaxed) {
            let mut query = Query::default();
            event.record(&mut query);
            let whole = if query.statement.is_empty() { query.summary } else { query.statement };
            HEARD.lock().expect("nobody failed while listening").insert(whole);
        }
    }
}

#[tokio::test]
async fn no_query_reads_a_table_of_texts_or_people_from_end_to_end() {
    // A whole process is heard, so it must be one of its own, with this test alone.
    if !std::env::args().any(|argument| argument == "--exact") {
        let name = "queries::no_query_reads_a_table_of_texts_or_people_from_end_to_end";
        let mut child = std::process::Command::new(std::env::current_exe().expect("this program"));
        let done = child.args(["--exact", name, "--nocapture"]).output().expect("it runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        return;
    }
    tracing_subscriber::registry().with(Ear).init();
    each_engine(async |app| {
        let gala = app.gala(4).await;
        LISTENING.store(true, Ordering::Relaxed);
        work(app, &gala).await;
        look(app, &gala).await;
        LISTENING.store(false, Ordering::Relaxed);
        let heard = std::mem::take(&mut *HEARD.lock().expect("nobody failed while listening"));
        assert!(heard.len() > 150, "only {} queries were heard", heard.len());
        let mut slow = Vec::new();
        for query in heard.iter().filter(|query| asks(query)) {
            let whole = match &app.service.store {
                Store::Sqlite(_) => read_whole_by_sqlite(app, query).await,
                Store::Postgres(pool) => read_whole_by_postgres(pool, query).await,
            };
            let is_allowed = ALLOWED.iter().any(|(part, _)| query.contains(part));
            let of_people = |step: &String| PEOPLE.iter().any(|people| step.contains(people));
            let is_fine = is_allowed && whole.iter().all(of_people);
            if !whole.is_empty() && !is_fine {
                slow.push(format!("{}:\n{query}\n", whole.join(", ")));
            }
        }
        if let Store::Sqlite(_) = &app.service.store {
            for part in FROM_INDEX {
                let mut asked =
                    heard.iter().filter(|query| query.contains(part) && !query.contains(OF_FEW)).peekable();
                assert!(asked.peek().is_some(), "nobody asked: {part}");
                for query in asked {
                    assert!(!reads_rows_of_texts(app, query).await, "rows are read: {query}");
                }
            }
        }
        let engine = app.service.store.engine();
        assert!(slow.is_empty(), "{} of {} on {engine}\n{}", slow.len(), heard.len(), slow.join("\n"));
    })
    .await;
}

/// Whether this reads or writes rows of a table that grows.
fn asks(query: &str) -> bool {
    let begin = query.trim_start().to_lowercase();
    let is_one = ["select", "with", "insert", "update", "delete"].iter().any(|word| begin.starts_with(word));
    is_one && GROWING.iter().any(|table| query.contains(table))
}

/// Texts go out, arrive, fail, are retried, answered and looked up.
async fn work(app: &TestApp, gala: &Gala) {
    let ana = Writer::new(app, gala).await;
    let (_, check) = ana.check(&to_confirmed(DOORS)).await;
    let send = ana.confirm(&check).await.location.expect("the progress page");
    clerk::run_once(&app.service).await.expect("the clerk works");
    app.run_outbox().await;
    for (n, status) in ["delivered", "undelivered", "failed"].into_iter().enumerate() {
        let sid = app.sid_of(&format!("+1555234050{n}"));
        let told = Callback::new(&sid, status);
        let told = if status == "delivered" { told } else { told.with("ErrorCode", "30003") };
        assert_eq!(told.post_to(app).await, 204);
    }
    app.text_from("+15552340500", "When do doors open?").await;
    app.text_from("+15552340503", "STOP").await;
    app.text_from("+15559990009", "Who is this?").await;
    ana.browser
        .post(
            "/do/retry-text",
            &[("message", &app.newest(gala, gala.attendees[1]).await.text.id.to_string())],
        )
        .await;
    let contact = app.newest(gala, gala.attendees[0]).await.text.contact_id.to_string();
    ana.browser.post("/do/answer-person", &[("contact", &contact), ("body", "At seven.")]).await;
    let key = app.api().await;
    let text =
        json!({ "to": "+15559990010", "purpose": "payment_confirmation", "body": "Your seat is paid." });
    key.under("one").post("/api/v1/messages", &text).await.is(202);
    let people = json!([{ "phone": "+15559990011", "name": "Zoë", "rsvp": "confirmed" }]);
    key.put(&format!("/api/v1/events/{}/attendees", gala.id), &people).await.is(200);
    for path in ["/api/v1/messages?limit=2", "/api/v1/events", "/api/v1/messages?status=delivered"] {
        key.get(path).await.is(200);
    }
    key.get(&format!("/api/v1/events/{}/summary", gala.id)).await.is(200);
    app.run_outbox().await;
    lookups::run_once(&app.service).await.expect("look-ups work");
    lookups::complete_finished(&app.service).await.expect("prices are asked for");
    let later = app.service_after(chrono::TimeDelta::hours(2)).await;
    lookups::run_once(&later).await.expect("look-ups work");
    clerk::run_once(&later).await.expect("the clerk works");
    ana.steer(&send, "pause").await;
    ana.steer(&send, "resume").await;
}

/// Every page that a link leads to, and every filter.
async fn look(app: &TestApp, gala: &Gala) {
    let browser = app.browser_of(&app.ana).await;
    let event = gala.path();
    let mut to_see: VecDeque<String> = VecDeque::from(["/".to_owned(), event.clone()]);
    to_see.extend(["/people?find=guest", "/people?find=nobody", "/people?find=234"].map(str::to_owned));
    for filter in [
        "outcome=failed",
        "purpose=event_reminder",
        "status=delivered",
        "find=guest",
        "from=2026-01-01",
        "code=30003",
    ] {
        to_see.push_back(format!("{event}?{filter}"));
        to_see.push_back(format!("{event}/texts.csv?{filter}"));
    }
    for filter in
        ["rsvp=confirmed", "outcome=failed", "outcome=none", "reach=opted_out", "find=guest", "without=otp"]
    {
        to_see.push_back(format!("{event}/attendees?{filter}"));
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(path) = to_see.pop_front() {
        let visits = seen.entry(kind_of(&path)).or_default();
        *visits += 1;
        // Two texts, people or reasons may differ in what their pages ask.
        if *visits > 3 {
            continue;
        }
        let page = see(&browser, &path).await;
        to_see.extend(page.into_iter().filter(|link| link.starts_with('/') && !link.contains("/do/")));
    }
    assert!(seen.len() > 40, "only {} kinds of pages were found", seen.len());
}

async fn see(browser: &Browser, path: &str) -> Vec<String> {
    let answer = browser.get(path.split('#').next().unwrap_or(path)).await;
    assert!(answer.status < 400, "{path}: {}", answer.status);
    if path.contains(".csv") { Vec::new() } else { answer.attributes("main a[href], #rail a[href]", "href") }
}

/// An address without its ids and values.
fn kind_of(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.split('/').map(|part| if part.len() == 36 { "id" } else { part }).collect();
    let names: BTreeSet<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{}?{}", parts.join("/"), names.into_iter().collect::<Vec<_>>().join("&"))
}

/// Growing tables that SQLite would read whole. An index of a part of a table is small by itself.
async fn read_whole_by_sqlite(app: &TestApp, query: &str) -> Vec<String> {
    let pool = sqlx::SqlitePool::connect(&app.database_url()).await.expect("the file");
    let partial: Vec<String> =
        sqlx::query_scalar("select name from sqlite_master where type = 'index' and sql like '% where %'")
            .fetch_all(&pool)
            .await
            .expect("the indexes");
    let plan = sqlx::AssertSqlSafe(format!("explain query plan {query}"));
    let steps = pool.fetch_all(plan).await.unwrap_or_else(|error| panic!("{error}: {query}"));
    pool.close().await;
    let names = names_of(query);
    let details: Vec<String> = steps.iter().map(|step| step.get(3)).collect();
    let whole = details.iter().filter(|detail| {
        // A whole organization is as large as a table where there is but one, and so is an event; a piece of
        // a list must not read it.
        let much = |rest: &&str| {
            let ends = ["(org_id=?)", "(event_id=?)", "(org_id=? AND event_id=?)"];
            let ends = if query.contains("from input") { &ends[..] } else { &ends[..1] };
            ends.iter().any(|end| rest.ends_with(end))
        };
        let searched = detail.strip_prefix("SEARCH ").filter(much);
        let Some(rest) = detail.strip_prefix("SCAN ").or(searched) else { return false };
        let name = rest.split(' ').next().unwrap_or_default();
        let by_part = partial.iter().any(|index| rest.contains(index.as_str()));
        // The rows of a subquery that has the table's name are scanned too.
        let is_subquery =
            rest == name && details.iter().any(|detail| **detail == format!("CO-ROUTINE {name}"));
        names.contains(name) && !by_part && !is_subquery
    });
    whole.cloned().collect()
}

/// Whether SQLite fetches rows of texts for a query, instead of reading all it needs from an index.
async fn reads_rows_of_texts(app: &TestApp, query: &str) -> bool {
    let pool = sqlx::SqlitePool::connect(&app.database_url()).await.expect("the file");
    let table: i64 =
        sqlx::query_scalar("select rootpage from sqlite_master where type = 'table' and name = 'messages'")
            .fetch_one(&pool)
            .await
            .expect("the table");
    let program = sqlx::AssertSqlSafe(format!("explain {query}"));
    let steps = pool.fetch_all(program).await.unwrap_or_else(|error| panic!("{error}: {query}"));
    pool.close().await;
    let steps: Vec<(String, i64, i64)> =
        steps.iter().map(|step| (step.get("opcode"), step.get("p1"), step.get("p2"))).collect();
    let cursors: BTreeSet<i64> = steps
        .iter()
        .filter(|(code, _, root)| code == "OpenRead" && *root == table)
        .map(|step| step.1)
        .collect();
    steps.iter().any(|(code, cursor, _)| code == "Column" && cursors.contains(cursor))
}

/// The names under which growing tables stand in a query.
fn names_of(query: &str) -> BTreeSet<String> {
    let words: Vec<String> = query
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '(' || c == ')' || c == ','))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let mut names = BTreeSet::new();
    for (n, word) in words.iter().enumerate() {
        let table = word.trim_matches(|c| c == '(' || c == ')' || c == ',');
        if GROWING.contains(&table) {
            names.insert(table.to_owned());
            let next = words
                .get(n + 1)
                .filter(|_| word.ends_with(table))
                .map(|next| next.trim_end_matches([')', ',']));
            let next = if next == Some("as") {
                words.get(n + 2).map(|next| next.trim_end_matches([')', ',']))
            } else {
                next
            };
            names.extend(next.map(str::to_owned));
        }
    }
    names
}

/// Growing tables that PostgreSQL would read whole if it can help it in no way.
async fn read_whole_by_postgres(pool: &sqlx::PgPool, query: &str) -> Vec<String> {
    let mut connection = pool.acquire().await.expect("a connection");
    run(&mut connection, "set enable_seqscan = off; set plan_cache_mode = force_generic_plan".into())
        .await
        .expect("set");
    let parameters = prepare(&mut connection, query).await;
    let nulls = vec!["null"; parameters].join(", ");
    let nulls = if nulls.is_empty() { nulls } else { format!("({nulls})") };
    let explain = sqlx::AssertSqlSafe(format!("explain (format json) execute heard{nulls}"));
    let plan = sqlx::raw_sql(explain).fetch_one(&mut *connection).await.expect("a plan");
    let plan: Value = serde_json::from_str(&plan.get_unchecked::<String, _>(0)).expect("a plan in JSON");
    run(&mut connection, "deallocate heard; reset enable_seqscan; reset plan_cache_mode".into())
        .await
        .expect("reset");
    let partial = "select c.relname::text from pg_index i join pg_class c on c.oid = i.indexrelid
         where i.indpred is not null and c.relnamespace = current_schema()::regnamespace";
    let partial: Vec<String> =
        sqlx::query_scalar(partial).fetch_all(&mut *connection).await.expect("the indexes");
    let mut whole = Vec::new();
    collect(&plan[0]["Plan"], &partial, &mut whole);
    whole
}

async fn run(connection: &mut sqlx::PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await.map(drop)
}

/// Prepares a query as `heard`; returns how many parameters it has. The product tells their types along;
/// here those that cannot be seen from the query are tried out, one by one, while that leads further.
async fn prepare(connection: &mut sqlx::PgConnection, query: &str) -> usize {
    // One in between may be left out.
    let parameters = (1..100).rev().find(|n| query.contains(&format!("${n}"))).unwrap_or_default();
    let mut types = vec!["unknown"; parameters];
    let Some(mut wrong) = prepare_as(connection, query, &types).await else { return parameters };
    'next: for _ in 0..parameters {
        let named = parameter_in(&wrong);
        let tried = named.map_or(0..parameters, |n| n..n + 1);
        for (n, kind) in tried.flat_map(|n| ["text", "timestamptz", "uuid", "bigint"].map(|kind| (n, kind))) {
            let before = std::mem::replace(&mut types[n], kind);
            let Some(other) = prepare_as(connection, query, &types).await else { return parameters };
            if parameter_in(&other).is_some_and(|next| Some(next) != named && types[next] == "unknown") {
                wrong = other;
                continue 'next;
            }
            types[n] = before;
        }
        break;
    }
    panic!("{wrong}: {query}");
}

/// The parameter, from 0, of whose type the server knows too little.
fn parameter_in(wrong: &str) -> Option<usize> {
    let digits = wrong.split("data type of parameter $").nth(1)?.chars().take_while(char::is_ascii_digit);
    digits.collect::<String>().parse::<usize>().ok().map(|n| n - 1)
}

/// What is wrong with these types; `None` if the query is prepared.
async fn prepare_as(connection: &mut sqlx::PgConnection, query: &str, types: &[&str]) -> Option<String> {
    let list = if types.is_empty() { String::new() } else { format!("({})", types.join(", ")) };
    run(connection, format!("prepare heard {list} as {query}")).await.err().map(|error| error.to_string())
}

fn collect(node: &Value, partial: &[String], whole: &mut Vec<String>) {
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let table = node["Relation Name"].as_str().unwrap_or_default();
    let index = node["Index Name"].as_str().unwrap_or_default();
    let is_scan = kind == "Seq Scan" || (kind.starts_with("Index") && node["Index Cond"].is_null());
    if is_scan && GROWING.contains(&table) && !partial.iter().any(|name| name == index) {
        whole.push(format!("{kind} on {table} {index}"));
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        collect(child, partial, whole);
    }
}
