//! What every server function does around its one core call: it always redirects to a path of its
//! own choosing and leaves a flash, so a refused form comes back with every word kept.

use leptos::prelude::*;
use tower_sessions::Session;
use usher_core::people::Person;
use usher_core::seen::Seen;
use usher_core::{Error, FieldError, Service};

use crate::flash::{self, Flash, Tone};
use crate::paths;
use crate::visit::{has_begun, signed_in, ui};

/// Where to go after an action, and what to say there.
pub(crate) struct Done {
    to: String,
    say: String,
    tone: Tone,
    problems: Vec<FieldError>,
    keeps_typed: bool,
    /// What stands in the fields now, where that is not what was typed.
    typed: Option<Vec<(String, String)>>,
    once: Option<(&'static str, String)>,
}

impl Done {
    pub(crate) fn new(to: impl Into<String>, say: impl Into<String>) -> Self {
        Self {
            to: to.into(),
            say: say.into(),
            tone: Tone::Done,
            problems: Vec::new(),
            keeps_typed: false,
            typed: None,
            once: None,
        }
    }

    /// With a secret that only the next page shows, by this name.
    pub(crate) fn showing_once(self, name: &'static str, secret: String) -> Self {
        Self { once: Some((name, secret)), ..self }
    }

    /// Nothing is done yet: the next page asks, and knows what was typed.
    pub(crate) fn ask(to: impl Into<String>) -> Self {
        Self { keeps_typed: true, ..Self::new(to, "") }
    }

    /// What was asked for is done, but not as it was probably meant.
    pub(crate) fn but(to: impl Into<String>, say: impl Into<String>) -> Self {
        Self { tone: Tone::Warning, ..Self::new(to, say) }
    }

    /// Nothing is stored yet, so what was typed comes back.
    pub(crate) fn unsaved(to: impl Into<String>, say: impl Into<String>) -> Self {
        Self { keeps_typed: true, ..Self::new(to, say) }
    }

    /// With this in the fields, instead of what was typed.
    pub(crate) fn with_typed(self, typed: &[(&str, &str)]) -> Self {
        let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { typed: Some(typed), ..self }
    }

    /// What was typed is kept elsewhere, and needs mending there.
    pub(crate) fn mend(to: impl Into<String>, problems: Vec<FieldError>) -> Self {
        Self { problems, ..Self::new(to, "") }
    }
}

/// A form as it was posted.
pub(crate) struct Form {
    /// Where to go if it is refused.
    pub back: String,
    /// What was typed; passwords never.
    pub typed: Vec<(String, String)>,
}

/// Of what a form held, that which somebody typed: the rest comes back as it is stored by then.
pub(crate) fn touched<'a>(seen: &str, typed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let seen = Seen::read(seen);
    typed.iter().copied().filter(|(name, value)| seen.was_touched(name, value)).collect()
}

impl Form {
    pub(crate) fn new(back: String, typed: &[(&str, &str)]) -> Self {
        let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { back, typed }
    }

    /// Does the work for whoever is signed in.
    pub(crate) async fn for_person<W, F>(self, work: W) -> Result<(), ServerFnError>
    where
        W: FnOnce(Service, Person) -> F,
        F: Future<Output = Result<Done, Error>>,
    {
        let Some(visitor) = signed_in() else {
            let session: Session = leptos_axum::extract().await?;
            if let Err(error) = flash::keep(&session, &self.back, self.typed).await {
                tracing::error!(%error, "what was typed could not be kept");
            }
            leptos_axum::redirect(&paths::sign_in(&self.back));
            return Ok(());
        };
        let done = work(ui().service, visitor.person).await;
        self.finish(&visitor.session, done).await
    }

    /// Does the work for anybody, such as somebody who is about to sign in.
    pub(crate) async fn for_anybody<W, F>(self, work: W) -> Result<(), ServerFnError>
    where
        W: FnOnce(Service, Session) -> F,
        F: Future<Output = Result<Done, Error>>,
    {
        let session: Session = leptos_axum::extract().await?;
        let done = work(ui().service, session.clone()).await;
        self.finish(&session, done).await
    }

    async fn finish(self, session: &Session, done: Result<Done, Error>) -> Result<(), ServerFnError> {
        let (to, flash) = match done {
            Ok(Done { to, problems, .. }) if !problems.is_empty() => {
                (to, Some(Flash::of_error(Error::Invalid(problems), self.typed)))
            }
            Ok(Done { to, say, keeps_typed: false, .. }) if say.is_empty() => (to, None),
            Ok(Done { to, say, tone, once: Some((name, secret)), .. }) => {
                let flash = Flash::done(tone, say).with_secret(&ui().service.vault, name, &secret);
                (to, Some(flash.unwrap_or_else(|error| Flash::of_error(error, Vec::new()))))
            }
            Ok(Done { to, say, tone, keeps_typed, typed, .. }) => {
                let typed = typed.unwrap_or(if keeps_typed { self.typed } else { Vec::new() });
                (to, Some(Flash { typed, ..Flash::done(tone, say) }))
            }
            Err(error) => (self.back, Some(Flash::of_error(error, self.typed))),
        };
        let stranger = !has_begun(session).await;
        if let Some(flash) = flash
            && let Err(error) = flash::leave(session, flash, stranger).await
        {
            tracing::error!(%error, "a notice could not be kept");
        }
        leptos_axum::redirect(&to);
        Ok(())
    }
}
