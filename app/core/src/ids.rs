//! One type for each kind of id, so that an event's id cannot stand where a contact's belongs.

use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, Deserialize)]
        #[sqlx(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Reads an id from an address or a form; `None` for anything that is not one.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        /// 32 hex digits, the form that the store reads on both engines.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::store::hex(&self.0, serializer)
            }
        }
    )+};
}

ids! {
    /// A Twilio account.
    AccountId,
    /// An organization.
    OrgId,
    /// A person who signs in.
    UserId,
    /// A person with one phone number.
    ContactId,
    /// An event.
    EventId,
    /// A contact at an event.
    AttendeeId,
    /// A text.
    MessageId,
    /// One try to hand a text to Twilio.
    AttemptId,
    /// One organizer action that makes many texts.
    SendId,
    /// Words that are used again and again.
    TemplateId,
    /// One run over all texts that can be retried.
    RetryRunId,
    /// A send or an import that somebody prepares.
    DraftId,
    /// A phone that must not be texted.
    SuppressionId,
    /// An entry of the audit log.
    DeedId,
    /// One running process.
    ProcessId,
}
