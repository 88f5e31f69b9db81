//! Pausing, resuming and canceling.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::ids::SendId;
use usher_core::sends::{self, State, Turn};

use crate::form::{Done, Form};
use crate::parts::words::{count, grouped};
use crate::paths;
use crate::visit::{signed_in, ui};

/// What can be done with the send as it stands.
pub(super) fn buttons(send: &sends::Send) -> Option<AnyView> {
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    let turn = match send.state {
        _ if !may_send || send.waiting == 0 => return None,
        State::Preparing | State::Ready => ("pause", "Pause", "button"),
        State::Paused => ("resume", "Resume", "button primary"),
        State::Canceled | State::Done => return None,
    };
    let (value, words, class) = turn;
    let cancel = format!("{}?cancel=ask#cancel", paths::send(send.id));
    Some(
        view! {
            <div class="row tight">
                <form method="post" action=SteerSend::url() data-once>
                    <input type="hidden" name="send" value=send.id.to_string()/>
                    <input type="hidden" name="turn" value=value/>
                    <button class=class>{words}</button>
                </form>
                <a class="button danger" href=cancel>"Cancel…"</a>
            </div>
        }
        .into_any(),
    )
}

/// Asks before canceling.
pub(super) fn ask(send: &sends::Send) -> Option<AnyView> {
    buttons(send)?;
    let words = format!(
        "{} left already and cannot be called back. {} not left and will never be sent.",
        count(send.left(), "text has", "texts have"),
        count(send.waiting, "text has", "texts have"),
    );
    Some(
        view! {
            <section class="notice stack" id="cancel" data-tone="warning" aria-labelledby="cancel-title">
                <h2 id="cancel-title">"Cancel what has not left?"</h2>
                <p class="small">{words}</p>
                <form class="row" method="post" action=SteerSend::url() data-once>
                    <input type="hidden" name="send" value=send.id.to_string()/>
                    <input type="hidden" name="turn" value="cancel"/>
                    <button class="button primary danger">{format!("Cancel {}", count(send.waiting, "text", "texts"))}</button>
                    <a class="button" href=paths::send(send.id)>"Keep sending"</a>
                </form>
            </section>
        }
        .into_any(),
    )
}

/// Pauses, resumes or cancels a send.
#[server(prefix = "/do", endpoint = "steer-send")]
pub async fn steer_send(
    #[server(default)] send: String,
    #[server(default)] turn: String,
) -> Result<(), ServerFnError> {
    let id = SendId::parse(&send);
    let back = id.map_or(paths::EVENTS.to_owned(), paths::send);
    Form::new(back.clone(), &[])
        .for_person(async move |service, person| {
            let id = id.ok_or(Error::NotFound)?;
            let turn = match turn.as_str() {
                "pause" => Turn::Pause,
                "resume" => Turn::Resume,
                "cancel" => Turn::Cancel,
                _ => {
                    return Err(Error::Refused(
                        "Nothing was done: that button is not known any more.".into(),
                    ));
                }
            };
            sends::steer_by(&service, &person, id, turn).await?;
            let now = sends::find(&ui().service.store, person.org_id, id).await?;
            Ok(Done::new(back, said(turn, &now)))
        })
        .await
}

fn said(turn: Turn, send: &sends::Send) -> String {
    let left = count(send.left(), "text", "texts");
    match turn {
        Turn::Pause => format!("Paused. {left} had left; {} wait until you resume.", grouped(send.waiting)),
        Turn::Resume => format!("It goes on: {} to go.", count(send.waiting, "text", "texts")),
        Turn::Cancel => {
            format!("Canceled. {left} had left before and cannot be called back; the rest is never sent.")
        }
    }
}
