//! What a person's browser and another program ask of the measured product.

use std::time::{Duration, Instant};

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::{BenchError, Doing};
use super::server::Server;

/// Attendees in one call of the API.
const A_CALL: usize = 10_000;

/// A file that was downloaded and thrown away.
pub(crate) struct File {
    pub(crate) first_byte: Duration,
    pub(crate) took: Duration,
    pub(crate) bytes: usize,
    pub(crate) lines: usize,
}

/// What an open page hears.
pub(crate) struct Pings(Response);

impl Pings {
    /// Waits until something on the page has changed.
    pub(crate) async fn changed(&mut self) -> Result<(), BenchError> {
        loop {
            let piece = self.0.chunk().await.doing("following a page")?;
            let piece = piece.ok_or("it ended").doing("following a page")?;
            if String::from_utf8_lossy(&piece).contains("changed") {
                return Ok(());
            }
        }
    }
}

impl Server {
    /// A page as the signed-in owner sees it; returns how long it took.
    pub(crate) async fn page(&self, path: &str) -> Result<Duration, BenchError> {
        let began = Instant::now();
        let answer = self.as_owner(path).await?;
        answer.bytes().await.doing("reading a page")?;
        Ok(began.elapsed())
    }

    /// A call of the JSON API.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, BenchError> {
        let method = method.parse().doing("calling the API")?;
        let mut request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer: Response = request.send().await.doing("calling the API")?;
        let (status, text) = (answer.status(), answer.text().await.doing("calling the API")?);
        if !status.is_success() {
            return Err(BenchError::new("calling the API", format!("{path}: {status} {text}")));
        }
        serde_json::from_str(&text).doing("reading an answer of the API")
    }

    async fn as_owner(&self, path: &str) -> Result<Response, BenchError> {
        let request = self.http.get(format!("{}{path}", self.url)).header("cookie", &self.cookie);
        let answer = request.send().await.doing("reading a page")?;
        if answer.status() == StatusCode::OK {
            return Ok(answer);
        }
        Err(BenchError::new("reading a page", format!("{path}: {}", answer.status())))
    }

    /// Hears what an open page hears.
    pub(crate) async fn follow(&self, event: Uuid) -> Result<Pings, BenchError> {
        self.as_owner(&format!("/live?event={event}")).await.map(Pings)
    }

    /// Downloads a file.
    pub(crate) async fn download(&self, path: &str) -> Result<File, BenchError> {
        let began = Instant::now();
        let mut answer = self.as_owner(path).await?;
        let mut file = File { first_byte: Duration::ZERO, took: Duration::ZERO, bytes: 0, lines: 0 };
        while let Some(piece) = answer.chunk().await.doing("downloading")? {
            if file.bytes == 0 {
                file.first_byte = began.elapsed();
            }
            file.bytes += piece.len();
            file.lines += piece.iter().filter(|byte| **byte == b'\n').count();
        }
        file.took = began.elapsed();
        Ok(file)
    }

    /// Sends a form of the product's own pages; answers where it leads to.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, String)]) -> Result<String, BenchError> {
        let request = self.http.post(format!("{}{path}", self.url)).header("cookie", &self.cookie);
        let request = request.header("sec-fetch-site", "same-origin").form(fields);
        let answer = request.send().await.doing("sending a form")?;
        let there = answer.headers().get("location").and_then(|there| there.to_str().ok());
        there.map(str::to_owned).ok_or_else(|| BenchError::new("sending a form", answer.status()))
    }

    /// An event to which so many people come; returns its id.
    pub(crate) async fn event(&self, people: usize) -> Result<String, BenchError> {
        let event =
            json!({"name": "Bench", "starts_at": "2035-06-01T19:00:00Z", "timezone": "America/New_York"});
        let event = self.call("POST", "/api/v1/events", Some(&event)).await?;
        let event = event["id"].as_str().unwrap_or_default().to_owned();
        for first in (0..people).step_by(A_CALL) {
            let people: Vec<_> = (first..people.min(first + A_CALL))
                .map(|n| json!({"phone": format!("+1555{:07}", 2_000_000 + n), "name": format!("Guest {n}"), "rsvp": "confirmed"}))
                .collect();
            self.call("PUT", &format!("/api/v1/events/{event}/attendees"), Some(&json!(people))).await?;
        }
        Ok(event)
    }
}
