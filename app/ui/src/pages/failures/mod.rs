//! What did not arrive, across events: grouped by what to do, each reason with its texts, and what
//! was dismissed.

mod dismissal;
mod dismissed;
mod groups;
mod period;
mod reason;

pub(super) use period::{Period, moment};

use leptos::prelude::*;
use usher_core::Error;
use usher_core::failures::{self, Key};
use usher_core::ids::MessageId;

use super::query;
use crate::parts::page::{Main, shown};
use crate::parts::words::{Why, why_failed, why_not_sent};
use crate::visit::{signed_in, ui};

/// What did not arrive, across events.
#[component]
pub fn FailuresPage() -> impl IntoView {
    let period = Period::chosen();
    let open = query("open");
    let before = query("before").and_then(|id| MessageId::parse(&id));
    let dismiss = query("dismiss");
    let put_aside = query("shown").is_some_and(|shown| shown == "dismissed");
    view! {
        <Main live="">
            {Suspend::new(async move {
                match open {
                    _ if put_aside => shown(read_dismissed(before).await, |page| dismissed::page(page, before.is_some())),
                    Some(word) => shown(read_reason(&word, period, before, dismiss).await, |read| reason::page(read, period, before)),
                    None => shown(read_groups(period).await, |overview| groups::page(&overview, period)),
                }
            })}
        </Main>
    }
}

async fn read_groups(period: Period) -> Result<failures::Overview, Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    failures::overview(&ui().service, org, period.since()).await
}

async fn read_reason(
    word: &str,
    period: Period,
    before: Option<MessageId>,
    asked: Option<String>,
) -> Result<reason::Read, Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    let key = Key::parse(word).ok_or(Error::NotFound)?;
    let service = ui().service;
    let overview = failures::overview(&service, org, period.since()).await?;
    let reason = overview.reasons.into_iter().find(|reason| reason.key == key);
    let texts = failures::list(&service.store, org, key, period.since(), before).await?;
    let dismissing = match asked.as_deref().map(MessageId::parse) {
        Some(Some(id)) => {
            let text = failures::find(&service.store, org, id).await?;
            text.map(|text| dismissal::Dismissing::One(Box::new(text)))
        }
        Some(None) => Some(dismissal::Dismissing::All),
        None => None,
    };
    Ok(reason::Read { key, reason, texts, dismissing })
}

async fn read_dismissed(before: Option<MessageId>) -> Result<failures::Page<failures::Dismissed>, Error> {
    let org = signed_in().ok_or(Error::NotFound)?.person.org_id;
    failures::dismissed(&ui().service.store, org, before).await
}

/// Why they failed and what to do.
fn why(key: Key) -> Why {
    match key {
        Key::Code(code) => why_failed(Some(code)),
        Key::Unconfirmed => Why {
            title: "No receipt came".into(),
            advice: "The phones may have these texts or not. Look at each before you send it again.".into(),
            code: None,
        },
        Key::NotConfigured | Key::SwitchedOff | Key::DeadNumber => why_not_sent(key.reason()),
    }
}
