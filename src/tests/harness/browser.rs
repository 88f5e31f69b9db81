//! A browser without JavaScript: links, forms, cookies. Every page it gets is checked for what
//! every page must have.

use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;

use scraper::{Html, Selector};

/// One person's browser.
pub struct Browser {
    http: reqwest::Client,
    base: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let http =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { http, base: base.to_owned(), cookies: Mutex::default() }
    }

    /// Opens a page as it is, a redirect included.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(format!("{}{path}", self.base))).await
    }

    /// Begins to fetch something and goes away; what had come until then.
    pub async fn cut_off(&self, path: &str) -> Vec<u8> {
        let request = self.http.get(format!("{}{path}", self.base)).header("cookie", self.cookies());
        let mut answer = request.send().await.expect("an answer");
        answer.chunk().await.expect("a piece").expect("a beginning").to_vec()
    }

    /// Opens a page that must be there, and checks what every page must have.
    pub async fn page(&self, path: &str) -> Answer {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.check_page(path);
        answer
    }

    /// Sends a form of the product's own pages.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(
            self.http
                .post(format!("{}{path}", self.base))
                .header("sec-fetch-site", "same-origin")
                .form(fields),
        )
        .await
    }

    /// Sends a body of another kind as a form of the product's own pages.
    pub async fn post_body(&self, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        let request = self.http.post(format!("{}{path}", self.base)).header("content-type", content_type);
        self.send(request.header("sec-fetch-site", "same-origin").body(body)).await
    }

    /// Sends a form and opens the page it leads to.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        self.page(&answer.location.expect("a place to go")).await
    }

    /// Sends a form as a page of another site would.
    pub async fn post_from_elsewhere(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.http.post(format!("{}{path}", self.base)).form(fields);
        self.send(request.header("sec-fetch-site", "cross-site").header("origin", "https://evil.example"))
            .await
    }

    /// A second browser with the same cookies, as a thief would have.
    pub fn copy(&self) -> Self {
        let copy = Self::new(&self.base);
        *copy.cookies.lock().expect("cookies") = self.cookies.lock().expect("cookies").clone();
        copy
    }

    fn keep_cookies(&self, headers: &reqwest::header::HeaderMap) {
        let mut jar = self.cookies.lock().expect("cookies");
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("a readable cookie");
            let (name, value) =
                cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if value.is_empty() || cookie.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Its cookies, as it sends them.
    pub fn cookies(&self) -> String {
        let jar = self.cookies.lock().expect("cookies");
        jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.header("accept", "text/html").header("cookie", self.cookies());
        let answer = request.send().await.expect("an answer");
        self.keep_cookies(answer.headers());
        let location =
            answer.headers().get("location").and_then(|location| location.to_str().ok()).map(str::to_owned);
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, location, headers, body: answer.text().await.expect("a body") }
    }
}

impl Answer {
    /// Whoever is not signed in is led to the door.
    pub fn asks_to_sign_in(&self) {
        assert!(matches!(self.status, 302 | 303), "{}: {}", self.status, self.body);
        let to = self.location.as_deref().unwrap_or_default();
        assert!(to == "/sign-in" || to.starts_with("/sign-in?next=%2F"), "{to}");
    }

    /// It must lead there.
    pub fn see_other(&self, path: &str) {
        assert!(matches!(self.status, 302 | 303), "{}: {}", self.status, self.body);
        assert_eq!(self.location.as_deref(), Some(path));
    }

    /// The text of every element that a selector finds, white space folded.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).expect("a selector");
        let found = page.select(&selector).map(|element| {
            element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        });
        found.collect()
    }

    /// An attribute of every element that a selector finds.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).expect("a selector");
        page.select(&selector).filter_map(|element| element.attr(name).map(str::to_owned)).collect()
    }

    /// The page must say this somewhere.
    pub fn says(&self, words: &str) {
        let text = self.texts("body").join(" ");
        assert!(text.contains(words), "the page does not say “{words}”: {text}");
    }

    fn check_page(&self, path: &str) {
        assert_eq!(self.texts("h1").len(), 1, "{path}: one h1");
        assert!(self.texts("title").iter().any(|title| title.ends_with(" · Usher")), "{path}: a title");
        assert_eq!(self.texts("main").len(), 1, "{path}: one main");
        let ids = self.attributes("[id]", "id");
        let distinct: HashSet<&String> = ids.iter().collect();
        assert_eq!(ids.len(), distinct.len(), "{path}: an id stands twice");
        let labels: HashSet<String> = self.attributes("label[for]", "for").into_iter().collect();
        for id in self.attributes("input:not([type=hidden]), select, textarea", "id") {
            assert!(labels.contains(&id), "{path}: {id} has no label");
        }
        assert!(self.attributes("[style]", "style").is_empty(), "{path}: an inline style");
        let page = Html::parse_document(&self.body);
        let inline = page.select(&Selector::parse("script:not([src])").expect("a selector")).count();
        assert_eq!(inline, 0, "{path}: an inline script");
        for word in ["panicked", "Error {", "sqlx", "Some(", "None"] {
            assert!(!self.body.contains(word), "{path}: shows “{word}”");
        }
        assert!(self.headers.contains_key("content-security-policy"), "{path}: no content security policy");
    }
}
