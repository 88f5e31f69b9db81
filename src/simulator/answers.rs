//! How the answer to a create comes, or does not come.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    create::{Accepted, accept},
    faults::LateAnswer,
    refusal,
    resource::Resource,
    wire::Line,
    world::World,
};

/// Accepts a create, now or later, and answers it, well or badly.
pub(super) async fn answer(world: &Arc<World>, accepted: Accepted, line: Line) -> Response {
    let (to, nth) = (accepted.order.to.clone(), accepted.nth);
    if world.strikes("late_acceptance", |faults| &mut faults.late_acceptance, &to, nth) {
        return late(world, accepted, &line).await;
    }
    let message = accept(world, accepted);
    if world.strikes("accept_then_hang", |faults| &mut faults.accept_then_hang, &to, nth) {
        return hang(world).await;
    }
    if world.strikes("accept_then_reset", |faults| &mut faults.accept_then_reset, &to, nth) {
        return reset(world, &line);
    }
    if world.strikes("slow_answers", |faults| &mut faults.slow_answers, &to, nth) {
        world.pause(Duration::from_millis(world.faults().slow_answer_ms)).await;
    }
    let resource = Resource::of(&message, world.pace().price());
    (StatusCode::CREATED, Json(resource)).into_response()
}

/// Looks like a failure now, and is a message some seconds later.
async fn late(world: &Arc<World>, accepted: Accepted, line: &Line) -> Response {
    let faults = world.faults();
    let accepting = world.clone();
    world.spawn(async move {
        tokio::time::sleep(Duration::from_millis(faults.late_acceptance_ms)).await;
        accept(&accepting, accepted);
    });
    match faults.late_acceptance_answer {
        LateAnswer::Hang => hang(world).await,
        LateAnswer::Reset => reset(world, line),
        LateAnswer::ServerError => {
            world.count(|counts| counts.server_errors += 1);
            refusal::server_error()
        }
    }
}

/// Says nothing until the caller hangs up or the simulator stops.
async fn hang(world: &World) -> Response {
    world.count(|counts| counts.unanswered += 1);
    world.stopping().await;
    refusal::server_error()
}

fn reset(world: &World, line: &Line) -> Response {
    world.count(|counts| counts.unanswered += 1);
    line.cut();
    refusal::server_error()
}
