//! Somebody who writes to many at the pages, without JavaScript.

use usher_core::ids::SendId;

use super::{Answer, Browser, Gala, TestApp};

/// Words with two variables, that tell how to stop.
pub const DOORS: &str = "Hi {{first_name}}, doors at {{time}}. Reply STOP to opt out.";

/// A form for everybody who confirmed.
pub fn to_confirmed(body: &str) -> Vec<(&'static str, String)> {
    form(&[("who", "rsvp"), ("confirmed", "on"), ("body", body)])
}

/// A form with these fields, and what every form has.
pub fn form(fields: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let mut form = vec![("purpose", "event_reminder".to_owned()), ("when", "now".to_owned())];
    for (name, value) in fields {
        form.retain(|(there, _)| there != name);
        form.push((name, (*value).to_owned()));
    }
    form
}

/// Somebody writes to many.
pub struct Writer<'a> {
    pub browser: Browser,
    pub gala: &'a Gala,
}

impl Writer<'_> {
    /// Ana does.
    pub async fn new<'a>(app: &TestApp, gala: &'a Gala) -> Writer<'a> {
        Writer { browser: app.browser_of(&app.ana).await, gala }
    }

    /// Posts the form; answers the address it leads to.
    pub async fn write(&self, form: &[(&'static str, String)]) -> String {
        let event = self.gala.id.to_string();
        let mut fields = vec![("event", event.as_str())];
        fields.extend(form.iter().map(|(name, value)| (*name, value.as_str())));
        let answer = self.browser.post("/do/write-send", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.location.expect("a place to go")
    }

    /// Posts the form and opens the page it leads to.
    pub async fn written(&self, form: &[(&'static str, String)]) -> Answer {
        let there = self.write(form).await;
        self.browser.page(there.split('#').next().unwrap_or(&there)).await
    }

    /// From the form to the check page.
    pub async fn check(&self, form: &[(&'static str, String)]) -> (String, Answer) {
        let there = self.write(form).await;
        assert!(there.ends_with("/check"), "it is to be mended: {there}");
        let page = self.browser.page(&there).await;
        (there, page)
    }

    /// Presses the button of a check page.
    pub async fn confirm(&self, check: &Answer) -> Answer {
        let hidden = |name: &str| check.attributes(&format!("form input[name={name}]"), "value").remove(0);
        let (event, draft, checked) = (hidden("event"), hidden("draft"), hidden("checked"));
        let fields = [("event", &*event), ("draft", &draft), ("checked", &checked)];
        self.browser.post("/do/confirm-send", &fields).await
    }

    /// Presses Pause, Resume or Cancel.
    pub async fn steer(&self, send: &str, turn: &str) -> Answer {
        let id = send.trim_start_matches("/sends/");
        self.browser.submit("/do/steer-send", &[("send", id), ("turn", turn)]).await
    }
}

/// The send that this page is about.
pub fn send_id(path: &str) -> SendId {
    SendId::parse(path.trim_start_matches("/sends/")).expect("a send")
}
