//! What is told while it goes on: a long soak must not look dead.

use std::time::{Duration, Instant};

use super::books::Books;
use super::plan::Engine;

/// Between two lines.
const EVERY: Duration = Duration::from_secs(60);

/// Says once a minute on stderr how many texts wait, for ever.
pub(crate) async fn tell(engine: Engine, books: Books) {
    let began = Instant::now();
    loop {
        tokio::time::sleep(EVERY).await;
        let (engine, seconds) = (engine.as_str(), began.elapsed().as_secs());
        match books.waiting().await {
            Ok(waiting) => eprintln!("{engine}: {seconds} s, {waiting} texts wait for their turn"),
            Err(error) => eprintln!("{engine}: {seconds} s, {error}"),
        }
    }
}
