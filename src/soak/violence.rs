//! Processes die by SIGKILL and PostgreSQL crashes, at random moments of the storm.

use std::sync::Arc;
use std::time::{Duration, Instant};

use usher_core::random::Random;

use super::cluster::Cluster;
use super::error::{Doing, SoakError};
use super::plan::Plan;
use super::serving::Fleet;

/// Kills and restarts at random moments of the storm, and starts again what fell. Returns how often
/// PostgreSQL was restarted.
pub(crate) async fn violence(
    fleet: &mut Fleet,
    cluster: Option<&Arc<Cluster>>,
    plan: &Plan,
    random: &Random,
) -> Result<u64, SoakError> {
    let began = Instant::now();
    let mut kills = moments(plan.kills, plan.storm, random)?;
    let mut crashes = moments(plan.restarts, plan.storm, random)?;
    let mut restarts = 0;
    while began.elapsed() < plan.storm || !kills.is_empty() || !crashes.is_empty() {
        if kills.pop_if(|at| began.elapsed() >= *at).is_some() {
            fleet.kill_one(random)?;
        }
        if let Some(cluster) = cluster
            && crashes.pop_if(|at| began.elapsed() >= *at).is_some()
        {
            let cluster = cluster.clone();
            let restarted = tokio::task::spawn_blocking(move || cluster.restart()).await;
            restarted.doing("restarting PostgreSQL")??;
            restarts += 1;
        }
        fleet.revive()?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(restarts)
}

/// Random moments, the last one first.
fn moments(times: u64, within: Duration, random: &Random) -> Result<Vec<Duration>, SoakError> {
    let moment = |_| Ok(within.mul_f64(random.fraction().doing("throwing dice")?));
    let mut moments = (0..times).map(moment).collect::<Result<Vec<_>, SoakError>>()?;
    moments.sort_by(|a, b| b.cmp(a));
    Ok(moments)
}
