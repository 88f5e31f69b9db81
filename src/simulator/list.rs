//! `GET …/Messages.json`: Twilio's filters, newest first, page after page.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use url::form_urlencoded;

use super::{
    accounts::Login, fetch_update::lookup_fault, refusal::Refusal, resource::Resource, sent::Sent,
    world::World,
};

/// A page as the API shows it.
#[derive(Serialize)]
struct Page {
    first_page_uri: String,
    next_page_uri: Option<String>,
    previous_page_uri: Option<String>,
    uri: String,
    page: usize,
    page_size: usize,
    start: usize,
    end: usize,
    messages: Vec<Resource>,
}

/// What a list asks for.
#[derive(Debug, Default)]
struct Query {
    to: Option<String>,
    from: Option<String>,
    /// From this moment on.
    since: Option<DateTime<Utc>>,
    /// Before this moment.
    until: Option<DateTime<Utc>>,
    page_size: usize,
    page: usize,
    /// The last message of the page before.
    after: Option<String>,
    /// The filters as given, for the addresses of other pages.
    filters: Vec<(String, String)>,
}

pub(super) async fn list(
    State(world): State<Arc<World>>,
    login: Login,
    RawQuery(query): RawQuery,
) -> Response {
    world.count(|counts| counts.list += 1);
    if let Some(answer) = lookup_fault(&world, &login.account.sid) {
        return answer;
    }
    match Query::read(&query.unwrap_or_default()).and_then(|query| page(&world, &login, &query)) {
        Ok(page) => Json(page).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn page(world: &World, login: &Login, query: &Query) -> Result<Page, Refusal> {
    let account = &login.account.sid;
    let lag = Duration::from_millis(world.faults().list_lag_ms);
    let price_after = world.pace().price();
    let book = world.book();
    let found = book
        .newest_first(account, query.to.as_deref(), query.after.as_deref())
        .ok_or_else(|| Refusal::of(20001))?;
    let mut matching = found.filter(|message| message.born.elapsed() >= lag && query.matches(message));
    let shown: Vec<&Sent> = matching.by_ref().take(query.page_size).collect();
    let last = shown.last().map(|message| message.sid.as_str());
    let next = last.filter(|_| matching.next().is_some());
    let base = format!("/2010-04-01/Accounts/{account}/Messages.json");
    let start = query.page * query.page_size;
    Ok(Page {
        first_page_uri: query.address(&base, 0, None),
        next_page_uri: next.map(|sid| query.address(&base, query.page + 1, Some(sid))),
        previous_page_uri: (query.page > 0).then(|| query.address(&base, query.page - 1, None)),
        uri: query.address(&base, query.page, query.after.as_deref()),
        page: query.page,
        page_size: query.page_size,
        start,
        end: start + shown.len().saturating_sub(1),
        messages: shown.into_iter().map(|message| Resource::of(message, price_after)).collect(),
    })
}

impl Query {
    /// Reads the filters; Twilio ignores those it does not know.
    fn read(raw: &str) -> Result<Self, Refusal> {
        let mut query = Self { page_size: 50, ..Self::default() };
        for (name, value) in form_urlencoded::parse(raw.as_bytes()).into_owned() {
            match name.as_str() {
                "PageSize" => query.page_size = page_size(&value)?,
                "Page" => query.page = value.parse().map_err(|_| Refusal::of(20001))?,
                "PageToken" => query.after = value.strip_prefix("PA").map(str::to_owned),
                _ if value.is_empty() => {}
                "To" | "From" | "DateSent" | "DateSent<" | "DateSent>" => {
                    query.filter(&name, &value)?;
                    query.filters.push((name, value));
                }
                _ => {}
            }
        }
        Ok(query)
    }

    fn filter(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "To" => self.to = Some(value.to_owned()),
            "From" => self.from = Some(value.to_owned()),
            "DateSent<" => self.until = Some(span(value)?.1),
            "DateSent>" => self.since = Some(span(value)?.0),
            _ => {
                let (first, end) = span(value)?;
                (self.since, self.until) = (Some(first), Some(end));
            }
        }
        Ok(())
    }

    /// A text that was not sent yet has no date to match.
    fn matches(&self, message: &Sent) -> bool {
        let from = self.from.is_none() || self.from == message.from;
        let since = self.since.is_none_or(|since| message.sent_at.is_some_and(|at| at >= since));
        let until = self.until.is_none_or(|until| message.sent_at.is_some_and(|at| at < until));
        from && since && until
    }

    fn address(&self, base: &str, page: usize, after: Option<&str>) -> String {
        let mut address = form_urlencoded::Serializer::new(String::new());
        address.extend_pairs(&self.filters);
        address.append_pair("PageSize", &self.page_size.to_string());
        address.append_pair("Page", &page.to_string());
        if let Some(sid) = after {
            address.append_pair("PageToken", &format!("PA{sid}"));
        }
        format!("{base}?{}", address.finish())
    }
}

fn page_size(value: &str) -> Result<usize, Refusal> {
    match value.parse() {
        Ok(size @ 1..=1000) => Ok(size),
        Ok(_) => Err(Refusal::of(20007)),
        Err(_) => Err(Refusal::of(20001)),
    }
}

/// The day, or the second, that a date filter names: its start and its end.
fn span(value: &str) -> Result<(DateTime<Utc>, DateTime<Utc>), Refusal> {
    if let Ok(day) = NaiveDate::parse_from_str(value, "%Y-%m-%d") {
        let start = day.and_time(chrono::NaiveTime::MIN).and_utc();
        return Ok((start, start + TimeDelta::days(1)));
    }
    let moment = DateTime::parse_from_rfc3339(value).map_err(|_| Refusal::of(20001))?.to_utc();
    Ok((moment, moment + TimeDelta::seconds(1)))
}
