//! The worker: how many texts a second one process hands to a Twilio that takes its time to answer,
//! and what a second process adds.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::json;
use usher::simulator::{self, Account, Faults, Options, Pace, Simulator};

use super::error::{BenchError, Doing};
use super::figures::Figures;
use super::server::{ACCOUNT_SID, AUTH_TOKEN, NUMBER, Server, Setup};

/// What is measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Texts of a round
    #[arg(long, default_value_t = 10_000)]
    texts: usize,
    /// Rounds, each with every number of processes
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long Twilio takes to answer, in milliseconds
    #[arg(long, default_value_t = 50)]
    answer_ms: u64,
    /// Requests in flight of the one quick process
    #[arg(long, default_value_t = 100)]
    in_flight: usize,
    /// Twilio also calls back that each was sent and delivered
    #[arg(long)]
    callbacks: bool,
}

/// Measures and prints.
pub(crate) async fn run(database_url: Option<&str>, args: &Args) -> Result<(), BenchError> {
    let quick = (1, args.in_flight);
    // Several processes only share PostgreSQL.
    let ways = if database_url.is_some() { vec![quick, (1, 20), (2, 20)] } else { vec![quick, (1, 20)] };
    let mut rates = vec![Figures::default(); ways.len()];
    for _ in 0..args.rounds {
        for ((processes, in_flight), rates) in ways.iter().zip(&mut rates) {
            rates.add(round(database_url, args, *processes, *in_flight).await?);
        }
    }
    println!("{} texts a round, Twilio answers after {} ms", args.texts, args.answer_ms);
    for ((processes, in_flight), rates) in ways.iter().zip(&rates) {
        println!("  {processes} × {in_flight:<3} in flight  {} texts a second", rates.shown(0));
    }
    if let [_, one, two] = rates.as_slice() {
        println!("  two processes send {:.2} times what one sends", two.median() / one.median());
    }
    Ok(())
}

async fn round(
    database_url: Option<&str>,
    args: &Args,
    processes: usize,
    in_flight: usize,
) -> Result<f64, BenchError> {
    let twilio = twilio(args).await?;
    let base = twilio.base_url();
    let setup = Setup { database_url, twilio: Some(&base), in_flight: Some(in_flight), ..Setup::default() };
    let mut server = Server::start(&setup).await?;
    for _ in 1..processes {
        server.join().await?;
    }
    let event = server.event(args.texts).await?;
    let send =
        json!({"purpose": "announcement", "body": "Doors open at 7", "audience": {"rsvp": ["confirmed"]}});
    let send = server.call("POST", &format!("/api/v1/events/{event}/sends"), Some(&send)).await?;
    let id = send["id"].as_str().ok_or("the answer has no id").doing("confirming a send")?;
    // Writing comes first: only handing over is measured.
    let progress = format!("/api/v1/sends/{id}");
    while server.call("GET", &progress, None).await?["state"].as_str() == Some("preparing") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (began, before) = (Instant::now(), twilio.messages().len());
    let took = loop {
        if twilio.messages().len() >= args.texts {
            break began.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    // Whatever still comes would be a second one.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let sent = twilio.messages();
    let phones: HashSet<&str> = sent.iter().map(|text| text.to.as_str()).collect();
    if sent.len() != args.texts || phones.len() != args.texts {
        return Err(BenchError::new("sending", format!("{} texts to {} phones", sent.len(), phones.len())));
    }
    server.end().await?;
    twilio.stop().await.doing("stopping the simulator")?;
    Ok((args.texts - before) as f64 / took.as_secs_f64())
}

async fn twilio(args: &Args) -> Result<Simulator, BenchError> {
    let pace = Pace { response_delay_ms: args.answer_ms, held: !args.callbacks, jitter: 0.0, ..Pace::fast() };
    let account = Account {
        sid: ACCOUNT_SID.into(),
        auth_token: AUTH_TOKEN.into(),
        api_keys: Vec::new(),
        numbers: vec![NUMBER.into()],
        messaging_services: Vec::new(),
    };
    let bind = ([127, 0, 0, 1], 0).into();
    let options = Options { bind, accounts: vec![account], pace, faults: Faults::default(), seed: 1 };
    simulator::start(options).await.doing("starting the simulator")
}
