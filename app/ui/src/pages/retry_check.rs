//! What a retry of many would do, and the button that starts it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use usher_core::ids::{EventId, SendId};
use usher_core::messages::Purpose;
use usher_core::people::Person;
use usher_core::retries::{self, Filter, NotRetried, Plan};
use usher_core::{Error, Service, events, sends};

use super::failures::moment;
use super::query;
use crate::form::{Done, Form};
use crate::parts::page::{Main, shown};
use crate::parts::time::long;
use crate::parts::words::{count, grouped, why_failed, why_not_sent};
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// The parts of the query, as the address or the form has them.
#[derive(Clone, Default)]
struct Asked {
    event: String,
    send: String,
    purpose: String,
    code: String,
    reason: String,
    ready: String,
    past: String,
    since: String,
    until: String,
}

impl Asked {
    fn of(part: impl Fn(&str) -> Option<String>) -> Self {
        let part = |name| part(name).unwrap_or_default();
        Self {
            event: part("event"),
            send: part("send"),
            purpose: part("purpose"),
            code: part("code"),
            reason: part("reason"),
            ready: part("ready"),
            past: part("past"),
            since: part("since"),
            until: part("until"),
        }
    }

    /// As a form carries it: all parts in one.
    fn parse(query: &str) -> Self {
        let parts: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self::of(|name| parts.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone()))
    }

    fn parts(&self) -> [(&'static str, &str); 9] {
        [
            ("event", &self.event),
            ("send", &self.send),
            ("purpose", &self.purpose),
            ("code", &self.code),
            ("reason", &self.reason),
            ("ready", &self.ready),
            ("past", &self.past),
            ("since", &self.since),
            ("until", &self.until),
        ]
    }

    fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.parts().into_iter().filter(|(_, value)| !value.is_empty()));
        query.finish()
    }

    /// A part that cannot be read must not widen what is retried.
    fn filter(&self) -> Result<Filter, Error> {
        fn part<T>(word: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Error> {
            if word.is_empty() { Ok(None) } else { read(word).map(Some).ok_or(Error::NotFound) }
        }
        Ok(Filter {
            event_id: part(&self.event, EventId::parse)?,
            send_id: part(&self.send, SendId::parse)?,
            purpose: part(&self.purpose, Purpose::parse)?,
            error_code: part(&self.code, |code| {
                code.parse().ok().filter(|code| (0..=999_999).contains(code))
            })?,
            reason: part(&self.reason, |reason| {
                matches!(reason, "not_configured" | "switched_off").then(|| reason.to_owned())
            })?,
            ready: part(&self.ready, |ready| (ready == "yes").then_some(true))?.unwrap_or_default(),
            past: part(&self.past, |past| (past == "yes").then_some(true))?.unwrap_or_default(),
            since: part(&self.since, |since| moment(since, zone(), false))?,
            until: part(&self.until, |until| moment(until, zone(), true))?,
        })
    }
}

/// What a retry of many would do.
#[component]
pub fn RetryCheckPage() -> impl IntoView {
    let asked = Asked::of(query);
    view! {
        <Main narrow=true live="">
            {Suspend::new(async move {
                let read = read(&asked).await;
                shown(read, |(plan, about)| page(&asked, &plan, &about))
            })}
        </Main>
    }
}

async fn read(asked: &Asked) -> Result<(Plan, Vec<String>), Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let filter = asked.filter()?;
    let service = ui().service;
    let about = describe(&service, &person, &filter).await?;
    Ok((retries::plan(&service, person.org_id, &filter).await?, about))
}

/// Which texts a filter finds, in words.
///
/// # Errors
/// [`Error::NotFound`] for an event or send of somebody else.
pub(super) async fn describe(
    service: &Service,
    person: &Person,
    filter: &Filter,
) -> Result<Vec<String>, Error> {
    let mut about = Vec::new();
    if let Some(event) = filter.event_id {
        about.push(events::find(&service.store, person.org_id, event).await?.name);
    }
    if let Some(send) = filter.send_id {
        let send = sends::find(&service.store, person.org_id, send).await?;
        about.push(format!("the send of {}", long(send.created_at, zone())));
    }
    about.extend(filter.purpose.map(|purpose| purpose.label().to_owned()));
    about.extend(filter.error_code.map(|code| match why_failed(Some(code)) {
        why if why.code.is_some() => format!("{} (Twilio {code})", why.title),
        why => why.title,
    }));
    about.extend(filter.reason.as_deref().map(|reason| why_not_sent(Some(reason)).title));
    about.extend(filter.ready.then(|| "what needs nothing but another try".to_owned()));
    about.extend(filter.past.then(|| "also of events that are over".to_owned()));
    about.extend(filter.since.map(|since| format!("since {}", long(since, zone()))));
    about.extend(filter.until.map(|until| format!("until {}", long(until, zone()))));
    Ok(about)
}

fn page(asked: &Asked, plan: &Plan, about: &[String]) -> AnyView {
    let back = match EventId::parse(&asked.event) {
        Some(event) => paths::event(event),
        None => paths::FAILURES.to_owned(),
    };
    let about =
        if about.is_empty() { "All texts that did not arrive".to_owned() } else { about.join(" · ") };
    let content = if plan.will_retry > 0 { start_form(asked, plan, &back) } else { nothing(plan, &back) };
    view! {
        <Title text="Retry texts"/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs"><a href=paths::FAILURES>"Failures"</a></p>
                <h1>"Retry texts"</h1>
                <p class="soft" dir="auto">{about}</p>
            </div>
        </div>
        {past(asked, plan)}
        {content}
        {passed_over(&plan.will_not, "Will not be retried")}
    }
    .into_any()
}

fn start_form(asked: &Asked, plan: &Plan, back: &str) -> AnyView {
    let texts = count(plan.will_retry, "text", "texts");
    view! {
        <form class="card pad stack" method="post" action=StartRetries::url() data-once>
            <h2>{count(plan.will_retry, "text is", "texts are")}" sent again"</h2>
            {several(plan)}
            <p class="soft">"Each is sent as a new text, with the same words, to the number that the person has now, and costs as much as any other. Quiet hours and limits hold as always. Each text is retried once, also if somebody else starts the same meanwhile."</p>
            <input type="hidden" name="filter" value=asked.query()/>
            <div class="row end">
                <a class="button quiet" href=back.to_owned()>"Cancel"</a>
                <button class="button primary">"Retry "{texts}</button>
            </div>
        </form>
    }
    .into_any()
}

/// So many events are named.
const NAMED: usize = 5;

/// Which texts belong to events that are over, and the way to retry them too, or not.
fn past(asked: &Asked, plan: &Plan) -> Option<AnyView> {
    if plan.past.is_empty() {
        return None;
    }
    let texts = plan.past_texts();
    let belong = if texts == 1 { "text belongs" } else { "texts belong" };
    let events = match plan.past.len() {
        1 => "an event that is over".to_owned(),
        events => format!("{events} events that are over"),
    };
    let taken = asked.past == "yes";
    let (words, button) = match (taken, texts) {
        (true, 1) => ("It is sent again all the same.", "Leave it out".to_owned()),
        (true, _) => ("They are sent again all the same.", "Leave them out".to_owned()),
        (false, 1) => ("It is left out: its words may be of no use any more.", "Retry it too".to_owned()),
        (false, _) => (
            "They are left out: their words may be of no use any more.",
            format!("Retry those {} too", grouped(texts)),
        ),
    };
    let other = Asked { past: if taken { String::new() } else { "yes".into() }, ..asked.clone() };
    let to = format!("{}?{}", paths::RETRY_CHECK, other.query());
    let named = plan.past.iter().take(NAMED).map(|event| {
        view! { <li><a href=paths::event(event.event_id)><bdi>{event.name.clone()}</bdi></a>" · "{count(event.texts, "text", "texts")}</li> }
    });
    let rest = plan.past.len().saturating_sub(NAMED);
    let more = (rest > 0).then(|| view! { <li>{format!("and {rest} more")}</li> });
    Some(
        view! {
            <section class="notice stack tight" data-tone="warning" aria-labelledby="past">
                <h2 id="past">{format!("{} {belong} to {events}", grouped(texts))}</h2>
                <ul class="small">{named.collect_view()}{more}</ul>
                <p class="small">{words}</p>
                <div class="row"><a class="button" href=to>{button}</a></div>
            </section>
        }
        .into_any(),
    )
}

/// That some people get more than one text.
fn several(plan: &Plan) -> Option<AnyView> {
    let people = match plan.several {
        0 => return None,
        1 => "1 person gets".to_owned(),
        people => format!("{} people get", grouped(people)),
    };
    let words =
        format!("{people} more than one text, in different words: more than one of theirs did not arrive.");
    Some(view! { <p class="notice small" data-tone="warning">{words}</p> }.into_any())
}

fn nothing(plan: &Plan, back: &str) -> AnyView {
    let why = if plan.will_not.is_empty() {
        "No text that fits failed. They may have arrived, or somebody has retried them already."
    } else {
        "Each text that did not arrive has a reason against another try. They stand below."
    };
    view! {
        <section class="card">
            <div class="empty">
                <h2>"Nothing can be retried"</h2>
                <p>{why}</p>
                <a class="button" href=back.to_owned()>"Back"</a>
            </div>
        </section>
    }
    .into_any()
}

/// Why texts are not retried, most frequent first.
pub(super) fn passed_over(reasons: &[NotRetried], heading: &'static str) -> Option<AnyView> {
    if reasons.is_empty() {
        return None;
    }
    let texts: i64 = reasons.iter().map(|reason| reason.texts).sum();
    let rows = reasons.iter().map(|reason| {
        let title = reason.error_code.map(|code| {
            let why = why_failed(Some(code));
            view! { <b class="line">{why.title}</b><span class="soft small">"Twilio "{code}". "</span> }
        });
        view! { <tr><td>{title}<span class="soft">{reason.why.clone()}</span></td><td class="num">{grouped(reason.texts)}</td></tr> }
    });
    Some(
        view! {
            <section class="card">
                <div class="pad row between ruled"><h2>{heading}</h2><span class="soft small">{count(texts, "text", "texts")}</span></div>
                <table class="cards-on-phone">
                    <thead class="vh"><tr><th>"Why"</th><th>"Texts"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </section>
        }
        .into_any(),
    )
}

/// Starts a run over all texts that a filter finds, or joins the one under way.
#[server(prefix = "/do", endpoint = "start-retries")]
pub async fn start_retries(#[server(default)] filter: String) -> Result<(), ServerFnError> {
    let asked = Asked::parse(&filter);
    Form::new(format!("{}?{}", paths::RETRY_CHECK, asked.query()), &[])
        .for_person(async move |service, person| {
            let filter = asked.filter()?;
            describe(&service, &person, &filter).await?;
            let run = retries::start_by(&service, &person, &filter).await?;
            Ok(Done::new(paths::retry_run(run), ""))
        })
        .await
}
