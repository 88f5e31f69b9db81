//! What is said once, on the page after an action: what happened, or what needs mending together
//! with everything that was typed.

use serde::{Deserialize, Serialize};
use tower_sessions::{Expiry, Session};
use usher_core::vault::Vault;
use usher_core::{Error, FieldError};

use crate::visit::broken;

const KEY: &str = "flash";
/// Characters of a field that are kept for somebody who is not signed in.
const STRANGERS_WORDS: usize = 300;
const KEPT: &str = "kept";
/// Of a form that came too late, so many fields and characters of each are kept: a text fits.
const KEPT_FIELDS: usize = 20;
const KEPT_WORDS: usize = 2_000;
const STRANGERS_SESSION: time::Duration = time::Duration::HOUR;

/// How it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Tone {
    Done,
    /// Done, and something about it must not be overlooked.
    Warning,
    Refused,
}

/// One thing to say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Flash {
    pub tone: Tone,
    pub text: String,
    /// What was typed, by field.
    pub typed: Vec<(String, String)>,
    /// What needs mending, by field.
    pub errors: Vec<FieldError>,
    /// A secret that the next page shows and nothing keeps: its name, and it, sealed.
    #[serde(default)]
    pub once: Option<(String, Vec<u8>)>,
}

impl Flash {
    pub(crate) fn done(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into(), typed: Vec::new(), errors: Vec::new(), once: None }
    }

    /// With a secret that the next page shows once. It is sealed: a session is kept in the store.
    pub(crate) fn with_secret(mut self, vault: &Vault, name: &str, secret: &str) -> Result<Self, Error> {
        self.once = Some((name.to_owned(), vault.seal(&place(name), secret)?));
        Ok(self)
    }

    /// The secret of this name, if this is the page that shows it.
    pub(crate) fn secret(&self, vault: &Vault, name: &str) -> Option<String> {
        let (_, sealed) = self.once.as_ref().filter(|(known, _)| known == name)?;
        vault
            .open(&place(name), sealed)
            .map_err(|error| tracing::error!(%error, "what was to be shown once cannot be shown"))
            .ok()
    }

    /// What a core function's refusal says to a person; the log gets the rest.
    pub(crate) fn of_error(error: Error, typed: Vec<(String, String)>) -> Self {
        let (text, errors) = match error {
            Error::Invalid(errors) => ("Nothing was done yet. Mend what is marked below.".to_owned(), errors),
            Error::Refused(why) => (why, Vec::new()),
            Error::NotAllowed(why) | Error::TooOften { why, .. } => (why.to_owned(), Vec::new()),
            Error::NotFound => ("That is not there any more.".to_owned(), Vec::new()),
            Error::Store(_) | Error::Vault(_) | Error::Random(_) | Error::Broken(_) => {
                tracing::error!(%error, "an action failed");
                (
                    "Something failed on our side, and nothing was done. Try again in a moment.".to_owned(),
                    Vec::new(),
                )
            }
        };
        Self { tone: Tone::Refused, text, typed, errors, once: None }
    }

    pub(crate) fn typed(&self, field: &str) -> Option<&str> {
        self.typed.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    pub(crate) fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }
}

fn place(name: &str) -> String {
    format!("flash {name}")
}

/// Keeps a notice for the next page. What somebody typed who is not signed in is cut and kept for
/// an hour only: anybody can type anything.
pub(crate) async fn leave(session: &Session, mut flash: Flash, stranger: bool) -> Result<(), Error> {
    if stranger {
        session.set_expiry(Some(Expiry::OnInactivity(STRANGERS_SESSION)));
        for (_, value) in &mut flash.typed {
            *value = value.chars().take(STRANGERS_WORDS).collect();
        }
    }
    session.insert(KEY, flash).await.map_err(broken)
}

/// A form that came after its session had ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    /// The page it stands on.
    page: String,
    typed: Vec<(String, String)>,
}

/// Keeps what was typed into the form of a page until somebody has signed in again.
pub(crate) async fn keep(
    session: &Session,
    page: &str,
    mut typed: Vec<(String, String)>,
) -> Result<(), Error> {
    typed.truncate(KEPT_FIELDS);
    for (_, value) in &mut typed {
        *value = value.chars().take(KEPT_WORDS).collect();
    }
    session.insert(KEPT, Kept { page: page.to_owned(), typed }).await.map_err(broken)?;
    let text = "You were signed out, and nothing was done. Sign in, and what you typed is there again.";
    leave(session, Flash::done(Tone::Warning, text), true).await
}

/// Brings what was kept to the page that somebody goes to after signing in.
pub(crate) async fn bring_back(session: &Session, page: &str) -> Result<(), Error> {
    let kept: Option<Kept> = session.remove(KEPT).await.map_err(broken)?;
    let Some(kept) = kept.filter(|kept| kept.page == page) else { return Ok(()) };
    let text = "Nothing was done while you were signed out. Here is what you typed; go on with it.";
    leave(session, Flash { typed: kept.typed, ..Flash::done(Tone::Warning, text) }, false).await
}

/// What is to be said on this page. Where there is nothing, nothing is taken: a session that something was taken
/// from is written again.
pub(crate) async fn take(session: &Session) -> Result<Option<Flash>, Error> {
    match session.get_value(KEY).await.map_err(broken)? {
        Some(_) => session.remove(KEY).await.map_err(broken),
        None => Ok(None),
    }
}
