//! A program that calls the API. Whatever it is told is held against the API's description.

use reqwest::header::HeaderMap;
use serde_json::Value;
use usher_core::api_keys;
use usher_core::people::Person;

use super::{TestApp, openapi};

/// A program with a key, or with none.
pub struct Api {
    http: reqwest::Client,
    base: String,
    headers: Vec<(&'static str, String)>,
}

/// What it was told.
#[derive(Debug)]
pub struct Told {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl TestApp {
    /// A program of Ana's organization, called “box office”.
    pub async fn api(&self) -> Api {
        self.api_of(&self.ana).await
    }

    /// A program of this person's organization.
    pub async fn api_of(&self, person: &Person) -> Api {
        let key = api_keys::create(&self.service, person.org_id, "box office").await.expect("a key");
        self.api_without_key().with("authorization", &format!("Bearer {key}"))
    }

    /// A program without a key.
    pub fn api_without_key(&self) -> Api {
        Api::at(&self.url)
    }
}

impl Api {
    pub fn at(base: &str) -> Self {
        let http = reqwest::Client::builder().build().expect("a client");
        Self { http, base: base.to_owned(), headers: Vec::new() }
    }

    /// The same program, calling somewhere else.
    pub fn moved_to(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.copy() }
    }

    /// The same program with one more header in each request.
    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut api = self.copy();
        api.headers.push((name, value.to_owned()));
        api
    }

    /// The same program, sending its requests under this idempotency key.
    pub fn under(&self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    fn copy(&self) -> Self {
        Self { http: self.http.clone(), base: self.base.clone(), headers: self.headers.clone() }
    }

    pub async fn get(&self, path: &str) -> Told {
        self.send("get", path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Told {
        self.send("post", path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Told {
        self.send("put", path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Told {
        self.send("patch", path, Some(body)).await
    }

    async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Told {
        let bytes = body.map(ToString::to_string).unwrap_or_default();
        let kind = body.map(|_| "application/json");
        let told = self.send_bytes(method, path, kind, bytes).await;
        if let (200..300, Some(body), Some(operation)) = (told.status, body, openapi::operation(method, path))
        {
            operation.check_request(body);
        }
        told
    }

    /// Sends these bytes as they are.
    pub async fn send_bytes(
        &self,
        method: &str,
        path: &str,
        kind: Option<&str>,
        bytes: impl Into<reqwest::Body>,
    ) -> Told {
        let name = method.to_uppercase().parse::<reqwest::Method>().expect("a method");
        let mut request = self.http.request(name, format!("{}{path}", self.base)).body(bytes);
        for (name, value) in self.headers.iter().map(|(name, value)| (*name, value.as_str())) {
            request = request.header(name, value);
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"));
        let told = Told { status, headers, body };
        told.check(method, path);
        told
    }
}

impl Told {
    fn check(&self, method: &str, path: &str) {
        let kind = self.header("content-type").unwrap_or_default();
        match openapi::operation(method, path) {
            Some(operation) => operation.check_answer(self.status, kind, &self.body),
            None => {
                assert!(matches!(self.status, 404 | 405), "{method} {path} is not described: {self:?}");
                assert_eq!(kind, "application/problem+json");
                openapi::check_problem(&self.body);
            }
        }
        if self.status >= 400 {
            assert_eq!(self.body["status"], self.status, "{path}");
            assert_eq!(self.body["errors"].is_array(), self.status == 422, "{path}: {:#}", self.body);
        }
        for (status, header) in
            [(401, "www-authenticate"), (405, "allow"), (429, "retry-after"), (503, "retry-after")]
        {
            assert!(
                self.status != status || self.header(header).is_some(),
                "{path}: {status} without {header}"
            );
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// It must have this status; gives the body.
    #[track_caller]
    pub fn is(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        &self.body
    }

    /// The id of what was made.
    #[track_caller]
    pub fn id(&self) -> String {
        assert!((200..300).contains(&self.status), "{:#}", self.body);
        self.body["id"].as_str().expect("an id").to_owned()
    }

    /// What is said of fields that need mending: their paths, in order.
    #[track_caller]
    pub fn wrong(&self) -> Vec<&str> {
        let errors = self.is(422)["errors"].as_array().expect("errors");
        errors.iter().map(|error| error["field"].as_str().expect("a field")).collect()
    }

    /// What is said of one field.
    #[track_caller]
    pub fn says_of(&self, field: &str) -> &str {
        let errors = self.is(422)["errors"].as_array().expect("errors");
        let error = errors.iter().find(|error| error["field"] == field);
        error
            .and_then(|error| error["message"].as_str())
            .unwrap_or_else(|| panic!("{field}: {:#}", self.body))
    }
}
