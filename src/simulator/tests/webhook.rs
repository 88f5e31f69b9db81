//! A webhook that remembers what was posted to it and answers as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
use tokio::net::TcpListener;
use usher_core::twilio::signature;

/// One post, as received.
#[derive(Clone, Debug)]
pub(super) struct Posted {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) params: Vec<(String, String)>,
}

impl Posted {
    pub(super) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    pub(super) fn find(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

#[derive(Clone, Default)]
struct Memory {
    posts: Arc<Mutex<Vec<Posted>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

/// The webhook; without instructions it answers 204.
pub(super) struct Webhook {
    pub(super) base: String,
    memory: Memory,
}

impl Webhook {
    pub(super) async fn new() -> Self {
        let memory = Memory::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(memory.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, memory }
    }

    /// The next answers.
    pub(super) fn will_answer(&self, statuses: &[u16]) {
        self.memory.answers.lock().unwrap().extend(statuses);
    }

    pub(super) fn posts(&self) -> Vec<Posted> {
        self.memory.posts.lock().unwrap().clone()
    }

    /// The statuses told, in the order in which they came.
    pub(super) fn told(&self) -> Vec<String> {
        self.posts().iter().map(|post| post.get("MessageStatus").to_owned()).collect()
    }

    /// Whether a post carries the signature of this token.
    pub(super) fn is_signed(&self, post: &Posted, token: &str) -> bool {
        let url = format!("{}{}", self.base, post.path);
        signature::matches(token, &url, &post.params, post.header("x-twilio-signature"))
    }
}

async fn take(State(memory): State<Memory>, headers: HeaderMap, uri: Uri, body: String) -> StatusCode {
    let params = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    memory.posts.lock().unwrap().push(Posted { path: uri.to_string(), headers, params });
    let answer = memory.answers.lock().unwrap().pop_front().unwrap_or(204);
    StatusCode::from_u16(answer).unwrap()
}
