//! Where each page stands. Pages link to each other by these alone, so an address is written once.

use chrono::{DateTime, SecondsFormat, Utc};
use url::form_urlencoded;
use usher_core::ids::{AttendeeId, ContactId, DraftId, EventId, MessageId, RetryRunId, SendId, TemplateId};
use usher_core::messages::Filter;

pub(crate) const HOME: &str = "/";
pub(crate) const SIGN_IN: &str = "/sign-in";
pub(crate) const EVENTS: &str = "/events";
pub(crate) const NEW_EVENT: &str = "/events/new";
pub(crate) const FAILURES: &str = "/failures";
/// Asks for email and password, and leads on to this place.
pub(crate) fn sign_in(next: &str) -> String {
    match local(next) {
        Some(next) => format!(
            "{SIGN_IN}?{}",
            form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish()
        ),
        None => SIGN_IN.to_owned(),
    }
}

/// A place of ours that somebody may be led to: never another host, whatever an address says.
pub(crate) fn local(next: &str) -> Option<&str> {
    let is_ours = next.starts_with('/') && !next.starts_with("//") && next.len() <= 1_000;
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_page = next != HOME && !next.starts_with(SIGN_IN) && !next.starts_with("/do/");
    (is_ours && is_plain && is_page).then_some(next)
}

/// What a retry of many would do, over the filter in its query.
pub(crate) const RETRY_CHECK: &str = "/failures/retry";
/// What a retry of an event's texts would do: of those that the filter finds, by purpose, time and, of one
/// cause, its code or reason.
pub(crate) fn retry_check(
    event: EventId,
    filter: &Filter,
    code: Option<i64>,
    reason: Option<&str>,
) -> String {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let parts = [
        ("event", Some(event.to_string())),
        ("purpose", filter.purpose.map(|purpose| purpose.as_str().to_owned())),
        ("code", code.map(|code| code.to_string())),
        ("reason", reason.map(str::to_owned)),
        // All at once are only those that need nothing else first, as under Failures.
        ("ready", (code.is_none() && reason.is_none()).then(|| "yes".to_owned())),
        ("since", filter.since.map(time)),
        ("until", filter.until.map(time)),
    ];
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parts.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))));
    format!("{RETRY_CHECK}?{}", query.finish())
}

/// Everybody, looked up by name or number.
pub(crate) const PEOPLE: &str = "/people";
pub(crate) const INBOX: &str = "/inbox";
pub(crate) const OPT_OUTS: &str = "/opt-outs";
pub(crate) const TEMPLATES: &str = "/templates";
pub(crate) const NEW_TEMPLATE: &str = "/templates/new";
pub(crate) const UNLINKED: &str = "/unlinked";
/// What each status word means.
pub(crate) const GUIDE: &str = "/guide";
pub(crate) const SETTINGS: &str = "/settings";
pub(crate) const SETTINGS_TEXTING: &str = "/settings/texting";
pub(crate) const SETTINGS_PEOPLE: &str = "/settings/people";
pub(crate) const SETTINGS_KEYS: &str = "/settings/keys";
pub(crate) const SETTINGS_SESSIONS: &str = "/settings/sessions";

pub(crate) fn event(event: EventId) -> String {
    format!("/events/{event}")
}

/// The file of an event's texts; `query` as the dashboard has it.
pub(crate) fn event_csv(event: EventId, query: &str) -> String {
    let path = format!("/events/{event}/texts.csv");
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

pub(crate) fn edit_event(event: EventId) -> String {
    format!("/events/{event}/edit")
}

pub(crate) fn attendees(event: EventId) -> String {
    format!("/events/{event}/attendees")
}

pub(crate) fn import(event: EventId) -> String {
    format!("/events/{event}/import")
}

pub(crate) fn import_check(event: EventId, draft: DraftId) -> String {
    format!("/events/{event}/import/{draft}")
}

pub(crate) fn history(event: EventId, attendee: AttendeeId) -> String {
    format!("/events/{event}/attendees/{attendee}")
}

pub(crate) fn edit_attendee(event: EventId, attendee: AttendeeId) -> String {
    format!("/events/{event}/attendees/{attendee}/edit")
}

pub(crate) fn send_to_one(event: EventId, attendee: AttendeeId) -> String {
    format!("/events/{event}/attendees/{attendee}/send")
}

/// The same with the words of a text that did not arrive, whose place it takes.
pub(crate) fn edit_and_retry(event: EventId, attendee: AttendeeId, text: MessageId) -> String {
    format!("{}?retry={text}", send_to_one(event, attendee))
}

/// All sends of an event.
pub(crate) fn sends(event: EventId) -> String {
    format!("/events/{event}/sends")
}

pub(crate) fn new_send(event: EventId) -> String {
    format!("/events/{event}/send")
}

pub(crate) fn send_draft(event: EventId, draft: DraftId) -> String {
    format!("/events/{event}/send/{draft}")
}

pub(crate) fn send_check(event: EventId, draft: DraftId) -> String {
    format!("/events/{event}/send/{draft}/check")
}

/// How far a send has come.
pub(crate) fn send(send: SendId) -> String {
    format!("/sends/{send}")
}

/// One text and everything known of it.
pub(crate) fn text(text: MessageId) -> String {
    format!("/texts/{text}")
}

/// Whoever has this in their name or number, those after somebody; everybody for nothing.
pub(crate) fn people(find: &str, after: Option<ContactId>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !find.is_empty() {
        query.append_pair("find", find);
    }
    query.extend_pairs(after.map(|after| ("after", after.to_string())));
    match query.finish() {
        query if query.is_empty() => PEOPLE.to_owned(),
        query => format!("{PEOPLE}?{query}"),
    }
}

/// Somebody's history outside any event.
pub(crate) fn contact(contact: ContactId) -> String {
    format!("/people/{contact}")
}

/// The same, with the form for another number.
pub(crate) fn fix_number(contact: ContactId) -> String {
    format!("/people/{contact}?open=number#number")
}

/// The same, with the form that opts them out.
pub(crate) fn opt_out(contact: ContactId) -> String {
    format!("/people/{contact}?open=opt-out#opt-out")
}

/// How far a retry of many has come.
pub(crate) fn retry_run(run: RetryRunId) -> String {
    format!("/retries/{run}")
}

pub(crate) fn template(template: TemplateId) -> String {
    format!("/templates/{template}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_host() {
        assert_eq!(local("/events?page=2"), Some("/events?page=2"));
        for next in [
            "https://elsewhere.example/",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "/do/sign-out",
            "events",
        ] {
            assert_eq!(local(next), None, "{next}");
        }
    }
}
