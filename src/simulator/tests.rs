//! The simulator over real HTTP, every answer held against Twilio's own API description.

mod answers;
mod callbacks;
mod control;
mod faults;
mod lookups;
mod refusals;
mod rest;
mod schema;
mod webhook;

use std::{net::Ipv4Addr, time::Duration};

use reqwest::{Client, Method};
use serde_json::Value;

use super::{Account, Faults, Options, Pace, Sent, Simulator, start};
use schema::Schema;

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "the-token-of-the-account";
const KEY: (&str, &str) = ("SK0123456789abcdef0123456789abcdef", "the-secret-of-the-key");
const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";
const NUMBER: &str = "+14155550100";
const POOLED: &str = "+14155550177";
const PERSON: &str = "+14155552671";

/// A simulator and a client that talks to it.
struct Bench {
    sim: Simulator,
    http: Client,
    login: (String, String),
}

/// An answer: its status and its JSON, or null.
struct Answer {
    status: u16,
    json: Value,
}

impl Answer {
    fn text(&self, field: &str) -> &str {
        self.json[field].as_str().unwrap_or_default()
    }
}

fn account() -> Account {
    Account {
        sid: ACCOUNT.into(),
        auth_token: TOKEN.into(),
        api_keys: vec![(KEY.0.into(), KEY.1.into())],
        numbers: vec![NUMBER.into(), POOLED.into()],
        messaging_services: vec![(SERVICE.into(), vec![POOLED.into()])],
    }
}

fn client() -> Client {
    super::poster::install_tls();
    Client::builder().no_proxy().tls_certs_only([]).timeout(Duration::from_secs(5)).build().unwrap()
}

impl Bench {
    async fn new(pace: Pace, faults: Faults) -> Self {
        let bind = (Ipv4Addr::LOCALHOST, 0).into();
        let sim = start(Options { bind, accounts: vec![account()], pace, faults, seed: 7 });
        let login = (ACCOUNT.to_owned(), TOKEN.to_owned());
        Self { sim: sim.await.unwrap(), http: client(), login }
    }

    async fn quick() -> Self {
        Self::new(Pace::fast(), Faults::default()).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.sim.base_url());
        self.http.request(method, url).basic_auth(&self.login.0, Some(&self.login.1))
    }

    /// Asks for `path` below the account; the answer's shape is checked against `shape`, or
    /// against Twilio's error body when it is none of the good statuses.
    async fn ask(&self, request: reqwest::RequestBuilder, shape: Option<Schema>) -> Answer {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        assert!(answer.headers().contains_key("twilio-request-id"));
        let json: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
        match shape {
            _ if status >= 400 => {
                Schema::Error.check(&json);
                assert_eq!(json["status"], status);
            }
            Some(shape) => shape.check(&json),
            None => assert_eq!(json, Value::Null),
        }
        Answer { status, json }
    }

    async fn create(&self, form: &[(&str, &str)]) -> Answer {
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
        self.ask(self.request(Method::POST, &path).form(form), Some(Schema::Message)).await
    }

    /// A plain text from the account's number; gives its SID.
    async fn text(&self, to: &str, body: &str) -> String {
        let answer = self.create(&[("To", to), ("From", NUMBER), ("Body", body)]).await;
        assert_eq!(answer.status, 201, "{:?}", answer.json);
        answer.text("sid").to_owned()
    }

    async fn fetch(&self, sid: &str) -> Answer {
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json");
        self.ask(self.request(Method::GET, &path), Some(Schema::Message)).await
    }

    async fn update(&self, sid: &str, form: &[(&str, &str)]) -> Answer {
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json");
        self.ask(self.request(Method::POST, &path).form(form), Some(Schema::Message)).await
    }

    async fn delete(&self, sid: &str) -> Answer {
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json");
        self.ask(self.request(Method::DELETE, &path), None).await
    }

    async fn list(&self, query: &str) -> Answer {
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json{query}");
        self.ask(self.request(Method::GET, &path), Some(Schema::List)).await
    }

    /// Everything done, and then what the simulator knows of a message.
    async fn settled(&self, sid: &str) -> Sent {
        assert!(self.sim.settle(Duration::from_secs(10)).await, "never came to rest");
        self.sim.message(sid).unwrap()
    }
}

/// The words of a message's trail.
fn trail(message: &Sent) -> Vec<&'static str> {
    message.trail.iter().map(|(status, _)| status.as_str()).collect()
}
