//! One engine: throws until the time is over, or one input again.

use std::time::{Duration, Instant};

use axum::Router;
use futures::StreamExt;
use tower::ServiceExt;

use super::args::Args;
use super::dice::Dice;
use super::error::{Doing, FuzzError};
use super::panics;
use super::place::Place;
use super::report::{Report, Tried};
use super::scene::Scene;
use super::target::{Answer, Target, Throw};

/// Requests under way at once.
const AT_ONCE: usize = 8;
/// Requests between two looks at the clock.
const ROUND: u64 = 512;
/// People texted before the first request, and after each round.
const PEOPLE: (usize, usize) = (24, 2);
/// No answer may take longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The store may be away for a moment, as on a busy machine; what is answered 503 is thrown again
/// after this pause.
const MOMENT: Duration = Duration::from_secs(2);
/// After so many findings it is clear enough.
const ENOUGH: usize = 20;

/// Fuzzes one engine.
pub(crate) async fn one_engine(args: &Args, place: &Place) -> Result<Report, FuzzError> {
    let mut scene = Scene::set(place).await?;
    scene.text_more_people(PEOPLE.0).await?;
    let targets = args.targets();
    let mut report = Report::new(scene.engine(), args.seed);
    let began = Instant::now();
    match args.input {
        Some(input) => replay(&scene, &targets, args.seed, input, &mut report).await?,
        None => {
            let end = began + Duration::from_secs(args.seconds);
            let mut next = 0;
            while Instant::now() < end && report.findings.len() < ENOUGH {
                round(&scene, &targets, args.seed, next..next + ROUND, &mut report).await;
                next += ROUND;
                scene.text_more_people(PEOPLE.1).await?;
            }
        }
    }
    report.took = began.elapsed();
    report.panics = panics::so_far();
    report.drifted = scene.drifted().await?;
    scene.close().await?;
    Ok(report)
}

async fn round(
    scene: &Scene,
    targets: &[Target],
    seed: u64,
    inputs: std::ops::Range<u64>,
    report: &mut Report,
) {
    let throws = inputs.filter_map(|input| {
        let (target, throw) = make(scene, targets, seed, input)?;
        Some((input, target, throw))
    });
    let mut answers = futures::stream::iter(throws)
        .map(|(input, target, throw)| async move { (input, target, try_it(scene, throw).await) })
        .buffer_unordered(AT_ONCE);
    let mut busy = Vec::new();
    while let Some((input, target, tried)) = answers.next().await {
        report.count(target, tried.status);
        if tried.status == Some(503) {
            busy.push(input);
        } else {
            report.found(input, target, tried);
        }
    }
    for input in busy {
        tokio::time::sleep(MOMENT).await;
        if let Some((target, throw)) = make(scene, targets, seed, input) {
            let tried = try_it(scene, throw).await;
            report.found(input, target, tried);
        }
    }
}

async fn try_it(scene: &Scene, throw: Throw) -> Tried {
    let Throw { request, allowed, shown, fault } = throw;
    let answer = ask(scene.router.clone(), request).await;
    let (status, fault) = match &answer {
        Ok(answer) if allowed.contains(&answer.status.as_u16()) => (Some(answer.status), fault(answer)),
        Ok(answer) => {
            (Some(answer.status), Some(format!("answered {}, where {allowed:?} is allowed", answer.status)))
        }
        Err(why) => (None, Some(why.clone())),
    };
    Tried { status: status.map(|status| status.as_u16()), fault, shown }
}

/// One input again, with its answer.
async fn replay(
    scene: &Scene,
    targets: &[Target],
    seed: u64,
    input: u64,
    report: &mut Report,
) -> Result<(), FuzzError> {
    let (_, throw) = make(scene, targets, seed, input).ok_or("it is no HTTP").doing("making the input")?;
    println!("{}\n", throw.shown);
    let answer = ask(scene.router.clone(), throw.request).await.doing("asking")?;
    println!("answered {} {:?}", answer.status, String::from_utf8_lossy(&answer.body));
    round(scene, targets, seed, input..input + 1, report).await;
    Ok(())
}

/// The request of one input.
fn make(scene: &Scene, targets: &[Target], seed: u64, input: u64) -> Option<(Target, Throw)> {
    let mut dice = Dice::of(seed, input);
    let target = *dice.one_of(targets)?;
    Some((target, target.throw(&mut dice, scene)?))
}

async fn ask(router: Router, request: axum::http::Request<axum::body::Body>) -> Result<Answer, String> {
    let answered = tokio::time::timeout(PATIENCE, async {
        let Ok(response) = router.oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.map_err(|error| error.to_string())?;
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_vec() })
    });
    answered.await.map_err(|_| format!("no answer within {} s", PATIENCE.as_secs()))?
}
