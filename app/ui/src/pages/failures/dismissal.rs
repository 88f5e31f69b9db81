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

/// The form for what is to be dismissed: `all` of a reason, or one text of this page.
pub(super) fn asked(which: &str, key: Key, number: i64, rows: &[Failed], period: Period) -> Option<AnyView> {
    let (heading, button, text) = match MessageId::parse(which) {
        Some(id) => {
            let text = rows.iter().find(|text| text.id == id)?;
            (format!("Dismiss the text to {}", who(text)), "Dismiss".to_owned(), id.to_string())
        }
        None if which == "all" && number > 0 => {
            let texts = count(number, "text", "texts");
            (format!("Dismiss {texts}"), format!("Dismiss {texts}"), String::new())
        }
        None => return None,
    };
    let back = period.page(&format!("open={}", key.word()));
    Some(
        view! {
            <form class="card pad stack" method="post" action=DismissFailures::url() data-once>
                <h2 dir="auto">{heading}</h2>
                <p class="soft">"It leaves this page and the number beside Failures. It stays in every history and every count, and can be put back."</p>
                <input type="hidden" name="key" value=key.word()/>
                <input type="hidden" name="days" value=period.days.to_string()/>
                <input type="hidden" name="text" value=text/>
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
    #[server(default)] reason: String,
) -> Result<(), ServerFnError> {
    let period = Period::parse(&days);
    let parsed = Key::parse(&key);
    let list = parsed.map_or(paths::FAILURES.to_owned(), |key| period.page(&format!("open={}", key.word())));
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
