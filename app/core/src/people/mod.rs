//! People who sign in, and what they may do.

mod founding;
pub mod links;
pub mod members;
mod passwords;
pub mod sessions;
mod sign_in;
mod users;

pub use founding::found;
pub use passwords::SHORTEST_PASSWORD;
pub use sign_in::{SignInError, sign_in};
pub(crate) use users::email;
pub use users::{NewUser, create, find_member, join, memberships, set_password};

use serde::{Deserialize, Serialize};

use crate::ids::{OrgId, UserId};
use crate::messages::Author;

/// What somebody may do in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, Serialize, Deserialize)]
#[sqlx(rename_all = "lowercase", type_name = "text")]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Owner,
    /// Events, sends, templates.
    Organizer,
    /// Look, retry, fix a number.
    Staff,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Organizer, Self::Staff];

    /// The stored and public word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Organizer => "organizer",
            Self::Staff => "staff",
        }
    }

    /// Reads the stored or public word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether this role changes settings and lets people in.
    #[must_use]
    pub fn may_manage(self) -> bool {
        self == Self::Owner
    }

    /// Whether this role makes events and sends texts.
    #[must_use]
    pub fn may_send(self) -> bool {
        matches!(self, Self::Owner | Self::Organizer)
    }
}

/// Somebody signed in, acting in one organization.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Person {
    /// Who.
    pub user_id: UserId,
    /// What others call them; may be empty.
    pub name: String,
    /// How they sign in.
    pub email: String,
    /// The organization they act in.
    pub org_id: OrgId,
    /// Its name.
    pub org_name: String,
    /// Its zone, an IANA name.
    pub org_timezone: String,
    /// What they may do in it.
    pub role: Role,
}

impl Person {
    /// How the trail and the audit log call them.
    #[must_use]
    pub fn label(&self) -> String {
        let name = if self.name.is_empty() { &self.email } else { &self.name };
        format!("{name} ({})", self.role.as_str())
    }

    /// Whose deeds theirs are, in trails.
    #[must_use]
    pub fn author(&self) -> Author {
        Author { user: Some(self.user_id), name: self.label(), via: "page" }
    }
}
