//! What keeps texts from going out, or their receipts from coming in, said on every page until it
//! is over.

use usher_core::outbox::{Fault, Pause, pause_of};
use usher_core::people::Person;
use usher_core::receipts::{Silence, silence_of};

use crate::visit::Ui;

/// Something that whoever can mend it must see.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub title: &'static str,
    pub words: String,
}

/// The set-up's trouble, or else what stops this organization's texts right now, or else what keeps
/// their receipts away.
pub(crate) async fn of(ui: &Ui, person: &Person) -> Option<Trouble> {
    if let Some(problem) = &ui.set_up_problem {
        return Some(Trouble { title: "Texting is not set up", words: problem.clone() });
    }
    match pause_of(&ui.service, person.org_id).await {
        Ok(Some(pause)) => return Some(of_pause(pause)),
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "it cannot be told whether sending is paused"),
    }
    match silence_of(&ui.service, person.org_id).await {
        Ok(silence) => silence.map(|silence| of_silence(&silence, &ui.service.settings.public_url)),
        Err(error) => {
            tracing::error!(%error, "it cannot be told whether receipts come");
            None
        }
    }
}

fn of_pause(pause: Pause) -> Trouble {
    match pause.fault {
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
    }
}

fn of_silence(silence: &Silence, public_url: &str) -> Trouble {
    Trouble {
        title: "No receipt has ever come for this sender",
        words: format!(
            "Texts from {} go out, but Twilio’s receipts never reach us: we ask for each, so what became of a text shows \
             minutes or hours late. An administrator must check that PUBLIC_URL, now {public_url}, is right and opens \
             from outside, that no firewall or password stands before it, and that the auth token is the account’s \
             primary one, since receipts signed with another are refused. This line goes with the first receipt.",
            silence.sender
        ),
    }
}
