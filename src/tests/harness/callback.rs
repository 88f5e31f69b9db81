//! Status callbacks as Twilio, or somebody who would like to be Twilio, sends them.

use usher_core::twilio::signature;

use super::TestApp;
use super::app::{ACCOUNT, OTHER_ACCOUNT, OTHER_TOKEN, TOKEN};

/// A callback that can be bent in every way before it is sent.
pub struct Callback {
    pub path: &'static str,
    pub query: String,
    pub params: Vec<(String, String)>,
    pub token: Option<String>,
    pub content_type: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
}

impl Callback {
    /// A good one: this status of this text, signed by the account that sent it.
    pub fn new(sid: &str, status: &str) -> Self {
        let fields = [
            ("MessageSid", sid),
            ("SmsSid", sid),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("AccountSid", ACCOUNT),
            ("To", "+15552340500"),
            ("From", "+15550100199"),
            ("ApiVersion", "2010-04-01"),
        ];
        Self {
            path: "/api/webhooks/twilio/status",
            query: String::new(),
            params: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            token: Some(TOKEN.into()),
            content_type: "application/x-www-form-urlencoded".into(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// Sent to another webhook.
    pub fn at(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    pub fn query(mut self, query: &str) -> Self {
        self.query = format!("?{query}");
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.params.retain(|(key, _)| key != name);
        self
    }

    pub fn signed_with(mut self, token: &str) -> Self {
        self.token = Some(token.into());
        self
    }

    pub fn unsigned(mut self) -> Self {
        self.token = None;
        self
    }

    /// Valid, but of another account that we know.
    pub fn of_other_account(self) -> Self {
        self.without("AccountSid").with("AccountSid", OTHER_ACCOUNT).signed_with(OTHER_TOKEN)
    }

    pub fn content_type(mut self, kind: &str) -> Self {
        self.content_type = kind.into();
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// These bytes instead of the parameters.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sends it and returns the HTTP status.
    pub async fn post_to(self, app: &TestApp) -> u16 {
        self.post_through(&reqwest::Client::builder().build().expect("a client"), app).await
    }

    /// As [`Callback::post_to`], through a client that many share.
    pub async fn post_through(self, client: &reqwest::Client, app: &TestApp) -> u16 {
        let url = format!("{}{}{}", app.url, self.path, self.query);
        let body = self.body.clone().unwrap_or_else(|| {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(&self.params);
            form.finish().into_bytes()
        });
        let mut request = client.post(&url).header("content-type", &self.content_type).body(body);
        if let Some(token) = &self.token {
            request = request.header("x-twilio-signature", signature::sign(token, &url, &self.params));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.send().await.expect("an answer").status().as_u16()
    }
}
