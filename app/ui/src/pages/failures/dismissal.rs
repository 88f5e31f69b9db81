//! Asking for a reason before failures are dismissed, and dismissing them.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::failures::{self, Failed, Key};
use usher_core::ids::MessageId;

use super::period::Period;
use super::reason::who;
use crate::form::{Done, Form};
use crate::parts::field::Field;
use crate::parts::words::count;
use crate::paths;

/// What is about to be dismissed.
pub(super) enum Dismissing {
    /// All of a reason.
    All,
    /// This text.
    One(Box<Failed>),
}

/// The list of a reason, from this text on.
pub(super) fn page_of(key: Key, period: Period, before: Option<MessageId>) -> String {
    let before = before.map(|before| format!("&before={before}")).unwrap_or_default();
    period.page(&format!("open={}{before}", key.word()))
}

/// The form for what is to be dismissed.
pub(super) fn asked(
    which: Dismissing,
    key: Key,
    number: i64,
    period: Period,
    before: Option<MessageId>,
) -> Option<AnyView> {
    let (heading, button, text) = match which {
        Dismissing::One(text) => {
            (format!("Dismiss the text to {}", who(&text)), "Dismiss".to_owned(), text.id.to_string())
        }
        Dismissing::All if number > 0 => {
            let texts = count(number, "text", "texts");
            (format!("Dismiss {texts}"), format!("Dismiss {texts}"), String::new())
        }
        Dismissing::All => return None,
    };
    let back = page_of(key, period, before);
    Some(
        view! {
            <form class="card pad stack" method="post" action=DismissFailures::url() data-once>
                <h2 dir="auto">{heading}</h2>
                <p class="soft">"It leaves this page and the number beside Failures. It stays in every history and every count, and can be put back."</p>
                <input type="hidden" name="key" value=key.word()/>
                <input type="hidden" name="days" value=period.days.to_string()/>
                <input type="hidden" name="text" value=text/>
                <input type="hidden" name="before" value=before.map(|before| before.to_string())/>
                <Field name="reason" label="Why" autocomplete="off" required=true hint="Such as: told her in person"/>
                <div class="row end">
                    <a class="button quiet" href=back>"Cancel"</a>
                    <button class="button primary">{button}</button>
                </div>
            </form>
        }
        .into_any(),
    )
}

/// Dismisses one failure, or all of a reason.
#[server(prefix = "/do", endpoint = "dismiss-failures")]
pub async fn dismiss_failures(
    #[server(default)] key: String,
    #[server(default)] days: String,
    #[server(default)] text: String,
    #[server(default)] before: String,
    #[server(default)] reason: String,
) -> Result<(), ServerFnError> {
    let period = Period::parse(&days);
    let parsed = Key::parse(&key);
    let before = MessageId::parse(&before);
    let list = parsed.map_or(paths::FAILURES.to_owned(), |key| page_of(key, period, before));
    let which = if text.is_empty() { "all".to_owned() } else { text.clone() };
    let back = match MessageId::parse(&text) {
        _ if parsed.is_none() => list.clone(),
        Some(id) => format!("{list}&dismiss={id}"),
        None => format!("{list}&dismiss=all"),
    };
    Form::new(back, &[("reason", &reason)])
        .for_person(async move |service, person| {
            let key = parsed.ok_or(Error::NotFound)?;
            if which == "all" {
                let number = failures::dismiss_all(&service, &person, key, period.since(), &reason).await?;
                let texts = count(number, "text is", "texts are");
                return Ok(Done::new(
                    period.page(""),
                    format!("{texts} dismissed. Histories and counts keep them."),
                ));
            }
            let id = MessageId::parse(&which).ok_or(Error::NotFound)?;
            failures::dismiss(&service, &person, id, &reason).await?;
            Ok(Done::new(list, "The text is dismissed. Its history keeps it."))
        })
        .await
}

/// Puts a dismissed failure back.
#[server(prefix = "/do", endpoint = "restore-failure")]
pub async fn restore_failure(#[server(default)] text: String) -> Result<(), ServerFnError> {
    let back = format!("{}?shown=dismissed", paths::FAILURES);
    Form::new(back.clone(), &[])
        .for_person(async move |service, person| {
            let id = MessageId::parse(&text).ok_or(Error::NotFound)?;
            failures::restore(&service, &person, id).await?;
            Ok(Done::new(back, "The text is among the failures again."))
        })
        .await
}
