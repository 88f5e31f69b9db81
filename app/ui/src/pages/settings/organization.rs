//! The organization's name, zone and what holds its texts.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::ids::DeedId;
use usher_core::orgs::{self, Change, Settings};
use usher_core::people::Person;
use usher_core::{Error, FieldError, audit, counters};

use super::super::query;
use super::{head, may_manage, only_owners};
use crate::form::{Done, Form};
use crate::parts::ask::Ask;
use crate::parts::field::{Field, Tick};
use crate::parts::page::{Main, shown};
use crate::parts::time::Moment;
use crate::parts::words::grouped;
use crate::parts::zone::ZoneField;
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// The organization's name, zone and what holds its texts.
#[component]
pub fn OrganizationPage() -> impl IntoView {
    let asks = query("off").is_some();
    let log = query("log");
    view! {
        <Main narrow=true>
            {head(paths::SETTINGS)}
            {Suspend::new(async move { shown(read(asks, log).await, page) })}
        </Main>
    }
}

/// What the page shows.
struct Shown {
    person: Person,
    settings: Settings,
    log: Log,
    /// How many texts wait, where it is asked whether to switch texting off.
    waiting: Option<i64>,
}

/// A page of the log.
struct Log {
    page: audit::Page,
    is_first: bool,
    /// Somebody reads in it.
    is_open: bool,
}

async fn read(asks: bool, log: Option<String>) -> Result<Shown, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let (service, org) = (ui().service, person.org_id);
    let store = &service.store;
    let settings = orgs::settings(store, org).await?;
    let waiting = if asks && settings.sending { Some(counters::waiting(store, org).await?) } else { None };
    let before = log.as_deref().and_then(DeedId::parse);
    let log = Log {
        page: audit::page(store, org, before).await?,
        is_first: before.is_none(),
        is_open: log.is_some(),
    };
    Ok(Shown { person, settings, log, waiting })
}

fn page(content: Shown) -> AnyView {
    let Shown { person, settings, log, waiting } = content;
    let (person, settings) = (&person, &settings);
    let forms = if may_manage() {
        let sending = waiting.map_or_else(|| sending(settings.sending), ask_to_switch_off);
        view! { {profile(person)} {sending} {quiet_hours(settings)} {limits(settings)} }.into_any()
    } else {
        facts(person, settings)
    };
    view! { {only_owners("This is how your organization texts.")} {forms} {changes(log)} }.into_any()
}

fn profile(person: &Person) -> AnyView {
    view! {
        <form class="card pad stack" method="post" action=SaveProfile::url() data-once>
            <h2>"Name and time zone"</h2>
            <div class="fields">
                <Field name="name" label="Name" value=person.org_name.clone() required=true autocomplete="organization"/>
                <ZoneField label="Time zone" value=person.org_timezone.clone()/>
            </div>
            <p class="hint">
                "The zone is for times that belong to no event, and for the quiet hours of texts to people without a time zone of their own that belong to no event."
            </p>
            <div class="row end"><button class="button primary">"Save name and zone"</button></div>
        </form>
    }
    .into_any()
}

fn sending(on: bool) -> AnyView {
    let (state, words) = if on {
        (
            "Texting is on",
            "Switched off, every text is recorded as “Not sent: switched off”, also those that wait already and those of programs. Nothing is sent later by itself.",
        )
    } else {
        (
            "Texting is switched off",
            "Every text is recorded as “Not sent”. Switch it on and new texts go out again; those that were not sent stay so until somebody retries them.",
        )
    };
    let button = if on {
        let ask = format!("{}?off=ask#sending", paths::SETTINGS);
        view! { <a class="button danger" href=ask>"Switch texting off…"</a> }.into_any()
    } else {
        view! { <button class="button primary">"Switch texting on"</button> }.into_any()
    };
    view! {
        <form class="card pad stack" method="post" action=SwitchSending::url() data-once id="sending">
            <h2>{state}</h2>
            <p class="soft small">{words}</p>
            <input type="hidden" name="on" value="yes"/>
            <div class="row end">{button}</div>
        </form>
    }
    .into_any()
}

/// Asks before nothing leaves any more.
fn ask_to_switch_off(waiting: i64) -> AnyView {
    let now = match waiting {
        0 => "No text waits now.".to_owned(),
        1 => "1 text waits now and would never be sent by itself.".to_owned(),
        texts => format!("{} texts wait now and would never be sent by themselves.", grouped(texts)),
    };
    let words = format!(
        "{now} Until somebody switches texting on, every text is recorded as “Not sent: switched off”, also those of programs and one-time codes. After that each has to be retried."
    );
    view! {
        <Ask id="sending" title="Switch texting off for everybody?" words=words action=SwitchSending::url()
            fields=vec![("on", "no".to_owned())] button="Switch texting off" keep="Keep it on" back=paths::SETTINGS/>
    }
    .into_any()
}

fn quiet_hours(settings: &Settings) -> AnyView {
    let on = settings.quiet_hours.is_some();
    let quiet = settings.quiet_hours.unwrap_or_else(usher_core::holds::QuietHours::usual);
    view! {
        <form class="card pad stack" method="post" action=SaveQuietHours::url() data-once id="quiet-hours">
            <h2>"Quiet hours"</h2>
            <p class="soft small">
                "A text that would go out then waits until they are over. The clock is that of the person, if they have a time zone of their own; else that of the event; else yours. One-time codes and answers that somebody waits for still go. The law of the United States asks for 9 PM to 8 AM."
            </p>
            <Tick name="quiet" label="Hold texts in quiet hours" ticked=on/>
            <div class="fields">
                <Field name="quiet_from" label="From" kind="time" value=quiet.from().format("%H:%M").to_string()/>
                <Field name="quiet_to" label="To" kind="time" value=quiet.to().format("%H:%M").to_string()/>
            </div>
            <div class="row end"><button class="button primary">"Save quiet hours"</button></div>
        </form>
    }
    .into_any()
}

fn limits(settings: &Settings) -> AnyView {
    let shown = |limit: Option<u32>| limit.map(|limit| limit.to_string()).unwrap_or_default();
    view! {
        <form class="card pad stack" method="post" action=SaveLimits::url() data-once id="limits">
            <h2>"Limits"</h2>
            <p class="soft small">
                "They hold texts and drop none: what is over a limit waits until it is free again, and says so. Leave a field empty for no limit."
            </p>
            <div class="fields">
                <Field name="texts_per_contact_per_day" label="Texts to one person in 24 hours" kind="number"
                    value=shown(settings.texts_per_contact_per_day) hint="So that a slip does not annoy anybody."/>
                <Field name="texts_per_hour" label="Texts of all in an hour" kind="number"
                    value=shown(settings.texts_per_hour) hint="So that a runaway program costs little."/>
                <Field name="segments_per_second" label="Segments a second" kind="number"
                    value=shown(settings.segments_per_second) hint="What your sender is registered for. Empty: Twilio paces."/>
            </div>
            <div class="row end"><button class="button primary">"Save limits"</button></div>
        </form>
    }
    .into_any()
}

fn facts(person: &Person, settings: &Settings) -> AnyView {
    let limit = |limit: Option<u32>| limit.map_or("No limit".into(), |limit| grouped(limit.into()));
    let quiet = settings.quiet_hours.map_or("No quiet hours".into(), |quiet| {
        format!("{} to {}", quiet.from().format("%-I:%M %p"), quiet.to().format("%-I:%M %p"))
    });
    view! {
        <section class="card pad">
            <dl class="facts">
                <dt>"Name"</dt><dd dir="auto">{person.org_name.clone()}</dd>
                <dt>"Time zone"</dt><dd>{person.org_timezone.clone()}</dd>
                <dt>"Texting"</dt><dd>{if settings.sending { "On" } else { "Switched off" }}</dd>
                <dt>"Quiet hours"</dt><dd>{quiet}</dd>
                <dt>"Texts to one person in 24 hours"</dt><dd>{limit(settings.texts_per_contact_per_day)}</dd>
                <dt>"Texts of all in an hour"</dt><dd>{limit(settings.texts_per_hour)}</dd>
                <dt>"Segments a second"</dt><dd>{limit(settings.segments_per_second)}</dd>
            </dl>
        </section>
    }
    .into_any()
}

/// Who changed what, newest first.
fn changes(Log { page, is_first, is_open }: Log) -> Option<AnyView> {
    if page.entries.is_empty() && is_first {
        return None;
    }
    let newest =
        (!is_first).then(|| view! { <a href=format!("{}?log=newest#log", paths::SETTINGS)>"← Newest"</a> });
    let older = page
        .older
        .map(|before| view! { <a href=format!("{}?log={before}#log", paths::SETTINGS)>"Older →"</a> });
    let pager = (newest.is_some() || older.is_some())
        .then(|| view! { <div class="pager small"><span></span>{newest}{older}</div> });
    let rows = page.entries.into_iter().map(|entry| {
        view! {
            <li>
                <span>{entry.actor}": "{entry.action}</span>
                <span class="soft small" dir="auto">{entry.subject}</span>
                <Moment at=entry.at zone=zone() class="soft small"/>
            </li>
        }
    });
    Some(
        view! {
            <details class="card more" id="log" open=is_open>
                <summary>"Who changed what"</summary>
                <ul class="log">{rows.collect_view()}</ul>
                {pager}
            </details>
        }
        .into_any(),
    )
}

/// Saves name and zone.
#[server(prefix = "/do", endpoint = "save-profile")]
pub async fn save_profile(
    #[server(default)] name: String,
    #[server(default)] timezone: String,
) -> Result<(), ServerFnError> {
    Form::new(paths::SETTINGS.into(), &[("name", &name), ("timezone", &timezone)])
        .for_person(async move |service, person| {
            orgs::rename(&service, &person, &name, &timezone).await?;
            Ok(Done::new(paths::SETTINGS, "Name and time zone are saved."))
        })
        .await
}

/// Switches texting on or off.
#[server(prefix = "/do", endpoint = "switch-sending")]
pub async fn switch_sending(#[server(default)] on: String) -> Result<(), ServerFnError> {
    Form::new(paths::SETTINGS.into(), &[])
        .for_person(async move |service, person| {
            let sending = on == "yes";
            orgs::set(&service, &person, &Change { sending: Some(sending), ..Change::default() }).await?;
            Ok(if sending {
                Done::new(paths::SETTINGS, "Texting is on. New texts go out again.")
            } else {
                Done::but(
                    paths::SETTINGS,
                    "Texting is switched off. Nothing leaves until somebody switches it on.",
                )
            })
        })
        .await
}

/// Saves quiet hours.
#[server(prefix = "/do", endpoint = "save-quiet-hours")]
pub async fn save_quiet_hours(
    #[server(default)] quiet: String,
    #[server(default)] quiet_from: String,
    #[server(default)] quiet_to: String,
) -> Result<(), ServerFnError> {
    let typed = [("quiet", &*quiet), ("quiet_from", &quiet_from), ("quiet_to", &quiet_to)];
    Form::new(paths::SETTINGS.into(), &typed)
        .for_person(async move |service, person| {
            let hours = (quiet == "on").then_some((quiet_from, quiet_to));
            let say = if hours.is_some() {
                "Quiet hours are saved. They hold from the next text on, also for those that wait already."
            } else {
                "Quiet hours are off: texts go at any hour."
            };
            let change = Change { quiet_hours: Some(hours), ..Change::default() };
            orgs::set(&service, &person, &change).await.map_err(at_quiet_from)?;
            Ok(Done::new(paths::SETTINGS, say))
        })
        .await
}

/// Core knows quiet hours as one; here they are two fields.
fn at_quiet_from(error: Error) -> Error {
    match error {
        Error::Invalid(errors) => Error::Invalid(
            errors.into_iter().map(|error| FieldError { field: "quiet_from".into(), ..error }).collect(),
        ),
        other => other,
    }
}

/// Saves limits.
#[server(prefix = "/do", endpoint = "save-limits")]
pub async fn save_limits(
    #[server(default)] texts_per_contact_per_day: String,
    #[server(default)] texts_per_hour: String,
    #[server(default)] segments_per_second: String,
) -> Result<(), ServerFnError> {
    let typed = [
        ("texts_per_contact_per_day", &*texts_per_contact_per_day),
        ("texts_per_hour", &texts_per_hour),
        ("segments_per_second", &segments_per_second),
    ];
    Form::new(paths::SETTINGS.into(), &typed)
        .for_person(async move |service, person| {
            let mut errors = Vec::new();
            let mut limit = |field: &str, text: &str| match limit(text) {
                Ok(limit) => Some(limit),
                Err(message) => {
                    errors.push(FieldError { field: field.into(), message: message.into() });
                    None
                }
            };
            let change = Change {
                texts_per_contact_per_day: limit("texts_per_contact_per_day", &texts_per_contact_per_day),
                texts_per_hour: limit("texts_per_hour", &texts_per_hour),
                segments_per_second: limit("segments_per_second", &segments_per_second),
                ..Change::default()
            };
            if !errors.is_empty() {
                return Err(Error::Invalid(errors));
            }
            orgs::set(&service, &person, &change).await?;
            Ok(Done::new(paths::SETTINGS, "Limits are saved. They hold from the next text on."))
        })
        .await
}

/// A limit as typed; empty for none.
fn limit(text: &str) -> Result<Option<u32>, &'static str> {
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | ' ')).collect();
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse() {
        Ok(limit) if limit > 0 => Ok(Some(limit)),
        _ => Err("Use a whole number from 1, or leave it empty for no limit."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_whole_number_or_nothing() {
        assert_eq!(limit(" 1,000 "), Ok(Some(1000)));
        assert_eq!(limit(""), Ok(None));
        for text in ["0", "-1", "1.5", "many", "99999999999"] {
            assert!(limit(text).is_err(), "{text}");
        }
    }
}
