//! Texts that wait while their event changes: brought up to date, or canceled.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::events::{self, Event, Waiting};
use usher_core::ids::EventId;
use usher_core::sends::{self, Kept, Rewritten};

use super::back_to;
use crate::form::{Done, Form};
use crate::parts::ask::Ask;
use crate::parts::words::{count, grouped};
use crate::paths;

/// Texts that were written before a change say what was true then.
pub(super) fn notice(event: &Event, waiting: Waiting, can_rewrite: bool) -> AnyView {
    let texts = words(waiting);
    let list = format!("{}?outcome=in_progress", paths::event(event.id));
    let verb = if waiting.texts == 1 { "waits" } else { "wait" };
    let otherwise = if can_rewrite {
        ". If they say what is no longer true, bring them up to date: where they were written with variables they then say the name, day, time, place and host that the event has now, and wait as before. Or cancel them and send again."
    } else {
        ". If they say what is no longer true, cancel them and send again."
    };
    let rewrite = can_rewrite.then(|| {
        view! {
            <form method="post" action=RewriteWaiting::url() data-once>
                <input type="hidden" name="event" value=event.id.to_string()/>
                <button class="button">"Bring them up to date"</button>
            </form>
        }
    });
    view! {
        <section class="notice stack" id="waiting" data-status="waiting">
            <b>{texts}" "{verb}" to be sent"</b>
            <p class="small">
                "Their words were fixed when they were written: a new time or place changes nothing in them by itself. "
                <a href=list>"Look at them"</a>
                {otherwise}
            </p>
            <div class="row">
                {rewrite}
                <a class="button danger" href=format!("{}?cancel=ask#waiting", paths::edit_event(event.id))>"Cancel what waits…"</a>
            </div>
        </section>
    }
    .into_any()
}

/// Asks before all of them are canceled.
pub(super) fn ask_to_cancel(event: &Event, waiting: Waiting) -> AnyView {
    let texts = words(waiting);
    let explained = "They are never sent: those of every send of this event, paused ones too, reminders, retries and single texts. A send that still writes its texts ends. What Twilio has already is not stopped.";
    view! {
        <Ask id="waiting" title=format!("Cancel {texts}?") words=explained action=CancelWaiting::url()
            fields=vec![("event", event.id.to_string())] button=format!("Cancel {texts}")
            keep="Keep them" back=paths::edit_event(event.id)/>
    }
    .into_any()
}

/// How many wait.
pub(super) fn words(waiting: Waiting) -> String {
    if waiting.or_more {
        format!("More than {} texts", grouped(waiting.texts))
    } else {
        count(waiting.texts, "text", "texts")
    }
}

/// Brings the texts of an event that wait up to date, those of its sends and those that were written singly.
#[server(prefix = "/do", endpoint = "rewrite-waiting")]
pub async fn rewrite_waiting(#[server(default)] event: String) -> Result<(), ServerFnError> {
    let id = EventId::parse(&event);
    Form::new(back_to(id), &[])
        .for_person(async move |service, person| {
            let id = id.ok_or(Error::NotFound)?;
            let rewritten = sends::rewrite_waiting(&service, &person, id).await?;
            let back = paths::edit_event(id);
            Ok(match rewritten.changed {
                0 => Done::but(back, told(&rewritten)),
                _ => Done::new(back, told(&rewritten)),
            })
        })
        .await
}

/// How many texts say now what the event is, and how many do not, and why.
fn told(Rewritten { changed, kept }: &Rewritten) -> String {
    let why: Vec<String> = kept.iter().map(|(why, texts)| kept_for(why, *texts)).collect();
    let texts: i64 = kept.values().sum();
    let why = if why.is_empty() { "none waits".to_owned() } else { why.join(", ") };
    match (changed, texts) {
        (0, _) => format!("No text is changed: {why}. Texts that Twilio has already stay as they are."),
        (_, 0) => format!("{} up to date now.", count(*changed, "text is", "texts are")),
        _ => format!(
            "{} up to date now. {} not changed: {why}.",
            count(*changed, "text is", "texts are"),
            count(texts, "is", "are")
        ),
    }
}

fn kept_for(why: &Kept, texts: i64) -> String {
    match why {
        Kept::UpToDate => count(texts, "was up to date", "were up to date"),
        Kept::NoVariable => count(texts, "uses no variable of the event", "use no variable of the event"),
        Kept::NotOnRecord => {
            count(texts, "was recorded without its variables", "were recorded without their variables")
        }
        Kept::Lacks(variable) => format!("{} would lack {{{{{variable}}}}}", grouped(texts)),
        Kept::TooLong => format!("{} would be too long", grouped(texts)),
    }
}

/// Cancels the texts of an event that wait.
#[server(prefix = "/do", endpoint = "cancel-waiting")]
pub async fn cancel_waiting(#[server(default)] event: String) -> Result<(), ServerFnError> {
    let id = EventId::parse(&event);
    Form::new(back_to(id), &[])
        .for_person(async move |service, person| {
            let id = id.ok_or(Error::NotFound)?;
            let canceled = events::cancel_waiting(&service, &person, id).await?;
            let say = format!(
                "{} canceled. Texts that Twilio had already are not stopped.",
                count(canceled, "text is", "texts are")
            );
            Ok(Done::new(paths::edit_event(id), say))
        })
        .await
}
