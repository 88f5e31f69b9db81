//! What keeps texts from going out, said on every page until it is over.

use usher_core::outbox::{Fault, pause_of};
use usher_core::people::Person;

use crate::visit::Ui;

/// Something that whoever can mend it must see.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub title: &'static str,
    pub words: String,
}

/// The set-up's trouble, or else what stops this organization's texts right now.
pub(crate) async fn of(ui: &Ui, person: &Person) -> Option<Trouble> {
    if let Some(problem) = &ui.set_up_problem {
        return Some(Trouble { title: "Texting is not set up", words: problem.clone() });
    }
    let pause = match pause_of(&ui.service, person.org_id).await {
        Ok(pause) => pause?,
        Err(error) => {
            tracing::error!(%error, "it cannot be told whether sending is paused");
            return None;
        }
    };
    Some(match pause.fault {
        Fault::Unreachable => Trouble {
            title: "Twilio cannot be reached",
            words: "Texts wait and none is lost. One at a time tries again by itself; when it gets through, the rest follow."
                .into(),
        },
        Fault::Refused => Trouble {
            title: "Twilio refuses our login or account",
            words: "Texts wait and none is lost. An administrator must check the account SID and the auth token, and \
                whether the account is active; then the texts go out by themselves."
                .into(),
        },
    })
}
