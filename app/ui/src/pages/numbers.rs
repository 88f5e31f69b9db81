//! What the pages have in common on which a number is fixed: the text that goes out again, the question whether
//! two people are one, and what is said when it is done.

mod same;

pub(super) use same::{Pair, question};

use leptos::prelude::*;
use usher_core::contacts::Moved;
use usher_core::ids::{ContactId, MessageId, OrgId};
use usher_core::messages::{self, Outcome, Text};
use usher_core::store::Store;
use usher_core::{Error, phones};

use crate::form::Done;
use crate::parts::words::{count, excerpt, why_failed, why_not_sent};

/// A text that somebody came to send again.
pub(super) enum Again {
    /// None.
    Nothing,
    /// This one, to the fixed number.
    This(Box<Text>),
    /// It needs no second one, and why.
    Needless(&'static str),
}

impl Again {
    /// Looks whether a text of theirs is to go out again.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a strange text.
    pub(super) async fn of(
        store: &Store,
        org: OrgId,
        contact: ContactId,
        retry: Option<MessageId>,
    ) -> Result<Self, Error> {
        let Some(retry) = retry else { return Ok(Self::Nothing) };
        let text = messages::find(store, org, retry).await?.text;
        if text.contact_id != contact {
            return Ok(Self::Nothing);
        }
        Ok(match text.status.outcome() {
            _ if text.retried_by.is_some() => {
                Self::Needless("It was sent again already: the newer text stands in the history.")
            }
            Some(Outcome::Delivered) => Self::Needless("It arrived after all, and is not sent again."),
            Some(Outcome::InProgress) | None => {
                Self::Needless("It is still on its way, and is not sent a second time.")
            }
            Some(Outcome::Failed | Outcome::NotSent | Outcome::Unconfirmed) => Self::This(Box::new(text)),
        })
    }

    pub(super) fn text(&self) -> Option<&Text> {
        match self {
            Self::This(text) => Some(text),
            Self::Nothing | Self::Needless(_) => None,
        }
    }

    /// Which text it is about, and what becomes of it.
    pub(super) fn notice(&self) -> Option<AnyView> {
        match self {
            Self::Nothing => None,
            Self::Needless(why) => Some(view! { <div class="notice"><p>{*why}</p></div> }.into_any()),
            Self::This(text) => Some(goes_again(text)),
        }
    }

    /// The field that carries it.
    pub(super) fn field(&self) -> Option<AnyView> {
        let id = self.text()?.id.to_string();
        Some(view! { <input type="hidden" name="retry" value=id/> }.into_any())
    }
}

/// The text that goes out again.
fn goes_again(text: &Text) -> AnyView {
    let title = match text.status.outcome() {
        Some(Outcome::Unconfirmed) => "No receipt has come for this text: they may have it".to_owned(),
        Some(Outcome::NotSent) => {
            format!("{}: this text was not sent", why_not_sent(text.reason.as_deref()).title)
        }
        _ => format!("{}: this text did not arrive", why_failed(text.error_code).title),
    };
    view! {
        <div class="notice" data-status="undelivered">
            <b>{title}</b>
            <p class="small" dir="auto">"“"{excerpt(&text.body, 160)}"”"</p>
            <p class="small">"Fix the number, and the same text goes out again at once."</p>
        </div>
    }
    .into_any()
}

/// What was done, and what was not.
pub(super) fn said(to: String, moved: &Moved) -> Done {
    let number = phones::shown(&moved.phone);
    let name = if moved.name.is_empty() { number.clone() } else { moved.name.clone() };
    let mut words = if moved.merged {
        format!("The two are one person now: {name}, {number}.")
    } else {
        format!("{name} is saved.")
    };
    if moved.readdressed > 0 {
        let texts = count(moved.readdressed, "waiting text goes", "waiting texts go");
        words.push_str(&format!(" {texts} to the new number."));
    }
    if moved.canceled > 0 {
        let texts = count(moved.canceled, "waiting text was", "waiting texts were");
        words.push_str(&format!(" {texts} canceled."));
    }
    match &moved.retried {
        None => Done::new(to, words),
        Some(Ok(_)) => Done::new(to, format!("{words} The text goes out again.")),
        Some(Err(why)) => Done::but(to, format!("{words} The text was not sent again. {why}")),
    }
}
