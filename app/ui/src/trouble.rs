//! What keeps texts from going out, or their receipts from coming in, said on every page until it
//! is over.

use leptos::prelude::use_context;
use usher_core::outbox::{Fault, Pause, pause_of};
use usher_core::people::Person;
use usher_core::receipts::{Silence, silence_of};
use usher_core::{Error, accounts, orgs, processes};

use crate::visit::Ui;

/// Something that whoever can mend it must see.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub title: &'static str,
    pub words: String,
}

/// The first thing that keeps this organization's texts or their receipts away, for every page.
pub(crate) async fn of(ui: &Ui, person: &Person) -> Option<Trouble> {
    told(set_up(ui, person).await).or(told(pause(ui, person).await)).or(told(silence(ui, person).await))
}

/// What stands on top of this page.
pub(crate) fn on_top() -> Option<Trouble> {
    use_context::<Option<Trouble>>().flatten()
}

/// Everything that is red in the set-up, for the pages about it.
pub(crate) async fn all(ui: &Ui, person: &Person) -> Vec<Trouble> {
    let found = [
        set_up(ui, person).await,
        no_sender(ui, person).await,
        pause(ui, person).await,
        silence(ui, person).await,
        switched_off(ui, person).await,
        no_worker(ui).await,
    ];
    found.into_iter().filter_map(told).collect()
}

/// What cannot be told is no trouble of the set-up; the log has it.
fn told(found: Result<Option<Trouble>, Error>) -> Option<Trouble> {
    found.unwrap_or_else(|error| {
        tracing::error!(%error, "it cannot be told whether texting works");
        None
    })
}

/// What the installation was started with. A missing account is no trouble of those with their own.
async fn set_up(ui: &Ui, person: &Person) -> Result<Option<Trouble>, Error> {
    let Some(problem) = &ui.set_up_problem else { return Ok(None) };
    let no_account = ui.service.settings.default_account.is_none();
    if no_account && accounts::texting(&ui.service, person.org_id).await?.own_account {
        return Ok(None);
    }
    Ok(Some(Trouble { title: "Texting is not set up", words: problem.clone() }))
}

async fn no_sender(ui: &Ui, person: &Person) -> Result<Option<Trouble>, Error> {
    let texting = accounts::texting(&ui.service, person.org_id).await?;
    Ok((texting.account.is_some() && texting.sender.is_none()).then(|| Trouble {
        title: "There is no sender",
        words: "The account has no number or Messaging Service to send from, so texts are recorded and not sent. An \
            owner must enter one."
            .into(),
    }))
}

async fn pause(ui: &Ui, person: &Person) -> Result<Option<Trouble>, Error> {
    Ok(pause_of(&ui.service, person.org_id).await?.map(of_pause))
}

async fn silence(ui: &Ui, person: &Person) -> Result<Option<Trouble>, Error> {
    let silence = silence_of(&ui.service, person.org_id).await?;
    Ok(silence.map(|silence| of_silence(&silence, &ui.service.settings.public_url)))
}

async fn switched_off(ui: &Ui, person: &Person) -> Result<Option<Trouble>, Error> {
    let settings = orgs::settings(&ui.service.store, person.org_id).await?;
    Ok((!settings.sending).then(|| Trouble {
        title: "Texting is switched off",
        words: "Every text is recorded as not sent. An owner can switch texting on in Settings.".into(),
    }))
}

async fn no_worker(ui: &Ui) -> Result<Option<Trouble>, Error> {
    Ok((!processes::a_worker_lives(&ui.service).await?).then(|| Trouble {
        title: "Nobody hands texts to Twilio",
        words: "No worker was heard of in the last minute. Texts wait and none is lost. An administrator must start \
            one: usher serve, with the role all or worker."
            .into(),
    }))
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
