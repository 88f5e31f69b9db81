//! Status callbacks: how many a second the running product checks, stores and answers, against how
//! many bare rows the same database takes in the same run; and the memory that a million of them leave.

use std::time::Instant;

use usher_core::clock::Clock;

use super::database::Database;
use super::error::BenchError;
use super::figures::{Figures, Times};
use super::load::Shape;
use super::raw::{self, Receipt};
use super::server::{ACCOUNT_SID, AUTH_TOKEN, Server, Setup};
use super::storm::{Callback, Target};

/// Rows of one raw transaction: as many as connections wait for an answer.
const BATCH: usize = 64;
/// Callbacks of a round over one connection.
const ALONE: i64 = 500;

/// What is measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Texts on record before
    #[arg(long, default_value_t = 1_000_000)]
    texts: i64,
    /// Callbacks of a round: half of them say sent, half delivered
    #[arg(long, default_value_t = 100_000)]
    callbacks: i64,
    /// Rounds: raw, then over HTTP, then over one connection
    #[arg(long, default_value_t = 5)]
    rounds: i64,
    /// Connections, kept alive
    #[arg(long, default_value_t = 64)]
    connections: usize,
}

#[derive(Default)]
struct Measured {
    raw: Figures,
    served: Figures,
    share: Figures,
    p99: Figures,
    times: Times,
    commits: Times,
    alone: Times,
    refused: usize,
}

/// Measures and prints.
pub(crate) async fn run(database_url: Option<&str>, args: &Args) -> Result<(), BenchError> {
    // Texts for the storm, for raw rows, and for both over one connection.
    let of_round = args.callbacks / 2 + args.callbacks / 8 + 2 * ALONE;
    let in_flight = args.rounds * of_round;
    if in_flight > args.texts {
        return Err(BenchError::new("planning", format!("{in_flight} texts must be in flight: load more")));
    }
    let shape = Shape::new(args.texts, in_flight, Clock::System.now());
    let server = Server::start(&Setup { database_url, load: Some(shape), ..Setup::default() }).await?;
    let mut database = Database::open(&server.database_url).await?;
    println!("{}: {} texts on record", database.durability().await?, args.texts);
    let (idle, _) = server.memory()?;
    let mut measured = Measured::default();
    for n in 0..args.rounds {
        let first = shape.first_in_flight() + n * of_round;
        round(&server, &mut database, &shape, first, args, &mut measured).await?;
    }
    let (after, most) = server.memory()?;
    print(args, &measured);
    println!("  memory             {idle} MB before, {after} MB after, {most} MB at most");
    let same = "select count(*) from (select purpose, status, coalesce(error_code, 0) as code, count(*) as texts from messages
        where counts group by 1, 2, 3) m full join (select purpose, status, error_code as code, sum(texts) as texts from counters
        where scope = (select id from organizations) group by 1, 2, 3 having sum(texts) <> 0) c
        on c.purpose = m.purpose and c.status = m.status and c.code = m.code where m.texts is distinct from c.texts";
    println!("  counters that differ from a recount: {}", database.number(same).await?);
    server.end().await
}

fn print(args: &Args, measured: &Measured) {
    println!("  raw, batches of {BATCH}  {} receipts a second", measured.raw.shown(0));
    println!("  {} connections     {} callbacks a second", args.connections, measured.served.shown(0));
    println!("  share of raw       {}", measured.share.shown(2));
    println!("  p99 of each round  {} ms", measured.p99.shown(1));
    println!("  all answers        {}, {} not stored", measured.times.percentiles(), measured.refused);
    println!("  one raw commit     {}", measured.commits.percentiles());
    println!("  1 connection       {}", measured.alone.percentiles());
}

async fn round(
    server: &Server,
    database: &mut Database,
    shape: &Shape,
    first: i64,
    args: &Args,
    measured: &mut Measured,
) -> Result<(), BenchError> {
    let target = Target::new(&server.url, ACCOUNT_SID, AUTH_TOKEN)?;
    let of_raw = args.callbacks / 8;
    let raw_texts = first..first + of_raw;
    let storm_texts = raw_texts.end..raw_texts.end + args.callbacks / 2;

    let began = Instant::now();
    for delivered in [false, true] {
        let receipts: Vec<Receipt> = raw_texts.clone().map(|text| Receipt { text, delivered }).collect();
        for batch in receipts.chunks(BATCH) {
            raw::write(database, shape, server.org, Clock::System.now(), batch).await?;
        }
    }
    let raw_rate = (2 * of_raw) as f64 / began.elapsed().as_secs_f64();
    measured.raw.add(raw_rate);

    let storm = target.post(both(&target, shape, storm_texts.clone()), args.connections, None).await?;
    measured.served.add(storm.rate());
    measured.share.add(storm.rate() / raw_rate);
    measured.p99.add(storm.times.ms(99));
    measured.refused += storm.refused;
    measured.times.extend(storm.times);

    let alone = storm_texts.end..storm_texts.end + ALONE;
    for text in alone.clone() {
        let began = Instant::now();
        let receipt = [Receipt { text, delivered: false }];
        raw::write(database, shape, server.org, Clock::System.now(), &receipt).await?;
        measured.commits.add(began.elapsed());
    }
    let single = target.post(said(&target, shape, alone.end..alone.end + ALONE, "sent"), 1, None).await?;
    measured.refused += single.refused;
    measured.alone.extend(single.times);
    Ok(())
}

/// Of each text first that it was sent, then that it was delivered.
fn both(target: &Target, shape: &Shape, texts: std::ops::Range<i64>) -> Vec<Callback> {
    let mut callbacks = said(target, shape, texts.clone(), "sent");
    callbacks.extend(said(target, shape, texts, "delivered"));
    callbacks
}

fn said(target: &Target, shape: &Shape, texts: std::ops::Range<i64>, status: &str) -> Vec<Callback> {
    let callback = |n| target.callback(&shape.sid(n), status, Some((shape.text(n), shape.attempt(n))));
    texts.map(callback).collect()
}
