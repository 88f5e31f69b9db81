//! Texts. A text is a row before it is a request: whoever wants one sent inserts it here, in the
//! transaction of its own change, and only the outbox hands it to Twilio.

mod at_once;
mod dashboard;
mod enqueue;
mod history;
mod post;
mod purpose;
pub mod render;
mod retry;
mod secret;
mod send_one;
mod status;
mod summary;
mod text;
pub(crate) mod trail;
mod wording;

pub use dashboard::{Dashboard, Filter, Reason, Row, dashboard};
pub use enqueue::Author;
pub(crate) use enqueue::{Effects, NewText, REPLY, enqueue, secret_place, why_nothing_goes};
pub use history::{History, history, texts_of};
pub use post::{Post, Recipient, post};
pub use purpose::Purpose;
pub(crate) use retry::{lock as lock_originals, repeat};
pub use retry::{retry, retry_once, retry_refusal};
pub use send_one::{TextToOne, send_one};
pub use status::{KnownBy, Outcome, Standing, Status};
pub use summary::{Summary, summary};
pub(crate) use text::first_id_of;
pub use text::{Entry, Text, Wanted, find, list};
pub use trail::{Kind, Step};
pub(crate) use trail::{NewStep, write as write_trail};
pub use wording::Words;

/// Twilio refuses a longer body (error 21617).
pub const LONGEST_BODY: usize = 1_600;
